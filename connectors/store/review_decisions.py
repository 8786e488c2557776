"""Keeps what reviews decided and what became of it. A decision is settled, never rewritten."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.tables import review_decisions as table


def decide(connection: sa.Connection, row: Mapping[str, Any]) -> str:
    """Keep a decision; the columns of ``review_decisions`` but its id and its outcome. Answers the id."""
    decision_id = secrets.token_hex(3)
    connection.execute(sa.insert(table).values(decision_id=decision_id, **row))
    return decision_id


def settle(connection: sa.Connection, decision_id: str, *, outcome: str, now: datetime) -> bool:
    """Say what became of an open decision; whether there is such a one."""
    one = (table.c.decision_id == decision_id) & table.c.settled_at.is_(None)
    change = sa.update(table).where(one).values(settled_at=now, outcome=outcome)
    return bool(connection.execute(change).rowcount)


def all_decisions(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """Every decision, the oldest first."""
    return connection.execute(sa.select(table).order_by(table.c.decided_at, table.c.decision_id)).fetchall()
