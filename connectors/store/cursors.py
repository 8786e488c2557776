"""Named positions: how far a step has come. A cursor moves in the transaction that stores what it passed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import upsert
from connectors.store.tables import cursors, sequences

# Asked some thirty times in each pass: building it costs more than running it.
_POSITION = sa.select(cursors.c.value).where(cursors.c.name == sa.bindparam("asked"))


def get(connection: sa.Connection, name: str) -> Any:
    """The stored position, or None before the first."""
    return connection.execute(_POSITION, {"asked": name}).scalar()


def put(connection: sa.Connection, name: str, value: Any, *, now: datetime) -> None:
    """Move a cursor; ``value`` is anything that JSON holds."""
    upsert(connection, cursors, [{"name": name, "value": value, "moved_at": now}])


def drop(connection: sa.Connection, name: str) -> None:
    """Forget a cursor, if it is there."""
    connection.execute(sa.delete(cursors).where(cursors.c.name == name))


def next_number(connection: sa.Connection, name: str) -> int:
    """The next number of a named series, starting at 1; unique also between transactions at one time."""
    raise_by_one = (
        sa.update(sequences)
        .where(sequences.c.name == name)
        .values(value=sequences.c.value + 1)
        .returning(sequences.c.value)
    )
    taken = connection.execute(raise_by_one).scalar()
    if taken is not None:
        return int(taken)
    upsert(connection, sequences, [{"name": name, "value": 1}])
    return 1
