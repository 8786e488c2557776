"""The sensors: a pass when somebody changed something, at two API calls a look; notices when some can be sent."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.bench import Bench
from assets.failures import FORESEEN
from dagster_project.jobs import accord_notices, accord_pass
from dagster_project.under_way import REASON, notices_are_under_way, pass_is_under_way

_AGAIN_AFTER = timedelta(minutes=15)


@dg.sensor(
    job=accord_pass,
    minimum_interval_seconds=60,
    description="Looks at both sides with one call each and starts a pass when either has changed.",
)
def change_sensor(
    context: dg.SensorEvaluationContext, accord: dg.ResourceParam[Bench]
) -> dg.SensorResult | dg.SkipReason:
    """Start a pass for changes that the last pass has not seen."""
    if pass_is_under_way(context.instance):
        return dg.SkipReason(REASON)
    try:
        seen = accord.look()
    except FORESEEN as error:
        # A sensor that raises is shown with a stack trace; the reason alone serves the admin better.
        return dg.SkipReason(f"Could not look: {error}")
    if not seen.changed:
        return dg.SkipReason("Neither side has changed since the last pass.")
    if seen.key == context.cursor and _failed_lately(context.instance):
        return dg.SkipReason(
            "The pass that was started for this change failed; it is tried again a quarter of an hour later, "
            "or at once when something else changes."
        )
    return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=seen.key)


@dg.sensor(
    job=accord_notices,
    minimum_interval_seconds=60,
    description="Looks in Accord's database for something to tell, and has it told; calls neither CRM.",
)
def notices_sensor(
    context: dg.SensorEvaluationContext, accord: dg.ResourceParam[Bench]
) -> dg.RunRequest | dg.SkipReason:
    """Have people told when there is something that can be sent now."""
    if notices_are_under_way(context.instance):
        return dg.SkipReason("Notices are being sent already.")
    try:
        number = accord.notices_waiting()
    except FORESEEN as error:
        return dg.SkipReason(f"Could not look: {error}")
    return dg.RunRequest() if number else dg.SkipReason("There is nothing to tell now.")


def _failed_lately(instance: dg.DagsterInstance) -> bool:
    records = instance.get_run_records(dg.RunsFilter(job_name=accord_pass.name), limit=1)
    if not records or records[0].dagster_run.status != dg.DagsterRunStatus.FAILURE:
        return False
    ended_at_s = records[0].end_time
    if ended_at_s is None:
        return False
    return datetime.now(UTC) - datetime.fromtimestamp(ended_at_s, UTC) < _AGAIN_AFTER
