"""Deletions that Accord made, taken back: by a call where the vendor has one, else by a person who is told how."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from passes.applying.approve import approve
from passes.applying.undo import UndoPlan, plan_undo
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.test_10_deletions import HUBSPOT_FOLLOWS, SALESFORCE_FOLLOWS
from tests.e2e.laws.world import START, World

MakeWorld = Callable[..., World]


def _followed(make_world: MakeWorld, side: str, *, days: int = 0) -> tuple[World, str, str]:
    """A pair of which a person deleted the record on ``side``, and Accord then the other."""
    world = make_world(mapping=SALESFORCE_FOLLOWS if side == "hubspot" else HUBSPOT_FOLLOWS)
    world.later(days=days)
    ((contact_id, lead_id),) = linked(world, "Vera")
    if side == "hubspot":
        world.portal.archive("contacts", contact_id, actor=world.marketer)
    else:
        world.org.delete("Lead", lead_id, user_id=world.rep.user_id)
    world.run(approve=False)
    assert (world.leads(), world.portal.records("contacts")) == ([], [])
    return world, contact_id, lead_id


def _plan(world: World) -> UndoPlan:
    return plan_undo(world.bench, "pass 2", f"undo-{world.clock.now():%d%H%M%S}")


def _edits_flow_both_ways(world: World, contact_id: str, lead_id: str) -> None:
    """With the base of before: an edit on one side alone is no conflict."""
    world.edit("Lead", lead_id, City="Bremen")
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.settle()
    assert world.hs(contact_id)["city"] == "Bremen"
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    assert world.losses() == []
    assert (len(world.leads()), len(world.portal.records("contacts"))) == (1, 1)
    assert world.holds() == []


def test_a_lead_that_followed_its_contact_is_taken_out_of_the_recycle_bin(make_world: MakeWorld) -> None:
    world, contact_id, lead_id = _followed(make_world, "hubspot")
    link = world.link_of(contact_id).link
    world.later(minutes=1)
    made = _plan(world)
    assert [(write.operation, write.record_id) for write in made.plan.writes] == [("restore", lead_id)]
    assert world.leads() == [], "a plan writes nothing"
    approve(world.bench, made.plan_id)
    assert [row["Id"] for row in world.leads()] == [lead_id]
    # The contact is still in HubSpot's bin: that is told, and the Lead is not deleted again.
    world.settle()
    assert (world.held().kind, world.held().side) == ("deleted_other_side", "hubspot")
    assert [row["Id"] for row in world.leads()] == [lead_id]
    world.portal.restore("contacts", contact_id, actor=world.marketer)
    world.settle()
    assert world.link_of(contact_id).link == link
    _edits_flow_both_ways(world, contact_id, lead_id)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_lost_answer_restores_once(make_world: MakeWorld, drop: str) -> None:
    world, _, lead_id = _followed(make_world, "hubspot")
    made = _plan(world)
    world.fault("salesforce", path="/services/Soap/*", drop=drop)
    approve(world.bench, made.plan_id)
    assert [row["Id"] for row in world.leads()] == [lead_id]
    assert not [hold for hold in world.holds() if hold.kind == "rejected"]


def test_for_a_contact_the_undo_says_what_a_person_must_do_and_by_when(make_world: MakeWorld) -> None:
    """HubSpot has no call that takes a record out of its bin."""
    world, contact_id, lead_id = _followed(make_world, "salesforce")
    link, deleted_at = world.link_of(contact_id).link, world.clock.now()
    world.later(minutes=1)
    made = _plan(world)
    assert made.plan.writes == ()
    assert [(left.reason, left.record_id) for left in made.left] == [("archived", contact_id)]
    place = made.bins["hubspot", "contacts"]
    assert place.until == deleted_at + timedelta(days=90)
    assert (place.how, place.link) == (
        "in HubSpot: Actions, Restore records",
        f"https://app.hubspot.com/contacts/{world.portal.portal_id}/objects/0-1",
    )
    world.portal.restore("contacts", contact_id, actor=world.marketer)
    world.org.undelete("Lead", lead_id, user_id=world.rep.user_id)
    world.settle()
    assert world.link_of(contact_id).link == link
    assert [left.reason for left in _plan(world).left] == ["back"]
    _edits_flow_both_ways(world, contact_id, lead_id)


@pytest.mark.parametrize(("side", "kept"), [("hubspot", 15), ("salesforce", 90)])
def test_after_its_time_the_bin_has_nothing_to_give_back(make_world: MakeWorld, side: str, kept: int) -> None:
    world, _, _ = _followed(make_world, side)
    world.later(days=kept)
    made = _plan(world)
    assert made.plan.writes == ()
    assert [left.reason for left in made.left] == ["purged"]


def test_a_refused_restore_is_held_with_the_reason(make_world: MakeWorld) -> None:
    world, _, lead_id = _followed(make_world, "hubspot")
    made = _plan(world)
    world.org.undelete("Lead", lead_id, user_id=world.rep.user_id)
    world.org.delete("Lead", lead_id, user_id=world.rep.user_id)
    row = world.org.tables["Lead"].rows[lead_id]
    world.org.put("Lead", type(row)({**row, "MasterRecordId": lead_id}))
    approve(world.bench, made.plan_id)
    (hold,) = [hold for hold in world.holds() if hold.kind == "rejected"]
    assert "recycle bin" in hold.why


def test_the_command_names_record_place_and_deadline(make_world: MakeWorld) -> None:
    # The command's clock is the machine's, and the bin must still have the contact.
    days = max(0, (datetime.now(UTC) - START).days)
    world, contact_id, _ = _followed(make_world, "salesforce", days=days)
    shell = shell_of(world)
    (left,) = shell.json("undo", "pass 2")["left"]
    assert (left["reason"], left["record_id"]) == ("archived", contact_id)
    assert left["link"].endswith("/objects/0-1")
    until = world.clock.now() + timedelta(days=90)
    assert left["until"] == until.isoformat()
    shown = " ".join(shell.accord("undo", "pass 2").stdout.split())
    assert f"To take contacts {contact_id} out of the bin in HubSpot: Actions, Restore records" in shown
    assert f"{until:%d %B %Y}" in shown
