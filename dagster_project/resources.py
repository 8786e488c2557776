"""Dagster's resources: the bench, closed at the end of a run (of a step, where each has its own process)."""

from collections.abc import Callable, Iterator
from datetime import datetime

import dagster as dg

from assets.bench import Bench
from dagster_project.settings import Settings, load_settings
from dagster_project.workbench import open_workbench
from passes.workbench import Workbench, machine_clock


def workbench_resource(
    settings: Settings | None = None, *, clock: Callable[[], datetime] = machine_clock
) -> dg.ResourceDefinition:
    """A resource without configuration, so that no secret can appear in the Launchpad.

    Args:
        settings: None reads the environment when a step first needs it.
    """

    def open_bench() -> Workbench:
        return open_workbench(settings if settings is not None else load_settings(), clock=clock)

    @dg.resource(description="The store, both CRMs and the contracts; set by ACCORD_… environment variables.")
    def accord(_context: dg.InitResourceContext) -> Iterator[Bench]:
        with Bench(open_bench) as bench:
            yield bench

    return accord
