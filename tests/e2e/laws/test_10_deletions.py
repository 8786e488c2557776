"""Law 6 continued: a deletion on one side does on the other what the mapping says, and nothing brings the dead back."""

from collections.abc import Callable

import pytest

from passes.approve import PlanMovedError, approve
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

SALESFORCE_FOLLOWS = {
    "hubspot_archived: ignore, salesforce_deleted": "hubspot_archived: archive, salesforce_deleted"
}
HUBSPOT_FOLLOWS = {"salesforce_deleted: ignore": "salesforce_deleted: archive"}
HUBSPOT_FORGETS = {
    "salesforce_deleted: ignore": "salesforce_deleted: delete",
    "purge: {absolute: 0}": "purge: {absolute: 9}",
}

MakeWorld = Callable[..., World]


def _archive(world: World, contact_id: str) -> None:
    world.portal.archive("contacts", contact_id, actor=world.marketer)


def _delete(world: World, lead_id: str) -> None:
    world.org.delete("Lead", lead_id, user_id=world.rep.user_id)


def _removals(world: World) -> dict[str, int]:
    marks = ("DELETE", "/batch/archive", "gdpr-delete")
    return {name: n for name, n in world.writes().items() if any(mark in name for mark in marks)}


# ---- what a deletion does


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_by_default_a_deletion_is_told_and_nothing_is_written(world: World, side: str) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    _archive(world, contact_id) if side == "hubspot" else _delete(world, lead_id)
    world.clear_counters()
    world.settle()
    assert world.writes() == {}
    hold = world.held()
    assert (hold.kind, hold.side) == ("deleted_other_side", side)


def test_an_archived_contact_takes_the_lead_into_the_bin(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    (gone, kept) = linked(world, "Vera", "Otto")
    _archive(world, gone[0])
    result = world.run(approve=False)
    assert result["sync_plan"].figures["planned salesforce Lead delete"] == 1
    assert [row["Id"] for row in world.leads()] == [kept[1]]
    world.clear_counters()
    world.settle()
    assert world.writes() == {}
    assert world.holds() == []


def test_a_deleted_lead_takes_the_contact_into_the_bin(make_world: MakeWorld) -> None:
    world = make_world(mapping=HUBSPOT_FOLLOWS)
    (gone, kept) = linked(world, "Vera", "Otto")
    _delete(world, gone[1])
    world.run(approve=False)
    assert [record.id for record in world.portal.records("contacts")] == [kept[0]]
    world.portal.restore("contacts", gone[0], actor=world.marketer)


def test_a_deleted_lead_can_take_the_contact_for_good(make_world: MakeWorld) -> None:
    world = make_world(mapping=HUBSPOT_FORGETS)
    (gone, kept) = linked(world, "Vera", "Otto")
    _delete(world, gone[1])
    world.fault("hubspot", path="*/gdpr-delete", drop="after", times=1)
    world.run(approve=False)
    assert [record.id for record in world.portal.records("contacts")] == [kept[0]]
    assert world.portal.record("contacts", gone[0]) is None
    world.clear_counters()
    world.settle()
    assert (world.writes(), world.holds()) == ({}, [])


def test_a_converted_person_follows_as_a_contact(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.convert(lead_id, create_opportunity=False)
    world.settle()
    _archive(world, contact_id)
    world.run(approve=False)
    assert world.org.rows("Contact") == []


def test_people_who_are_no_longer_admitted_are_followed_all_the_same(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    contact_id = world.asks_for_demo()
    world.settle()
    world.edit_contact(contact_id, jobtitle="Student")
    world.settle()
    _archive(world, contact_id)
    world.run(approve=False)
    assert world.leads() == []


def test_a_record_that_both_sides_deleted_is_at_rest(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    _archive(world, contact_id)
    _delete(world, lead_id)
    world.settle()
    assert world.holds() == []


# ---- the guard


def test_a_mass_deletion_by_mistake_stops_before_the_first_write(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    pairs = linked(world, *(f"Person{n}" for n in range(30)))
    for contact_id, _ in pairs[:25]:
        _archive(world, contact_id)
    world.clear_counters()
    result = world.run(approve=False)
    assert result["sync_plan"].texts["status"] == "stopped"
    assert "delete Lead: 25 planned, at most 10" in result["sync_plan"].findings[0].why
    assert world.writes() == {}
    assert len(world.leads()) == 30
    # Whoever restores them has lost nothing; the link lives on with its base.
    for contact_id, _ in pairs[:25]:
        world.portal.restore("contacts", contact_id, actor=world.marketer)
    world.edit_contact(pairs[0][0], city="Bremen")
    world.settle()
    assert world.sf("Lead", pairs[0][1])["City"] == "Bremen"
    assert world.holds() == []


def test_an_approved_plan_deletes_nobody_who_came_back_meanwhile(make_world: MakeWorld) -> None:
    world = make_world(mapping={**SALESFORCE_FOLLOWS, "delete: {absolute: 100": "delete: {absolute: 0"})
    (one, two) = linked(world, "Vera", "Otto")
    _archive(world, one[0])
    _archive(world, two[0])
    assert world.run(approve=False)["sync_plan"].texts["status"] == "stopped"
    world.portal.restore("contacts", one[0], actor=world.marketer)
    with pytest.raises(PlanMovedError) as refused:
        approve(world.bench, "pass 2")
    assert {moved.why for moved in refused.value.moved} == {"was restored"}
    assert len(world.leads()) == 2
    world.run(approve=True)
    assert [row["Id"] for row in world.leads()] == [one[1]]


def test_a_lost_answer_to_a_deletion_deletes_once(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    ((contact_id, _),) = linked(world, "Vera")
    _archive(world, contact_id)
    world.fault("salesforce", path="*/composite/sobjects", method="DELETE", drop="after", times=1)
    world.run(approve=False)
    world.settle()
    assert (world.leads(), world.holds()) == ([], [])
