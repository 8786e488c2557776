"""The fields that the mapping has brought, whether each is in force, and what its back-fill would take.

Which are new is decided in ``sync_rules.new_fields``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert
from connectors.store.tables import links, mapped_fields
from sync_rules.new_fields import FieldKey, Shape

State = Literal["in_force", "waiting"]


@dataclass(frozen=True, slots=True)
class MappedField:
    """One field.

    Attributes:
        state: ``waiting`` until its back-fill is carried out or declined.
        since: when the mapping brought it.
        survey: what the back-fill would do, in figures; None until somebody has looked.
        surveyed_at: when that was.
        plan_id: the newest plan of its back-fill.
    """

    key: FieldKey
    shape: Shape
    state: State
    since: datetime
    survey: Mapping[str, Any] | None
    surveyed_at: datetime | None
    plan_id: str | None


def load(connection: sa.Connection) -> dict[FieldKey, MappedField]:
    """Every field that a pass has met, the oldest first."""
    table = mapped_fields.c
    query = sa.select(mapped_fields).order_by(table.since, table.kind, table.field)
    return {
        (row.kind, row.field): MappedField(
            (row.kind, row.field),
            row.shape,
            row.state,
            row.since,
            row.survey,
            row.surveyed_at,
            row.plan_id,
        )
        for row in connection.execute(query)
    }


def waiting(connection: sa.Connection) -> list[MappedField]:
    """The fields that wait for a back-fill, the longest waiting first."""
    return [one for one in load(connection).values() if one.state == "waiting"]


def meet(connection: sa.Connection, shapes: Mapping[FieldKey, Shape], state: State, *, now: datetime) -> None:
    """Note fields that the mapping has brought."""
    rows = [
        {
            "kind": kind,
            "field": name,
            "shape": shape,
            "state": state,
            "since": now,
            "survey": None,
            "surveyed_at": None,
            "plan_id": None,
        }
        for (kind, name), shape in shapes.items()
    ]
    upsert(connection, mapped_fields, rows)


def forget(connection: sa.Connection, keys: Sequence[FieldKey]) -> None:
    """The mapping has these no longer."""
    for key in keys:
        connection.execute(sa.delete(mapped_fields).where(_is(key)))


def put_in_force(connection: sa.Connection, key: FieldKey) -> None:
    """From now on the field is merged like any other."""
    connection.execute(sa.update(mapped_fields).where(_is(key)).values(state="in_force"))


def keep_survey(
    connection: sa.Connection,
    key: FieldKey,
    survey: Mapping[str, Any],
    *,
    now: datetime,
    plan_id: str | None = None,
) -> None:
    """What a back-fill would do, and its plan if one was made."""
    values: dict[str, Any] = {"survey": dict(survey), "surveyed_at": now}
    if plan_id is not None:
        values["plan_id"] = plan_id
    connection.execute(sa.update(mapped_fields).where(_is(key)).values(**values))


def drop_bases(connection: sa.Connection, key: FieldKey) -> bool:
    """Take what a field of that name last agreed on out of every base; whether anybody has a base at all."""
    kind, name = key
    query = sa.select(links.c.link_id, links.c.base).where(links.c.kind == kind)
    known = [(row.link_id, row.base) for row in connection.execute(query) if row.base is not None]
    rows = (
        {"b_link_id": link_id, "base": {field: value for field, value in base.items() if field != name}}
        for link_id, base in known
        if name in base
    )
    statement = sa.update(links).where(links.c.link_id == sa.bindparam("b_link_id"))
    for chunk in chunks(rows, 5_000):
        connection.execute(statement.values(base=sa.bindparam("base")), chunk)
    return bool(known)


def _is(key: FieldKey) -> sa.ColumnElement[bool]:
    return sa.and_(mapped_fields.c.kind == key[0], mapped_fields.c.field == key[1])
