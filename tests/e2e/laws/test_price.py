"""The price of a plan is what it really costs when it is carried out."""

from collections import Counter
from typing import Any

import pytest

from connectors.store.stored_plans import load_plan
from passes.applying.approve import approve
from passes.planning import named
from passes.planning.pricing import price_of
from sync_rules.price import Price
from tests.e2e.laws.world import World


def _waiting(world: World) -> tuple[str, Price]:
    with world.bench.store.begin() as connection:
        plan_id = named.plan_id(connection, None)
        plan = load_plan(connection, plan_id)
    assert plan is not None
    return plan_id, price_of(plan.writes, world.bench.open("price").mapping)


def _many(world: World, people: int) -> list[tuple[str, str]]:
    """People on both sides, new ones, opt-outs and calls: every kind of write, over several batches."""
    pairs = []
    for n in range(people):
        email = f"p{n}@nordwerk.example"
        pairs.append((world.contact(email, lastname=f"P{n}"), world.lead(email, LastName=f"P{n}")))
        world.asks_for_demo(f"new{n}@nordwerk.example", lastname=f"New{n}")
        world.lead(f"sales{n}@suedwerk.example", LastName=f"Sales{n}", HasOptedOutOfEmail=n % 9 == 0)
    return pairs


def _calls(results: dict[str, Any]) -> dict[str, float]:
    figures = results["applied_writes"].figures
    return {side: figures[f"{side}_api_calls"] for side in ("hubspot", "salesforce")}


@pytest.mark.parametrize("people", [3, 115])
def test_a_plan_costs_the_calls_that_were_told(world: World, people: int) -> None:
    pairs = _many(world, people)
    world.run(approve=False)
    plan_id, told = _waiting(world)
    operations = {(line.side, line.operation) for line in told.lines}
    assert operations >= {("hubspot", "create"), ("hubspot", "opt_out"), ("salesforce", "create")}
    assert _calls(approve(world.bench, plan_id)) == told.calls

    # Activities with their associations, a blank, a change; then the plan of a pass that nothing stops.
    for contact_id, lead_id in pairs:
        world.edit("Lead", lead_id, City="Bremen")
        properties = {"hs_timestamp": "2026-10-05T07:30:00Z", "hs_call_title": "Hello"}
        world.portal.create(
            "calls", properties, actor=world.marketer, associations=[("contacts", contact_id)]
        )
        world.org.create(
            "Task", {"Subject": "Send offer", "WhoId": lead_id, "OwnerId": world.rep.user_id, "Status": "Not Started"},
            user_id=world.rep.user_id,
        )  # fmt: skip
    world.run(dry_run=True)
    plan_id, told = _waiting(world)
    assert {line.object_type for line in told.lines} >= {"tasks", "Task", "contacts"}
    world.clear_counters()
    assert _calls(approve(world.bench, plan_id)) == told.calls
    written = Counter(name.split()[0] for name, number in world.writes().items() for _ in range(number))
    # What an update of HubSpot replaced is looked up in the histories of 50 records at a time.
    looks = -(-2 * people // 50)
    assert {**written, "hubspot": written["hubspot"] + looks} == told.calls
