"""Who was deleted, on which side, since when: rows by keyed hash of e-mails and ids, and no personal data.

What follows for a record that carries such a key is decided in ``sync_rules.returning``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert, where_in
from connectors.store.keyed_hash import hasher
from connectors.store.tables import tombstones
from sync_rules.records import Side

RecordKey = tuple[Side, str, str]
Keys = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One deleted record of one person."""

    side: Side
    link_id: str
    deleted_at: datetime


def bury(
    connection: sa.Connection,
    deleted: Mapping[RecordKey, tuple[str, datetime, Keys]],
    *,
    now: datetime,
) -> None:
    """Remember deleted records: ``(link id, deleted at, keys)`` by record."""
    if not deleted:
        return
    hashed = hasher(connection, now=now)
    rows = [
        {
            "key": hashed(*key),
            "record": hashed("record", " ".join(record)),
            "side": record[0],
            "link_id": link_id,
            "deleted_at": deleted_at,
        }
        for record, (link_id, deleted_at, keys) in deleted.items()
        for key in sorted(set(keys))
    ]
    upsert(connection, tombstones, rows)


def clear(connection: sa.Connection, living: Iterable[RecordKey], *, now: datetime) -> int:
    """Forget the tombstones of records that live (again); answers how many there were."""
    if not any_at_all(connection):
        return 0
    hashed = hasher(connection, now=now)
    gone = 0
    for part in chunks((hashed("record", " ".join(record)) for record in living), 10_000):
        gone += connection.execute(sa.delete(tombstones).where(tombstones.c.record.in_(part))).rowcount
    return gone


def find(
    connection: sa.Connection, wanted: Mapping[RecordKey, Sequence[tuple[str, str]]], *, now: datetime
) -> dict[RecordKey, list[Tombstone]]:
    """The tombstones that carry a key of each record, newest first; records without any are absent."""
    if not wanted or not any_at_all(connection):
        return {}
    hashed = hasher(connection, now=now)
    keys = {record: {hashed(*key) for key in found} for record, found in wanted.items()}
    rows: dict[str, list[Tombstone]] = {}
    everything = {key for found in keys.values() for key in found}
    for row in where_in(connection, sa.select(tombstones), tombstones.c.key, everything):
        rows.setdefault(row.key, []).append(Tombstone(row.side, row.link_id, row.deleted_at))
    answer = {}
    for record, found in keys.items():
        if stones := {stone for key in found for stone in rows.get(key, ())}:
            answer[record] = sorted(stones, key=lambda one: (one.deleted_at, one.link_id), reverse=True)
    return answer


def any_at_all(connection: sa.Connection) -> bool:
    """Whether anybody was ever deleted."""
    return connection.execute(sa.select(tombstones.c.key).limit(1)).first() is not None
