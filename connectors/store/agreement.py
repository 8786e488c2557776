"""Keeps excuses, announcements of campaigns and published figures. What they mean is for ``sla_rules``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store import frames
from connectors.store.engine import upsert
from connectors.store.tables import campaign_announcements, clock_excuses, published_figures


def excuse(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    """Note that a person excused a clock: the columns of ``clock_excuses`` but the revocation."""
    connection.execute(sa.insert(clock_excuses).values(**row))


def revoke(
    connection: sa.Connection,
    link_id: str,
    commitment: str,
    handed_off_at: datetime,
    *,
    by: str,
    now: datetime,
) -> int:
    """Take back the standing excuses of one clock; answers how many."""
    one = (
        (clock_excuses.c.link_id == link_id)
        & (clock_excuses.c.commitment == commitment)
        & (clock_excuses.c.handed_off_at == handed_off_at)
    )
    change = sa.update(clock_excuses).where(one, clock_excuses.c.revoked_at.is_(None))
    return int(connection.execute(change.values(revoked_at=now, revoked_by=by)).rowcount)


def standing_excuses(connection: sa.Connection, link_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """The excuses that hold: the columns of ``clock_excuses``, ``link_id`` as ``person_id``."""
    return frames.read(
        connection, clock_excuses, link_ids=link_ids, where=[clock_excuses.c.revoked_at.is_(None)]
    )


def all_excuses(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """Every excuse ever given, revoked ones too, the newest first."""
    return connection.execute(sa.select(clock_excuses).order_by(clock_excuses.c.given_at.desc())).fetchall()


def announced(connection: sa.Connection) -> dict[str, datetime]:
    """When each campaign was announced, by id."""
    rows = connection.execute(
        sa.select(campaign_announcements.c.campaign_id, campaign_announcements.c.announced_at)
    )
    return {row[0]: row[1] for row in rows}


def announce(connection: sa.Connection, found: Mapping[str, datetime]) -> int:
    """Note campaigns that sales can read of now; those already noted stay as they are."""
    known = announced(connection)
    rows = [{"campaign_id": key, "announced_at": at} for key, at in found.items() if key not in known]
    return upsert(connection, campaign_announcements, rows)


def published(connection: sa.Connection, period: str, start: datetime) -> dict[str, sa.Row[Any]]:
    """The published figures of a period, by commitment."""
    of_period = (published_figures.c.period == period) & (published_figures.c.period_start == start)
    rows = connection.execute(sa.select(published_figures).where(of_period))
    return {row.commitment: row for row in rows}


def publish(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the first figures of a period, for good."""
    connection.execute(sa.insert(published_figures), list(rows))


def all_published(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """Every published figure, the newest period first."""
    order = (published_figures.c.period_start.desc(), published_figures.c.period)
    return connection.execute(sa.select(published_figures).order_by(*order)).fetchall()
