"""What Dagster shows when a pass cannot go on, and that two passes never overlap."""

import itertools
import os
import signal
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from connectors.store import runs
from connectors.store.tables import leases
from passes.reading import read_hubspot
from sandbox.faults import FaultRule
from sandbox.launch import start_sandbox
from tests.e2e.dagster_business import START, Business, failure_of, logged

DRY = {"ops": {"sync_plan": {"config": {"dry_run": True}}}}


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    folder = tmp_path_factory.mktemp("trouble")
    with (
        start_sandbox(seed=5, people=12, start=START, search_lag_s=0.0) as sandbox,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        business = Business(sandbox, folder / "accord.db", instance)
        business.install()
        yield business


@pytest.fixture(autouse=True)
def _no_faults(business: Business) -> Iterator[None]:
    yield
    business.sandbox.faults.clear()


def fail(business: Business, vendor: str, **rule: Any) -> None:
    business.sandbox.faults.add(FaultRule.model_validate({"vendor": vendor, "times": None, **rule}))


def test_a_vendor_that_is_down_fails_the_step_with_a_verdict(business: Business) -> None:
    fail(business, "hubspot", status=503, body="")
    result = business.run()
    step, text = failure_of(result)
    assert step == "hubspot_people"
    assert "503" in text
    assert "Nothing is lost: the next pass goes on from here." in text
    assert not result.asset_materializations_for_node("people_links")


def test_a_wrong_token_names_the_side_and_the_remedy(business: Business) -> None:
    settings = business.settings.model_copy(update={"hubspot_token": SecretStr("pat-eu1-nonsense")})
    result = business.run(settings=settings)
    step, text = failure_of(result)
    assert step == "hubspot_people"
    assert "hubspot" in text
    assert "401" in text
    assert "Repeating the run will not help until this is put right." in text
    assert "pat-eu1-nonsense" not in logged(business.instance, [result.run_id])


def test_a_used_up_quota_says_that_nothing_is_lost(business: Business) -> None:
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    fail(business, "salesforce", status=403, body=body, path="/services/data/*")
    step, text = failure_of(business.run())
    assert step.startswith("salesforce_")
    assert "Nothing is lost: the next pass after the quota's reset goes on from here." in text


def test_failures_are_never_retried_and_show_no_stack_of_ours(business: Business) -> None:
    fail(business, "hubspot", status=503, body="")
    result = business.run()
    (event,) = [e for e in result.all_events if e.is_step_failure and e.step_key == "hubspot_people"]
    failure = event.step_failure_data
    assert not [e for e in result.all_events if e.is_step_up_for_retry]
    assert failure.user_failure_data is not None
    assert failure.user_failure_data.metadata["where"].value.startswith("hubspot: ")
    assert failure.error is not None
    assert failure.error.cause is None
    assert "connectors/" not in failure.error.to_string()


def test_missing_settings_are_told_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster_project.definitions import build_definitions

    for name in [name for name in os.environ if name.startswith("ACCORD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ACCORD_DATABASE_URL", f"sqlite:///{tmp_path}/accord.db")
    job = build_definitions().resolve_job_def("accord_pass")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
    step, text = failure_of(result)
    assert step == "hubspot_people"
    for name in ("ACCORD_HUBSPOT_TOKEN", "ACCORD_SALESFORCE_URL", "ACCORD_SALESFORCE_CLIENT_ID"):
        assert name in text


def test_a_database_that_cannot_be_opened_is_named(business: Business, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = business.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/file/accord.db"})
    step, text = failure_of(business.run(settings=settings))
    assert step == "hubspot_people"
    assert f"{tmp_path}/file" in text


def test_a_side_without_accords_fields_stops_before_anything_is_decided(tmp_path: Path) -> None:
    with (
        start_sandbox(seed=5, people=6, start=START, search_lag_s=0.0) as sandbox,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        bare = Business(sandbox, tmp_path / "accord.db", instance)
        result = bare.run()
        failed = {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}
        # Without Accord's fields there are no rules of the agreement on them either.
        assert failed == {"hubspot_schema_complete", "salesforce_schema_complete", "sla_rules_in_step"}
        assert not result.asset_materializations_for_node("people_links")
        with bare.open_workbench() as bench, bench.store.begin() as connection:
            assert runs.latest_passes(connection)[0].status == "failed"


def test_a_second_worker_is_turned_away_until_the_first_is_done(business: Business) -> None:
    with business.open_workbench() as first:
        first.run(read_hubspot.companies, "hubspot_companies", "elsewhere")
        before = business.calls()
        result = business.run()
        step, text = failure_of(result)
        assert step == "hubspot_people"
        assert "another pass is running" in text
        assert "Nothing was changed; the next scheduled pass will run." in text
        assert business.calls() - before == 0
    assert business.run(only="hubspot_companies").success


def _is_leased(business: Business) -> bool:
    with business.open_workbench() as bench, bench.store.begin() as connection:
        return bool(connection.scalar(sa.select(sa.func.max(leases.c.expires_at_s))))


def test_of_two_passes_at_one_time_one_runs_through(business: Business) -> None:
    both_tried = threading.Event()
    inside = threading.Event()
    outcome: dict[str, dg.ExecuteInProcessResult] = {}

    def hold_still() -> datetime:
        # Asked by the first step before it takes the lease, and right after.
        if _is_leased(business):
            inside.set()
            assert both_tried.wait(60)
        return business.sandbox.clock.now()

    def work(name: str, clock: Any) -> None:
        with dg.DagsterInstance.ephemeral() as instance:
            outcome[name] = business.run("accord_dry_run", config=DRY, clock=clock, instance=instance)

    slow = threading.Thread(target=work, args=("first", hold_still))
    slow.start()
    assert inside.wait(60)
    work("second", business.sandbox.clock.now)
    both_tried.set()
    slow.join(60)
    assert outcome["first"].success
    assert "another pass is running" in failure_of(outcome["second"])[1]


def test_terminate_ends_the_run_and_frees_the_lease(business: Business) -> None:
    asked = itertools.count(1)

    def terminate() -> datetime:
        # What Dagster's Terminate sends to the process of a run, in the middle of a step.
        if next(asked) == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return business.sandbox.clock.now()

    result = business.run(clock=terminate)
    assert not result.success
    assert "DagsterExecutionInterruptedError" in failure_of(result)[1]
    assert len([event for event in result.all_events if event.is_step_start]) == 1
    with business.open_workbench() as bench, bench.store.begin() as connection:
        assert connection.execute(sa.select(leases.c.expires_at_s)).scalar() == 0.0
        (noted,) = [row for row in runs.latest_passes(connection) if row.pass_id == result.run_id]
    assert noted.status == "failed"
    assert business.run("accord_dry_run", config=DRY).success
