"""A fixed-seed share of the hostile machine's histories; `make test-long` runs thousands, and kills processes."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.e2e.hostile.hostile_world import HostileWorld
from tests.e2e.hostile.killing import Executioner
from tests.e2e.hostile.machine import HostileMachine

HISTORIES, STEPS = 5, 40


def test_histories_end_in_agreement(hostile_world: HostileWorld) -> None:
    HostileMachine.world = hostile_world
    how = settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(HostileMachine, settings=how)
    assert HostileMachine.tally["histories"] >= HISTORIES
    assert HostileMachine.tally["kills in process"] > 0


def test_a_real_process_killed_again_and_again_leaves_no_trace(hostile_world: HostileWorld) -> None:
    HostileMachine.world = hostile_world
    history = HostileMachine()
    history.executioner = Executioner(hostile_world)
    history.people_arrive(["hubspot", "salesforce"])
    for after_requests in (9, 18, 21, 24):
        history.both_edit(0, "city", same=False)
        history.logs_activity(1, "salesforce")
        history.a_process_is_killed(after_requests=after_requests, then_ms=2)
    history.executioner.close()
    assert history.finish() == []
