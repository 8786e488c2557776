"""Activities that may need a write: changed ones and those of people who have just come to both sides.

What was planned is forgotten as due only when the plan has been carried out.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.store import cursors, holds, links, mirror
from connectors.store.engine import chunks, upsert, where_in
from connectors.store.tables import activities, activity_bases
from connectors.store.tables import links as link_table
from passes.context import PassContext
from passes.judging.timeline import ACTIVITY_TYPES, BY_PERSON
from passes.reading import barred
from passes.reading.people_named import people_of, person_keys
from sync_rules.activities import ROLL_UP_PREFIX
from sync_rules.activity_pairs import pair_activities
from sync_rules.owners import OwnerMap
from sync_rules.plan import Agreement, Write
from sync_rules.records import Link, Record, Side
from sync_rules.roll_up import roll_up_key, roll_ups
from sync_rules.state import ActivityState, MarketingEvent, RollUpState
from sync_rules.undo import UNDO

_VERSION = "activities planned to mirror version"
_PENDING = "activities planned, not carried out"
_ROLL_UP_BACK = timedelta(days=14)
_ROLL_UP_TASK = "rollup:task"
_NOT_MET, _PLANNED, _CARRIED_OUT = 0, 1, 2


def activity_states(context: PassContext, connection: sa.Connection, owners: OwnerMap) -> list[ActivityState]:
    """Paired activities of people linked on both sides that changed since the last plan was carried out.

    Also those that could not be written then. People of whom one record is deleted wait until it is back.
    """
    done = cursors.get(connection, _VERSION) or 0
    changed, reached = mirror.since(connection, done, ACTIVITY_TYPES)
    cursors.put(connection, _PENDING, reached, now=context.now())
    changed += _unwritten(connection)
    arrived = _arrived(connection)
    people = {key for record in changed for key in person_keys(record.side, people_of(record))}
    people |= {("hubspot", "contacts", link.hubspot_id) for link in arrived if link.hubspot_id is not None}
    linked = _linked(connection, people)
    if not linked:
        return []
    records = _records_of(connection, linked)
    told = {(r.side, r.object_type, r.id) for r in changed}
    newcomers = {link.link_id for link in arrived}
    bases = _bases(connection, records)
    states = pair_activities(
        [r for r in records if r.side == "hubspot"],
        [r for r in records if r.side == "salesforce"],
        linked,
        context.mapping.activities,
        owners,
        bases,
    )
    return [
        state
        for state in states
        if state.link.link_id in newcomers
        or any((r.side, r.object_type, r.id) in told for r in (state.hubspot, state.salesforce) if r)
    ]


def _unwritten(connection: sa.Connection) -> list[Record]:
    """Activities of which a write was refused or not sent."""
    keys: set[tuple[Side, str, str]] = set()
    for row in holds.open_holds(connection):
        object_type, _, record_id = row.link_id.partition(":")
        for side, known in ACTIVITY_TYPES:
            if object_type == known:
                keys.add((side, object_type, record_id))
    return list(mirror.load_many(connection, keys).values())


def _arrived(connection: sa.Connection) -> list[Link]:
    """People on both sides whose activities no plan that was carried out has looked at as theirs."""
    both = sa.and_(
        link_table.c.kind == "person",
        link_table.c.hubspot_id.is_not(None),
        link_table.c.salesforce_id.is_not(None),
        link_table.c.merged_into.is_(None),
        link_table.c.activities_met < _CARRIED_OUT,
    )
    found = [row.link_id for row in connection.execute(sa.select(link_table.c.link_id).where(both))]
    living = _living(connection, [row.link for row in links.load(connection, found).values()])
    _set_met(connection, (link.link_id for link in living), _PLANNED)
    return living


def _linked(connection: sa.Connection, people: Iterable[tuple[Side, str, str]]) -> list[Link]:
    ids = set(mirror.link_ids(connection, people).values())
    rows = links.load(connection, ids).values()
    both = [row.link for row in rows if row.link.hubspot_id and row.link.salesforce_id and not row.merged]
    living = _living(connection, both)
    # Whoever comes back from the bin is met anew.
    _set_met(connection, {link.link_id for link in both} - {link.link_id for link in living}, _NOT_MET)
    return living


def _living(connection: sa.Connection, both: Sequence[Link]) -> list[Link]:
    """The links of which neither side has deleted its record."""
    keys: dict[tuple[Side, str, str], str] = {}
    for link in both:
        keys["hubspot", "contacts", link.hubspot_id or ""] = link.link_id
        keys["salesforce", link.salesforce_type or "", link.salesforce_id or ""] = link.link_id
    dead = {
        keys[key]
        for key, record in mirror.load_many(connection, keys).items()
        if record.deleted or record.fields.get(barred.FACT)
    }
    return [link for link in both if link.link_id not in dead]


def _set_met(connection: sa.Connection, link_ids: Iterable[str], value: int) -> None:
    for chunk in chunks(sorted(link_ids), 10_000):
        chosen = link_table.c.link_id.in_(chunk)
        connection.execute(sa.update(link_table).where(chosen).values(activities_met=value))


def _records_of(connection: sa.Connection, linked: Sequence[Link]) -> list[Record]:
    """All activities of these people, deleted ones too: a missing twin would be written again in full."""
    ids = {one for link in linked for one in (link.hubspot_id, link.salesforce_id, link.lead_id) if one}
    found = mirror.find(connection, BY_PERSON, ids)
    keys = {key for keys in found.values() for key in keys}
    return [record for _, record in sorted(mirror.load_many(connection, keys).items())]


def _bases(connection: sa.Connection, records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    keys = [f"{record.object_type}:{record.id}" for record in records]
    rows = where_in(connection, sa.select(activity_bases), activity_bases.c.activity_key, keys)
    return {row.activity_key: row.base for row in rows}


def roll_up_states(context: PassContext, connection: sa.Connection) -> list[RollUpState]:
    """Days on which marketing saw something new of people who are on both sides."""
    rules = context.mapping.activities.roll_up
    if rules is None:
        return []
    since = context.now() - _ROLL_UP_BACK
    both = sa.and_(
        link_table.c.link_id == activities.c.link_id,
        link_table.c.hubspot_id.is_not(None),
        link_table.c.salesforce_id.is_not(None),
        link_table.c.activities_met >= _PLANNED,
    )
    query = (
        sa.select(activities.c.link_id, activities.c.at)
        .join(link_table, both)
        .where(sa.not_(activities.c.rolled_up), activities.c.kind.in_(rules.kinds), activities.c.at >= since)
    )
    zone = ZoneInfo(rules.time_zone)
    days = {(row.link_id, row.at.astimezone(zone).date()) for row in connection.execute(query)}
    days |= _unwritten_days(connection)
    rows = links.load(connection, {one for one, _ in days})
    living = _living(connection, [row.link for row in rows.values()])
    people = {link.link_id: link for link in living}
    _set_met(connection, rows.keys() - people.keys(), _NOT_MET)
    days = {(link_id, day) for link_id, day in days if link_id in people}
    events = []
    marketing = sa.select(activities).where(activities.c.kind.in_(rules.kinds), activities.c.at >= since)
    for row in where_in(connection, marketing, activities.c.link_id, people):
        contact_id = people[row.link_id].hubspot_id
        if contact_id is not None and (row.link_id, row.at.astimezone(zone).date()) in days:
            events.append(MarketingEvent(contact_id, row.kind, row.at, row.detail))
    keys = {roll_up_key(people[link_id].hubspot_id or "", day.isoformat()): day for link_id, day in days}
    return roll_ups(events, people.values(), _roll_up_tasks(connection, keys), rules)


def _unwritten_days(connection: sa.Connection) -> set[tuple[str, date]]:
    """Days whose Task was refused or not sent."""
    held = (row.link_id for row in holds.open_holds(connection) if row.link_id.startswith(ROLL_UP_PREFIX))
    days = {tuple(key.removeprefix(ROLL_UP_PREFIX).split(":")) for key in held}
    keys: list[tuple[Side, str, str]] = [("hubspot", "contacts", contact_id) for contact_id, _ in days]
    link_of = mirror.link_ids(connection, keys)
    found = ((link_of.get(("hubspot", "contacts", contact_id)), day) for contact_id, day in days)
    return {(link_id, date.fromisoformat(day)) for link_id, day in found if link_id is not None}


def _roll_up_tasks(connection: sa.Connection, keys: Iterable[str]) -> list[Record]:
    found = mirror.find(connection, _ROLL_UP_TASK, keys)
    return list(mirror.load_many(connection, {key for keys in found.values() for key in keys}).values())


# ---- after the plan


def remember_agreements(connection: sa.Connection, agreements: Sequence[Agreement]) -> None:
    """Bases of activities that need no write."""
    rows = [item for item in agreements if ":" in item.link_id]
    known = {
        row.activity_key: row.base
        for row in where_in(
            connection,
            sa.select(activity_bases),
            activity_bases.c.activity_key,
            [item.link_id for item in rows],
        )
    }
    upsert(
        connection,
        activity_bases,
        (
            {"activity_key": item.link_id, "base": {**known.get(item.link_id, {}), **item.settled}}
            for item in rows
        ),
    )


def remember_copies(connection: sa.Connection, written: Sequence[tuple[Write, str]]) -> None:
    """Copies and roll-ups were written: their values are agreed, and roll-ups can be found again."""
    roll_up_keys: dict[tuple[Side, str, str], list[tuple[str, str]]] = {}
    agreed: dict[str, dict[str, Any]] = {}
    for write, record_id in written:
        key = write.external_key[1] if write.external_key is not None else ""
        if write.object_type == "Task" and key.startswith(ROLL_UP_PREFIX):
            roll_up_keys[(write.side, "Task", record_id)] = [("task", key)]
        else:
            # Shared values have names of their own; owners and marks are named by the raw field.
            names = {
                c.name: c.value for c in write.changes if c.rule in ("copy", UNDO) and c.name != c.target
            }
            if write.operation == "create":
                # What a side has put for a blank is found by the next reading.
                names = {name: value for name, value in names.items() if value is not None}
            agreed.setdefault(write.link_id, {}).update(names)
    mirror.index(connection, roll_up_keys, prefix="rollup:")
    remember_agreements(connection, [Agreement(key, values) for key, values in agreed.items() if values])


def carried_out(context: PassContext, connection: sa.Connection) -> None:
    """The plan has been carried out: what it looked at is not due any more.

    People whom this very plan brought to the other side were not looked at; the next pass does.
    """
    pending = cursors.get(connection, _PENDING)
    if pending is not None:
        cursors.put(connection, _VERSION, pending, now=context.now())
    met = link_table.c.activities_met
    connection.execute(sa.update(link_table).where(met == _PLANNED).values(activities_met=_CARRIED_OUT))
    done = sa.select(link_table.c.link_id).where(met == _CARRIED_OUT)
    connection.execute(
        sa.update(activities)
        .where(sa.not_(activities.c.rolled_up), activities.c.link_id.in_(done))
        .values(rolled_up=True)
    )
