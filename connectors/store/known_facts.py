"""Keeps what was known of people's handoffs, touches, answers and opportunities, and since when: changes only.

What is computed from it as of a day is for ``passes.numbers``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import cursors
from connectors.store.engine import upsert, where_in
from connectors.store.tables import known_facts as table
from connectors.store.tables import links

Fact = dict[str, Any]
Key = tuple[str, str, str]  # link, kind, key
_SINCE = "facts kept since"


def begin(connection: sa.Connection, *, now: datetime) -> bool:
    """Keep facts from now on; whether this is the beginning, so that everybody's are to be noted."""
    if kept_since(connection) is not None:
        return False
    cursors.put(connection, _SINCE, now.isoformat(), now=now)
    return True


def kept_since(connection: sa.Connection) -> datetime | None:
    """Since when facts are kept; None before the first pass that keeps them."""
    value = cursors.get(connection, _SINCE)
    return None if value is None else datetime.fromisoformat(value)


def note(
    connection: sa.Connection, link_ids: Iterable[str], facts: Mapping[Key, Fact], *, now: datetime
) -> int:
    """Keep what changed of these people since it was last noted; what is not among the facts any more is gone."""
    standing = _newest(where_in(connection, sa.select(table), table.c.link_id, link_ids))
    changed = [
        _row(key, fact, now, gone=False)
        for key, fact in facts.items()
        if key not in standing or standing[key].gone or standing[key].fact != fact
    ]
    gone = [
        _row(key, row.fact, now, gone=True)
        for key, row in standing.items()
        if key not in facts and not row.gone
    ]
    return upsert(connection, table, [*changed, *gone])


def retire_merged(connection: sa.Connection, *, now: datetime) -> int:
    """What was known of a link that has been merged into another is known of that one now."""
    merged = sa.select(links.c.link_id).where(links.c.merged_into.is_not(None))
    found = connection.scalars(sa.select(table.c.link_id).where(table.c.link_id.in_(merged)).distinct())
    return note(connection, list(found), {}, now=now)


def at(connection: sa.Connection, moment: datetime) -> dict[str, list[tuple[str, Fact]]]:
    """By kind, whose facts were known at a moment, and the facts."""
    rows = connection.execute(sa.select(table).where(table.c.known_at <= moment))
    found: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
    for (link_id, kind, _), row in sorted(_newest(rows).items()):
        if not row.gone:
            found[kind].append((link_id, row.fact))
    return found


def _newest(rows: Iterable[Any]) -> dict[Key, Any]:
    newest: dict[Key, Any] = {}
    for row in rows:
        key = (row.link_id, row.kind, row.key)
        if key not in newest or newest[key].known_at < row.known_at:
            newest[key] = row
    return newest


def _row(key: Key, fact: Fact, now: datetime, *, gone: bool) -> dict[str, Any]:
    link_id, kind, name = key
    return {"link_id": link_id, "kind": kind, "key": name, "known_at": now, "gone": gone, "fact": fact}
