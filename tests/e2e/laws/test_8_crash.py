"""Law 8: a crash changes nothing. A killed pass is run again, and the result is that of one that was not."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.errors import ConnectorError
from connectors.store.lease import LeaseHeldError
from connectors.store.tables import leases
from passes.context import PassOptions
from passes.run import DECIDING, READING, WRITING
from tests.e2e.laws.business import begin_business, state_of
from tests.e2e.laws.world import World

ROOT = Path(__file__).parents[3]


def _start(world: World, pass_id: str) -> subprocess.Popen[str]:
    hubspot, salesforce = world.sandbox.hubspot, world.sandbox.salesforce
    asked = {
        "database_url": world.database_url,
        "hubspot_token": hubspot.access_token,
        "hubspot_url": hubspot.base_url,
        "salesforce_url": salesforce.instance_url,
        "salesforce_client_id": salesforce.client_id,
        "salesforce_client_secret": salesforce.client_secret,
        "now": world.clock.now().isoformat(),
        "pass_id": pass_id,
    }
    command = [sys.executable, "-m", "tests.e2e.laws.one_pass"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdin is not None
    process.stdin.write(json.dumps(asked))
    process.stdin.close()
    return process


def _kill_at(world: World, fault: int, process: subprocess.Popen[str]) -> None:
    """Kill the process as soon as the fault holds one of its calls."""
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s:
        if _fired(world, fault):
            process.kill()
            process.wait(30)
            return
        assert process.poll() is None, "the pass ended before the moment to kill it"
        time.sleep(0.01)
    raise AssertionError("the moment to kill the pass never came")


HOLD_S = 30.0
HELD = {"delay_s": HOLD_S}
DONE_AND_HELD = {"drop": "after", "delay_s": HOLD_S}
MOMENTS = {
    "reading HubSpot": ("hubspot", {"path": "*/contacts/search", **HELD}),
    "before the first write": ("hubspot", {"path": "*unsubscribe-all", **HELD}),
    "after an opt-out": ("hubspot", {"path": "*unsubscribe-all", **DONE_AND_HELD}),
    "before Leads are created": ("salesforce", {"path": "*sobjects/Lead/*", **HELD}),
    "after Leads were created": ("salesforce", {"path": "*sobjects/Lead/*", **DONE_AND_HELD}),
    "after contacts were created": ("hubspot", {"path": "*/contacts/batch/upsert", **DONE_AND_HELD}),
    "after Tasks were created": ("salesforce", {"path": "*sobjects/Task/*", **DONE_AND_HELD}),
}


_RARER = ("before the first write", "after an opt-out", "reading HubSpot", "after contacts were created")


@pytest.mark.parametrize(
    "moment",
    [pytest.param(name, marks=[pytest.mark.long] if name in _RARER else []) for name in MOMENTS],
)
def test_a_killed_pass_leaves_no_trace(world: World, undisturbed: dict[str, Any], moment: str) -> None:
    begin_business(world)
    vendor, rule = MOMENTS[moment]
    if "Tasks" in moment:
        world.run()  # copies of activities follow the people's links
    # The other process keeps to the limits in its own time.
    world.portal.limits.enforced = False
    fault = world.fault(vendor, **rule)
    world.later(minutes=5)
    _kill_at(world, fault, _start(world, "killed"))
    world.sandbox.faults.clear()
    with pytest.raises(LeaseHeldError):
        world.run()
    with world.bench.store.begin() as connection:
        connection.execute(sa.update(leases).values(expires_at_s=0.0))
    world.settle()
    assert state_of(world) == undisturbed


@pytest.mark.parametrize("path", ["*sobjects/Task/*", "*/composite/sobjects"])
def test_a_step_that_failed_can_be_run_again_in_the_same_pass(
    world: World, undisturbed: dict[str, Any], path: str
) -> None:
    begin_business(world)
    world.run()
    world.edit("Lead", world.org.rows("Lead")[0]["Id"], Title="Changed")
    steps = {**READING, **DECIDING, **WRITING}
    options = PassOptions(approve=True)
    world.later(minutes=5)
    world.fault("salesforce", path=path, times=None, drop="before")
    failures = 0
    for name, step in steps.items():
        for _ in range(2):
            try:
                world.bench.run(step, name, "again", options)
            except ConnectorError:
                failures += 1
                world.sandbox.faults.clear()
    world.bench.release()
    assert failures == 1
    world.settle()
    assert {row["Title"] for row in world.leads()} >= {"Changed"}
    world.edit("Lead", world.org.rows("Lead")[0]["Id"], Title=None)
    world.settle()
    assert len(state_of(world)["Task"]) == len(undisturbed["Task"])
    assert len(state_of(world)["tasks"]) == len(undisturbed["tasks"])


def _fired(world: World, fault: int) -> bool:
    return any(rule["id"] == fault and rule["fired"] for rule in world.sandbox.faults.snapshot())


@pytest.mark.parametrize("happens", [{"drop": "after"}, {"drop": "before"}, {"status": 502, "commit": True}])
def test_writes_without_an_answer_are_looked_up_and_not_repeated(
    world: World, undisturbed: dict[str, Any], happens: dict[str, Any]
) -> None:
    begin_business(world)
    endpoints = {
        "salesforce": ["*sobjects/Lead/H*", "*/composite/sobjects", "*sobjects/Task/*"],
        "hubspot": ["*/contacts/batch/upsert", "*/contacts/batch/update", "*/tasks/batch/upsert", "*-all"],
    }
    faults = [
        world.fault(vendor, path=path, times=2, **happens)
        for vendor, paths in endpoints.items()
        for path in paths
    ]
    world.settle(10)
    assert all(_fired(world, fault) for fault in faults)
    world.sandbox.faults.clear()
    world.settle()
    assert state_of(world) == undisturbed
