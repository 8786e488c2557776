"""Complaint 17: "Activities cannot be mapped, filtered or de-duplicated, and their history is missing."

Each activity has a key on both sides, so that it is copied once, also by a new database; a touch logged in both systems
is one; kinds and outcomes are filtered in the mapping; a day of opens and clicks is one Task; a back-fill reads a
window of the past again, and goes on where it was interrupted.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import ConnectorError
from tests.e2e.laws.world import World

FILTER = {
    "call: {hubspot: calls, salesforce: Task}": "call: {hubspot: calls, salesforce: Task, except_outcomes: [Busy]}",
    "task: {hubspot: tasks, salesforce: Task}": "task: {hubspot: tasks, salesforce: Task, copy_to: neither}",
}
BUSY = "9d9162e7-6cf3-4944-bf63-4dff82258764"


def _log(world: World, kind: str, contact_id: str, **properties: str) -> str:
    now = world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    values = {"hs_timestamp": now, "hubspot_owner_id": world.rep.owner_id, **properties}
    made = world.portal.create(kind, values, actor=world.marketer, associations=[("contacts", contact_id)])
    return made.id


def _tasks(world: World) -> list[str]:
    return sorted(str(row["Subject"]) for row in world.org.rows("Task"))


def test_complaint_17_activities_are_filtered_once_and_complete(
    make_world: Callable[..., World], tmp_path: Any
) -> None:
    world = make_world(mapping=FILTER)
    contact_id, lead_id = world.contact(), world.lead()
    # History from before anybody was linked, and what a rep's mail tool and HubSpot have both logged.
    _log(world, "calls", contact_id, hs_call_title="Before", hs_call_direction="OUTBOUND")
    world.later(hours=1)
    _log(world, "emails", contact_id, hs_email_subject="Offer", hs_email_direction="EMAIL")
    world.later(minutes=2)
    email = {"Subject": "Email: Offer", "TaskSubtype": "Email", "Status": "Completed"}
    whose = {"WhoId": lead_id, "OwnerId": world.rep.user_id}
    world.org.create("Task", {**email, **whose}, user_id=world.rep.user_id)
    world.later(hours=1)
    _log(world, "calls", contact_id, hs_call_title="Busy", hs_call_disposition=BUSY)
    _log(world, "tasks", contact_id, hs_task_subject="Only for marketing", hs_task_status="NOT_STARTED")
    world.settle()
    assert world.hs(contact_id)["accord_touches"] == "3"
    for page in ("pricing", "case-studies/retail", "pricing"):
        world.later(minutes=2)
        world.portal.visit_page(contact_id, f"https://www.meridian-analytics.example/{page}")
    world.settle()
    assert _tasks(world) == ["Before", "Email: Offer", "Marketing: 3 pages"]
    assert len(world.portal.records("emails")) == 1

    # The same two systems and a new, empty database: nothing is made twice.
    everything = (_tasks(world), [len(world.portal.records(kind)) for kind in ("calls", "emails", "tasks")])
    world.bench.close()
    world.database_url = f"sqlite:///{tmp_path / 'another.db'}"
    world.bench = world.open_bench()
    world.settle()
    assert (
        _tasks(world),
        [len(world.portal.records(kind)) for kind in ("calls", "emails", "tasks")],
    ) == everything


def test_complaint_17_a_back_fill_goes_on_where_it_was_interrupted(world: World) -> None:
    contact_id = world.contact()
    world.lead()
    world.settle()
    for n in range(205):
        world.later(seconds=40)
        _log(world, "calls", contact_id, hs_call_title=f"Nr {n}")
    world.settle()
    window = {"read_since": world.clock.now() - timedelta(days=1)}
    world.fault("hubspot", path="*/calls/search", skip=1, status=500, times=None)
    with pytest.raises(ConnectorError):
        world.run(**window)
    world.sandbox.faults.clear()
    world.clear_counters()
    figures = world.run(read_since=world.clock.now() - timedelta(days=1))["hubspot_activities"].figures
    assert 0 < figures["calls read"] < 205 - 150
    again = world.run(read_since=world.clock.now() - timedelta(days=1))["hubspot_activities"].figures
    assert again["calls read"] == 205
    assert len(_tasks(world)) == 205
