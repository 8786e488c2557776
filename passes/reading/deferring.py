"""Steps that can wait while the day's API calls are spent but for the reserve that opt-outs have.

People are read and opt-outs written from the reserve; everything else is due when calls may be made again. Before that,
the lanes of ``sync_rules.lanes`` wait one after the other.
"""

from datetime import datetime, timedelta
from functools import wraps
from zoneinfo import ZoneInfo

from connectors.budget import PROBE_AFTER_S
from connectors.errors import QuotaExhaustedError
from passes.context import PassContext
from passes.step import Step, StepResult
from sync_rules.records import Side


def due_at(error: QuotaExhaustedError, now: datetime) -> datetime:
    """When what was deferred is due: as the vendor says, else when a spent day is asked about again."""
    return now + timedelta(seconds=error.retry_after_s or PROBE_AFTER_S)


def lane_due_at(context: PassContext, side: Side, now: datetime) -> datetime:
    """When a lane that waits is looked at again: HubSpot's day ends at midnight, Salesforce's last 24 hours roll on."""
    if side == "salesforce":
        return now + timedelta(hours=1)
    local = now.astimezone(ZoneInfo(context.time_zone))
    return (
        (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
    )


def left_of_day(context: PassContext, side: Side) -> float:
    """The share of the day's API calls that a side says is left; 1 where it has not said."""
    usage = (context.hubspot if side == "hubspot" else context.salesforce).usage()
    if not usage.daily_limit or usage.daily_remaining is None:
        return 1.0
    return usage.daily_remaining / usage.daily_limit


def deferrable(step: Step) -> Step:
    """The step, put off whole or half done when the budget is spent; its cursor stays, so nothing is lost."""

    @wraps(step)
    def run(context: PassContext) -> StepResult:
        try:
            return step(context)
        except QuotaExhaustedError as error:
            due = due_at(error, context.now()).isoformat(timespec="minutes")
            why = f"{error.side}'s API calls of the day are used up; due again at {due}."
            return StepResult(figures={"deferred": 1}, texts={"deferred": why})

    return run
