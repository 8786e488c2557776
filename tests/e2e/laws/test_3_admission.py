"""Law 3: only agreed people are created in Salesforce; who is there keeps syncing; consent is never gated."""

import pytest
import sqlalchemy as sa

from connectors.store.tables import stage_history
from tests.e2e.laws.world import World


def test_only_qualified_people_with_the_minimum_are_created(world: World) -> None:
    wanted = world.asks_for_demo("wanted@nordwerk.example")
    cold = world.contact("cold@nordwerk.example")
    student = world.asks_for_demo("student@uni.example", jobtitle="Student")
    incomplete = world.asks_for_demo("incomplete@nordwerk.example", company="")
    results = world.run()
    assert [row["Email"] for row in world.leads()] == ["wanted@nordwerk.example"]
    hold = world.held()
    assert (hold.kind, hold.link_id) == ("missing_minimum", world.link_of(incomplete).link.link_id)
    assert "company" in hold.why
    assert world.hs(cold)["accord_stage"] == "lead"
    assert world.hs(student)["accord_stage"] == "go-nowhere"
    assert world.lead_of(wanted)
    assert results["reconciliation"].figures["remainder"] == 0


def test_the_missing_piece_sends_a_person_over_by_itself(world: World) -> None:
    contact_id = world.asks_for_demo(company="")
    world.settle()
    assert world.lead_of(contact_id) is None
    world.edit_contact(contact_id, company="Nordwerk AG")
    world.run()
    assert world.lead_of(contact_id) is not None
    assert world.holds() == []


def test_who_is_linked_keeps_syncing_when_the_stage_falls(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, jobtitle="Student", city="Bremen")
    world.run()
    lead = world.sf("Lead", lead_id)
    assert lead["Accord_Stage__c"] == "go-nowhere"
    assert (lead["Title"], lead["City"]) == ("Student", "Bremen")


def test_who_leaves_the_filter_and_comes_back_has_the_same_lead_and_their_history(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, jobtitle="Student")
    world.settle()
    world.edit("Lead", lead_id, City="Bremen")
    world.settle()
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    (lead,) = world.leads()
    assert (lead["Id"], lead["Accord_Stage__c"], lead["Title"]) == (lead_id, "SQL", "Chief Data Officer")
    assert world.hs(contact_id)["city"] == "Bremen"
    assert world.hs(contact_id)["accord_handoff_at"], "sales still has them"
    link_id = world.link_of(contact_id).link.link_id
    with world.bench.store.begin() as connection:
        query = sa.select(stage_history.c.stage).where(stage_history.c.link_id == link_id)
        stages = list(connection.execute(query.order_by(stage_history.c.at)).scalars())
    assert stages[-3:] == ["SQL", "go-nowhere", "SQL"]
    assert world.holds() == []


def test_who_leaves_the_filter_before_they_went_over_goes_over_when_they_come_back(world: World) -> None:
    contact_id = world.asks_for_demo(company="")
    world.settle()
    assert world.held().kind == "missing_minimum"
    world.edit_contact(contact_id, jobtitle="Student")
    world.settle()
    assert (world.leads(), world.holds()) == ([], [])
    world.edit_contact(contact_id, jobtitle="VP Data", company="Nordwerk AG")
    world.demo_request("vera.brandt@nordwerk.example")
    world.run()
    assert world.lead_of(contact_id) is not None


@pytest.mark.parametrize("stage", ["SQL", "go-nowhere"])
def test_an_opt_out_in_hubspot_reaches_salesforce_whatever_the_stage(world: World, stage: str) -> None:
    contact_id = world.contact(jobtitle="VP Data" if stage == "SQL" else "Student")
    lead_id = world.lead()
    if stage == "SQL":
        world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    assert world.hs(contact_id)["accord_stage"] == stage
    world.portal.unsubscribe_all("vera.brandt@nordwerk.example", actor=world.marketer)
    world.run()
    assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True


def test_an_opt_out_in_salesforce_reaches_hubspot(world: World) -> None:
    contact_id = world.contact()
    lead_id = world.lead()
    world.settle()
    world.edit("Lead", lead_id, HasOptedOutOfEmail=True, DoNotCall=True)
    world.run()
    assert world.hs(contact_id)["hs_email_optout"] == "true"
    assert world.hs(contact_id)["do_not_call"] == "true"
    assert world.portal.subscriptions.opted_out("vera.brandt@nordwerk.example") is not None
    assert world.holds() == []


def test_opt_outs_are_kept_when_people_meet_and_when_they_are_created(world: World) -> None:
    met = world.contact("met@nordwerk.example")
    world.lead("met@nordwerk.example", HasOptedOutOfEmail=True)
    world.lead("made@nordwerk.example", HasOptedOutOfEmail=True)
    world.settle()
    assert world.hs(met)["hs_email_optout"] == "true"
    made = world.portal.contact_by_email("made@nordwerk.example")
    assert made is not None
    assert made.properties["hs_email_optout"] == "true"


def test_taking_an_opt_out_back_on_one_side_is_undone(world: World) -> None:
    world.contact()
    lead_id = world.lead()
    world.portal.unsubscribe_all("vera.brandt@nordwerk.example", actor=world.marketer)
    world.settle()
    world.edit("Lead", lead_id, HasOptedOutOfEmail=False)
    world.run()
    assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True


def test_a_person_of_a_customer_becomes_a_contact_of_the_account(world: World) -> None:
    account = {"Name": "Nordwerk AG", "Website": "https://nordwerk.example", "Type": "Customer - Direct"}
    account_id = world.org.create("Account", account, user_id=world.rep.user_id)
    company = world.portal.create(
        "companies", {"name": "Nordwerk", "domain": "nordwerk.example"}, actor=world.marketer
    )
    contact_id = world.asks_for_demo()
    world.portal.associate("contacts", contact_id, "companies", company.id)
    world.settle()
    assert world.leads() == []
    (person,) = world.org.rows("Contact")
    assert (person["AccountId"], person["HubSpot_Contact_Id__c"]) == (account_id, contact_id)
    assert world.hs(contact_id)["salesforce_contact_id"] == person["Id"]


def test_people_whom_only_sales_knows_are_entered_in_hubspot_with_an_address(world: World) -> None:
    with_address = world.lead("vera.brandt@nordwerk.example")
    world.lead(None, LastName="Klein")
    world.settle()
    (contact,) = world.contacts()
    assert (contact["email"], contact["salesforce_lead_id"]) == ("vera.brandt@nordwerk.example", with_address)
