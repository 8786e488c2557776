"""The passes themselves, what they cost in API calls, and the slow-changing facts that they share."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from connectors.results import FieldSpec, Owner
from connectors.store.engine import upsert
from connectors.store.tables import api_usage, contract_versions, documents, owners, passes, schemas
from sync_rules.records import Side

# Part of every step, so they are built once.
_COUNTS = sa.select(passes.c.counts).where(passes.c.pass_id == sa.bindparam("asked"))
_COUNTING = (
    sa.update(passes).where(passes.c.pass_id == sa.bindparam("asked")).values(counts=sa.bindparam("figures"))
)


def begin_pass(connection: sa.Connection, pass_id: str, *, now: datetime) -> None:
    """Note that a pass has begun; a pass that is taken up again keeps its start."""
    rows = [{"pass_id": pass_id, "started_at": now, "finished_at": None, "status": "running", "counts": {}}]
    upsert(connection, passes, rows, keep=("started_at", "counts"))


def count(connection: sa.Connection, pass_id: str, step: str, counts: Mapping[str, Any]) -> None:
    """Add one step's figures to the pass."""
    known = connection.execute(_COUNTS, {"asked": pass_id}).scalar() or {}
    connection.execute(_COUNTING, {"asked": pass_id, "figures": {**known, step: dict(counts)}})


def end_pass(connection: sa.Connection, pass_id: str, status: str, *, now: datetime) -> None:
    """Note how a pass ended: ``done``, ``dry``, ``stopped`` or ``failed``."""
    connection.execute(
        sa.update(passes).where(passes.c.pass_id == pass_id).values(status=status, finished_at=now)
    )


def passes_since(connection: sa.Connection, since: datetime) -> list[Any]:
    """The passes that began since then, newest first."""
    query = sa.select(passes).where(passes.c.started_at >= since)
    return list(connection.execute(query.order_by(passes.c.started_at.desc())))


def first_done(connection: sa.Connection) -> datetime | None:
    """When the first pass that was carried out began; None while there is none."""
    query = sa.select(sa.func.min(passes.c.started_at)).where(passes.c.status == "done")
    return connection.execute(query).scalar()


def latest_passes(connection: sa.Connection, number: int = 10) -> list[Any]:
    """The newest passes first."""
    return list(connection.execute(sa.select(passes).order_by(passes.c.started_at.desc()).limit(number)))


def add_usage(
    connection: sa.Connection, pass_id: str, side: Side, step: str, calls: int, by_endpoint: Mapping[str, int]
) -> None:
    """What one step of one pass cost on one side."""
    row = {"pass_id": pass_id, "side": side, "step": step, "calls": calls, "by_endpoint": dict(by_endpoint)}
    upsert(connection, api_usage, [row])


def calls_of(connection: sa.Connection, pass_id: str) -> dict[str, int]:
    """API calls of a pass by side."""
    query = (
        sa.select(api_usage.c.side, sa.func.sum(api_usage.c.calls))
        .where(api_usage.c.pass_id == pass_id)
        .group_by(api_usage.c.side)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def save_owners(connection: sa.Connection, found: Sequence[Owner]) -> None:
    """Replace what is known of these owners."""
    upsert(
        connection,
        owners,
        (
            {
                "side": owner.side,
                "owner_id": owner.id,
                "email": owner.email.lower() if owner.email else None,
                "name": owner.name,
                "active": owner.active,
                "queue": owner.queue,
            }
            for owner in found
        ),
    )


def load_owners(connection: sa.Connection) -> list[Owner]:
    """Every known owner of both sides."""
    rows = connection.execute(sa.select(owners).order_by(owners.c.side, owners.c.owner_id))
    return [Owner(row.side, row.owner_id, row.email, row.name, row.active, row.queue) for row in rows]


def save_schema(
    connection: sa.Connection, side: Side, object_type: str, fields: Mapping[str, FieldSpec], *, now: datetime
) -> None:
    """Keep what a side says of one object's fields."""
    body = {name: asdict(spec) for name, spec in fields.items()}
    upsert(
        connection,
        schemas,
        [{"side": side, "object_type": object_type, "fields": body, "read_at": now}],
    )


def load_schemas(
    connection: sa.Connection,
    *,
    now: datetime,
    max_ages: Mapping[tuple[Side, str], timedelta] | None = None,
) -> dict[tuple[Side, str], dict[str, FieldSpec]]:
    """Schemas by ``(side, object type)``; those older than their entry of ``max_ages`` are left out."""
    answer: dict[tuple[Side, str], dict[str, FieldSpec]] = {}
    columns = schemas.c.side, schemas.c.object_type, schemas.c.read_at
    as_text = sa.cast(schemas.c.fields, sa.Text).label("text")
    for row in connection.execute(sa.select(*columns, as_text)):
        max_age = (max_ages or {}).get((row.side, row.object_type))
        if max_age is not None and now - row.read_at > max_age:
            continue
        answer[(row.side, row.object_type)] = dict(_fields(row.text))
    return answer


@lru_cache(maxsize=32)
def _fields(text: str) -> Mapping[str, FieldSpec]:
    """The fields of one object; a pass reads them several times, and they change a few times a year."""
    return {
        name: FieldSpec(**{**spec, "options": tuple(spec["options"])})
        for name, spec in orjson.loads(text).items()
    }


def use_contract(connection: sa.Connection, kind: str, version: str, body: str, *, now: datetime) -> bool:
    """Note that a contract's text is in use; returns whether this text was never in use before."""
    digest = hashlib.sha256(body.encode()).hexdigest()
    known = connection.execute(
        sa.select(contract_versions.c.digest).where(
            contract_versions.c.kind == kind,
            contract_versions.c.version == version,
            contract_versions.c.digest == digest,
        )
    ).scalar()
    if known is not None:
        return False
    connection.execute(
        sa.insert(contract_versions).values(
            kind=kind, version=version, digest=digest, body=body, first_used_at=now
        )
    )
    return True


def save_document(connection: sa.Connection, name: str, media_type: str, body: str, *, now: datetime) -> None:
    """Keep a report as it was published."""
    upsert(connection, documents, [{"name": name, "made_at": now, "media_type": media_type, "body": body}])


def latest_document(connection: sa.Connection, name: str) -> Any:
    """The newest report of that name, or None."""
    query = sa.select(documents).where(documents.c.name == name).order_by(documents.c.made_at.desc()).limit(1)
    return connection.execute(query).one_or_none()
