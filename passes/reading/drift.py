"""Finds what has changed in a side's fields and rules since they were last read, before anything is written.

A change that keeps a field from syncing holds that field and nothing else; the others are told.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from connectors.enforcement import OURS
from connectors.errors import PermanentError
from connectors.results import FieldSpec
from connectors.store import cursors, drift, mirror
from passes.context import PassContext
from passes.step import Finding
from sync_rules.records import Side
from sync_rules.schema_drift import (
    OPTIONS_GONE,
    RULE_ADDED,
    SHORTENED,
    TYPE_CHANGED,
    Drift,
    drift_of,
    still_stands,
)

_RULES_SEEN = "validation rules"
_RULED = ("Lead", "Contact", "Account", "Task", "Event")
_SHOWN = 6
Schemas = Mapping[str, Mapping[str, FieldSpec]]


def compare(
    context: PassContext, connection: sa.Connection, side: Side, before: Schemas, after: Schemas
) -> None:
    """Note what changed between two readings of a side's fields, and what was put right."""
    mapping, now = context.mapping, context.now()
    found = [
        one
        for object_type, fields in after.items()
        if object_type in before
        for one in drift_of(mapping, object_type, before[object_type], fields)
    ]
    gone = [
        known.drift
        for known in drift.standing(connection)
        if known.side == side
        and known.drift.object_type in after
        and known.drift.kind != RULE_ADDED
        and not still_stands(known.drift, mapping, after[known.drift.object_type])
    ]
    drift.end(connection, side, gone, now=now)
    drift.save(connection, side, {one: _people(connection, side, one) for one in found}, now=now)


def compare_rules(context: PassContext) -> None:
    """Note Salesforce's validation rules that were added or switched on since the last look."""
    try:
        active = context.salesforce.active_rules(_RULED)
    except PermanentError:
        # Reading setup needs a permission of its own, which nothing else of a pass does.
        return
    names = sorted(f"{sobject}.{name}" for sobject, name in active)
    now = context.now()
    with context.store.begin() as connection:
        seen = cursors.get(connection, _RULES_SEEN)
        cursors.put(connection, _RULES_SEEN, names, now=now)
        known = [one.drift for one in drift.standing(connection) if one.drift.kind == RULE_ADDED]
        drift.end(
            connection,
            "salesforce",
            [one for one in known if f"{one.object_type}.{one.target}" not in names],
            now=now,
        )
        if seen is not None:
            new = [(sobject, name) for sobject, name in sorted(active) if f"{sobject}.{name}" not in seen]
            found = [_rule(*name) for name in new if name[1] not in OURS]
            drift.save(
                connection,
                "salesforce",
                {one: _people(connection, "salesforce", one) for one in found},
                now=now,
            )


def _rule(sobject: str, name: str) -> Drift:
    what = "is a validation rule that was added or switched on; writes that break it will be refused and held"
    remedy = (
        "exempt the integration user from it, or see that values satisfy it; then `accord drift --accept`"
    )
    return Drift(sobject, name, RULE_ADDED, (), what, remedy)


def _people(connection: sa.Connection, side: Side, one: Drift) -> int:
    """Records that the change concerns, by what the mirror has."""
    records = [record for record in mirror.load_all(connection, side, one.object_type) if not record.deleted]
    if one.kind == RULE_ADDED or not one.fields:
        return len(records)
    values = [value for record in records if (value := record.fields.get(one.target)) not in (None, "")]
    if one.kind == OPTIONS_GONE:
        return sum(bool(set(str(value).split(";")) & set(one.before)) for value in values)
    if one.kind == SHORTENED:
        return sum(len(str(value)) > one.after for value in values)
    return len(values)


def blocked(connection: sa.Connection, side: Side) -> set[tuple[str, str]]:
    """``(object type, API name)`` of fields that do not sync until a change is put right."""
    return {
        (one.drift.object_type, one.drift.target)
        for one in drift.standing(connection)
        if one.side == side and one.drift.blocking
    }


def unreadable(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """Fields that are of another type now, with why: their values cannot be trusted either way."""
    return {
        (one.drift.object_type, one.drift.target): one.drift.what
        for one in drift.standing(connection)
        if one.drift.blocking and one.drift.kind == TYPE_CHANGED
    }


def finding(context: PassContext, connection: sa.Connection, side: Side) -> Finding:
    """Whether a side's fields and rules are as they were."""
    known = [one for one in drift.standing(connection) if one.side == side]
    told = [line(one, context.contracts.mapping_text) for one in known]
    why = "; ".join(told[:_SHOWN]) + (f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")
    return Finding(
        f"{side}_schema_unchanged",
        holds=not known,
        why=f"{why}. `accord drift` lists all." if known else "Fields and rules are as they were.",
        figures={"changes": len(known), "blocking": sum(one.drift.blocking for one in known)},
        severity="warning",
    )


def line(one: drift.Standing, mapping_text: str) -> str:
    """One change in a line, with the mapping's lines and how many records it concerns."""
    found = one.drift
    where = f" ({', '.join(places(found.fields, mapping_text))})" if found.fields else ""
    stops = "; it does not sync meanwhile" if found.blocking else ""
    return (
        f"{found.object_type}.{found.target}{where} {found.what}{stops}: {one.people} records; {found.remedy}"
    )


def places(fields: Sequence[str], mapping_text: str) -> list[str]:
    """Where the mapping names these fields."""
    lines = mapping_text.splitlines()

    def number(name: str) -> int | None:
        pattern = re.compile(rf"\s+{re.escape(name)}:")
        return next((n for n, text in enumerate(lines, start=1) if pattern.match(text)), None)

    return [f"{name}, mapping line {at}" if (at := number(name)) else name for name in fields]


def accept(context: PassContext, connection: sa.Connection, wanted: Iterable[drift.Standing]) -> int:
    """Take changes that block nothing as they are; returns how many."""
    taken = [one for one in wanted if not one.drift.blocking]
    for one in taken:
        drift.end(connection, one.side, [one.drift], now=context.now())
    return len(taken)


def as_json(one: drift.Standing, mapping_text: str) -> dict[str, Any]:
    """One change for scripts."""
    found = one.drift
    return {
        "side": one.side,
        "object_type": found.object_type,
        "field": found.target,
        "kind": found.kind,
        "mapping": places(found.fields, mapping_text),
        "what": found.what,
        "remedy": found.remedy,
        "blocking": found.blocking,
        "records": one.people,
        "found_at": one.found_at,
    }
