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


def _business(world: World) -> dict[str, str]:
    """People on either side or both, with activities on either side; returns their ids by name."""
    ids = {
        "new": world.asks_for_demo("new@nordwerk.example", lastname="New"),
        "other": world.asks_for_demo("other@nordwerk.example", lastname="Other"),
        "met": world.contact("met@nordwerk.example", lastname="Met"),
    }
    ids["lead"] = world.lead("met@nordwerk.example", LastName="Met", City="Bremen", HasOptedOutOfEmail=True)
    ids["sales only"] = world.lead("sales@suedwerk.example", LastName="Sales", Company="Südwerk")
    call = {
        "hs_timestamp": "2026-10-05T07:30:00Z",
        "hs_call_title": "Hello",
        "hubspot_owner_id": world.rep.owner_id,
    }
    world.portal.create("calls", call, actor=world.marketer, associations=[("contacts", ids["met"])])
    task = {
        "Subject": "Send offer",
        "WhoId": ids["lead"],
        "OwnerId": world.rep.user_id,
        "Status": "Not Started",
    }
    world.org.create("Task", task, user_id=world.rep.user_id)
    return ids


_MOVING = {
    "Accord_Handoff_At__c",
    "Accord_First_Touch_Due__c",
    "accord_handoff_at",
    "HubSpot_Activity_Id__c",
    "HubSpot_Activity_At__c",
}


def _state(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """What people see on both sides, without ids and times that differ between any two runs."""
    state: dict[str, list[tuple[Any, ...]]] = {}
    for sobject in ("Lead", "Contact", "Task", "Event"):
        rows = []
        for row in world.org.rows(sobject):
            names = [n for n in row if n.startswith(("Accord_", "HubSpot_")) or n in _SHOWN]
            rows.append(tuple((n, str(row[n])) for n in sorted(names) if n not in _MOVING))
        state[sobject] = sorted(rows)
    for object_type in ("contacts", "calls", "emails", "meetings", "tasks"):
        rows = []
        for record in world.portal.records(object_type):
            values = record.properties
            names = [n for n in values if n.startswith(("accord_", "hs_call_t", "hs_task_s")) or n in _SHOWN]
            rows.append(tuple((n, str(values[n])) for n in sorted(names) if n not in _MOVING))
        state[object_type] = sorted(rows)
    return state


_SHOWN = {
    "Email", "City", "Status", "HasOptedOutOfEmail", "Subject", "Title", "LastName",
    "email", "city", "hs_lead_status", "hs_email_optout", "lastname", "jobtitle", "lifecyclestage",
}  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What the business looks like after passes that nobody interrupted."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('undisturbed') / 'accord.db'}")
    try:
        _business(world)
        world.settle()
        return _state(world)
    finally:
        world.stop()


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


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_pass_leaves_no_trace(world: World, undisturbed: dict[str, Any], moment: str) -> None:
    _business(world)
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
    assert _state(world) == undisturbed


@pytest.mark.parametrize("path", ["*sobjects/Task/*", "*/composite/sobjects"])
def test_a_step_that_failed_can_be_run_again_in_the_same_pass(
    world: World, undisturbed: dict[str, Any], path: str
) -> None:
    _business(world)
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
    assert len(_state(world)["Task"]) == len(undisturbed["Task"])
    assert len(_state(world)["tasks"]) == len(undisturbed["tasks"])


def _fired(world: World, fault: int) -> bool:
    return any(rule["id"] == fault and rule["fired"] for rule in world.sandbox.faults.snapshot())


@pytest.mark.parametrize("happens", [{"drop": "after"}, {"drop": "before"}, {"status": 502, "commit": True}])
def test_writes_without_an_answer_are_looked_up_and_not_repeated(
    world: World, undisturbed: dict[str, Any], happens: dict[str, Any]
) -> None:
    _business(world)
    endpoints = {
        "salesforce": ["*sobjects/Lead/*", "*/composite/sobjects", "*sobjects/Task/*"],
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
    assert _state(world) == undisturbed
