"""What Dagster is given: groups, owners, checks, jobs, schedules, before anything runs."""

import dagster as dg
import pytest

from connectors.errors import ConfigError
from dagster_project.definitions import build_definitions
from dagster_project.settings import Settings, load_settings

GROUPS = {
    "notices",
    "hubspot",
    "salesforce",
    "leads",
    "activities",
    "qualification",
    "feedback",
    "sla",
    "audit",
}
CHECKS = {
    "opt_outs_in_time": ("applied_writes", False),
    "hubspot_schema_complete": ("hubspot_people", True),
    "salesforce_schema_complete": ("salesforce_people", True),
    "hubspot_schema_unchanged": ("hubspot_people", False),
    "salesforce_schema_unchanged": ("salesforce_people", False),
    "sla_rules_in_step": ("salesforce_people", False),
    "within_caps": ("sync_plan", True),
    "new_fields_filled": ("sync_plan", False),
    "remainder_is_zero": ("reconciliation", False),
    "holds_not_ageing": ("reconciliation", False),
    "owners_at_work": ("reconciliation", False),
    "volume_as_usual": ("reconciliation", False),
    "writes_accepted": ("reconciliation", False),
    "systems_agree": ("parity_audit", False),
    "replay_equals_record": ("definition_backtest", False),
    "no_breach_unreported": ("sla_metrics", False),
    "notices_delivered": ("notices", False),
}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(Settings(time_zone="America/New_York", pass_every_minutes=10))


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    return list(definitions.resolve_all_asset_specs())


def test_everything_loads(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_every_asset_says_whose_it_is_and_what_it_is(specs: list[dg.AssetSpec]) -> None:
    assert {spec.group_name for spec in specs} == GROUPS
    for spec in specs:
        assert spec.description
        assert spec.owners
        assert spec.kinds


def test_checks_that_must_hold_before_a_write_block(definitions: dg.Definitions) -> None:
    found = {
        spec.name: (spec.asset_key.path[-1], spec.blocking)
        for asset in definitions.assets or []
        if isinstance(asset, dg.AssetsDefinition)
        for spec in asset.check_specs
    }
    assert found == CHECKS


@pytest.mark.parametrize("asset", ["reconciliation", "sla_metrics", "sla_scorecard"])
def test_results_that_people_wait_for_are_watched_for_age(specs: list[dg.AssetSpec], asset: str) -> None:
    (spec,) = [spec for spec in specs if spec.key.path[-1] == asset]
    assert spec.freshness_policy is not None


def test_writing_comes_after_planning_and_planning_after_all_reading(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    before_the_plan = {key.path[-1] for key in graph.get_ancestor_asset_keys(dg.AssetKey("sync_plan"))}
    reading = {
        spec.key.path[-1]
        for spec in definitions.resolve_all_asset_specs()
        if spec.group_name in {"hubspot", "salesforce"}
    }
    assert reading <= before_the_plan
    assert dg.AssetKey("sync_plan") in graph.get_ancestor_asset_keys(dg.AssetKey("applied_writes"))


def test_schedules_are_off_and_in_the_business_zone(definitions: dg.Definitions) -> None:
    schedules = list(definitions.schedules or [])
    assert {schedule.name: schedule.cron_schedule for schedule in schedules} == {  # type: ignore[union-attr]
        "pass_schedule": "*/10 * * * *",
        "metrics_schedule": "7 * * * *",
        "scorecard_schedule": "0 7 * * 1",
        "monthly_review_schedule": "30 7 1 * *",
        "quarterly_review_schedule": "45 7 1 1,4,7,10 *",
    }
    for schedule in schedules:
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert schedule.execution_timezone == "America/New_York"
        assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert {sensor.name for sensor in definitions.sensors or []} == {"change_sensor", "notices_sensor"}
    for sensor in definitions.sensors or []:
        assert sensor.default_status == dg.DefaultSensorStatus.STOPPED


@pytest.mark.parametrize(
    ("job", "assets"),
    [
        ("accord_pass", 16),
        ("accord_dry_run", 14),
        ("accord_back_fill", 16),
        ("accord_metrics", 1),
        ("accord_scorecard", 2),
    ],
)
def test_jobs_hold_their_assets_and_never_overlap(definitions: dg.Definitions, job: str, assets: int) -> None:
    found = definitions.resolve_job_def(job)
    assert len(found.asset_layer.executable_asset_keys) == assets
    assert found.tags["accord/pass"] == "one at a time"


def test_a_dry_run_job_can_write_to_neither_side(definitions: dg.Definitions) -> None:
    found = definitions.resolve_job_def("accord_dry_run")
    assert dg.AssetKey("applied_writes") not in found.asset_layer.executable_asset_keys


def test_no_secret_reaches_the_launchpad() -> None:
    settings = Settings(hubspot_token="pat-eu1-secret", salesforce_client_secret="s3cret")  # type: ignore[arg-type]
    resources = build_definitions(settings).resources or {}
    assert "s3cret" not in repr(resources)
    assert not resources["accord"].config_schema.as_field().is_required


def test_unusable_variables_are_listed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_TIME_ZONE", "Mars/Olympus")
    monkeypatch.setenv("ACCORD_PASS_EVERY_MINUTES", "0")
    with pytest.raises(ConfigError) as error:
        load_settings()
    assert [problem.split(":")[0] for problem in error.value.problems] == [
        "ACCORD_TIME_ZONE",
        "ACCORD_PASS_EVERY_MINUTES",
    ]
