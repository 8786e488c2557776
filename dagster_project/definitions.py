"""The one code location. Assembly only: what a pass does lives in ``passes``, what an asset shows in ``assets``."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from assets.figures import figure_assets
from dagster_project.jobs import ASSETS, JOBS
from dagster_project.resources import workbench_resource
from dagster_project.schedules import make_schedules
from dagster_project.sensors import change_sensor, notices_sensor
from dagster_project.settings import Settings, load_settings


def build_definitions(
    settings: Settings | None = None, overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Fresh definitions.

    Args:
        settings: None reads the environment now for the schedules, and again at each run for the accounts.
        overrides: resources to use instead of the default ones, by name (``accord``).
    """
    known = settings if settings is not None else load_settings()
    executor = dg.multiprocess_executor if known.executor == "multiprocess" else dg.in_process_executor
    return dg.Definitions(
        assets=[*ASSETS, *figure_assets(known.time_zone)],
        jobs=list(JOBS),
        schedules=make_schedules(time_zone=known.time_zone, pass_every_minutes=known.pass_every_minutes),
        sensors=[change_sensor, notices_sensor],
        resources={"accord": workbench_resource(settings), **(overrides or {})},
        executor=executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    return build_definitions()
