"""Law 10: an erasure goes to both sides, survives a crash, and leaves a hash that stops re-entry."""

import pytest

from connectors.errors import ConnectorError
from connectors.store import erasures
from passes import forget
from reports.erasure import Certificate
from sandbox.hubspot.portal import Actor
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

EMAIL = "vera@nordwerk.example"


def _survey(world: World, contact_id: str) -> forget.Survey:
    link_id = world.link_of(contact_id).link.link_id
    return forget.survey(world.bench.open("test"), [link_id], [], None)


def _forget(world: World, contact_id: str) -> Certificate:
    asked = _survey(world, contact_id)
    return forget.carry_out(world.bench, asked, requested_by="privacy", reference="17")


def _unfinished(world: World) -> list[str]:
    with world.bench.store.begin() as connection:
        return [row.erasure_id for row in erasures.unfinished(connection)]


@pytest.mark.parametrize(
    ("vendor", "rule"),
    [
        ("hubspot", {"path": "*/contacts/gdpr-delete", "drop": "after"}),
        ("salesforce", {"path": "*/composite/sobjects", "method": "DELETE", "drop": "before"}),
        ("salesforce", {"path": "*/composite/sobjects", "method": "DELETE", "drop": "after"}),
    ],
)
def test_an_erasure_that_fails_half_way_goes_on(world: World, vendor: str, rule: dict[str, str]) -> None:
    ((contact_id, lead_id), (other_contact, other_lead)) = linked(world, "Vera", "Tom")
    world.settle()
    asked = _survey(world, contact_id)
    world.fault(vendor, times=None, **rule)
    with pytest.raises(ConnectorError):
        forget.carry_out(world.bench, asked, requested_by="privacy", reference=None)
    world.sandbox.faults.clear()
    (erasure_id,) = _unfinished(world)
    # Passes go on for everybody else, and leave the person alone.
    world.edit("Lead", other_lead, City="Bremen")
    if not world.sf("Lead", lead_id)["IsDeleted"]:
        world.edit("Lead", lead_id, City="Bonn")
    world.settle()
    assert world.hs(other_contact)["city"] == "Bremen"
    made = forget.resume(world.bench, erasure_id)
    assert {(one.side, one.object_type) for one in made.deleted} == {
        ("hubspot", "contacts"),
        ("salesforce", "Lead"),
    }
    assert _unfinished(world) == []
    assert world.portal.contact_by_email(EMAIL) is None
    assert world.sf("Lead", lead_id)["IsDeleted"] is True
    world.settle()
    assert world.holds() == []


def test_duplicates_go_and_activities_of_others_stay(world: World) -> None:
    ((vera, _), (tom, _)) = linked(world, "Vera", "Tom")
    double = world.lead(EMAIL, LastName="Brandt")
    both = [("contacts", vera), ("contacts", tom)]
    meeting = {"hs_timestamp": "2026-10-05T07:30:00Z", "hs_meeting_title": "Kick-off"}
    world.portal.create("meetings", meeting, actor=world.marketer, associations=both)
    world.settle()
    made = _forget(world, vera)
    assert world.sf("Lead", double)["IsDeleted"] is True
    assert made.shared_activities == 1
    assert len(world.portal.records("meetings")) == 1
    results = world.run()
    assert results["reconciliation"].figures["remainder"] == 0


def test_whoever_comes_in_again_is_held_and_accounted_for(world: World) -> None:
    ((contact_id, _),) = linked(world, "Vera")
    world.settle()
    _forget(world, contact_id)
    again = world.asks_for_demo(EMAIL)
    lead_id = world.lead(EMAIL.upper(), LastName="Brandt")
    task = {
        "Subject": "Call Vera Brandt",
        "WhoId": lead_id,
        "OwnerId": world.rep.user_id,
        "Status": "Completed",
    }
    world.org.create("Task", task, user_id=world.rep.user_id)
    world.run()
    before = world.writes()
    results = world.run()
    assert world.writes() == before
    assert sorted((hold.kind, hold.side) for hold in world.holds()) == [
        ("erased", "hubspot"),
        ("erased", "salesforce"),
    ]
    assert results["reconciliation"].figures["remainder"] == 0
    assert results["reconciliation"].figures["held"] == 1
    assert world.lead_of(again) is None
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] is None


def test_a_record_that_takes_and_leaves_an_erased_address_rests_meanwhile(world: World) -> None:
    ((vera, _), (tom, tom_lead)) = linked(world, "Vera", "Tom")
    world.settle()
    _forget(world, vera)
    world.edit_contact(tom, email=EMAIL, city="Bonn")
    world.run()
    assert world.sf("Lead", tom_lead)["City"] == "Kiel"
    assert world.held().kind == "erased"
    world.edit_contact(tom, email="tom.new@nordwerk.example")
    world.settle()
    lead = world.sf("Lead", tom_lead)
    assert (lead["City"], lead["Email"]) == ("Bonn", "tom.new@nordwerk.example")
    assert world.holds() == []


def test_a_lead_taken_out_of_the_bin_stays_out(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.settle()
    made = _forget(world, contact_id)
    world.run()
    world.org.undelete("Lead", lead_id, user_id=world.rep.user_id)
    world.settle()
    assert world.held().kind == "erased"
    assert world.contacts() == []
    # Once lifted, the Lead is a person like any other again.
    assert forget.lift(world.bench, made.erasure_id) == 1
    world.settle()
    assert [contact["salesforce_lead_id"] for contact in world.contacts()] == [lead_id]
    assert world.holds() == []


def test_a_shared_mailbox_bars_nobody_else(world: World) -> None:
    contact_id = world.contact("info@nordwerk.example")
    lead_id = world.lead("info@nordwerk.example")
    world.settle()
    asked = _survey(world, contact_id)
    assert asked.emails == ()
    forget.carry_out(world.bench, asked, requested_by="privacy", reference=None)
    assert world.sf("Lead", lead_id)["IsDeleted"] is True
    other = world.portal.create(
        "contacts", {"email": "info@nordwerk.example", "lastname": "Ruhe"}, actor=Actor.system("FORM")
    )
    world.settle()
    assert world.link_of(other.id).link.hubspot_id == other.id
    assert world.holds() == []
