"""Undo: a pass is taken back on both sides, what people did since stays, and nothing flows again by itself."""

from typing import Any

import pytest

from connectors.errors import ConnectorError
from passes.applying.approve import approve
from passes.applying.undo import UndoPlan, plan_undo
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World


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


def _both_ways(world: World, *names: str) -> list[tuple[str, str]]:
    """A pass that has written a field on each side for everybody."""
    pairs = linked(world, *names)
    for contact_id, lead_id in pairs:
        world.edit("Lead", lead_id, City="Bremen")
        world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.run()
    for contact_id, lead_id in pairs:
        assert world.hs(contact_id)["city"] == "Bremen"
        assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    return pairs


def test_an_undo_restores_both_sides_and_the_next_passes_leave_it_so(world: World) -> None:
    [(contact_id, lead_id)] = _both_ways(world, "Vera")
    made = _undo(world)
    assert {(w.side, c.name, c.after) for w in made.plan.writes for c in w.changes} == {
        ("hubspot", "city", "Kiel"),
        ("salesforce", "title", "VP Data"),
    }
    for _ in range(2):
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


def test_the_first_change_after_an_undo_flows_whichever_side_it_is_on(world: World) -> None:
    (one, his), (another, hers) = _both_ways(world, "Vera", "Mara")
    _undo(world)
    world.run()
    world.edit_contact(one, city="Hamburg")  # where it was restored
    world.edit("Lead", hers, City="Hamburg")  # where it had come from
    world.settle()
    assert [world.hs(who)["city"] for who in (one, another)] == ["Hamburg"] * 2
    assert [world.sf("Lead", who)["City"] for who in (his, hers)] == ["Hamburg"] * 2
    assert {row.field for row in world.holds()} == {"title"}
    assert world.losses() == []


def test_what_somebody_has_edited_since_stays_and_is_named(world: World) -> None:
    (one, his), (another, hers) = _both_ways(world, "Vera", "Mara")
    undone = _last(world)
    world.edit_contact(one, city="Hamburg")
    world.edit("Lead", hers, City="Lübeck")
    made = _undo(world, undone)
    assert [left.record_id for left in made.left if (left.reason, left.field) == ("edited", "city")] == [one]
    assert [world.hs(who)["city"] for who in (one, another)] == ["Hamburg", "Kiel"]
    assert world.sf("Lead", his)["Title"] == "VP Data"
    world.settle()
    assert world.sf("Lead", his)["City"] == "Hamburg"
    # The edit of the other side is newer than what was undone.
    assert world.hs(another)["city"] == "Lübeck"


def test_an_undo_can_be_undone(world: World) -> None:
    [(contact_id, lead_id)] = _both_ways(world, "Vera")
    first = _undo(world)
    world.run()
    _undo(world, first.plan_id)
    assert (world.hs(contact_id)["city"], world.sf("Lead", lead_id)["Title"]) == (
        "Bremen",
        "Chief Data Officer",
    )
    world.settle()
    assert world.holds() == []


def test_an_undo_that_was_interrupted_goes_on_where_it_stopped(world: World) -> None:
    [(contact_id, lead_id)] = _both_ways(world, "Vera")
    undone = _last(world)
    made = plan_undo(world.bench, undone, "undo-1")
    world.fault("hubspot", path="*/batch/update", status=503, times=None)
    with pytest.raises(ConnectorError):
        approve(world.bench, made.plan_id)
    world.sandbox.faults.clear()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    approve(world.bench, made.plan_id)
    assert world.sf("Lead", lead_id)["Title"] == "VP Data"
    world.run()
    # What became of the write to HubSpot was unknown; the pass has read that it did nothing.
    assert {(row.field, row.kind) for row in world.holds()} == {("title", "undone")}
    made = _undo(world, undone)
    assert ("as before", "title") in _left(made)
    world.run()
    assert (world.hs(contact_id)["city"], world.sf("Lead", lead_id)["Title"]) == ("Kiel", "VP Data")


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


def test_an_authority_does_not_put_the_undone_value_back_and_consent_stays(world: World) -> None:
    [(contact_id, lead_id)] = linked(world, "Vera")
    before = world.hs(contact_id)["hs_lead_status"]
    world.edit("Lead", lead_id, Status="Working - Contacted")
    world.edit_contact(contact_id, do_not_call="true")
    world.run()
    assert world.hs(contact_id)["hs_lead_status"] == "IN_PROGRESS"
    assert world.sf("Lead", lead_id)["DoNotCall"] is True
    made = _undo(world)
    world.run()
    assert world.hs(contact_id)["hs_lead_status"] == before
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


def test_an_archived_copy_of_an_activity_is_not_made_again(world: World) -> None:
    [(contact_id, lead_id)] = linked(world, "Vera")
    values = {"hs_timestamp": "2026-10-05T08:00:00Z", "hs_call_title": "Intro", "hs_call_status": "COMPLETED"}
    world.portal.create("calls", values, actor=world.marketer, associations=[("contacts", contact_id)])
    world.run()
    assert len(world.org.rows("Task")) == 1
    made = _undo(world, archive_created=True)
    assert [item["what"] for item in made.tripped] == ["archive Task"]
    assert list(world.org.rows("Task")) == []
    world.settle()
    assert list(world.org.rows("Task")) == []
    assert len(world.portal.records("calls")) == 1
    assert lead_id in {lead["Id"] for lead in world.leads()}


def test_a_created_person_on_whom_sales_has_worked_is_not_archived(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.run()
    world.edit("Lead", str(world.lead_of(contact_id)), Title="Chief Data Officer")
    made = plan_undo(world.bench, _last(world), "undo-archive", archive_created=True)
    assert ("edited", None) in _left(made)
    assert [write for write in made.plan.writes if write.operation == "archive"] == []


def test_a_pass_is_undone_after_the_lead_was_converted(world: World) -> None:
    [(contact_id, lead_id)] = _both_ways(world, "Vera")
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


@pytest.mark.parametrize("edited", ["nobody", "hubspot", "salesforce"])
def test_the_edit_of_an_activity_is_undone_and_rests_until_somebody_edits_it(
    world: World, edited: str
) -> None:
    [(contact_id, _)] = linked(world, "Vera")
    at = world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    call = {"hs_timestamp": at, "hubspot_owner_id": world.rep.owner_id, "hs_call_body": "first<br>words"}
    made = world.portal.create("calls", call, actor=world.marketer, associations=[("contacts", contact_id)])
    world.settle()
    world.portal.update("calls", made.id, {"hs_call_body": "other words"}, actor=world.marketer)
    world.run()
    (task,) = world.org.rows("Task")
    assert task["Description"] == "other words"
    told = _undo(world)
    assert [(w.object_type, c.name) for w in told.plan.writes for c in w.changes] == [("Task", "body")]
    for _ in range(2):
        world.run()
        (task,) = world.org.rows("Task")
        call_now = world.portal.record("calls", made.id)
        assert call_now is not None
        assert (task["Description"], call_now.properties["hs_call_body"]) == ("first\nwords", "other words")
    if edited == "hubspot":
        world.portal.update("calls", made.id, {"hs_call_body": "last words"}, actor=world.marketer)
    elif edited == "salesforce":
        world.edit("Task", task["Id"], Description="last words")
    else:
        _undo(world, told.plan_id)  # and the undo is undone
    world.settle()
    (task,) = world.org.rows("Task")
    call_now = world.portal.record("calls", made.id)
    assert call_now is not None
    wanted = "other words" if edited == "nobody" else "last words"
    assert (task["Description"], call_now.properties["hs_call_body"]) == (wanted, wanted)
    assert world.losses() == []
