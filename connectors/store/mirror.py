"""The mirror: what each side last said of each record, and the keys by which a record can be found.

Nothing is decided here; a record that says what it said before is not written again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.cursors import next_number
from connectors.store.engine import upsert, where_in
from connectors.store.tables import links, mirror, mirror_keys
from sync_rules.records import Record, Side, Stamp

_VERSION = "mirror version"
# Asked by every reader of changes, mostly to learn that there are none.
_NEWEST = sa.select(sa.func.max(mirror.c.version))


def save(connection: sa.Connection, records: Sequence[Record], *, mark: bool = True) -> list[Record]:
    """Put what a side said into the mirror and mark the links concerned as due.

    A partial read adds to what is known: fields that ``records`` do not name keep their value.

    Args:
        mark: false for our own writes, which nobody has to look at again.

    Returns:
        The records that really changed, with all their known fields.
    """
    groups: dict[tuple[Side, str], dict[str, Record]] = defaultdict(dict)
    for record in records:
        groups[(record.side, record.object_type)][record.id] = record
    changed: list[Record] = []
    touched_links: set[str] = set()
    rows: list[dict[str, Any]] = []
    touched: list[tuple[Side, str, str, datetime]] = []
    for (side, object_type), by_id in groups.items():
        known = {row.record_id: row for row in _rows(connection, side, object_type, by_id)}
        for record_id, record in by_id.items():
            old = known.get(record_id)
            fields = {**old.fields, **record.fields} if old is not None else dict(record.fields)
            if old is not None and old.fields == fields and old.deleted == record.deleted:
                if old.modified_at != record.modified_at:
                    touched.append((side, object_type, record_id, record.modified_at))
                continue
            stamps = {
                **(_still_true(old, fields) if old is not None else {}),
                **_stamps_to_json(record.stamps),
            }
            link_id = old.link_id if old is not None else None
            if link_id is not None:
                touched_links.add(link_id)
            rows.append(
                {
                    "side": side,
                    "object_type": object_type,
                    "record_id": record_id,
                    "fields": fields,
                    "stamps": stamps,
                    "modified_at": record.modified_at,
                    "created_at": record.created_at or (old.created_at if old is not None else None),
                    "modified_by": record.modified_by,
                    "deleted": record.deleted,
                    "link_id": link_id,
                }
            )
    _restamp(connection, touched)
    if not rows:
        return []
    version = next_number(connection, _VERSION)
    upsert(connection, mirror, ({**row, "version": version} for row in rows))
    if mark:
        mark_due(connection, touched_links)
    changed.extend(_record(row) for row in rows)
    return changed


def _still_true(old: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The known change times of the fields that have not changed: a new value has a time of its own."""
    return {name: stamp for name, stamp in old.stamps.items() if fields.get(name) == old.fields.get(name)}


def _restamp(connection: sa.Connection, touched: Sequence[tuple[Side, str, str, datetime]]) -> None:
    """Only the stamp moved (something that is not read changed): nobody has to look again."""
    if touched:
        connection.execute(
            sa.update(mirror)
            .where(
                mirror.c.side == sa.bindparam("b_side"),
                mirror.c.object_type == sa.bindparam("b_type"),
                mirror.c.record_id == sa.bindparam("b_id"),
            )
            .values(modified_at=sa.bindparam("b_at")),
            [{"b_side": s, "b_type": t, "b_id": i, "b_at": at} for s, t, i, at in touched],
        )


def mark_due(connection: sa.Connection, link_ids: Iterable[str], *, plan: bool = True) -> None:
    """Have the links judged, fed back, accounted for and (unless ``plan`` is false) planned again."""
    values = {"judge_due": True, "feedback_due": True, "account_due": True} | (
        {"plan_due": True} if plan else {}
    )
    rows = [{"b_link_id": link_id, **values} for link_id in sorted(set(link_ids))]
    if rows:
        connection.execute(sa.update(links).where(links.c.link_id == sa.bindparam("b_link_id")), rows)


def touch(connection: sa.Connection, keys: Iterable[tuple[Side, str, str]]) -> None:
    """Have every step that follows changes look at these records once more, though they say nothing new."""
    version = next_number(connection, _VERSION)
    rows = [{"b_side": side, "b_type": kind, "b_id": record_id} for side, kind, record_id in keys]
    if rows:
        statement = sa.update(mirror).where(
            mirror.c.side == sa.bindparam("b_side"),
            mirror.c.object_type == sa.bindparam("b_type"),
            mirror.c.record_id == sa.bindparam("b_id"),
        )
        connection.execute(statement.values(version=version), rows)


def assign(connection: sa.Connection, link_of: Mapping[tuple[Side, str, str], str | None]) -> None:
    """Say which link a record belongs to, by ``(side, object type, id)``."""
    rows = [
        {"b_side": side, "b_type": object_type, "b_id": record_id, "link_id": link_id}
        for (side, object_type, record_id), link_id in link_of.items()
    ]
    if rows:
        statement = sa.update(mirror).where(
            mirror.c.side == sa.bindparam("b_side"),
            mirror.c.object_type == sa.bindparam("b_type"),
            mirror.c.record_id == sa.bindparam("b_id"),
        )
        connection.execute(statement, rows)


def index(
    connection: sa.Connection,
    keys: Mapping[tuple[Side, str, str], Iterable[tuple[str, str]]],
    *,
    prefix: str = "",
) -> None:
    """Replace the look-up keys ``(kind, key)`` of the records given, whose kinds begin with ``prefix``."""
    owners = [{"b_side": s, "b_type": t, "b_id": i} for s, t, i in keys]
    if not owners:
        return
    connection.execute(
        sa.delete(mirror_keys).where(
            mirror_keys.c.side == sa.bindparam("b_side"),
            mirror_keys.c.object_type == sa.bindparam("b_type"),
            mirror_keys.c.record_id == sa.bindparam("b_id"),
            mirror_keys.c.kind.startswith(prefix, autoescape=True),
        ),
        owners,
    )
    upsert(
        connection,
        mirror_keys,
        (
            {"side": s, "object_type": t, "record_id": i, "kind": f"{prefix}{kind}", "key": key[:255]}
            for (s, t, i), pairs in keys.items()
            for kind, key in sorted(set(pairs))
        ),
    )


def find(connection: sa.Connection, kind: str, keys: Iterable[str]) -> dict[str, list[tuple[Side, str, str]]]:
    """The records that carry each key of one kind, as ``key -> [(side, object type, id)]``."""
    query = sa.select(mirror_keys).where(mirror_keys.c.kind == kind).order_by(*mirror_keys.primary_key)
    found: dict[str, list[tuple[Side, str, str]]] = defaultdict(list)
    for row in where_in(connection, query, mirror_keys.c.key, (key[:255] for key in keys)):
        found[row.key].append((row.side, row.object_type, row.record_id))
    return dict(found)


def keys_of(
    connection: sa.Connection, records: Iterable[tuple[Side, str, str]], kind: str
) -> dict[tuple[Side, str, str], set[str]]:
    """The look-up keys of one kind that these records have; records without any are absent."""
    groups: dict[tuple[Side, str], set[str]] = defaultdict(set)
    for side, object_type, record_id in records:
        groups[(side, object_type)].add(record_id)
    found: dict[tuple[Side, str, str], set[str]] = defaultdict(set)
    for (side, object_type), ids in groups.items():
        query = sa.select(mirror_keys).where(
            mirror_keys.c.side == side, mirror_keys.c.object_type == object_type, mirror_keys.c.kind == kind
        )
        for row in where_in(connection, query, mirror_keys.c.record_id, ids):
            found[(side, object_type, row.record_id)].add(row.key)
    return dict(found)


def load(connection: sa.Connection, side: Side, object_type: str, ids: Iterable[str]) -> dict[str, Record]:
    """Records by id; ids that the mirror does not hold are absent."""
    return {row.record_id: _record(row._mapping) for row in _rows(connection, side, object_type, ids)}


def load_many(
    connection: sa.Connection, keys: Iterable[tuple[Side, str, str]]
) -> dict[tuple[Side, str, str], Record]:
    """Records by ``(side, object type, id)``."""
    groups: dict[tuple[Side, str], set[str]] = defaultdict(set)
    for side, object_type, record_id in keys:
        groups[(side, object_type)].add(record_id)
    return {
        (side, object_type, record_id): record
        for (side, object_type), ids in groups.items()
        for record_id, record in load(connection, side, object_type, ids).items()
    }


def load_all(connection: sa.Connection, side: Side, object_type: str) -> list[Record]:
    """Every record of one type, tombstones too, by id."""
    query = (
        sa.select(mirror)
        .where(mirror.c.side == side, mirror.c.object_type == object_type)
        .order_by(mirror.c.record_id)
    )
    return [_record(row._mapping) for row in connection.execute(query)]


def deleted_ids(connection: sa.Connection, side: Side, object_type: str) -> set[str]:
    """The ids of all tombstones of one type."""
    query = sa.select(mirror.c.record_id).where(
        mirror.c.side == side, mirror.c.object_type == object_type, mirror.c.deleted
    )
    return set(connection.execute(query).scalars())


def since(
    connection: sa.Connection, version: int, types: Sequence[tuple[Side, str]]
) -> tuple[list[Record], int]:
    """Records of these types that changed after ``version``, and the version that this answer reaches."""
    reached = connection.execute(_NEWEST).scalar() or 0
    if reached <= version:
        return [], int(reached)
    query = sa.select(mirror).where(
        mirror.c.version > version,
        sa.tuple_(mirror.c.side, mirror.c.object_type).in_(list(types)),
    )
    rows = connection.execute(query.order_by(mirror.c.version, mirror.c.record_id))
    return [_record(row._mapping) for row in rows], int(reached)


def link_ids(
    connection: sa.Connection, keys: Iterable[tuple[Side, str, str]]
) -> dict[tuple[Side, str, str], str]:
    """The link of each record that has one."""
    groups: dict[tuple[Side, str], set[str]] = defaultdict(set)
    for side, object_type, record_id in keys:
        groups[(side, object_type)].add(record_id)
    answer: dict[tuple[Side, str, str], str] = {}
    for (side, object_type), ids in groups.items():
        query = sa.select(mirror.c.record_id, mirror.c.link_id).where(
            mirror.c.side == side, mirror.c.object_type == object_type, mirror.c.link_id.is_not(None)
        )
        for row in where_in(connection, query, mirror.c.record_id, ids):
            answer[(side, object_type, row.record_id)] = row.link_id
    return answer


def stamps_of(
    connection: sa.Connection, side: Side, object_type: str, ids: Iterable[str]
) -> dict[str, datetime]:
    """The modification time that the mirror holds of each record."""
    query = sa.select(mirror.c.record_id, mirror.c.modified_at).where(
        mirror.c.side == side, mirror.c.object_type == object_type
    )
    found = where_in(connection, query, mirror.c.record_id, ids)
    return {row.record_id: row.modified_at for row in found}


def count_between(
    connection: sa.Connection,
    side: Side,
    object_type: str,
    after: datetime,
    until: datetime,
    *,
    living: bool,
) -> int:
    """How many records of one type have a modification time after ``after`` and up to ``until``.

    Args:
        living: leave deleted ones out.
    """
    query = (
        sa.select(sa.func.count())
        .select_from(mirror)
        .where(mirror.c.side == side, mirror.c.object_type == object_type)
        .where(mirror.c.modified_at > after, mirror.c.modified_at <= until)
    )
    if living:
        query = query.where(sa.not_(mirror.c.deleted))
    return int(connection.execute(query).scalar() or 0)


def latest_change(connection: sa.Connection, side: Side, object_type: str) -> datetime | None:
    """The newest modification time that the mirror holds for one type."""
    query = sa.select(sa.func.max(mirror.c.modified_at)).where(
        mirror.c.side == side, mirror.c.object_type == object_type
    )
    return connection.execute(query).scalar()


def _rows(
    connection: sa.Connection, side: Side, object_type: str, ids: Iterable[str]
) -> Iterable[sa.Row[Any]]:
    query = sa.select(mirror).where(mirror.c.side == side, mirror.c.object_type == object_type)
    return where_in(connection, query, mirror.c.record_id, ids)


def _stamps_to_json(stamps: Mapping[str, Stamp]) -> dict[str, Any]:
    return {
        name: [stamp.at.isoformat(), stamp.certain, stamp.actor, stamp.ours] for name, stamp in stamps.items()
    }


def _record(row: Any) -> Record:
    stamps = {
        name: Stamp(datetime.fromisoformat(at), certain, actor, ours)
        for name, (at, certain, actor, ours) in row["stamps"].items()
    }
    return Record(
        side=row["side"],
        object_type=row["object_type"],
        id=row["record_id"],
        fields=row["fields"],
        modified_at=row["modified_at"],
        created_at=row["created_at"],
        deleted=row["deleted"],
        stamps=stamps,
        modified_by=row["modified_by"],
    )
