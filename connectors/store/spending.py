"""What passes cost in API calls: for what they carried over, and for finding that there was nothing to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.tables import api_usage, passes

_PEOPLE = ("contacts changed", "Lead changed", "Contact changed")


@dataclass(frozen=True, slots=True)
class Spending:
    """API calls of some passes, both sides together.

    Attributes:
        passes, calls: of all of them.
        idle_passes, idle_calls: of those that found nothing changed and wrote nothing.
        changed_people: records of people that the others read as changed, on either side.
    """

    passes: int
    calls: int
    idle_passes: int
    idle_calls: int
    changed_people: int

    @property
    def calls_per_1000_changed(self) -> float | None:
        """Calls of passes that had work, for each 1,000 records of people that changed; None without any."""
        if not self.changed_people:
            return None
        return round(1000 * (self.calls - self.idle_calls) / self.changed_people, 1)


def since(connection: sa.Connection, moment: datetime) -> Spending:
    """What the passes that began since then cost."""
    return _spending(connection, passes.c.started_at >= moment)


def of_pass(connection: sa.Connection, pass_id: str) -> Spending:
    """What one pass has cost so far."""
    return _spending(connection, passes.c.pass_id == pass_id)


def _spending(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Spending:
    counts_of = sa.select(passes.c.pass_id, passes.c.counts).where(which)
    by_pass = {row.pass_id: row.counts for row in connection.execute(counts_of)}
    calls_of = (
        sa.select(api_usage.c.pass_id, sa.func.sum(api_usage.c.calls).label("calls"))
        .join(passes, passes.c.pass_id == api_usage.c.pass_id)
        .where(which)
        .group_by(api_usage.c.pass_id)
    )
    used = {row.pass_id: int(row.calls) for row in connection.execute(calls_of)}
    idle = [pass_id for pass_id, counts in by_pass.items() if _idle(counts)]
    return Spending(
        passes=len(by_pass),
        calls=sum(used.values()),
        idle_passes=len(idle),
        idle_calls=sum(used.get(pass_id, 0) for pass_id in idle),
        changed_people=sum(_changed_people(counts) for counts in by_pass.values()),
    )


def _idle(counts: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a whole pass found nothing new and wrote nothing."""
    wrote = counts.get("applied_writes")
    changed = (
        number for figures in counts.values() for name, number in figures.items() if name.endswith(" changed")
    )
    return wrote is not None and not wrote.get("written") and not any(changed)


def _changed_people(counts: Mapping[str, Mapping[str, Any]]) -> int:
    return sum(int(figures.get(name, 0)) for figures in counts.values() for name in _PEOPLE)
