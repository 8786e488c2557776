"""The versions of the lead definition that were put into force: noted once, never changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connectors.store.engine import upsert
from connectors.store.tables import definition_activations


@dataclass(frozen=True, slots=True)
class Activation:
    """A text that was put into force, and the moment from which it judges."""

    version: str
    digest: str
    body: str
    activated_at: datetime
    effective_at: datetime


def digest_of(body: str) -> str:
    """What tells one text from another."""
    return hashlib.sha256(body.encode()).hexdigest()


def activate(
    connection: sa.Connection,
    version: str,
    body: str,
    *,
    now: datetime,
    effective_at: datetime,
    by: str | None = None,
) -> None:
    """Put a text into force; it judges from ``effective_at`` on, at the earliest from now."""
    row = {
        "activated_at": now,
        "digest": digest_of(body),
        "version": version,
        "effective_at": max(now, effective_at),
        "body": body,
        "activated_by": by,
    }
    upsert(connection, definition_activations, [row])


def activations(connection: sa.Connection) -> list[Activation]:
    """All of them, in the order in which they take effect."""
    table = definition_activations
    rows = connection.execute(sa.select(table).order_by(table.c.effective_at, table.c.activated_at))
    return [Activation(row.version, row.digest, row.body, row.activated_at, row.effective_at) for row in rows]


def newest_effective(known: list[Activation], now: datetime) -> Activation | None:
    """The one that judges at this moment."""
    effective = [one for one in known if one.effective_at <= now]
    return effective[-1] if effective else None
