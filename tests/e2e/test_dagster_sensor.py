"""The sensor and the schedule start a pass when there is reason to, and never beside another one."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pytest

from assets.bench import Bench
from connectors.errors import ConfigError
from dagster_project.sensors import change_sensor
from dagster_project.under_way import PASS_TAG
from passes.context import PassOptions
from passes.run import run_pass
from sandbox.launch import start_sandbox
from tests.e2e.dagster_business import START, Business


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    folder = tmp_path_factory.mktemp("sensor")
    with (
        start_sandbox(seed=5, people=12, start=START, search_lag_s=0.0) as sandbox,
        dg.DagsterInstance.local_temp(str(folder)) as instance,
    ):
        business = Business(sandbox, folder / "accord.db", instance)
        business.install()
        yield business


@pytest.fixture
def quiet(business: Business) -> Business:
    """The business once everything has been carried over and nothing has changed since."""
    for _ in range(6):
        with business.open_workbench() as bench:
            run_pass(bench, uuid.uuid4().hex, PassOptions(approve=True))
        if isinstance(look(business), dg.SkipReason):
            return business
    raise AssertionError("the sensor never comes to rest")


@contextmanager
def under_way(business: Business, status: dg.DagsterRunStatus) -> Iterator[None]:
    run = dg.DagsterRun(job_name="accord_pass", status=status, tags=PASS_TAG)
    business.instance.add_run(run)
    yield
    business.instance.delete_run(run.run_id)


def look(business: Business, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    with Bench(business.open_workbench) as bench:
        context = dg.build_sensor_context(
            instance=business.instance, cursor=cursor, resources={"accord": bench}
        )
        found = change_sensor(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def test_a_pair_that_was_never_read_starts_a_pass(business: Business) -> None:
    assert isinstance(look(business), dg.SensorResult)


def test_nothing_changed_starts_nothing_and_costs_two_calls(quiet: Business) -> None:
    look(quiet)
    quiet.sandbox.counters.clear()
    assert isinstance(look(quiet), dg.SkipReason)
    assert 0 < quiet.calls() <= 2


def test_a_change_starts_one_pass_and_the_pass_settles_it(quiet: Business) -> None:
    quiet.sandbox.act(24)
    quiet.sandbox.counters.clear()
    found = look(quiet)
    assert quiet.calls() <= 2
    assert isinstance(found, dg.SensorResult)
    assert found.run_requests is not None
    assert len(found.run_requests) == 1


@pytest.mark.parametrize(
    "status",
    [
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ],
)
def test_neither_sensor_nor_schedule_starts_a_second_pass(
    business: Business, status: dg.DagsterRunStatus
) -> None:
    schedule = business.definitions().resolve_schedule_def("pass_schedule")
    with under_way(business, status):
        before = business.calls()
        assert isinstance(look(business), dg.SkipReason)
        assert business.calls() == before
        context = dg.build_schedule_context(instance=business.instance, scheduled_execution_time=START)
        tick = schedule.evaluate_tick(context)
        assert not tick.run_requests
        assert tick.skip_message
    context = dg.build_schedule_context(instance=business.instance, scheduled_execution_time=START)
    assert len(schedule.evaluate_tick(context).run_requests or []) == 1


def test_a_change_whose_pass_failed_waits_before_it_is_tried_again(quiet: Business) -> None:
    quiet.sandbox.act(24)
    first = look(quiet)
    assert isinstance(first, dg.SensorResult)
    quiet.instance.add_run(dg.DagsterRun(job_name="accord_pass", status=dg.DagsterRunStatus.NOT_STARTED))
    failed = quiet.instance.get_runs(limit=1)[0]
    quiet.instance.report_run_failed(failed)
    assert isinstance(look(quiet, first.cursor), dg.SkipReason)
    quiet.sandbox.act(24)
    assert isinstance(look(quiet, first.cursor), dg.SensorResult)


def test_a_side_that_cannot_be_reached_is_a_reason_and_no_stack(business: Business) -> None:
    def refuse() -> None:
        raise ConfigError(["ACCORD_HUBSPOT_TOKEN is not set"])

    context = dg.build_sensor_context(
        instance=business.instance,
        resources={"accord": Bench(refuse)},  # type: ignore[arg-type]
    )
    found = change_sensor(context)
    assert isinstance(found, dg.SkipReason)
    assert "ACCORD_HUBSPOT_TOKEN" in str(found.skip_message)
