"""Dagster's resources: the workbench, opened at the start of a run and closed at its end."""

from collections.abc import Callable, Iterator
from datetime import datetime

import dagster as dg

from dagster_project.settings import Settings, load_settings
from dagster_project.workbench import open_workbench
from passes.workbench import Workbench, machine_clock


def workbench_resource(
    settings: Settings | None = None, *, clock: Callable[[], datetime] = machine_clock
) -> dg.ResourceDefinition:
    """A resource without configuration, so that no secret can appear in the Launchpad.

    Args:
        settings: None reads the environment when a run starts.
    """

    @dg.resource(description="The store, both CRMs and the contracts; set by ACCORD_… environment variables.")
    def accord(_context: dg.InitResourceContext) -> Iterator[Workbench]:
        bench = open_workbench(settings if settings is not None else load_settings(), clock=clock)
        try:
            yield bench
        finally:
            bench.close()

    return accord
