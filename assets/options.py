"""What an admin can set in the Launchpad, with the defaults of a scheduled pass."""

from datetime import timedelta

import dagster as dg
from pydantic import Field

from passes.context import PassContext, PassOptions
from passes.step import Step, StepResult
from sync_rules.mapping import Cap, Caps


class ReadConfig(dg.Config):
    """For the assets that read a side."""

    window_days: float = Field(
        default=0.0,
        description="Read everything changed in the last n days again (a back-fill); 0: since the last pass.",
    )


class PlanConfig(dg.Config):
    """For the plan."""

    dry_run: bool = Field(default=False, description="Plan and show the plan, write nothing.")
    approve: bool = Field(
        default=False, description="Write although a cap is exceeded or this is the first pass on this pair."
    )
    max_creates: int = Field(default=-1, description="Records created at most per object; -1: the mapping's.")
    max_updates: int = Field(default=-1, description="Records changed at most per object; -1: the mapping's.")
    max_blanks: int = Field(default=-1, description="Values emptied at most per object; -1: the mapping's.")

    def options(self, configured: Caps) -> PassOptions:
        """As the pass takes it."""
        changed = {
            name: Cap(absolute=limit)
            for name, limit in (
                ("create", self.max_creates),
                ("update", self.max_updates),
                ("blank", self.max_blanks),
            )
            if limit >= 0
        }
        caps = configured.model_copy(update={**changed, "objects": {}}) if changed else None
        return PassOptions(dry_run=self.dry_run, approve=self.approve, caps=caps)


def with_window(step: Step, window_days: float) -> Step:
    """The same reading step, going back ``window_days`` from the present."""
    if window_days <= 0:
        return step

    def go_back(context: PassContext) -> StepResult:
        since = context.now() - timedelta(days=window_days)
        return step(context.with_options(read_since=since))

    return go_back
