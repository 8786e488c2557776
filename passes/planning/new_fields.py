"""Fields that the mapping has gained: met, surveyed, offered for a back-fill, and put in force.

Until somebody decides, a new field is left alone where people are linked already, and each pass says so; whoever is
linked from now on gets it at once. Consent never waits: the caps bound it. The back-fill itself is ``back_fill.py``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.store import journal, links, mapped_fields
from connectors.store.mapped_fields import MappedField
from passes import persons
from passes.companies.named import with_companies
from passes.context import PassContext
from passes.planning import planning_state
from passes.planning.pricing import price_of
from passes.reading import unread
from passes.step import Finding
from sync_rules import back_fill
from sync_rules.back_fill import State
from sync_rules.new_fields import FieldKey, appeared, spec_of, synced
from sync_rules.plan import Plan

CHECK = "new_fields_filled"
MOST_AT_ONCE = 5_000
_LOOK_AGAIN = timedelta(hours=24)


def look(context: PassContext, connection: sa.Connection, *, now: datetime) -> None:
    """Meet the fields that the mapping has gained, and let go of those that it has lost."""
    shapes = synced(context.mapping)
    known = mapped_fields.load(connection)
    if not known:
        # The first pass, or the first of a version that asks: what is mapped is what was agreed on.
        mapped_fields.meet(connection, shapes, "in_force", now=now)
        return
    _put_filled_in_force(connection, known.values())
    mapped_fields.forget(connection, [key for key in known if key not in shapes])
    for key in appeared({key: one.shape for key, one in known.items()}, shapes):
        anybody = mapped_fields.drop_bases(connection, key)
        consent = spec_of(context.mapping, key).rule == "most_restrictive"
        waits = anybody and not consent
        mapped_fields.meet(connection, {key: shapes[key]}, "waiting" if waits else "in_force", now=now)
        if anybody and consent:
            links.mark_all(connection, "plan_due", key[0])


def survey(context: PassContext, *, now: datetime) -> Finding | None:
    """Look what the back-fills of the waiting fields would do, and offer them; None when nothing waits."""
    with context.store.begin() as connection:
        waiting = mapped_fields.waiting(connection)
    for field in waiting:
        if _is_stale(field, now):
            plan, states = planned(context, field.key, now=now, most=MOST_AT_ONCE)
            with context.store.begin() as connection:
                keep(context, connection, field.key, states, plan, now=now)
    with context.store.begin() as connection:
        waiting = mapped_fields.waiting(connection)
        offered = [field for field in waiting if field.survey is None or field.survey["people"]]
        for field in waiting:
            if field not in offered:
                mapped_fields.put_in_force(connection, field.key)
    if not offered:
        return None
    why = " ".join(offer(field) for field in offered)
    return Finding(CHECK, holds=False, why=why, figures={"fields": len(offered)}, severity="warning")


def planned(
    context: PassContext, key: FieldKey, *, now: datetime, most: int | None = None
) -> tuple[Plan, Sequence[State]]:
    """What the back-fill would write, and for whom it is; reads what was never read, of ``most`` links."""
    with context.store.begin() as connection:
        states = _states(context, connection, key, now)
        schemas = planning_state.load_schemas(context, connection)
        owners = with_companies(context, connection, persons.load_owner_map(context, connection))
    targets = back_fill.targets(context.mapping, key)
    lacking = [state for state in states if _lacks(state, targets)]
    records = [r for state in lacking[:most] for r in (state.hubspot, state.salesforce) if r is not None]
    if unread.complete(context, records, targets, schemas):
        with context.store.begin() as connection:
            states = _states(context, connection, key, now)
    plan = back_fill.plan_back_fill(states, key, context.mapping, owners, schemas, now=now)
    return plan, states


def keep(
    context: PassContext,
    connection: sa.Connection,
    key: FieldKey,
    states: Sequence[State],
    plan: Plan,
    *,
    now: datetime,
    plan_id: str | None = None,
) -> Mapping[str, Any]:
    """Store the figures of a back-fill, and answer them."""
    found = asdict(back_fill.survey(states, key, context.mapping, plan))
    found["price"] = dict(price_of(plan.writes, context.mapping).calls)
    mapped_fields.keep_survey(connection, key, found, now=now, plan_id=plan_id)
    return found


def offer(field: MappedField) -> str:
    """One paragraph: what is new, what its back-fill would do and cost, and the commands."""
    kind, name = field.key
    who = "people" if kind == "person" else "companies"
    found = field.survey or {}
    if not found:
        return (
            f"`{name}` of {who} is new in the mapping; `accord back-fill {name}` says what filling it takes."
        )
    calls = found["price"]
    unread_yet = f" Of {found['unread']:,} the values are not known yet." if found["unread"] else ""
    return (
        f"`{name}` of {who} is new in the mapping and waits: {found['people']:,} linked {who} never agreed on it. "
        f"Its back-fill would write {found['to_hubspot']:,} values to HubSpot and {found['to_salesforce']:,} to "
        f"Salesforce ({found['conflicts']:,} conflicts, {found['held']:,} held) in {calls['hubspot']:,} HubSpot and "
        f"{calls['salesforce']:,} Salesforce API calls.{unread_yet} `accord back-fill {name}` shows it, asks, and "
        "carries it out; with --as-they-change records take part only as they change."
    )


def put_in_force(connection: sa.Connection, key: FieldKey) -> None:
    """Merge the field like any other; whoever was held in its back-fill is looked at again."""
    mapped_fields.put_in_force(connection, key)
    kind, name = key
    rows = [row for row in links.load_all(connection, kind) if row.base is not None and name not in row.base]
    links.mark(connection, "plan_due", [row.link.link_id for row in rows])


def _put_filled_in_force(connection: sa.Connection, fields: Iterable[MappedField]) -> None:
    """A back-fill that waited for an approval may have been carried out by its plan's id."""
    for field in fields:
        if field.state == "waiting" and field.plan_id is not None:
            plan = journal.plan_row(connection, field.plan_id)
            if plan is not None and plan.status == "applied":
                put_in_force(connection, field.key)


def _is_stale(field: MappedField, now: datetime) -> bool:
    if field.survey is None or field.surveyed_at is None:
        return True
    return bool(field.survey["unread"]) or now - field.surveyed_at > _LOOK_AGAIN


def _states(context: PassContext, connection: sa.Connection, key: FieldKey, now: datetime) -> Sequence[State]:
    kind, name = key
    rows = [
        row
        for row in links.load_all(connection, kind)
        if row.base is not None and name not in row.base and row.link.hubspot_id and row.link.salesforce_id
    ]
    states: Sequence[State]
    if kind == "person":
        states = planning_state.people_states(context, connection, rows, now=now)
    else:
        states = planning_state.company_states(context, connection, rows, now=now)
    return [state for state in states if back_fill.concerned(state, key, context.mapping)]


def _lacks(state: State, targets: Mapping[str, Sequence[str]]) -> bool:
    return any(
        record is not None and any(name not in record.fields for name in targets.get(record.object_type, ()))
        for record in (state.hubspot, state.salesforce)
    )
