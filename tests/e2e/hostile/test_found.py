"""Histories that once broke a law, as fixed examples. Each is what the machine found, made short."""

from collections.abc import Callable

import pytest

from tests.e2e.hostile.hostile_world import HostileWorld
from tests.e2e.hostile.machine import HostileMachine

READS, BATCH_READS, WRITES, SINGLE = range(4)


def _an_edit_under_a_write_to_hubspot(state: HostileMachine) -> None:
    """The marketer's edit was replaced by our write, and nothing told of it."""
    state.people_arrive(["hubspot", "salesforce"])
    state.a_pass()
    state.a_pass()
    state.edits(who=1, side="salesforce", field="title")
    state.edit_meets_a_request(
        who=1, side="hubspot", field="title", vendor="hubspot", place=WRITES, skip=0, when="before"
    )


def _an_edit_under_a_write_to_salesforce(state: HostileMachine) -> None:
    state.people_arrive(["hubspot", "salesforce"])
    state.a_pass()
    state.a_pass()
    state.edits(who=0, side="hubspot", field="city")
    state.edit_meets_a_request(
        who=0, side="salesforce", field="city", vendor="salesforce", place=WRITES, skip=0, when="before"
    )


def _an_edit_between_two_reads_of_one_contact(state: HostileMachine) -> None:
    """The engagement's read, of a few properties only, gave the mirror the edit's stamp without the edit."""
    state.people_arrive(["hubspot"])
    state.a_pass()
    state.a_pass()
    state.asks_for_demo(who=0)
    state.edit_meets_a_request(
        who=0, side="hubspot", field="first_name", vendor="hubspot", place=READS, skip=1, when="before"
    )


def _an_older_database_without_the_decision(state: HostileMachine) -> None:
    """The record of what lost went with the newer database; both sides have what was decided all the same."""
    state.people_arrive(["salesforce", "salesforce"])
    state.a_pass()
    state.database_is_backed_up()
    state.both_edit(who=0, field="website", same=False)
    state.a_pass()
    state.database_is_put_back()


def _two_edits_that_come_in_the_other_order(state: HostileMachine) -> None:
    """The edit that was waiting longer came last, and is the one that counts."""
    state.people_arrive(["hubspot", "hubspot", "salesforce"])
    state.a_second_worker_comes(step="sync_plan", late=True)
    state.asks_for_demo(who=1)
    state.requests_will_fail(name="401", vendor="hubspot", place=READS, times=1, skip=1)
    for place, skip in ((WRITES, 0), (BATCH_READS, 1)):
        state.edits(who=0, side="hubspot", field="city")
        state.edit_meets_a_request(
            who=0, side="salesforce", field="title", vendor="hubspot", place=place, skip=skip, when="before"
        )


HISTORIES: list[Callable[[HostileMachine], None]] = [
    _an_edit_under_a_write_to_hubspot,
    _an_edit_under_a_write_to_salesforce,
    _an_edit_between_two_reads_of_one_contact,
    _an_older_database_without_the_decision,
    _two_edits_that_come_in_the_other_order,
]


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.__name__.strip("_"))
def test_a_history_that_once_broke_a_law(
    hostile_world: HostileWorld, history: Callable[[HostileMachine], None]
) -> None:
    HostileMachine.world = hostile_world
    state = HostileMachine()
    history(state)
    assert state.finish() == []


@pytest.mark.parametrize("dies_at", range(180, 420, 8))
@pytest.mark.long
def test_a_death_at_any_step_of_putting_an_edit_back(hostile_world: HostileWorld, dies_at: int) -> None:
    HostileMachine.world = hostile_world
    state = HostileMachine()
    state.people_arrive(["hubspot", "salesforce"])
    state.a_pass()
    state.a_pass()
    state.edits(who=1, side="salesforce", field="title")
    person = state.people.everybody[1]
    assert state.edit_to_come(person, "hubspot", "title", "hubspot", place=WRITES, skip=0, when="before")
    state.a_pass_is_killed(dies_at=dies_at)
    assert state.finish() == []
