"""Complaint 18: the owner is not mapped, and the lead lands on the integration user or on somebody who left.

Accord's answer: owners are matched by e-mail, with overrides; who has no counterpart goes to the fallback queue, told
as a hold; a check counts people whose clock runs while nobody can act; and the clock runs on.
"""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from connectors.store.tables import clocks
from tests.e2e.laws.world import World

_QUEUED = {"fallback: assignment rules": "fallback: queue:Inbound"}


def _owner(world: World, email: str) -> str:
    return world.portal.owners.add(
        email=email,
        first_name="Gone",
        last_name="Away",
        kind="PERSON",
        active=True,
        team=None,
        now=world.clock.now(),
    ).id


def _lead(world: World, contact_id: str) -> dict[str, object]:
    return world.sf("Lead", str(world.lead_of(contact_id)))


def test_owners_are_matched_overridden_or_go_to_the_queue_and_the_clock_runs(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mapping=_QUEUED)
    queue = world.org.add_group("Inbound")
    stranger, twice = _owner(world, "gone@elsewhere.example"), _owner(world, "other.name@elsewhere.example")
    override = f"overrides: {{other.name@elsewhere.example: {world.rep.email}}}"
    world.remap({"overrides: {}": override})
    people = {
        owner: world.asks_for_demo(f"p{n}@nordwerk.example", lastname=f"Nr {n}", hubspot_owner_id=owner)
        for n, owner in enumerate((world.colleague.owner_id, twice, stranger))
    }
    world.run()
    hold = world.held("owner")
    assert hold.kind == "unmapped_owner"
    assert "owners.overrides" in hold.remedy
    world.settle()
    assert _lead(world, people[world.colleague.owner_id])["OwnerId"] == world.colleague.user_id
    assert _lead(world, people[twice])["OwnerId"] == world.rep.user_id
    assert _lead(world, people[stranger])["OwnerId"] == queue
    with world.bench.store.begin() as connection:
        running = sa.select(clocks.c.link_id).where(clocks.c.status == "pending", clocks.c.team == "sales")
        assert f"h{people[stranger]}" in {row.link_id for row in connection.execute(running)}


@pytest.mark.parametrize("who", ["a user who left", "the integration user"])
def test_a_lead_on_which_nobody_can_act_raises_an_alarm_with_counts(world: World, who: str) -> None:
    contact_id = world.asks_for_demo(hubspot_owner_id=world.colleague.owner_id)
    world.settle()
    assert world.finding("reconciliation", "owners_at_work").holds
    lead_id, admin = str(world.lead_of(contact_id)), world.org.integration_user_id
    if who == "a user who left":
        world.org.update("User", world.colleague.user_id, {"IsActive": False}, user_id=admin)
    else:
        world.org.update("Lead", lead_id, {"OwnerId": admin}, user_id=admin)
    world.later(hours=2)
    alarm = world.finding("reconciliation", "owners_at_work")
    assert not alarm.holds
    said = "1 with an inactive user" if who == "a user who left" else "1 with Accord's own user"
    assert said in alarm.why
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    assert world.finding("reconciliation", "owners_at_work").holds
