"""How far the reading of one object type has come: the position that a cursor keeps, and what it allows.

Records may become visible a little after their stamp (search lag, long transactions). So a position has two ends:
everything up to ``closed`` is complete for good, and between ``closed`` and ``newest`` something may still turn up.
Nothing is read here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.store import cursors
from sync_rules.records import Side

OVERLAP = timedelta(minutes=10)
_SAME_WINDOW = timedelta(days=1)
_FINEST: dict[Side, timedelta] = {
    "hubspot": timedelta(milliseconds=1),
    # Salesforce's stamps have whole seconds.
    "salesforce": timedelta(seconds=1),
}


@dataclass(frozen=True, slots=True)
class Position:
    """The position of one object type.

    Attributes:
        newest: the newest modification time seen, by the side's clock.
        first_seen: when that was first seen, by our clock.
        closed: up to here every record has been read at least ``OVERLAP`` after its stamp.
    """

    newest: datetime
    first_seen: datetime
    closed: datetime

    def closable(self, now: datetime) -> datetime:
        """Up to where a complete read that begins now closes; durations are taken on our clock alone."""
        if now - self.first_seen >= OVERLAP:
            return self.newest
        return max(self.closed, self.newest - OVERLAP)


def just_after(side: Side, moment: datetime) -> datetime:
    """The next stamp that the side can give after ``moment``."""
    return moment + _FINEST[side]


def just_before(side: Side, moment: datetime) -> datetime:
    """The last stamp that the side can give before ``moment``."""
    return moment - _FINEST[side]


def load(connection: sa.Connection, side: Side, object_types: Iterable[str]) -> dict[str, Position | None]:
    """The position of each object type; None before its first read."""
    return {name: _position(cursors.get(connection, _name(side, name))) for name in object_types}


def store(
    connection: sa.Connection, side: Side, object_type: str, position: Position, *, now: datetime
) -> None:
    """Keep a position; everything up to it must be in the mirror."""
    value = {
        "newest": position.newest.isoformat(),
        "first_seen": position.first_seen.isoformat(),
        "closed": position.closed.isoformat(),
    }
    cursors.put(connection, _name(side, object_type), value, now=now)


def note_back_fill(
    connection: sa.Connection,
    side: Side,
    object_type: str,
    asked: datetime,
    reached: datetime,
    *,
    now: datetime,
) -> None:
    """Keep how far a back-fill from ``asked`` on has come, in case that it does not live to its end."""
    value = {"asked": asked.isoformat(), "reached": reached.isoformat()}
    cursors.put(connection, _back_fill(side, object_type), value, now=now)


def back_fill_reached(
    connection: sa.Connection, side: Side, object_type: str, asked: datetime | None
) -> datetime | None:
    """Where an interrupted back-fill of about the same window goes on; None if there is none."""
    value = cursors.get(connection, _back_fill(side, object_type))
    if asked is None or value is None:
        return None
    began = datetime.fromisoformat(value["asked"])
    # A window is asked for in days back from now, so a second start asks for a little less.
    return datetime.fromisoformat(value["reached"]) if asked - _SAME_WINDOW <= began <= asked else None


def end_back_fill(connection: sa.Connection, side: Side, object_type: str, *, now: datetime) -> None:
    """Forget the back-fill that has come to its end."""
    if cursors.get(connection, _back_fill(side, object_type)) is not None:
        cursors.put(connection, _back_fill(side, object_type), None, now=now)


def _back_fill(side: Side, object_type: str) -> str:
    return f"back-fill {side} {object_type}"


def _name(side: Side, object_type: str) -> str:
    return f"read {side} {object_type}"


def _position(value: Any) -> Position | None:
    if value is None:
        return None
    newest, first_seen = (datetime.fromisoformat(value[name]) for name in ("newest", "first_seen"))
    closed = datetime.fromisoformat(value["closed"]) if "closed" in value else newest - OVERLAP
    return Position(newest, first_seen, closed)
