"""What each vendor says is left of the day's API calls, and when it will be used up at the present rate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.store import cursors
from sync_rules.records import SIDES, Side

_RATE_OVER = timedelta(hours=6)
_LONG_ENOUGH = timedelta(minutes=10)
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Quota:
    """One side's day, as it last said.

    Attributes:
        limit, remaining: calls of the whole account, whoever makes them.
        seen_at: when the side said so.
        since, remaining_then: the earlier reading that the rate is taken from; at most some hours ago.
    """

    side: Side
    limit: int
    remaining: int
    seen_at: datetime
    since: datetime
    remaining_then: int

    @property
    def runs_out_at(self) -> datetime | None:
        """When nothing is left at the rate since the earlier reading; None if that is over a day away or unknown."""
        used, elapsed = self.remaining_then - self.remaining, self.seen_at - self.since
        if used <= 0 or elapsed < _LONG_ENOUGH:
            return None
        left = elapsed * (self.remaining / used)
        return self.seen_at + left if left < _DAY else None


def note(connection: sa.Connection, side: Side, *, limit: int, remaining: int, now: datetime) -> None:
    """Keep what a side has just said."""
    before = cursors.get(connection, _name(side))
    since, then = now, remaining
    if before is not None and before["remaining"] >= remaining:
        since, then = datetime.fromisoformat(before["since"]), before["remaining_then"]
        if now - since > _RATE_OVER:
            since, then = datetime.fromisoformat(before["seen_at"]), before["remaining"]
    value = {
        "limit": limit,
        "remaining": remaining,
        "seen_at": now.isoformat(),
        "since": since.isoformat(),
        "remaining_then": then,
    }
    cursors.put(connection, _name(side), value, now=now)


def load(connection: sa.Connection) -> list[Quota]:
    """What each side last said; a side that never did is absent."""
    return [_quota(side, value) for side in SIDES if (value := cursors.get(connection, _name(side)))]


def _quota(side: Side, value: Any) -> Quota:
    return Quota(
        side,
        value["limit"],
        value["remaining"],
        datetime.fromisoformat(value["seen_at"]),
        datetime.fromisoformat(value["since"]),
        value["remaining_then"],
    )


def _name(side: Side) -> str:
    return f"quota {side}"
