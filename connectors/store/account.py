"""Where everybody stands, person by person and added up by day and source. Whoever stands where is not decided here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert, where_in
from connectors.store.tables import links
from connectors.store.tables_account import reconciliation, reconciliation_daily

_CLASS = reconciliation.c["class"]


@dataclass(frozen=True, slots=True)
class Line:
    """One person's place in the account.

    Attributes:
        linked: false for a HubSpot contact that belongs to no link; ``link_id`` is the one it would begin.
        day: ``2026-10-05``, in the business's time zone.
    """

    link_id: str
    linked: bool
    day: str
    source: str
    name: str
    reason: str


def due(connection: sa.Connection, unsettled: Iterable[str]) -> list[str]:
    """People to look at again: those about whom something changed, and those in an unsettled class."""
    changed = sa.select(links.c.link_id).where(links.c.account_due, links.c.kind == "person")
    open_ = sa.select(reconciliation.c.link_id).where(_CLASS.in_(sorted(unsettled)), reconciliation.c.linked)
    return sorted({row[0] for query in (changed, open_) for row in connection.execute(query)})


def save(connection: sa.Connection, lines: Sequence[Line], *, now: datetime) -> set[str]:
    """Put people in their places; returns the days whose sums may have changed."""
    keys = [line.link_id for line in lines]
    query = sa.select(reconciliation.c.link_id, reconciliation.c.day)
    days = {row.day for row in where_in(connection, query, reconciliation.c.link_id, keys)}
    upsert(
        connection,
        reconciliation,
        (
            {
                "link_id": line.link_id,
                "linked": line.linked,
                "day": line.day,
                "source": line.source[:120],
                "class": line.name,
                "reason": line.reason[:255],
                "seen_at": now,
            }
            for line in lines
        ),
    )
    return days | {line.day for line in lines}


def forget_unlinked(connection: sa.Connection, still: Iterable[str]) -> set[str]:
    """Drop what was said of unlinked contacts that are linked or gone by now; returns the days concerned."""
    query = sa.select(reconciliation.c.link_id, reconciliation.c.day).where(sa.not_(reconciliation.c.linked))
    known, kept = {row.link_id: row.day for row in connection.execute(query)}, set(still)
    gone = known.keys() - kept
    _delete(connection, gone)
    return {known[link_id] for link_id in gone}


def forget_erased(connection: sa.Connection) -> set[str]:
    """Drop what was said of links that exist no more; returns the days concerned."""
    counted = sa.select(sa.func.count()).select_from(reconciliation).where(reconciliation.c.linked)
    there = sa.select(sa.func.count()).select_from(links).where(links.c.kind == "person")
    if connection.execute(counted).scalar() == connection.execute(there).scalar():
        return set()
    query = (
        sa.select(reconciliation.c.link_id, reconciliation.c.day)
        .outerjoin(links, links.c.link_id == reconciliation.c.link_id)
        .where(reconciliation.c.linked, links.c.link_id.is_(None))
    )
    gone = {row.link_id: row.day for row in connection.execute(query)}
    _delete(connection, gone)
    return set(gone.values())


def _delete(connection: sa.Connection, link_ids: Iterable[str]) -> None:
    for chunk in chunks(sorted(set(link_ids)), 10_000):
        connection.execute(sa.delete(reconciliation).where(reconciliation.c.link_id.in_(chunk)))


def add_up(
    connection: sa.Connection, days: Iterable[str], columns: Mapping[str, str], *, now: datetime
) -> None:
    """Make the sums of these days anew; ``columns`` are the daily table's, by class. Other classes do not count."""
    found: dict[tuple[str, str], dict[str, Any]] = defaultdict(lambda: dict.fromkeys(columns.values(), 0))
    wanted = sorted(set(days))
    query = (
        sa.select(reconciliation.c.day, reconciliation.c.source, _CLASS, sa.func.count().label("people"))
        .where(_CLASS.in_(sorted(columns)))
        .group_by(reconciliation.c.day, reconciliation.c.source, _CLASS)
    )
    for row in where_in(connection, query, reconciliation.c.day, wanted):
        found[row.day, row.source][columns[row._mapping["class"]]] = row.people
    for chunk in chunks(wanted, 10_000):
        connection.execute(sa.delete(reconciliation_daily).where(reconciliation_daily.c.day.in_(chunk)))
    upsert(
        connection,
        reconciliation_daily,
        (
            {"day": day, "source": source, **sums, "handed_over": sum(sums.values()), "seen_at": now}
            for (day, source), sums in found.items()
        ),
    )


def tally(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """People by class and reason."""
    query = sa.select(_CLASS, reconciliation.c.reason, sa.func.count()).group_by(
        _CLASS, reconciliation.c.reason
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def daily(
    connection: sa.Connection, *, day: str | None = None, source: str | None = None, limit: int | None = None
) -> list[Any]:
    """The daily sums, the latest day first."""
    query = sa.select(reconciliation_daily).order_by(
        reconciliation_daily.c.day.desc(), reconciliation_daily.c.source
    )
    if day is not None:
        query = query.where(reconciliation_daily.c.day == day)
    if source is not None:
        query = query.where(reconciliation_daily.c.source == source)
    return list(connection.execute(query if limit is None else query.limit(limit)))


def people(
    connection: sa.Connection,
    *,
    classes: Iterable[str],
    days: Iterable[str] | None = None,
    source: str | None = None,
) -> list[Line]:
    """People of some classes, by day, class and id."""
    query = sa.select(reconciliation).where(_CLASS.in_(sorted(classes)))
    if source is not None:
        query = query.where(reconciliation.c.source == source)
    rows = (
        list(connection.execute(query))
        if days is None
        else list(where_in(connection, query, reconciliation.c.day, days))
    )
    lines = [
        Line(row.link_id, row.linked, row.day, row.source, row._mapping["class"], row.reason) for row in rows
    ]
    return sorted(lines, key=lambda line: (line.day, line.name, line.link_id))
