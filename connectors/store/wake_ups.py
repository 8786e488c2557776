"""On which day each person has to be looked at again though nothing was written; what for is told by the passes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.store import frames
from connectors.store.engine import upsert
from connectors.store.tables import links, wake_ups


def replace(
    connection: sa.Connection,
    link_ids: Iterable[str],
    wanted: Mapping[tuple[str, str], date | None],
    *,
    zone: ZoneInfo,
) -> None:
    """Set the wake-ups of these people: ``(link id, why)`` to the day, which begins in ``zone``; None is no wake-up.

    Others of theirs are dropped.
    """
    frames.delete(connection, wake_ups, link_ids)
    rows = [
        {"link_id": link_id, "why": why, "at": datetime.combine(day, time(), zone).astimezone(UTC)}
        for (link_id, why), day in wanted.items()
        if day is not None
    ]
    upsert(connection, wake_ups, rows)


def wake(connection: sa.Connection, now: datetime) -> None:
    """Have the people whose day has come fed back again."""
    due = sa.select(wake_ups.c.link_id).where(wake_ups.c.at <= now)
    connection.execute(
        sa.update(links)
        .where(links.c.link_id.in_(due), links.c.merged_into.is_(None))
        .values(feedback_due=True)
    )
