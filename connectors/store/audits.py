"""Full audits and the differences that they found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import chunks
from connectors.store.tables_account import audit_differences, audits
from sync_rules.parity import Difference

_KEPT = 10


def save(
    connection: sa.Connection,
    audit_id: str,
    found: Sequence[Difference],
    *,
    compared: Mapping[str, int],
    api_calls: Mapping[str, int],
    began_at: datetime,
    ended_at: datetime,
) -> None:
    """Keep an audit whole; of all but the newest only the figures stay. Values are JSON."""
    unexplained = sum(one.explained is None for one in found)
    connection.execute(
        sa.insert(audits).values(
            audit_id=audit_id,
            began_at=began_at,
            ended_at=ended_at,
            compared=dict(compared),
            api_calls=dict(api_calls),
            explained=len(found) - unexplained,
            unexplained=unexplained,
        )
    )
    rows = ({"audit_id": audit_id, "number": n, **asdict(one)} for n, one in enumerate(found, start=1))
    for chunk in chunks(rows, 5_000):
        connection.execute(sa.insert(audit_differences), chunk)
    newest = sa.select(audits.c.audit_id).order_by(audits.c.began_at.desc()).limit(_KEPT)
    kept = [row[0] for row in connection.execute(newest)]
    connection.execute(sa.delete(audit_differences).where(audit_differences.c.audit_id.not_in(kept)))


def figures(connection: sa.Connection, audit_id: str) -> Any:
    """One audit's figures."""
    return connection.execute(sa.select(audits).where(audits.c.audit_id == audit_id)).one()


def differences(connection: sa.Connection, audit_id: str) -> list[Any]:
    """What one audit found, the unexplained first."""
    query = sa.select(audit_differences).where(audit_differences.c.audit_id == audit_id)
    rows = connection.execute(query.order_by(audit_differences.c.number))
    return sorted(rows, key=lambda row: row.explained is not None)
