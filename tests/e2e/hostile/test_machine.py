"""A fixed-seed share of the hostile machine's histories; `make test-long` runs thousands."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.e2e.hostile.databases import SqliteFiles
from tests.e2e.hostile.hostile_world import HostileWorld
from tests.e2e.hostile.machine import HostileMachine


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileWorld]:
    made = HostileWorld(SqliteFiles(tmp_path_factory.mktemp("hostile")))
    yield made
    made.stop()


def test_histories_end_in_agreement(world: HostileWorld) -> None:
    HostileMachine.world = world
    run_state_machine_as_test(
        HostileMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=32,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert HostileMachine.tally["violations"] == 0
