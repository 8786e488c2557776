"""The gate of the mirror: records of erased people come in without their values, and are held.

A record is barred by its e-mail address or its own id. What is kept of it is that it exists, so that counts agree;
it is not linked and nothing is written to it. Activities that name barred people only are barred with them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from connectors.store import erasures, holds, mirror
from connectors.store.erasures import Erased, RecordKey
from passes.context import PassContext
from passes.reading.people_named import people_of, person_keys
from sync_rules.identity import new_link_id
from sync_rules.plan import Hold
from sync_rules.record_keys import emails_of
from sync_rules.records import Record

KIND = "erased"
FACT = "_erased"
PEOPLE = frozenset({"contacts", "Lead", "Contact"})
_ACTIVITIES = frozenset({"calls", "emails", "meetings", "tasks", "Task", "Event"})
_REMEDY = "`accord forget --again` erases it, too. If the person wants to come back: `accord forget --lift`."


def admit(context: PassContext, connection: sa.Connection, records: Sequence[Record]) -> list[Record]:
    """The records as the mirror may have them; barred ones are held, and released once they are not any more."""
    erased = erasures.load(connection, now=context.now())
    standing = {_held_record(row): row for row in holds.open_holds(connection) if row.kind == KIND}
    if not erased.by_digest and not standing:
        return list(records)
    admitted, barred, released = [], [], []
    link_of = mirror.link_ids(connection, [(r.side, r.object_type, r.id) for r in records])
    for record in records:
        key: RecordKey = (record.side, record.object_type, record.id)
        erasure_id = _bar(context, erased, record, standing)
        if erasure_id is None:
            if key in standing:
                record = replace(record, fields={**record.fields, FACT: None})
                released.append(standing[key].link_id)
            admitted.append(record)
            continue
        admitted.append(bare(record))
        if record.deleted and key in standing:
            released.append(standing[key].link_id)
        elif record.object_type in PEOPLE and not record.deleted:
            barred.append(hold(link_of.get(key) or new_link_id(record), key, erasure_id))
    holds.release(connection, released, KIND, now=context.now())
    holds.add(connection, barred, now=context.now())
    return admitted


def bare(record: Record) -> Record:
    """That the record exists, and nothing that it says."""
    return replace(record, fields={FACT: True}, stamps={}, modified_by=None)


def hold(link_id: str, key: RecordKey, erasure_id: str) -> Hold:
    """The hold of a barred person's record."""
    side, object_type, record_id = key
    why = f"{object_type} {record_id} is of a person who was erased on request ({erasure_id})"
    value: dict[str, Any] = {"record_id": record_id, "erasure_id": erasure_id}
    return Hold(link_id, side, object_type, KIND, why, _REMEDY, value=value)


def _held_record(row: Any) -> RecordKey:
    return row.side, row.object_type, row.value["record_id"]


def _bar(context: PassContext, erased: Erased, record: Record, standing: dict[RecordKey, Any]) -> str | None:
    """The erasure by which a record is barred."""
    found = erased.of_record((record.side, record.object_type, record.id))
    if found is not None:
        return found
    if record.object_type in PEOPLE:
        told = [erased.of_email(email) for email in emails_of(record, context.mapping)]
        return next((one for one in told if one is not None), None)
    if record.object_type in _ACTIVITIES:
        named = person_keys(record.side, people_of(record))
        told = [
            standing[key].value["erasure_id"] if key in standing else erased.of_record(key) for key in named
        ]
        return told[0] if told and all(one is not None for one in told) else None
    # An event of marketing's.
    email = record.fields.get("email")
    return erased.of_email(str(email)) if email else None
