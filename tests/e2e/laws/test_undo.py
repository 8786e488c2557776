"""Undo: a pass is taken back on both sides, what people did since stays, and nothing flows again by itself."""

from typing import Any

import pytest

from passes.approve import approve
from passes.undo import UndoPlan, plan_undo
from tests.e2e.laws.world import World


def _linked(world: World, **properties: str) -> tuple[str, str]:
    contact_id = world.asks_for_demo(**properties)
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    world.settle()
    return contact_id, lead_id


def _last(world: World) -> str:
    return f"pass {world._passes}"


def _undo(world: World, undone_pass: str | None = None, **options: Any) -> UndoPlan:
    world.later(minutes=1)
    made = plan_undo(
        world.bench, undone_pass or _last(world), f"undo-{world.clock.now():%d%H%M%S}", **options
    )
    approve(world.bench, made.plan_id)
    return made


def _left(made: UndoPlan) -> set[tuple[str, str | None]]:
    return {(one.reason, one.field) for one in made.left}


def _both_ways(world: World) -> tuple[str, str]:
    """A pass that has written a field on each side."""
    contact_id, lead_id = _linked(world, city="Kiel")
    world.edit("Lead", lead_id, City="Bremen")
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.run()
    assert world.hs(contact_id)["city"] == "Bremen"
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    return contact_id, lead_id


def test_an_undo_restores_both_sides_and_the_next_passes_leave_it_so(world: World) -> None:
    contact_id, lead_id = _both_ways(world)
    made = _undo(world)
    assert {(w.side, c.name, c.after) for w in made.plan.writes for c in w.changes} == {
        ("hubspot", "city", "Kiel"),
        ("salesforce", "title", "VP Data"),
    }
    for _ in range(3):
        contact, lead = world.hs(contact_id), world.sf("Lead", lead_id)
        assert (contact["city"], lead["City"]) == ("Kiel", "Bremen")
        assert (contact["jobtitle"], lead["Title"]) == ("Chief Data Officer", "VP Data")
        world.clear_counters()
        world.run()
        assert world.writes() == {}
    assert {(row.field, row.kind, row.side) for row in world.holds()} == {
        ("city", "undone", "hubspot"),
        ("title", "undone", "salesforce"),
    }


@pytest.mark.parametrize("where", ["restored", "source"])
def test_the_first_change_after_an_undo_flows_and_ends_the_hold(world: World, where: str) -> None:
    contact_id, lead_id = _both_ways(world)
    _undo(world)
    world.run()
    if where == "restored":
        world.edit_contact(contact_id, city="Hamburg")
    else:
        world.edit("Lead", lead_id, City="Hamburg")
    world.settle()
    assert (world.hs(contact_id)["city"], world.sf("Lead", lead_id)["City"]) == ("Hamburg", "Hamburg")
    assert [row.field for row in world.holds()] == ["title"]
    assert world.losses() == []


def test_what_somebody_has_edited_since_stays_and_is_named(world: World) -> None:
    contact_id, lead_id = _both_ways(world)
    undone = _last(world)
    world.edit_contact(contact_id, city="Hamburg")
    made = _undo(world, undone)
    assert ("edited", "city") in _left(made)
    assert world.hs(contact_id)["city"] == "Hamburg"
    assert world.sf("Lead", lead_id)["Title"] == "VP Data"
    world.settle()
    assert world.sf("Lead", lead_id)["City"] == "Hamburg"


def test_an_edit_of_the_other_side_since_flows_over_the_restored_value(world: World) -> None:
    contact_id, lead_id = _both_ways(world)
    undone = _last(world)
    world.edit("Lead", lead_id, City="Lübeck")
    _undo(world, undone)
    assert world.hs(contact_id)["city"] == "Kiel"
    world.settle()
    assert world.hs(contact_id)["city"] == "Lübeck"


def test_an_undo_can_be_undone(world: World) -> None:
    contact_id, lead_id = _both_ways(world)
    first = _undo(world)
    world.run()
    _undo(world, first.plan_id)
    assert (world.hs(contact_id)["city"], world.sf("Lead", lead_id)["Title"]) == (
        "Bremen",
        "Chief Data Officer",
    )
    world.settle()
    assert world.holds() == []


def test_computed_values_are_left_to_the_next_pass_unless_asked_for(world: World) -> None:
    contact_id = world.contact()
    lead_id = world.lead()
    world.run()
    linked = _last(world)
    assert world.sf("Lead", lead_id)["Accord_Stage__c"]
    made = _undo(world, linked)
    assert ("computed", "stage") in _left(made)
    assert world.sf("Lead", lead_id)["Accord_Stage__c"]
    made = _undo(world, linked, computed=True)
    assert world.sf("Lead", lead_id)["Accord_Stage__c"] is None
    world.settle()
    assert world.sf("Lead", lead_id)["Accord_Stage__c"]
    assert world.lead_of(contact_id) == lead_id  # who is who is not undone


def test_an_authority_does_not_put_the_undone_value_back(world: World) -> None:
    contact_id, lead_id = _linked(world)
    world.edit("Lead", lead_id, Status="Working - Contacted")
    world.run()
    assert world.hs(contact_id)["hs_lead_status"] == "IN_PROGRESS"
    undone = _last(world)
    before = world.hs(contact_id)["hs_lead_status"]
    _undo(world, undone)
    assert world.hs(contact_id)["hs_lead_status"] != before
    world.run()
    assert world.hs(contact_id)["hs_lead_status"] != before


def test_consent_is_never_taken_back(world: World) -> None:
    contact_id, lead_id = _linked(world)
    world.edit_contact(contact_id, do_not_call="true")
    world.run()
    assert world.sf("Lead", lead_id)["DoNotCall"] is True
    made = _undo(world)
    assert ("consent", "do_not_call") in _left(made)
    assert world.sf("Lead", lead_id)["DoNotCall"] is True


def test_created_people_stay_unless_archiving_is_asked_for_and_approved(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.run()
    undone = _last(world)
    lead_id = str(world.lead_of(contact_id))
    made = _undo(world, undone)
    assert ("created", None) in _left(made)
    assert len(world.leads()) == 1
    world.later(minutes=1)
    made = plan_undo(world.bench, undone, "undo-archive", archive_created=True)
    assert [item["what"] for item in made.tripped] == ["archive Lead"]
    approve(world.bench, made.plan_id)
    assert world.leads() == []
    world.settle()
    assert world.leads() == []
    assert world.held().kind == "deleted_other_side"
    assert lead_id not in {lead["Id"] for lead in world.leads()}


def test_a_created_person_on_whom_sales_has_worked_is_not_archived(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.run()
    world.edit("Lead", str(world.lead_of(contact_id)), Title="Chief Data Officer")
    made = plan_undo(world.bench, _last(world), "undo-archive", archive_created=True)
    assert ("edited", None) in _left(made)
    assert [write for write in made.plan.writes if write.operation == "archive"] == []


def test_a_pass_is_undone_after_the_lead_was_converted(world: World) -> None:
    contact_id, lead_id = _both_ways(world)
    undone = _last(world)
    world.convert(lead_id)
    world.run()
    made = _undo(world, undone)
    assert ("gone", "title") in _left(made)
    assert world.hs(contact_id)["city"] == "Kiel"
    world.settle()
    assert world.hs(contact_id)["city"] == "Kiel"
    assert [row.object_type for row in world.holds() if row.kind == "undone"] == ["contacts"]


def test_what_was_undone_rests_in_companies_too(world: World) -> None:
    company_id = world.portal.create(
        "companies",
        {"name": "Nordwerk AG", "domain": "nordwerk.example", "city": "Kiel"},
        actor=world.marketer,
    ).id
    account_id = world.org.create(
        "Account",
        {
            "Name": "Nordwerk AG",
            "Website": "nordwerk.example",
            "BillingCity": "Kiel",
            "OwnerId": world.rep.user_id,
        },
        user_id=world.rep.user_id,
    )
    world.settle()
    world.edit("Account", account_id, BillingCity="Bremen")
    world.run()
    _undo(world)
    world.settle()
    record = world.portal.record("companies", company_id)
    assert record is not None
    assert record.properties["city"] == "Kiel"
    assert world.sf("Account", account_id)["BillingCity"] == "Bremen"
