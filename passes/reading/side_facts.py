"""What of a side changes seldom and is read about once an hour: its schema and its owners.

Records are read by ``reading.py``.
"""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from connectors.results import FieldSpec
from connectors.store import cursors, runs
from passes.context import PassContext
from passes.reading import drift
from passes.step import Finding
from sync_rules.records import Side
from sync_rules.schema_check import Problem, check_against_schema

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


def check_schema(context: PassContext, side: Side, *, afresh: bool = False) -> tuple[Finding, Finding]:
    """Whether the side has every field that the mapping names, and whether its fields are as they were.

    Read from the side about once an hour; whatever keeps a field from syncing is looked at again in each pass. A
    field that was there and is not any more keeps only itself from syncing; one that never was refuses the pass.
    """
    now = context.now()
    with context.store.begin() as connection:
        known = runs.load_schemas(connection, now=now, max_ages=_SCHEMA_AGES)
        before = runs.load_schemas(connection, now=now)
        blocked = drift.blocked(connection, side)
    kept = {name: known[(side, name)] for name in _SCHEMA_TYPES[side] if (side, name) in known}
    problems = _schema_problems(context, side, kept)
    # What was lacking may have been added since: an hour-old "no" would outlive `accord setup`.
    fatal = [problem for problem in problems if _refuses(problem, blocked)]
    waiting = {object_type for object_type, _ in blocked}
    again = [name for name in _SCHEMA_TYPES[side] if afresh or fatal or name not in kept or name in waiting]
    if again:
        read = _read_schemas(context, side, again)
        with context.store.begin() as connection:
            for object_type, fields in read.items():
                runs.save_schema(connection, side, object_type, fields, now=now)
            drift.compare(
                context, connection, side, {name: fields for (_, name), fields in before.items()}, read
            )
            blocked = drift.blocked(connection, side)
        problems = _schema_problems(context, side, {**kept, **read})
        fatal = [problem for problem in problems if _refuses(problem, blocked)]
        if side == "salesforce" and (afresh or "Lead" not in kept):
            drift.compare_rules(context)
    listed = "; ".join(
        f"{problem.object_type}.{problem.target} ({problem.field}) {problem.what}: {problem.remedy}"
        for problem in fatal or problems
    )
    complete = Finding(
        f"{side}_schema_complete",
        holds=not fatal,
        why=listed or "Every mapped field is there.",
        figures={"problems": len(problems), "fatal": len(fatal)},
    )
    with context.store.begin() as connection:
        return complete, drift.finding(context, connection, side)


def _refuses(problem: Problem, blocked: Set[tuple[str, str]]) -> bool:
    return problem.fatal and (problem.object_type, problem.target) not in blocked


def _read_schemas(
    context: PassContext, side: Side, object_types: Sequence[str]
) -> dict[str, dict[str, FieldSpec]]:
    gateway = context.hubspot if side == "hubspot" else context.salesforce
    gateway.forget_schema()
    if side == "salesforce":
        # All describes in one call.
        context.salesforce.load_schemas(object_types)
    return {object_type: gateway.schema(object_type) for object_type in object_types}


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
