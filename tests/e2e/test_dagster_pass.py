"""The pass as Dagster's jobs, from the first stopped plan to the scorecard, on a small business."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from connectors.store import journal, runs
from dagster_project.jobs import DECIDING, READING, WRITING
from sandbox.launch import start_sandbox
from tests.e2e.dagster_business import (
    APPROVE,
    SIDES,
    START,
    Business,
    checks_of,
    dagster_instance,
    figures_of,
    logged,
)

PASS = [asset.key.path[-1] for asset in (*READING, *DECIDING, *WRITING)]
ROOT = Path(__file__).resolve().parents[2]
WRITING_CALL = re.compile("^(PATCH|PUT|DELETE) |batch/(create|update|upsert|archive)|sobjects/[A-Z]")
IN_COMMON = ("read", "planned", "written", "held", "failed", "api_calls", "seconds")


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    folder = tmp_path_factory.mktemp("business")
    with (
        start_sandbox(seed=11, people=40, start=START, search_lag_s=0.0) as sandbox,
        dagster_instance(folder / "home") as instance,
    ):
        business = Business(sandbox, folder / "accord.db", instance)
        business.install()
        yield business


@pytest.fixture(scope="module")
def first(business: Business) -> tuple[dg.ExecuteInProcessResult, bool]:
    """The first pass, which nobody has approved; and whether it left both sides as they were."""
    before = business.records()
    result = business.run()
    return result, business.records() == before


@pytest.fixture(scope="module")
def alone(business: Business, first: object) -> tuple[dg.ExecuteInProcessResult, bool]:
    """Somebody materialises the writes of the stopped plan by hand."""
    before = business.records()
    result = business.run(only="applied_writes")
    return result, business.records() == before


@pytest.fixture(scope="module")
def approved(business: Business, alone: object) -> dg.ExecuteInProcessResult:
    """The same plan, approved."""
    return business.run(ops=APPROVE)


@pytest.fixture(scope="module")
def settled(business: Business, approved: object) -> dg.ExecuteInProcessResult:
    """A day of work later, once everything has been carried over."""
    business.sandbox.act(24)
    for _ in range(4):
        result = business.run()
        if not figures_of(result, "applied_writes")["written"]:
            break
    return result


def test_the_first_pass_stops_at_its_plan_and_keeps_it(
    business: Business, first: tuple[dg.ExecuteInProcessResult, bool]
) -> None:
    result, unchanged = first
    assert not result.success
    assert checks_of(result)["within_caps"] is False
    assert unchanged
    assert not result.asset_materializations_for_node("applied_writes")
    with business.open_workbench() as bench, bench.store.begin() as connection:
        plan = journal.plan_row(connection, result.run_id)
        assert plan.status == "stopped"
        assert journal.counts(connection, result.run_id)["planned"] > 20
        (noted,) = [row for row in runs.latest_passes(connection) if row.pass_id == result.run_id]
        assert noted.status == "stopped"


def test_the_failed_check_carries_the_plan_and_the_command_that_approves_it(
    first: tuple[dg.ExecuteInProcessResult, bool],
) -> None:
    result, _ = first
    (check,) = [one for one in result.get_asset_check_evaluations() if one.check_name == "within_caps"]
    kept = {name: str(value.value) for name, value in check.metadata.items()}
    command = f"accord apply {result.run_id}"
    assert (kept["plan id"], kept["approve with"]) == (result.run_id, f"`{command}`")
    assert command in (check.description or "")
    assert "| Side | Object | Operation | Records |" in kept["plan"]
    assert "API calls to write it" in kept["price"]
    assert "| match | person by e-mail |" in kept["first meeting"]


def test_a_stopped_plan_is_not_written_by_hand_either(
    alone: tuple[dg.ExecuteInProcessResult, bool],
) -> None:
    result, unchanged = alone
    assert result.success
    assert figures_of(result, "applied_writes")["written"] == 0
    assert unchanged
    assert "stopped" in str(
        result.asset_materializations_for_node("applied_writes")[0].metadata["plan"].value
    )


def test_an_approved_pass_writes_and_every_check_holds(approved: dg.ExecuteInProcessResult) -> None:
    assert approved.success
    assert checks_of(approved) == {
        "hubspot_schema_complete": True,
        "salesforce_schema_complete": True,
        "hubspot_schema_unchanged": True,
        "salesforce_schema_unchanged": True,
        "sla_rules_in_step": True,
        "within_caps": True,
        "remainder_is_zero": True,
        "holds_not_ageing": True,
        # Some of the business's leads belong to people who left, or whom only one side knows.
        "owners_at_work": False,
        "volume_as_usual": True,
        "writes_accepted": True,
        "opt_outs_in_time": True,
        "new_fields_filled": True,
    }
    assert figures_of(approved, "applied_writes")["written"] > 20


@pytest.mark.parametrize("asset", PASS)
def test_every_asset_shows_the_same_numbers(approved: dg.ExecuteInProcessResult, asset: str) -> None:
    figures = figures_of(approved, asset)
    assert set(IN_COMMON) <= figures.keys()
    assert figures["seconds"] > 0


def test_the_numbers_add_up(business: Business, approved: dg.ExecuteInProcessResult) -> None:
    with business.open_workbench() as bench, bench.store.begin() as connection:
        booked = runs.calls_of(connection, approved.run_id)
    assert sum(figures_of(approved, asset)["api_calls"] for asset in PASS) == sum(booked.values()) > 0
    assert figures_of(approved, "sync_plan")["planned"] == figures_of(approved, "sync_plan")["writes planned"]


def test_the_plan_is_shown_as_markdown(approved: dg.ExecuteInProcessResult) -> None:
    shown = approved.asset_materializations_for_node("sync_plan")[0].metadata["plan"]
    assert isinstance(shown, dg.MarkdownMetadataValue)
    assert re.search(r"\*\*\d+ writes, \d+ holds", str(shown.value))


def test_after_a_settled_pass_each_asset_alone_writes_nothing(business: Business, settled: object) -> None:
    before = business.records()
    for asset in PASS:
        result = business.run(only=asset)
        assert result.success, asset
        assert figures_of(result, asset)["written"] == 0
    assert business.records() == before


def test_a_dry_run_leaves_both_sides_as_they_are(business: Business, settled: object) -> None:
    business.sandbox.act(6)
    before = business.records()
    business.sandbox.counters.clear()
    result = business.run("accord_dry_run", config={"ops": {"sync_plan": {"config": {"dry_run": True}}}})
    assert result.success
    assert figures_of(result, "sync_plan")["planned"] > 0
    assert business.records() == before
    asked = [endpoint for side in SIDES for endpoint in business.sandbox.counters.of(side).requests]
    assert asked
    assert not [endpoint for endpoint in asked if WRITING_CALL.search(endpoint)]


def test_the_launchpad_takes_a_dry_run_and_caps(business: Business, settled: object) -> None:
    business.sandbox.act(6)
    before = business.records()
    dry = business.run(ops={"sync_plan": {"config": {"dry_run": True}}})
    assert dry.success
    assert figures_of(dry, "applied_writes")["written"] == 0
    capped = business.run(ops={"sync_plan": {"config": {"max_updates": 0}}})
    assert not capped.success
    assert checks_of(capped)["within_caps"] is False
    assert business.records() == before


def test_a_back_fill_reads_the_window_again(business: Business, settled: object) -> None:
    usual = business.run("accord_pass", ops=APPROVE)
    filled = business.run("accord_back_fill", config={"window_days": 60.0, "approve": True})
    assert filled.success
    assert (
        figures_of(filled, "salesforce_activities")["read"]
        > figures_of(usual, "salesforce_activities")["read"]
    )
    with business.open_workbench() as bench, bench.store.begin() as connection:
        (noted,) = [row for row in runs.latest_passes(connection) if row.pass_id == filled.run_id]
    assert noted.status == "done"


def test_metrics_and_scorecard_call_nobody(business: Business, settled: object) -> None:
    before = business.calls()
    result = business.run("accord_scorecard")
    assert result.success
    assert business.calls() == before
    assert checks_of(result) == {"no_breach_unreported": True}
    assert figures_of(result, "sla_metrics")["funnel handed over"] > 0
    shown = result.asset_materializations_for_node("sla_scorecard")[0].metadata["scorecard"]
    assert isinstance(shown, dg.MarkdownMetadataValue)
    with business.open_workbench() as bench, bench.store.begin() as connection:
        assert "<html" in runs.latest_document(connection, "scorecard").body


def test_a_proposed_definition_is_tried_on_the_past_and_calls_nobody(
    business: Business, settled: object
) -> None:
    proposed = (ROOT / "sla_rules" / "definition.yaml").read_text("utf-8").replace('"2026.1"', "draft", 1)
    assert "draft" in proposed
    before = business.calls()
    config = {"proposed": proposed, "since": START.strftime("%Y-%m-%d")}
    result = business.run("accord_backtest", ops={"definition_backtest": {"config": config}})
    assert result.success
    assert business.calls() == before
    assert checks_of(result) == {"replay_equals_record": True}
    figures = figures_of(result, "definition_backtest")
    assert figures["qualified in force"] == figures["qualified proposed"]
    with business.open_workbench() as bench, bench.store.begin() as connection:
        assert "version draft" in runs.latest_document(connection, "backtest").body


def test_nothing_personal_is_kept_by_dagster(business: Business, settled: object) -> None:
    business.run("accord_scorecard")
    kept = logged(business.instance, [run.run_id for run in business.instance.get_runs()]).lower()
    seeded = business.records()
    contacts = [contact["properties"] for contact in seeded["hubspot"]["objects"]["contacts"]]
    addresses = {contact.get("email") for contact in contacts}
    addresses |= {
        row.get("Email") for name in ("Lead", "Contact", "User") for row in seeded["salesforce"][name]
    }
    names = {row["Name"] for name in ("Lead", "Contact", "User") for row in seeded["salesforce"][name]}
    names |= {f"{contact.get('firstname')} {contact.get('lastname')}" for contact in contacts}
    assert len(addresses) > 30
    assert not {text for text in (addresses | names) - {None} if text.lower() in kept}


@pytest.mark.parametrize(
    "moment", [pytest.param("without any setting", marks=pytest.mark.long), "with a bad one"]
)
def test_the_code_location_loads(moment: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    environment["DAGSTER_HOME"] = str(tmp_path)
    if moment == "with a bad one":
        environment["ACCORD_TIME_ZONE"] = "Mars/Olympus"
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if moment == "with a bad one":
        assert done.returncode != 0
        assert "ACCORD_TIME_ZONE: is no time zone" in said
    else:
        assert done.returncode == 0, said
