"""When things run, in the business's time zone. All are off until an admin switches them on."""

import dagster as dg

from dagster_project.jobs import accord_metrics, accord_pass, accord_review, accord_scorecard
from dagster_project.under_way import REASON, pass_is_under_way


def make_schedules(*, time_zone: str, pass_every_minutes: int) -> list[dg.ScheduleDefinition]:
    """A pass every few minutes, metrics hourly, the scorecard on Monday morning, reviews by month and quarter."""
    return [
        _pass_schedule(time_zone, pass_every_minutes),
        dg.ScheduleDefinition(
            name="metrics_schedule",
            job=accord_metrics,
            cron_schedule="7 * * * *",
            execution_timezone=time_zone,
            description="SLA metrics every hour.",
        ),
        dg.ScheduleDefinition(
            name="scorecard_schedule",
            job=accord_scorecard,
            cron_schedule="0 7 * * 1",
            execution_timezone=time_zone,
            description="The scorecard every Monday at 07:00.",
        ),
        dg.ScheduleDefinition(
            name="monthly_review_schedule",
            job=accord_review,
            cron_schedule="30 7 1 * *",
            execution_timezone=time_zone,
            description="The review pack of the month that is over, on the first at 07:30.",
        ),
        dg.ScheduleDefinition(
            name="quarterly_review_schedule",
            job=accord_review,
            run_config={"ops": {"sla_review": {"config": {"quarter": True}}}},
            cron_schedule="45 7 1 1,4,7,10 *",
            execution_timezone=time_zone,
            description="The review pack of the quarter that is over, on the first day after it at 07:45.",
        ),
    ]


def _pass_schedule(time_zone: str, every_minutes: int) -> dg.ScheduleDefinition:
    @dg.schedule(
        job=accord_pass,
        cron_schedule=f"*/{every_minutes} * * * *" if every_minutes < 60 else "0 * * * *",
        execution_timezone=time_zone,
        description=f"A pass every {every_minutes} minutes; none while one is running or waiting.",
    )
    def pass_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        # A pass that takes longer than the interval would otherwise gather a queue behind it.
        if pass_is_under_way(context.instance):
            return dg.SkipReason(REASON)
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat())

    return pass_schedule
