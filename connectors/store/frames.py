"""Tables in and out as Polars frames, for the steps that judge many people at once.

Times come out as ``Datetime("us", "UTC")`` whatever the database; columns keep their names, except
``link_id``, which the pure packages call ``person_id``.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.engine import chunks, upsert

_TIME = pl.Datetime("us", "UTC")


def schema_of(table: sa.Table) -> dict[str, pl.DataType | type[pl.DataType]]:
    """The frame's schema that belongs to a table."""
    return {_public(column.name): _dtype(column.type) for column in table.columns}


def read(
    connection: sa.Connection,
    table: sa.Table,
    *,
    link_ids: Iterable[str] | None = None,
    where: Sequence[sa.ColumnElement[bool]] = (),
) -> pl.DataFrame:
    """The rows of a table (of these links only, when given) as a frame; empty frames keep their types."""
    query = sa.select(table).where(*where)
    rows: list[Any] = []
    if link_ids is None:
        rows = [tuple(row) for row in connection.execute(query)]
    else:
        for chunk in chunks(sorted(set(link_ids)), 10_000):
            rows.extend(tuple(row) for row in connection.execute(query.where(table.c.link_id.in_(chunk))))
    return pl.DataFrame(rows, schema=schema_of(table), orient="row")


def write(
    connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, *, keep: Sequence[str] = ()
) -> int:
    """Upsert a frame's rows; returns how many."""
    names = {_public(column.name): column.name for column in table.columns}
    columns = [name for name in frame.columns if name in names]
    renamed = frame.select(columns).rename({name: names[name] for name in columns})
    return upsert(connection, table, renamed.iter_rows(named=True), keep=keep)


def delete(connection: sa.Connection, table: sa.Table, link_ids: Iterable[str]) -> None:
    """Remove the rows of these links."""
    for chunk in chunks(sorted(set(link_ids)), 10_000):
        connection.execute(sa.delete(table).where(table.c.link_id.in_(chunk)))


def _public(name: str) -> str:
    return "person_id" if name == "link_id" else name


def _dtype(kind: sa.types.TypeEngine[Any]) -> pl.DataType | type[pl.DataType]:
    match kind:
        case UtcDateTime():
            return _TIME
        case sa.Boolean():
            return pl.Boolean
        case sa.Float():
            return pl.Float64
        case sa.Integer():
            return pl.Int64
        case sa.JSON():
            return pl.Object
        case _:
            return pl.String
