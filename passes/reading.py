"""Reads what changed on a side into the mirror, and moves the cursor past exactly what is there.

A cursor is the newest modification time seen, with the moment at which it was first seen. Records may become
visible a little after their stamp (search lag, long transactions), so the next read goes back by an overlap
until that much time has passed since; then it starts at the newest stamp itself. Durations are taken on our
clock only, so that a clock that differs from the vendor's loses nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors.results import ChangeRequest, FieldSpec
from connectors.store import cursors, mirror, runs
from passes import wanted
from passes.context import PassContext
from passes.step import Finding, StepResult
from sync_rules.records import Record, Side
from sync_rules.schema_check import Problem, check_against_schema

OVERLAP = timedelta(minutes=10)
_TIES = timedelta(seconds=1)
_OWNERS_READ = "owners read"
_SCHEMA_TYPES: dict[Side, tuple[str, ...]] = {
    "hubspot": ("contacts", "companies", "calls", "emails", "meetings", "tasks"),
    "salesforce": ("Lead", "Contact", "Account", "Task", "Event"),
}

# About an hour, and not all in one pass: what HubSpot tells by one call for each type would add up. Salesforce
# describes every type in one call, so those stay together.
_SCHEMA_AGES: dict[tuple[Side, str], timedelta] = {
    ("hubspot", name): timedelta(minutes=60 + 7 * place)
    for place, name in enumerate(_SCHEMA_TYPES["hubspot"])
} | {("salesforce", name): timedelta(minutes=60) for name in _SCHEMA_TYPES["salesforce"]}
_OWNER_AGES: dict[Side, timedelta] = {"hubspot": timedelta(minutes=53), "salesforce": timedelta(minutes=46)}

Enrich = Callable[[PassContext, str, list[Record]], list[Record]]


def read_changes(
    context: PassContext, side: Side, object_types: Sequence[str], *, enrich: Enrich | None = None
) -> StepResult:
    """Read the changes of some object types of one side.

    Args:
        enrich: adds facts to a page before it is stored (associations).

    Raises:
        ConnectorError: a side could not be read; what was read before is kept, and nothing is taken as empty.
    """
    gateway = context.hubspot if side == "hubspot" else context.salesforce
    positions = _positions(context, side, object_types)
    requests = [
        ChangeRequest(
            object_type=object_type,
            fields=wanted.fields(context.mapping, side, object_type),
            since=_start(context, positions[object_type]),
            known=partial(_held, context, side, object_type),
        )
        for object_type in object_types
    ]
    read: dict[str, int] = dict.fromkeys(object_types, 0)
    changed: dict[str, int] = dict.fromkeys(object_types, 0)
    newest: dict[str, datetime] = {}
    for object_type, page in gateway.changes(requests):
        records = enrich(context, object_type, page) if enrich else page
        with context.store.begin() as connection:
            changed[object_type] += len(mirror.save(connection, records))
        read[object_type] += len(page)
        for record in page:
            newest[object_type] = max(newest.get(object_type, record.modified_at), record.modified_at)
    # Pages of different types may come in turns, so positions move once everything is in the mirror.
    with context.store.begin() as connection:
        for object_type in object_types:
            _move(context, connection, side, object_type, positions[object_type], newest.get(object_type))
    figures = {f"{name} read": number for name, number in read.items()}
    figures |= {f"{name} changed": number for name, number in changed.items()}
    return StepResult(figures=figures)


def _held(
    context: PassContext, side: Side, object_type: str, seen: Sequence[tuple[str, datetime]]
) -> set[str]:
    """Records that the mirror holds as of this very stamp; a back-fill reads them all the same."""
    if context.options.read_since is not None:
        return set()
    with context.store.begin() as connection:
        stamps = mirror.stamps_of(connection, side, object_type, [record_id for record_id, _ in seen])
    return {record_id for record_id, at in seen if stamps.get(record_id) == at}


def _cursor_name(side: Side, object_type: str) -> str:
    return f"read {side} {object_type}"


def _positions(context: PassContext, side: Side, object_types: Iterable[str]) -> dict[str, Any]:
    with context.store.begin() as connection:
        return {name: cursors.get(connection, _cursor_name(side, name)) for name in object_types}


def _start(context: PassContext, position: Any) -> datetime | None:
    if context.options.read_since is not None:
        return context.options.read_since
    if position is None:
        return None
    newest = datetime.fromisoformat(position["newest"])
    first_seen = datetime.fromisoformat(position["first_seen"])
    settled = context.now() - first_seen >= OVERLAP
    return newest - _TIES if settled else newest - OVERLAP


def _move(
    context: PassContext,
    connection: Any,
    side: Side,
    object_type: str,
    position: Any,
    newest: datetime | None,
) -> None:
    if newest is None or (position is not None and newest <= datetime.fromisoformat(position["newest"])):
        return
    now = context.now()
    value = {"newest": newest.isoformat(), "first_seen": now.isoformat()}
    cursors.put(connection, _cursor_name(side, object_type), value, now=now)


def newest_read(context: PassContext, side: Side, object_types: Iterable[str]) -> dict[str, datetime]:
    """The newest modification time read so far, by object type."""
    return {
        name: datetime.fromisoformat(position["newest"])
        for name, position in _positions(context, side, object_types).items()
        if position is not None
    }


def check_schema(context: PassContext, side: Side) -> Finding:
    """Whether the side has every field that the mapping names; read from the side about once an hour."""
    now = context.now()
    with context.store.begin() as connection:
        known = runs.load_schemas(connection, now=now, max_ages=_SCHEMA_AGES)
    kept = {name: known[(side, name)] for name in _SCHEMA_TYPES[side] if (side, name) in known}
    problems = _schema_problems(context, side, kept)
    # What was lacking may have been added since: an hour-old "no" would outlive `accord setup`.
    doubtful = any(problem.fatal for problem in problems)
    again = [name for name in _SCHEMA_TYPES[side] if doubtful or name not in kept]
    if again:
        problems = _schema_problems(context, side, {**kept, **_read_schemas(context, side, again, now)})
    fatal = [problem for problem in problems if problem.fatal]
    listed = "; ".join(
        f"{problem.object_type}.{problem.target} ({problem.field}) {problem.what}: {problem.remedy}"
        for problem in fatal or problems
    )
    return Finding(
        f"{side}_schema_complete",
        holds=not fatal,
        why=listed or "Every mapped field is there.",
        figures={"problems": len(problems), "fatal": len(fatal)},
    )


def _read_schemas(
    context: PassContext, side: Side, object_types: Sequence[str], now: datetime
) -> dict[str, dict[str, FieldSpec]]:
    gateway = context.hubspot if side == "hubspot" else context.salesforce
    gateway.forget_schema()
    if side == "salesforce":
        # All describes in one call.
        context.salesforce.load_schemas(object_types)
    answer = {}
    for object_type in object_types:
        answer[object_type] = gateway.schema(object_type)
        with context.store.begin() as connection:
            runs.save_schema(connection, side, object_type, answer[object_type], now=now)
    return answer


def _schema_problems(
    context: PassContext, side: Side, schemas: dict[str, dict[str, FieldSpec]]
) -> list[Problem]:
    hubspot, salesforce = (schemas, {}) if side == "hubspot" else ({}, schemas)
    return check_against_schema(context.mapping, hubspot, salesforce)


def refresh_owners(context: PassContext, side: Side) -> int:
    """Read the side's owners about once an hour; returns how many were read."""
    gateway = context.hubspot if side == "hubspot" else context.salesforce
    now = context.now()
    name = f"{_OWNERS_READ} {side}"
    with context.store.begin() as connection:
        last = cursors.get(connection, name)
    if last is not None and now - datetime.fromisoformat(last) < _OWNER_AGES[side]:
        return 0
    found = gateway.owners()
    with context.store.begin() as connection:
        runs.save_owners(connection, found)
        cursors.put(connection, name, now.isoformat(), now=now)
    return len(found)
