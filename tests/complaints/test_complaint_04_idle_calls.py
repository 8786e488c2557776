"""Complaint 4: "The API quota is eaten by idle polling and per-event calls."

Accord asks only for what changed and writes in batches. Also in the minutes after a pass that wrote hundreds of
records, a pass with nothing to do costs at most 20 calls, and `accord status` tells what passes cost.
"""

from collections.abc import Callable
from datetime import timedelta

from connectors.store import spending
from tests.e2e.laws.world import World

PEOPLE = 1_000
IDLE = 20


def test_complaint_04_a_pass_with_nothing_to_do_costs_little_also_after_a_big_one(
    make_world: Callable[..., World],
) -> None:
    world = make_world()
    world.sandbox.clock.freeze(False)  # records of one moment would be read together
    for n in range(PEOPLE):
        world.contact(f"p{n}@nordwerk.example", lastname=f"Nr {n}")
    first = world.run()
    written = world.writes()
    assert sum(written.values()) >= PEOPLE / 100
    world.run()  # reads its own writes
    costs = []
    for _ in range(14):
        world.clear_counters()
        world.run(minutes=1)
        assert world.writes() == {}
        costs.append(world.api_calls)
    assert max(costs) <= IDLE, costs

    assert first["reconciliation"].figures["API calls per 1,000 changed people"] < 100
    with world.bench.store.begin() as connection:
        day = spending.since(connection, world.clock.now() - timedelta(hours=24))
    assert (day.passes, day.idle_passes, day.idle_calls) == (16, 14, sum(costs))
    assert day.calls_per_1000_changed is not None
