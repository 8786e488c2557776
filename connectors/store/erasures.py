"""Erasures on request: what was asked and how far it has come, and the keyed hashes of whom was erased.

The hashes are those of ``keyed_hash.py``, whose secret stays in the database (docs/adr/0015). What is deleted of a
person here is ``erase.py``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import upsert, where_in
from connectors.store.keyed_hash import hasher
from connectors.store.tables_erasures import erased_keys, erasures
from sync_rules.addresses import normal_email
from sync_rules.external_ids import id18
from sync_rules.records import Side

RecordKey = tuple[Side, str, str]
Hash = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Erased:
    """Who was erased, by digest: the id of the erasure. Empty while nobody ever was."""

    hashed: Hash
    by_digest: Mapping[str, str]

    def of_email(self, email: str | None) -> str | None:
        """The erasure of an address, or None."""
        return self.by_digest.get(email_digest(self.hashed, email)) if self.by_digest and email else None

    def of_record(self, key: RecordKey) -> str | None:
        """The erasure of a vendor's record, or None."""
        return self.by_digest.get(record_digest(self.hashed, key)) if self.by_digest else None


def load(connection: sa.Connection, *, now: datetime) -> Erased:
    """Everybody who was erased and not let in again."""
    rows = connection.execute(sa.select(erased_keys.c.digest, erased_keys.c.erasure_id)).all()
    hashed = hasher(connection, now=now) if rows else _unused
    return Erased(hashed, {row.digest: row.erasure_id for row in rows})


def _unused(kind: str, value: str) -> str:
    raise AssertionError(f"nobody was erased, and nothing needs a hash of {kind}: {len(value)} letters")


NOBODY = Erased(_unused, {})


def email_digest(hashed: Hash, email: str) -> str:
    """The hash of an address in its normal form."""
    return hashed("erased email", normal_email(email) or "")


def record_digest(hashed: Hash, key: RecordKey) -> str:
    """The hash of a record's id."""
    side, object_type, record_id = key
    own = id18(record_id) if side == "salesforce" else record_id
    return hashed("erased record", f"{side}:{object_type}:{own}")


def begin(
    connection: sa.Connection,
    erasure_id: str,
    *,
    emails: Iterable[str],
    records: Sequence[RecordKey],
    scope: Mapping[str, Any],
    requested_by: str,
    reference: str | None,
    now: datetime,
) -> list[str]:
    """Note an erasure before anything is deleted, with the hashes that stop re-entry from here on.

    Returns:
        The hashes. One that an earlier erasure has stays that one's.
    """
    hashed = hasher(connection, now=now)
    rows = [{"digest": email_digest(hashed, one), "kind": "email"} for one in emails]
    rows += [{"digest": record_digest(hashed, one), "kind": "record"} for one in records]
    upsert(connection, erased_keys, ({**row, "erasure_id": erasure_id} for row in rows), keep=("erasure_id",))
    connection.execute(
        sa.insert(erasures).values(
            erasure_id=erasure_id,
            state="begun",
            requested_at=now,
            requested_by=requested_by,
            reference=reference,
            scope=dict(scope),
            finished_at=None,
        )
    )
    return sorted({row["digest"] for row in rows})


def set_scope(connection: sa.Connection, erasure_id: str, scope: Mapping[str, Any]) -> None:
    """How far an erasure has come."""
    chosen = erasures.c.erasure_id == erasure_id
    connection.execute(sa.update(erasures).where(chosen).values(scope=dict(scope)))


def finish(connection: sa.Connection, erasure_id: str, *, now: datetime) -> None:
    """It is done: the ids that it needed go, too."""
    chosen = erasures.c.erasure_id == erasure_id
    connection.execute(sa.update(erasures).where(chosen).values(state="done", scope={}, finished_at=now))


def lift(connection: sa.Connection, erasure_id: str) -> int:
    """Let the person in again; returns how many hashes were dropped."""
    connection.execute(
        sa.update(erasures).where(erasures.c.erasure_id == erasure_id).values(state="lifted", scope={})
    )
    return connection.execute(sa.delete(erased_keys).where(erased_keys.c.erasure_id == erasure_id)).rowcount


def row_of(connection: sa.Connection, erasure_id: str) -> Any:
    """One erasure's row, or None."""
    return connection.execute(sa.select(erasures).where(erasures.c.erasure_id == erasure_id)).one_or_none()


def unfinished(connection: sa.Connection) -> list[Any]:
    """Erasures that were begun and not ended, oldest first."""
    query = sa.select(erasures).where(erasures.c.state == "begun").order_by(erasures.c.requested_at)
    return list(connection.execute(query))


def digests_of(connection: sa.Connection, erasure_id: str) -> dict[str, str]:
    """The hashes that stop a person, with the kind of each."""
    rows = where_in(connection, sa.select(erased_keys), erased_keys.c.erasure_id, [erasure_id])
    return {row.digest: row.kind for row in rows}
