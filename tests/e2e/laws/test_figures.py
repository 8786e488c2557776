"""Figures are stated, restated by what comes late, and what was published stays."""

from datetime import UTC, datetime, timedelta

from connectors.store import figures as store
from passes.numbers import measure
from tests.e2e.laws.world import World

OCTOBER = datetime(2026, 9, 30, 22, tzinfo=UTC)  # midnight in Berlin


def statements(world: World, metric: str) -> list[tuple[float | None, datetime]]:
    with world.bench.store.begin() as connection:
        rows = store.stated(connection, "month", OCTOBER)
    return [(row.value, row.stated_at) for row in rows if row.metric == metric and row.dimension == "all"]


def test_late_activity_restates_a_month_and_leaves_what_was_published(world: World) -> None:
    contact = world.asks_for_demo()
    world.settle()
    lead = world.lead_of(contact)
    measure.metrics(world.bench.open("hour 1"))
    world.later(hours=3)
    world.run()
    measure.metrics(world.bench.open("hour 2"))

    assert [value for value, _ in statements(world, "kept first_touch")] == [0.0]

    world.clock.set(datetime(2026, 11, 2, 8, 0, tzinfo=UTC))
    world.run()
    measure.metrics(world.bench.open("published"))
    published = statements(world, "kept first_touch")
    # A rep writes down a meeting of that morning, weeks late.
    began = datetime(2026, 10, 5, 8, 30, tzinfo=UTC)
    meeting = {"Subject": "Meeting", "StartDateTime": began, "EndDateTime": began + timedelta(minutes=30)}
    values = {**meeting, "WhoId": lead, "OwnerId": world.rep.user_id}
    world.org.create("Event", values, user_id=world.rep.user_id)
    world.settle()
    measure.restate(world.bench.open("restated"), "month", OCTOBER)

    assert [value for value, _ in published] == [0.0]
    assert [value for value, _ in statements(world, "kept first_touch")] == [0.0, 1.0]
    assert statements(world, "kept first_touch")[0] == published[0]
    # Once more changes nothing.
    assert measure.restate(world.bench.open("again"), "month", OCTOBER).figures["changed"] == 0
