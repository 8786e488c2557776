"""A person excuses a clock: with a name and a reason, revocably, and never against a figure already told."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.store import agreement
from connectors.store.tables import clocks
from passes.agreement import excusing
from passes.agreement.excusing import ExcuseError
from passes.numbers import measure
from tests.e2e.laws.world import World


def _clock(world: World, link_id: str, commitment: str = "first_touch") -> Any:
    with world.bench.store.begin() as connection:
        of = (clocks.c.link_id == link_id) & (clocks.c.commitment == commitment)
        return connection.execute(sa.select(clocks).where(of)).one()


def test_an_excuse_restates_and_the_published_figure_stays(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    link_id = world.link_of(contact_id).link.link_id
    world.later(days=30)
    world.run()
    assert _clock(world, link_id).status == "breached"
    context = world.bench.open("figures")
    measure.metrics(context)
    with world.bench.store.begin() as connection:
        told = agreement.all_published(connection)
    assert {(row.period, row.commitment, row.value) for row in told} >= {("month", "first_touch", 0.0)}

    excusing.excuse(context, link_id, "first_touch", reason="The phone system was down", by="Ines Roth")
    world.run()
    clock = _clock(world, link_id)
    assert (clock.status, clock.why) == ("excused", "excused by Ines Roth: The phone system was down")
    touched = {"Subject": "Intro", "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
    lead_id = str(world.lead_of(contact_id))
    owner = {"WhoId": lead_id, "OwnerId": world.rep.user_id}
    world.org.create("Task", {**touched, **owner}, user_id=world.rep.user_id)
    world.run()
    assert _clock(world, link_id).status == "excused"

    excusing.revoke(context, link_id, "first_touch", by="Theo Falk")
    world.run()
    assert _clock(world, link_id).status == "breached"
    with world.bench.store.begin() as connection:
        (row,) = agreement.all_excuses(connection)
        assert (row.given_by, row.revoked_by) == ("Ines Roth", "Theo Falk")
        assert agreement.all_published(connection) == told
    with pytest.raises(ExcuseError, match="nobody excused"):
        excusing.revoke(context, link_id, "first_touch", by="Theo Falk")
    with pytest.raises(ExcuseError, match="no clock 'qualified_leads'"):
        excusing.excuse(context, link_id, "qualified_leads", reason="x", by="Theo Falk")


def test_late_activity_restates_a_month_and_both_figures_are_shown(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    in_time = world.clock.now() + timedelta(minutes=20)
    world.later(days=30)
    world.run()
    context = world.bench.open("figures")
    measure.metrics(context)
    meeting = {
        "Subject": "Intro",
        "StartDateTime": in_time.isoformat(),
        "DurationInMinutes": 30,
        "WhoId": lead_id,
        "OwnerId": world.rep.user_id,
    }
    world.org.create("Event", meeting, user_id=world.rep.user_id)
    world.run()
    for _ in range(2):  # told once however often it is measured
        measure.metrics(context)
    notes = measure.compute(context, "month").notes
    day = world.clock.now().date()
    assert f"first_touch, October 2026: published 0.0 % on {day}, restated 100.0 %." in notes
