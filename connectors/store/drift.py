"""What changed in the fields and rules of both sides: found, standing, ended."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from connectors.store.engine import upsert
from connectors.store.tables_account import schema_drift
from sync_rules.records import Side
from sync_rules.schema_drift import Drift


@dataclass(frozen=True, slots=True)
class Standing:
    """One change that still stands, with how many records had a value there when it was found."""

    side: Side
    drift: Drift
    people: int
    found_at: datetime


def save(connection: sa.Connection, side: Side, found: Mapping[Drift, int], *, now: datetime) -> None:
    """Note changes with how many records they concern."""
    rows = (
        {
            "side": side,
            **asdict(one),
            "fields": list(one.fields),
            "people": people,
            "found_at": now,
            "ended_at": None,
        }
        for one, people in found.items()
    )
    upsert(connection, schema_drift, rows)


def standing(connection: sa.Connection) -> list[Standing]:
    """Everything that still stands: what keeps a field from syncing first, then the oldest."""
    query = sa.select(schema_drift).where(schema_drift.c.ended_at.is_(None))
    order = (schema_drift.c.blocking.desc(), schema_drift.c.found_at, schema_drift.c.target)
    names = Drift.__dataclass_fields__
    return [
        Standing(
            row.side,
            Drift(
                **{name: getattr(row, name) for name in names if name != "fields"}, fields=tuple(row.fields)
            ),
            row.people,
            row.found_at,
        )
        for row in connection.execute(query.order_by(*order))
    ]


def end(connection: sa.Connection, side: Side, gone: Iterable[Drift], *, now: datetime) -> None:
    """These stand no more: put right, or accepted."""
    for one in gone:
        connection.execute(
            sa.update(schema_drift)
            .where(
                schema_drift.c.side == side,
                schema_drift.c.object_type == one.object_type,
                schema_drift.c.target == one.target,
                schema_drift.c.kind == one.kind,
            )
            .values(ended_at=now)
        )
