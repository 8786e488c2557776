"""Holds: what was planned but must not be written, since when, and whether it has been released."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert, where_in
from connectors.store.tables import holds
from sync_rules.hold_rules import Standing
from sync_rules.plan import Hold
from sync_rules.records import Side

_Key = tuple[str, str, str, str, str]
# A refused write that is tried again lets its hold go for the length of a pass.
_TRIED_AGAIN = timedelta(hours=1)
_OF_KEY = (
    holds.c.link_id == sa.bindparam("b_link"),
    holds.c.side == sa.bindparam("b_side"),
    holds.c.object_type == sa.bindparam("b_type"),
    holds.c.kind == sa.bindparam("b_kind"),
    holds.c.field == sa.bindparam("b_field"),
)


def replace(
    connection: sa.Connection, considered: Iterable[str], found: Sequence[Hold], *, now: datetime
) -> None:
    """Make ``found`` the open holds of the links considered; holds no longer found are released.

    Values are JSON already. A hold that is found again keeps the time at which it was first seen.
    """
    still = {(h.link_id, h.side, h.object_type, h.kind, h.field or "") for h in found}
    query = sa.select(holds).where(holds.c.released_at.is_(None))
    gone = []
    for row in where_in(connection, query, holds.c.link_id, considered):
        key = (row.link_id, row.side, row.object_type, row.kind, row.field)
        if key not in still:
            gone.append(dict(zip(("b_link", "b_side", "b_type", "b_kind", "b_field"), key, strict=True)))
    if gone:
        connection.execute(
            sa.update(holds).where(*_OF_KEY).values(released_at=now),
            gone,
        )
    add(connection, found, now=now)


def add(connection: sa.Connection, found: Sequence[Hold], *, now: datetime) -> None:
    """Open holds, or see known ones again."""
    rows = {
        (h.link_id, h.side, h.object_type, h.kind, h.field or ""): {
            "link_id": h.link_id,
            "side": h.side,
            "object_type": h.object_type,
            "kind": h.kind,
            "field": h.field or "",
            "why": h.why,
            "remedy": h.remedy,
            "value": h.value,
            "accepted": list(h.accepted),
            "first_seen_at": now,
            "last_seen_at": now,
            "released_at": None,
        }
        for h in found
    }
    # What was released and is found again is a new hold, and its age begins anew; but not what is only tried again.
    again = [
        dict(zip(("b_link", "b_side", "b_type", "b_kind", "b_field"), key, strict=True))
        for key in _released(connection, rows, before=now - _TRIED_AGAIN)
    ]
    if again:
        connection.execute(sa.update(holds).where(*_OF_KEY).values(first_seen_at=now), again)
    upsert(connection, holds, rows.values(), keep=("first_seen_at",))


def _released(connection: sa.Connection, keys: Collection[_Key], *, before: datetime) -> list[_Key]:
    link_ids = {key[0] for key in keys}
    query = sa.select(holds).where(holds.c.released_at < before)
    found = (
        (row.link_id, row.side, row.object_type, row.kind, row.field)
        for row in where_in(connection, query, holds.c.link_id, link_ids)
    )
    return [key for key in found if key in keys]


def release(
    connection: sa.Connection,
    link_ids: Iterable[str],
    kind: str,
    *,
    now: datetime,
    of: tuple[Side, str] | None = None,
) -> None:
    """Close every open hold of one kind on these links; of one side and object type only, when given."""
    where = [holds.c.kind == kind, holds.c.released_at.is_(None)]
    if of is not None:
        where += [holds.c.side == of[0], holds.c.object_type == of[1]]
    for chunk in chunks(sorted(set(link_ids)), 10_000):
        connection.execute(sa.update(holds).where(holds.c.link_id.in_(chunk), *where).values(released_at=now))


def release_all(
    connection: sa.Connection, link_ids: Iterable[str], *, besides: Collection[str], now: datetime
) -> None:
    """Close every open hold on these links but those of the kinds ``besides``."""
    where = [holds.c.kind.not_in(besides), holds.c.released_at.is_(None)]
    for chunk in chunks(sorted(set(link_ids)), 10_000):
        connection.execute(sa.update(holds).where(holds.c.link_id.in_(chunk), *where).values(released_at=now))


def open_holds(connection: sa.Connection, link_ids: Iterable[str] | None = None) -> list[Any]:
    """Rows of the open holds, oldest first; of these links only, when given."""
    query = sa.select(holds).where(holds.c.released_at.is_(None))
    if link_ids is None:
        return list(connection.execute(query.order_by(holds.c.first_seen_at, holds.c.link_id)))
    return sorted(
        where_in(connection, query, holds.c.link_id, link_ids),
        key=lambda row: (row.first_seen_at, row.link_id),
    )


def standing_since(connection: sa.Connection, since: datetime) -> list[Standing]:
    """Every hold that is open, or was released after ``since``."""
    query = sa.select(holds.c.kind, holds.c.first_seen_at, holds.c.released_at).where(
        sa.or_(holds.c.released_at.is_(None), holds.c.released_at > since)
    )
    return [Standing(row.kind, row.first_seen_at, row.released_at) for row in connection.execute(query)]


def counts_by_kind(connection: sa.Connection) -> dict[str, int]:
    """Open holds by kind."""
    query = (
        sa.select(holds.c.kind, sa.func.count())
        .where(holds.c.released_at.is_(None))
        .group_by(holds.c.kind)
        .order_by(holds.c.kind)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
