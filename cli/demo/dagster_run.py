"""The demo's first pass as a Dagster job in this process, quietly, kept in the demo's own Dagster home."""

import logging
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dagster as dg

import dagster_project
from cli.demo.folder import Folder
from cli.errors import DemoFailedError
from dagster_project.definitions import build_definitions
from dagster_project.resources import workbench_resource
from dagster_project.settings import Settings

REPOSITORY = Path(dagster_project.__file__).resolve().parents[1]
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_APPROVE = {"ops": {"sync_plan": {"config": {"approve": True}}}}


@dataclass(frozen=True, slots=True)
class JobRun:
    """What came of the job.

    Attributes:
        figures: metadata that Dagster keeps of each asset, numbers only.
        checks: how many asset checks were evaluated.
        not_passed: name and reason of those that did not pass.
    """

    run_id: str
    figures: dict[str, dict[str, float]]
    checks: int
    not_passed: tuple[tuple[str, str], ...]


def prepare_home(folder: Folder) -> None:
    """Give the demo's Dagster home the repository's instance settings."""
    source = REPOSITORY / "dagster.yaml"
    if source.exists():
        shutil.copy(source, folder.dagster_home / "dagster.yaml")


def first_pass(settings: Settings, folder: Folder, *, clock: Callable[[], datetime]) -> JobRun:
    """Run the job ``accord_pass`` with its plan approved.

    Raises:
        DemoFailedError: naming the step that failed and why.
    """
    with _quiet(), dg.DagsterInstance.from_config(str(folder.dagster_home)) as instance:
        definitions = build_definitions(settings, {"accord": workbench_resource(settings, clock=clock)})
        job = definitions.resolve_job_def("accord_pass")
        result = job.execute_in_process(
            instance=instance, run_config={**_APPROVE, **_QUIET}, raise_on_error=False
        )
    if not result.success:
        failed = [event for event in result.all_events if event.is_step_failure]
        raise DemoFailedError(
            "the first pass: " + "; ".join(f"{event.step_key}: {event.message}" for event in failed)
        )
    evaluations = result.get_asset_check_evaluations()
    figures = {}
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        figures[materialization.asset_key.path[-1]] = {
            name: float(value.value)
            for name, value in materialization.metadata.items()
            if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue) and value.value is not None
        }
    not_passed = tuple((one.check_name, one.description or "") for one in evaluations if not one.passed)
    return JobRun(result.run_id, figures, len(evaluations), not_passed)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dagster speaks of beta features and of each event; the demo tells its own story."""
    before = logging.root.manager.disable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)
