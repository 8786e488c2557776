"""When things run, in the business's time zone. All are off until an admin switches them on."""

import dagster as dg

from dagster_project.jobs import accord_metrics, accord_pass, accord_scorecard


def make_schedules(*, time_zone: str, pass_every_minutes: int) -> list[dg.ScheduleDefinition]:
    """A pass every few minutes, metrics hourly, the scorecard on Monday morning."""
    return [
        dg.ScheduleDefinition(
            name="pass_schedule",
            job=accord_pass,
            cron_schedule=f"*/{pass_every_minutes} * * * *" if pass_every_minutes < 60 else "0 * * * *",
            execution_timezone=time_zone,
            description=f"A pass every {pass_every_minutes} minutes.",
        ),
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
    ]
