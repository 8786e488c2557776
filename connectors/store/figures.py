"""Keeps figures as they were stated. What a figure means is for ``sla_rules.metrics``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import upsert
from connectors.store.tables import stated_figures as table

Key = tuple[str, str, str]
_LONGEST = 255


def stated(connection: sa.Connection, period: str, start: datetime) -> Sequence[sa.Row[Any]]:
    """Every statement of a period's figures, oldest first."""
    query = sa.select(table).where(table.c.period == period, table.c.period_start == start)
    return connection.execute(query.order_by(table.c.stated_at)).fetchall()


def standing(connection: sa.Connection, period: str, start: datetime) -> dict[Key, sa.Row[Any]]:
    """The last statement of each figure of a period."""
    return {key_of(row.metric, row.dimension, row.member): row for row in stated(connection, period, start)}


def forget_stated_before(connection: sa.Connection, period: str, start: datetime, moment: datetime) -> None:
    """Drop what was stated of a period before a moment: figures of a period that was still running."""
    connection.execute(
        sa.delete(table).where(
            table.c.period == period, table.c.period_start == start, table.c.stated_at < moment
        )
    )


def state(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add statements; answers how many."""
    return upsert(connection, table, list(rows))


def key_of(metric: str, dimension: str, member: str) -> Key:
    """Which figure of a period a row is about, as the table can hold it."""
    return metric, dimension, member[:_LONGEST]
