"""What each rep has to do next, and in which order they take it.

A pursuit is one rep's work on one Lead or Contact. It waits until it is due and then stands in the
rep's queue: new handoffs first (SQLs before MQLs, newest first), then promised follow-ups, then old
leads. Doing the work is in ``rep_work``.
"""

import heapq
from dataclasses import dataclass
from datetime import datetime

from sandbox.world.roster import Rep


@dataclass
class Pursuit:
    """One rep's work on one record.

    ``since`` is when it was handed over (or the lead was made), ``planned_touches`` how many touches the
    rep means to make before deciding, ``outcome`` the decision that fate holds ready. ``ready_at`` is
    when the next step is due.
    """

    sobject: str
    record_id: str
    key: str
    rep: Rep
    since: datetime
    is_handoff: bool
    is_sql: bool
    planned_touches: int
    outcome: str
    ready_at: datetime
    touches: int = 0
    refusals: int = 0
    follow_up_id: str | None = None
    finished: bool = False

    @property
    def order(self) -> tuple[int, int, float]:
        """The smaller, the sooner."""
        if self.is_handoff and self.touches == 0:
            return (0, 0 if self.is_sql else 1, -self.since.timestamp())
        if self.touches:
            return (1 if self.is_handoff else 2, 0, self.ready_at.timestamp())
        return (3, 0, -self.since.timestamp())


class Worklists:
    """The pursuits of all reps."""

    def __init__(self) -> None:
        self.by_record: dict[str, Pursuit] = {}
        self._waiting: dict[str, list[tuple[datetime, str, int, Pursuit]]] = {}
        self._ready: dict[str, list[tuple[tuple[int, int, float], str, int, Pursuit]]] = {}
        self._added = 0

    def put(self, pursuit: Pursuit) -> None:
        """Let the pursuit wait until its ``ready_at``; replaces an earlier one of the same record."""
        self.by_record[pursuit.record_id] = pursuit
        self._added += 1
        waiting = self._waiting.setdefault(pursuit.rep.email, [])
        heapq.heappush(waiting, (pursuit.ready_at, pursuit.key, self._added, pursuit))

    def next(self, rep: Rep, at: datetime) -> Pursuit | None:
        """Take the most urgent pursuit of ``rep`` that is due at ``at``."""
        waiting = self._waiting.get(rep.email, [])
        ready = self._ready.setdefault(rep.email, [])
        while waiting and waiting[0][0] <= at:
            _, key, number, pursuit = heapq.heappop(waiting)
            heapq.heappush(ready, (pursuit.order, key, number, pursuit))
        while ready:
            pursuit = heapq.heappop(ready)[3]
            if self.by_record.get(pursuit.record_id) is pursuit and not pursuit.finished:
                return pursuit
        return None
