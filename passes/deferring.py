"""Steps that can wait while the day's API calls are spent but for the reserve that opt-outs have.

People are read and opt-outs written from the reserve; everything else is due when calls may be made again.
"""

from datetime import datetime, timedelta
from functools import wraps

from connectors.budget import PROBE_AFTER_S
from connectors.errors import QuotaExhaustedError
from passes.context import PassContext
from passes.step import Step, StepResult


def due_at(error: QuotaExhaustedError, now: datetime) -> datetime:
    """When what was deferred is due: as the vendor says, else when a spent day is asked about again."""
    return now + timedelta(seconds=error.retry_after_s or PROBE_AFTER_S)


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
