"""A small business in the sandbox with Accord's Dagster jobs pointed at it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

import dagster_project
from assets.bench import Bench
from connectors import setup
from connectors.budget import CallBudget
from connectors.hubspot.client import BURST, SEARCH, HubSpotClient
from connectors.hubspot.gateway import HubSpotGateway
from connectors.retry import Retrier
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.gateway import SalesforceGateway
from connectors.salesforce.login import SalesforceCredentials
from connectors.store.engine import Store
from dagster_project.definitions import build_definitions
from dagster_project.settings import Settings
from dagster_project.workbench import read_contracts
from passes.workbench import Workbench
from sandbox.launch import Sandbox
from sandbox.traffic import Vendor

START = datetime(2026, 10, 5, 7, tzinfo=UTC)
APPROVE = {"sync_plan": {"config": {"approve": True}}}
SIDES: tuple[Vendor, Vendor] = ("hubspot", "salesforce")


class Patience:
    """Seconds that pass only by sleeping on them."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def settings_of(sandbox: Sandbox, database: Path, **changed: Any) -> Settings:
    """Settings as an admin would write them for these two accounts."""
    return Settings(
        database_url=f"sqlite:///{database}",
        hubspot_token=sandbox.hubspot.access_token,
        hubspot_url=sandbox.hubspot.base_url,
        salesforce_url=sandbox.salesforce.instance_url,
        salesforce_client_id=sandbox.salesforce.client_id,
        salesforce_client_secret=sandbox.salesforce.client_secret,
    ).model_copy(update=changed)


@dataclass
class Business:
    """One sandbox, one database, and Accord's definitions on both; waiting for limits costs no time."""

    sandbox: Sandbox
    database: Path
    instance: dg.DagsterInstance
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.settings = settings_of(self.sandbox, self.database)
        # Our own calls keep to the limits by a clock that runs ahead; the vendors' clock would refuse them.
        self.sandbox.portal.limits.enforced = False

    def install(self) -> None:
        """What `accord setup` adds on both sides."""
        with self.open_workbench() as bench:
            context = bench.open("setup")
            setup.install(context.hubspot, context.salesforce)

    def open_workbench(self, clock: Any = None, settings: Settings | None = None) -> Workbench:
        known, patience = settings or self.settings, Patience()
        retrier = Retrier(sleep=patience.sleep)

        def budget(side: Vendor, lanes: Any) -> CallBudget:
            return CallBudget(side, lanes, reserve_share=0.05, clock=patience, sleep=patience.sleep)

        def hubspot() -> HubSpotGateway:
            client = HubSpotClient(
                known.hubspot_token.get_secret_value(),
                base_url=known.hubspot_url,
                retrier=retrier,
                budget=budget("hubspot", {"burst": BURST, "search": SEARCH}),
            )
            return HubSpotGateway(client)

        def salesforce() -> SalesforceGateway:
            credentials = SalesforceCredentials(
                login_url=known.salesforce_url,
                client_id=known.salesforce_client_id,
                client_secret=known.salesforce_client_secret.get_secret_value(),
            )
            return SalesforceGateway(
                SalesforceClient(credentials, retrier=retrier, budget=budget("salesforce", {}))
            )

        return Workbench(
            Store(known.database_url),
            hubspot=hubspot,
            salesforce=salesforce,
            read_contracts=lambda: read_contracts(known),
            time_zone=known.time_zone,
            clock=clock or self.sandbox.clock.now,
        )

    def definitions(self, clock: Any = None, settings: Settings | None = None) -> dg.Definitions:
        @dg.resource
        def accord(_context: dg.InitResourceContext) -> Any:
            with Bench(lambda: self.open_workbench(clock, settings)) as bench:
                yield bench

        return build_definitions(self.settings, {"accord": accord})

    def run(
        self,
        job: str = "accord_pass",
        *,
        ops: Mapping[str, Any] | None = None,
        only: str | None = None,
        config: Mapping[str, Any] | None = None,
        clock: Any = None,
        settings: Settings | None = None,
        instance: dg.DagsterInstance | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Run a job (or one asset of it) in this process."""
        definition = self.definitions(clock, settings).resolve_job_def(job)
        return definition.execute_in_process(
            instance=instance or self.instance,
            run_config=dict(config) if config is not None else {"ops": dict(ops or {})},
            asset_selection=[dg.AssetKey(only)] if only else None,
            raise_on_error=False,
        )

    def records(self) -> dict[str, Any]:
        """Everything that both sides hold."""
        return {side: self.sandbox.snapshot(side) for side in SIDES}

    def calls(self) -> int:
        return self.sandbox.counters.api_calls


@contextmanager
def dagster_instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage in an empty folder, with the settings that Accord ships."""
    home.mkdir()
    shutil.copy(Path(dagster_project.__file__).parents[1] / "dagster.yaml", home)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def figures_of(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, float]:
    """The numbers in an asset's metadata."""
    metadata = result.asset_materializations_for_node(asset)[0].metadata
    return {
        name: value.value
        for name, value in metadata.items()
        if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue) and value.value is not None
    }


def checks_of(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


def failure_of(result: dg.ExecuteInProcessResult) -> tuple[str, str]:
    """The first step that failed, and all that Dagster keeps of why."""
    event = next(event for event in result.all_events if event.is_step_failure)
    error = event.step_failure_data.error
    return str(event.step_key), "" if error is None else error.to_string()


def logged(instance: dg.DagsterInstance, run_ids: list[str]) -> str:
    """Every word of these runs that Dagster has stored."""
    return "\n".join(dg.serialize_value(entry) for run_id in run_ids for entry in instance.all_logs(run_id))
