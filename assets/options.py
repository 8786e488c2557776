"""What an admin can set in the Launchpad, with the defaults of a scheduled pass."""

from collections.abc import Mapping
from datetime import timedelta

import dagster as dg
from pydantic import Field

from passes.context import PassContext, PassOptions
from sync_rules.mapping import Cap, Caps


class ReadConfig(dg.Config):
    """For the assets that read a side."""

    window_days: float = Field(
        default=0.0,
        description="Read everything changed in the last n days again (a back-fill); 0: since the last pass.",
    )

    def ask(self, context: PassContext) -> PassOptions:
        """As the pass takes it."""
        if self.window_days <= 0:
            return PassOptions()
        return PassOptions(read_since=context.now() - timedelta(days=self.window_days))


class PlanConfig(dg.Config):
    """For the plan."""

    dry_run: bool = Field(default=False, description="Plan and show the plan, write nothing.")
    approve: bool = Field(
        default=False, description="Write although a cap is exceeded or this is the first pass on this pair."
    )
    max_creates: int = Field(default=-1, description="Records created at most per object; -1: the mapping's.")
    max_updates: int = Field(default=-1, description="Records changed at most per object; -1: the mapping's.")
    max_blanks: int = Field(default=-1, description="Values emptied at most per object; -1: the mapping's.")

    def ask(self, context: PassContext) -> PassOptions:
        """As the pass takes it; a cap given here is in place of the mapping's, for every object."""
        given = {"create": self.max_creates, "update": self.max_updates, "blank": self.max_blanks}
        changed = {name: Cap(absolute=limit) for name, limit in given.items() if limit >= 0}
        return PassOptions(
            dry_run=self.dry_run,
            approve=self.approve,
            caps=_instead(context.mapping.caps, changed) if changed else None,
        )


def _instead(configured: Caps, changed: Mapping[str, Cap]) -> Caps:
    objects = {name: special.model_copy(update=changed) for name, special in configured.objects.items()}
    return configured.model_copy(update={**changed, "objects": objects})
