"""The sensor that starts a pass when somebody changed something, at two API calls a look."""

import dagster as dg

from connectors.errors import ConfigError, ConnectorError
from dagster_project.jobs import PASS_TAG, accord_pass
from passes import watch
from passes.workbench import Workbench


@dg.sensor(
    job=accord_pass,
    minimum_interval_seconds=60,
    description="Looks at both sides with one call each and starts a pass when either has changed.",
)
def change_sensor(
    context: dg.SensorEvaluationContext, accord: dg.ResourceParam[Workbench]
) -> dg.SensorResult | dg.SkipReason:
    """Start a pass for changes that the last pass has not seen."""
    running = context.instance.get_runs_count(
        dg.RunsFilter(tags=PASS_TAG, statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED])
    )
    if running:
        return dg.SkipReason("A pass is running or waiting already.")
    try:
        seen = watch.newest_changes(accord.open("sensor"))
    except (ConfigError, ConnectorError) as error:
        # A sensor that raises is shown with a stack trace; the reason alone serves the admin better.
        return dg.SkipReason(f"Could not look: {error}")
    if not seen.changed:
        return dg.SkipReason("Neither side has changed since the last pass.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen.key)], cursor=seen.key)
