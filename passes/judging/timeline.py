"""Puts what people did, and what was done with them, on one time line: each thing once.

An activity that is only the other side's copy is marked as such and counts for nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.hubspot.marketing import engagement_from_properties
from connectors.store import cursors, mirror
from connectors.store.engine import chunks, upsert, where_in
from connectors.store.judged_inputs import judged_alike, keep_former
from connectors.store.tables import activities
from passes import persons
from passes.context import PassContext
from passes.reading.people_named import people_of, person_keys
from passes.reading.read_hubspot import ENGAGEMENT_TYPE
from passes.step import StepResult
from sync_rules.activities import Activity, activity_key, activity_of, message_id_of
from sync_rules.external_ids import ACTIVITY_ID_IN_HUBSPOT, ACTIVITY_ID_IN_SALESFORCE
from sync_rules.owners import OwnerMap
from sync_rules.records import Record, Side

ACTIVITY_TYPES: list[tuple[Side, str]] = [
    ("hubspot", "calls"),
    ("hubspot", "emails"),
    ("hubspot", "meetings"),
    ("hubspot", "tasks"),
    ("salesforce", "Task"),
    ("salesforce", "Event"),
]
_PEOPLE: list[tuple[Side, str]] = [("hubspot", "contacts"), ("salesforce", "Lead"), ("salesforce", "Contact")]
_MARKETING: list[tuple[Side, str]] = [("hubspot", "contacts"), ("hubspot", ENGAGEMENT_TYPE)]
_VERSION = "time line to mirror version"
BY_PERSON, BY_MESSAGE = "activity:person", "activity:message"
Row = dict[str, Any]


def build(context: PassContext) -> StepResult:
    """Bring the time line up to what the mirror holds, and have the people concerned judged again."""
    now = context.now()
    with context.store.begin() as connection:
        done = cursors.get(connection, _VERSION) or 0
        changed, reached = mirror.since(connection, done, ACTIVITY_TYPES)
        _index(connection, changed)
        told = {(r.side, r.object_type, r.id): r for r in changed}
        told |= _of_changed_people(connection, done, told)
        told |= _of_same_mails(connection, told)
        owners = persons.load_owner_map(context, connection)
        logged = _write_logged(context, connection, list(told.values()), owners, now)
        marketing = _write_marketing(context, connection, done, now)
        cursors.put(connection, _VERSION, reached, now=now)
        total = connection.execute(sa.select(sa.func.count()).select_from(activities)).scalar() or 0
    figures = {"activities read": len(changed), "rows changed": logged, "new engagement": marketing}
    return StepResult(figures={**figures, "on the time line": total})


def _index(connection: sa.Connection, changed: Sequence[Record]) -> None:
    # Deleted ones too: whoever looks for a person's activities must see that there was one.
    keys = {
        (r.side, r.object_type, r.id): [
            *(("person", one) for one in people_of(r)),
            *(("message", one) for one in [message_id_of(r)] if one is not None),
        ]
        for r in changed
    }
    mirror.index(connection, keys, prefix="activity:")


def _of_changed_people(
    connection: sa.Connection, done: int, known: dict[tuple[Side, str, str], Record]
) -> dict[tuple[Side, str, str], Record]:
    """Activities of people who were linked, converted or merged since: they may belong to somebody now."""
    people, _ = mirror.since(connection, done, _PEOPLE)
    found = mirror.find(connection, BY_PERSON, [record.id for record in people])
    missing = {key for keys in found.values() for key in keys} - known.keys()
    return mirror.load_many(connection, missing)


def _of_same_mails(
    connection: sa.Connection, known: dict[tuple[Side, str, str], Record]
) -> dict[tuple[Side, str, str], Record]:
    """Other records of the mails: which of them counts may be another one now."""
    mails = [one for record in known.values() if (one := message_id_of(record)) is not None]
    found = mirror.find(connection, BY_MESSAGE, mails)
    return mirror.load_many(connection, {key for keys in found.values() for key in keys} - known.keys())


# ---- what people logged


def _write_logged(
    context: PassContext,
    connection: sa.Connection,
    records: Sequence[Record],
    owners: OwnerMap,
    now: datetime,
) -> int:
    wanted: dict[str, list[Row]] = {}
    link_of = mirror.link_ids(
        connection, {key for record in records for key in person_keys(record.side, people_of(record))}
    )
    twins = _twins(connection, records)
    rules = context.mapping.activities
    tellings = [
        (record, None if record.deleted else activity_of(record, rules, owners)) for record in records
    ]
    first = _first_of_mails(tellings, link_of)
    for record, told in tellings:
        key = activity_key(record)
        wanted[key] = [] if told is None else _rows(record, key, told, link_of, twins, first)
    known: dict[str, dict[str, Row]] = defaultdict(dict)
    for stored in where_in(connection, sa.select(activities), activities.c.record_key, wanted):
        known[stored.record_key][stored.activity_id] = dict(stored._mapping)
    changed_links: set[str] = set()
    gone: list[Row] = []
    former: list[Row] = []
    fresh: list[Row] = []
    for key, rows in wanted.items():
        ids = {row["activity_id"] for row in rows}
        for activity_id, old in known[key].items():
            if activity_id not in ids:
                gone.append(old)
                changed_links.add(old["link_id"])
        for row in rows:
            old_row = known[key].get(row["activity_id"])
            known_at = old_row["known_at"] if old_row and judged_alike(old_row, row) else now
            if old_row != {**row, "known_at": known_at}:
                fresh.append({**row, "known_at": known_at})
                changed_links.add(row["link_id"])
                if old_row and known_at == now:
                    former.append(old_row)
    keep_former(connection, [*gone, *former], now=now)
    for chunk in chunks((row["activity_id"] for row in gone), 10_000):
        connection.execute(sa.delete(activities).where(activities.c.activity_id.in_(chunk)))
    upsert(connection, activities, fresh)
    mirror.mark_due(connection, changed_links, plan=False)
    return len(fresh) + len(gone)


def _rows(
    record: Record,
    key: str,
    told: Activity,
    link_of: dict[tuple[Side, str, str], str],
    twins: set[str],
    first: dict[tuple[str, str], str],
) -> list[Row]:
    mark = _mark(record)
    # Of a touch that two people's tools logged, each record names the other: Salesforce's counts.
    copy_of = mark if mark and not (record.side == "salesforce" and key in twins) else None
    outcome = told.outcome or (None if told.done or told.kind != "meeting" else "canceled")
    rows = []
    for person in person_keys(record.side, people_of(record)):
        link_id = link_of.get(person)
        if link_id is not None:
            of_mail = None if mark else first.get((link_id, told.message_id or ""))
            rows.append(
                {
                    "activity_id": f"{key}@{person[2]}",
                    "record_key": key,
                    "link_id": link_id,
                    "kind": told.kind,
                    "at": told.at,
                    "detail": told.subject,
                    "side": record.side,
                    "actor_id": told.owner_email,
                    "direction": told.direction,
                    "outcome": outcome,
                    "copy_of": of_mail if of_mail not in (None, key) else copy_of,
                    "rolled_up": True,
                }
            )
    return rows


def _mark(record: Record) -> str | None:
    """The record of the other side that this one names; None: it began here."""
    name = ACTIVITY_ID_IN_HUBSPOT if record.side == "hubspot" else ACTIVITY_ID_IN_SALESFORCE
    return str(record.fields.get(name) or "") or None


def _first_of_mails(
    tellings: Sequence[tuple[Record, Activity | None]], link_of: dict[tuple[Side, str, str], str]
) -> dict[tuple[str, str], str]:
    """By link and Message-ID which of the records that tools made of one mail counts: the one that was made first."""
    made: dict[tuple[str, str], tuple[datetime, bool, str]] = {}
    for record, told in tellings:
        if told is None or told.message_id is None or _mark(record):
            continue
        one = (record.created_at or told.at, record.side == "hubspot", activity_key(record))
        for person in person_keys(record.side, people_of(record)):
            if (link_id := link_of.get(person)) is not None:
                mail = (link_id, told.message_id)
                made[mail] = min(made.get(mail, one), one)
    return {mail: key for mail, (_, _, key) in made.items()}


def _twins(connection: sa.Connection, records: Sequence[Record]) -> set[str]:
    """Keys of Salesforce activities whose HubSpot record names them back."""
    named: dict[str, tuple[Side, str, str]] = {}
    for record in records:
        mark = str(record.fields.get(ACTIVITY_ID_IN_SALESFORCE) or "")
        object_type, _, record_id = mark.partition(":")
        if record.side == "salesforce" and record_id and object_type in {t for _, t in ACTIVITY_TYPES}:
            named[activity_key(record)] = ("hubspot", object_type, record_id)
    found = mirror.load_many(connection, named.values())
    return {
        key
        for key, target in named.items()
        if target in found and found[target].fields.get(ACTIVITY_ID_IN_HUBSPOT) == key.partition(":")[2]
    }


# ---- what marketing saw


def _write_marketing(context: PassContext, connection: sa.Connection, done: int, now: datetime) -> int:
    changed, _ = mirror.since(connection, done, _MARKETING)
    contacts = [
        r for r in changed if r.object_type == "contacts" and not r.deleted and r.fields.get("_engaged")
    ]
    rows: list[Row] = []
    if context.engagement_source == "properties" or _no_events(connection):
        link_of = mirror.link_ids(connection, {("hubspot", "contacts", r.id) for r in contacts})
        for event in engagement_from_properties(contacts):
            link_id = link_of.get(("hubspot", "contacts", event.contact_id or ""))
            if link_id is not None:
                key = f"contacts:{event.contact_id}"
                rows.append(
                    _marketing_row(event.activity_id, key, link_id, event.kind, event.at, event.detail)
                )
    events = [record for record in changed if record.object_type == ENGAGEMENT_TYPE]
    rows += _event_rows(connection, events)
    known = {
        row.activity_id
        for row in where_in(
            connection,
            sa.select(activities.c.activity_id),
            activities.c.activity_id,
            [row["activity_id"] for row in rows],
        )
    }
    fresh = [{**row, "known_at": now} for row in rows if row["activity_id"] not in known]
    upsert(connection, activities, fresh)
    mirror.mark_due(connection, {row["link_id"] for row in fresh}, plan=False)
    return len(fresh)


def _no_events(connection: sa.Connection) -> bool:
    return mirror.latest_change(connection, "hubspot", ENGAGEMENT_TYPE) is None


def _event_rows(connection: sa.Connection, events: Sequence[Record]) -> list[Row]:
    addresses = {str(e.fields["email"]) for e in events if e.fields.get("email")}
    by_address = mirror.find(connection, "person:email", addresses)
    contact_of = {
        email: record_id
        for email, keys in by_address.items()
        for side, object_type, record_id in keys
        if (side, object_type) == ("hubspot", "contacts")
    }
    wanted = {
        event.id: event.fields.get("contact_id") or contact_of.get(str(event.fields.get("email")))
        for event in events
    }
    link_of = mirror.link_ids(
        connection, {("hubspot", "contacts", str(one)) for one in wanted.values() if one}
    )
    rows = []
    for event in events:
        contact_id = str(wanted[event.id] or "")
        link_id = link_of.get(("hubspot", "contacts", contact_id))
        if link_id is not None:
            at = datetime.fromisoformat(event.fields["at"])
            kind, detail = event.fields["kind"], event.fields.get("detail")
            rows.append(_marketing_row(event.id, f"contacts:{contact_id}", link_id, kind, at, detail))
    return rows


def _marketing_row(
    activity_id: str, record_key: str, link_id: str, kind: str, at: datetime, detail: str | None
) -> Row:
    return {
        "activity_id": activity_id,
        "record_key": record_key,
        "link_id": link_id,
        "kind": kind,
        "at": at,
        "detail": detail[:1000] if detail else None,
        "side": "hubspot",
        "actor_id": None,
        "direction": "inbound",
        "outcome": None,
        "copy_of": None,
        "rolled_up": False,
    }
