"""Law 2: a Lead, then a Contact. Conversion and merges keep the person whole: link, base, clocks, touches."""

from datetime import date
from typing import Any

import polars as pl

from connectors.store import frames
from connectors.store.tables import clocks, handoffs
from tests.e2e.laws.world import World


def _call(world: World, who_id: str, **fields: Any) -> str:
    values = {
        "Subject": "Intro call",
        "TaskSubtype": "Call",
        "Status": "Completed",
        "WhoId": who_id,
        "OwnerId": world.rep.user_id,
        "CallDurationInSeconds": 300,
        "CallDisposition": "Connected",
        "ActivityDate": world.clock.now().date().isoformat(),
        **fields,
    }
    return world.org.create("Task", values, user_id=world.rep.user_id)


def _rows(world: World, table: Any, contact_id: str) -> pl.DataFrame:
    with world.bench.store.begin() as connection:
        return frames.read(connection, table, link_ids=[world.link_of(contact_id).link.link_id])


def test_a_converted_lead_keeps_link_base_clocks_touches_and_reasons(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    _call(world, lead_id)
    world.run()
    before = world.link_of(contact_id)
    handed = _rows(world, handoffs, contact_id)
    first_touch = world.hs(contact_id)["accord_first_touch_at"]
    assert first_touch is not None
    done = world.convert(lead_id, opportunity_name="Nordwerk analytics")
    world.run()
    after = world.link_of(contact_id)
    assert after.link.link_id == before.link.link_id
    assert (after.link.salesforce_type, after.link.salesforce_id) == ("Contact", done.contact_id)
    assert after.link.lead_id == lead_id
    assert (after.base or {}).items() >= {"email": "vera.brandt@nordwerk.example", "title": "VP Data"}.items()
    assert _rows(world, handoffs, contact_id)["handed_off_at"].to_list() == handed["handed_off_at"].to_list()
    first = _rows(world, clocks, contact_id).filter(pl.col("commitment") == "first_touch")
    assert first["status"].to_list() == ["met"]
    seen = world.hs(contact_id)
    assert seen["accord_first_touch_at"] == first_touch
    assert seen["accord_touches"] == "1"
    person = world.sf("Contact", done.contact_id)
    assert person["HubSpot_Contact_Id__c"] == contact_id
    assert person["Accord_Stage__c"] == "SQL"
    assert person["Accord_Reasons__c"] == seen["accord_reason"]
    assert person["Accord_Touches_Made__c"] == 1


def test_nothing_is_made_twice_by_a_conversion(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    _call(world, lead_id)
    world.run()
    tasks = len(world.org.rows("Task"))
    world.convert(lead_id, opportunity_name="Nordwerk analytics")
    world.run()
    assert len([row for row in world.leads() if not row["IsConverted"]]) == 0
    assert (len(world.contacts()), len(world.org.rows("Contact"))) == (1, 1)
    assert len(world.org.rows("Task")) == tasks
    assert len(world.portal.records("calls")) == 1


def test_later_edits_flow_between_the_contacts(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    done = world.convert(str(world.lead_of(contact_id)), create_opportunity=False)
    world.run()
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.edit("Contact", done.contact_id, MailingCity="Bremen")
    world.run()
    assert world.sf("Contact", done.contact_id)["Title"] == "Chief Data Officer"
    assert world.hs(contact_id)["city"] == "Bremen"


def test_an_edit_made_just_before_the_conversion_is_not_lost(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    done = world.convert(lead_id, create_opportunity=False)
    world.run()
    assert world.sf("Contact", done.contact_id)["Title"] == "Chief Data Officer"


def test_hubspot_sees_the_conversion_and_the_opportunity(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    done = world.convert(str(world.lead_of(contact_id)), opportunity_name="Nordwerk analytics")
    world.run()
    seen = world.hs(contact_id)
    assert seen["hs_lead_status"] == "OPEN_DEAL"
    assert seen["salesforce_contact_id"] == done.contact_id
    assert seen["accord_sales_status"] == "Closed - Converted"
    assert (seen["accord_opportunity_stage"], seen["accord_outcome"]) == ("Prospecting", "open")
    deal = {"StageName": "Closed Won", "Amount": 48000, "CloseDate": date(2026, 10, 30)}
    world.org.update("Opportunity", done.opportunity_id, deal, user_id=world.rep.user_id)
    world.run()
    seen = world.hs(contact_id)
    assert (seen["accord_opportunity_stage"], seen["accord_outcome"]) == ("Closed Won", "won")
    assert float(str(seen["accord_opportunity_amount"])) == 48000


def test_a_lead_converted_into_a_contact_that_was_there_joins_it(world: World) -> None:
    account = world.org.create("Account", {"Name": "Nordwerk AG"}, user_id=world.rep.user_id)
    person = {"LastName": "Brandt", "AccountId": account}
    existing = world.org.create("Contact", person, user_id=world.rep.user_id)
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    own = world.link_of(contact_id).link.link_id
    world.convert(lead_id, account_id=account, contact_id=existing, create_opportunity=False)
    world.run()
    link = world.link_of(contact_id).link
    assert (link.link_id, link.salesforce_id, link.lead_id) == (own, existing, lead_id)
    assert world.sf("Contact", existing)["HubSpot_Contact_Id__c"] == contact_id
    assert len(world.org.rows("Contact")) == 1


def test_a_lead_converted_into_somebody_elses_contact_waits_for_a_person(world: World) -> None:
    account = world.org.create("Account", {"Name": "Nordwerk AG"}, user_id=world.rep.user_id)
    person = {"LastName": "Brandt", "Email": "v.brandt@nordwerk.example", "AccountId": account}
    existing = world.org.create("Contact", person, user_id=world.rep.user_id)
    contact_id = world.asks_for_demo()
    world.settle()
    theirs = str(world.sf("Contact", existing)["HubSpot_Contact_Id__c"])
    lead_id = str(world.lead_of(contact_id))
    world.convert(lead_id, account_id=account, contact_id=existing, create_opportunity=False)
    world.run()
    assert world.held().kind == "ambiguous"
    # Whatever happens to the contact meanwhile, no second Lead is made of it.
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.run()
    assert len(world.leads()) == 1
    merged = world.portal.merge("contacts", theirs, contact_id, actor=world.marketer)
    world.run()
    assert world.holds() == []
    assert world.link_of(merged.id).link.salesforce_id == existing
    assert world.sf("Contact", existing)["HubSpot_Contact_Id__c"] == merged.id
    assert (len(world.leads()), len(world.org.rows("Contact"))) == (1, 1)


def test_leads_merged_in_salesforce_stay_one_person(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    loser = str(world.lead_of(contact_id))
    winner = world.lead("vera@private.example")
    world.org.merge("Lead", winner, [loser], user_id=world.rep.user_id)
    world.run()
    assert world.link_of(contact_id).link.salesforce_id == winner
    assert world.lead_of(contact_id) == winner
    assert world.sf("Lead", winner)["HubSpot_Contact_Id__c"] == contact_id
    assert len(world.leads()) == 1


def test_contacts_merged_in_hubspot_stay_one_person(world: World) -> None:
    contact_id = world.asks_for_demo()
    twin = world.contact("vera@private.example")
    world.settle()
    lead_id = world.lead_of(contact_id)
    merged = world.portal.merge("contacts", twin, contact_id, actor=world.marketer)
    world.run()
    assert world.link_of(merged.id).link.salesforce_id == lead_id
    assert world.sf("Lead", str(lead_id))["HubSpot_Contact_Id__c"] == merged.id
    assert (len(world.leads()), len(world.contacts())) == (1, 1)
    world.portal.update("contacts", merged.id, {"jobtitle": "Chief Data Officer"}, actor=world.marketer)
    world.run()
    assert world.sf("Lead", str(lead_id))["Title"] == "Chief Data Officer"


def test_two_linked_people_merged_in_hubspot_leave_the_second_lead_to_a_person(world: World) -> None:
    first = world.asks_for_demo("vera.brandt@nordwerk.example")
    second = world.asks_for_demo("v.brandt@nordwerk.example")
    world.settle()
    leads = {world.lead_of(first), world.lead_of(second)}
    assert len(leads) == 2
    merged = world.portal.merge("contacts", first, second, actor=world.marketer)
    world.run()
    assert world.link_of(merged.id).link.salesforce_id in leads
    assert (len(world.leads()), len(world.contacts())) == (2, 1)
    assert any(row.kind in {"ambiguous", "duplicate"} for row in world.holds())
