"""Keeps whom the routing policy gave each person to, and why. Who that is, is decided in ``sla_rules.routing``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert, where_in
from connectors.store.tables import assignments, handoffs, links

PROPOSED, DONE, QUEUED, LEFT = "proposed", "done", "queued", "left"
OPEN = (PROPOSED, QUEUED)


def unsettled(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Assignments that no record shows yet, of living links."""
    return _of_living(connection, assignments.c.state.in_(OPEN))


def given_and_changed(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Assignments that came true, of people whose records have changed since the last plan."""
    return _of_living(connection, (assignments.c.state == DONE) & links.c.plan_due)


def _of_living(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[sa.Row[Any]]:
    query = (
        sa.select(assignments)
        .join(links, links.c.link_id == assignments.c.link_id)
        .where(which, links.c.merged_into.is_(None))
        .order_by(assignments.c.link_id)
    )
    return list(connection.execute(query))


def handed_over(connection: sa.Connection, *, since: datetime) -> list[sa.Row[Any]]:
    """Handoffs of people whom nobody was assigned to: proposals, and those that came true since the policy is on."""
    query = (
        sa.select(handoffs)
        .join(links, links.c.link_id == handoffs.c.link_id)
        .outerjoin(assignments, assignments.c.link_id == handoffs.c.link_id)
        .where(
            assignments.c.link_id.is_(None),
            links.c.merged_into.is_(None),
            sa.or_(sa.not_(handoffs.c.confirmed), handoffs.c.handed_off_at >= since),
        )
        .order_by(handoffs.c.handed_off_at, handoffs.c.link_id)
    )
    return list(connection.execute(query))


def of_links(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, sa.Row[Any]]:
    """The assignment of each link that has one."""
    found = where_in(connection, sa.select(assignments), assignments.c.link_id, link_ids)
    return {row.link_id: row for row in found}


def wanted(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, sa.Row[Any]]:
    """The assignments that no record shows yet, by link."""
    return {key: row for key, row in of_links(connection, link_ids).items() if row.state in OPEN}


def to_teams(connection: sa.Connection, *, since: datetime) -> list[sa.Row[Any]]:
    """What teams were given since then, oldest first."""
    query = sa.select(assignments).where(assignments.c.team.is_not(None), assignments.c.decided_at >= since)
    return list(connection.execute(query.order_by(assignments.c.decided_at, assignments.c.link_id)))


def with_companies(connection: sa.Connection, companies: Iterable[str]) -> dict[str, str]:
    """Who has each of these companies by an assignment, the oldest where there are several."""
    query = sa.select(assignments).where(assignments.c.state.in_((PROPOSED, DONE)))
    rows = where_in(connection, query, assignments.c.company, companies)
    ordered = sorted(rows, key=lambda row: (row.decided_at, row.link_id), reverse=True)
    return {row.company: row.owner for row in ordered}


def save(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add or replace assignments."""
    upsert(connection, assignments, rows)


def drop(connection: sa.Connection, link_ids: Iterable[str]) -> None:
    """Forget proposals that came to nothing."""
    for part in chunks(sorted(set(link_ids)), 10_000):
        connection.execute(sa.delete(assignments).where(assignments.c.link_id.in_(part)))
