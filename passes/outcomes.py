"""What a confirmed write changes on our side: the mirror, the base, the link.

The mirror takes over at once what was written, so that a vendor's lagging index cannot make it look undone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.results import WriteResult
from connectors.store import links, mirror
from passes.activity_state import remember_copy
from passes.context import PassContext
from sync_rules.external_ids import id18
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.plan import Write
from sync_rules.records import Record

_PEOPLE = {"contacts", "Lead", "Contact"}
_COMPANIES = {"companies", "Account"}


def remember(
    context: PassContext, connection: sa.Connection, write: Write, result: WriteResult, *, now: datetime
) -> None:
    """Take over what a confirmed write has done."""
    record_id = result.record_id or write.record_id
    if record_id is None:
        return
    if write.side == "salesforce":
        record_id = id18(record_id)
    if write.operation == "opt_out":
        _remember_base(context, connection, write)
        if write.record_id is not None:
            _remember_record(
                connection, write, write.record_id, {c.target: "true" for c in write.changes}, now
            )
        return
    fields = {change.target: change.after for change in write.changes if change.target not in result.fields}
    if write.external_key is not None:
        fields[write.external_key[0]] = write.external_key[1]
    if write.side == "hubspot" and write.associations:
        fields["_contacts"] = sorted(to_id for to_type, to_id in write.associations if to_type == "contacts")
    _remember_record(connection, write, record_id, fields, now)
    if write.object_type in _PEOPLE | _COMPANIES:
        if write.operation == "create":
            _remember_link(connection, write, record_id, now)
        _remember_base(context, connection, write)
    else:
        remember_copy(connection, write, record_id)


def _remember_record(
    connection: sa.Connection,
    write: Write,
    record_id: str,
    fields: Mapping[str, Any],
    now: datetime,
) -> None:
    known = mirror.load(connection, write.side, write.object_type, [record_id]).get(record_id)
    # HubSpot shows an emptied property as nothing; we keep it in the same form.
    written = {name: (None if value == "" else value) for name, value in fields.items()}
    record = Record(
        side=write.side,
        object_type=write.object_type,
        id=record_id,
        fields=written,
        # The old stamp stays: what somebody else wrote meanwhile is seen when the record is read again.
        modified_at=known.modified_at if known is not None else now,
        created_at=None if known is not None else now,
        stamps={},
    )
    mirror.save(connection, [record], mark=False)
    mirror.assign(connection, {(write.side, write.object_type, record_id): _link_of(connection, write)})


def _link_of(connection: sa.Connection, write: Write) -> str | None:
    return write.link_id if links.load(connection, [write.link_id]) else None


def _remember_link(connection: sa.Connection, write: Write, record_id: str, now: datetime) -> None:
    row = links.load(connection, [write.link_id]).get(write.link_id)
    if row is not None:
        links.set_record(connection, write.link_id, write.side, write.object_type, record_id, now=now)


def _remember_base(context: PassContext, connection: sa.Connection, write: Write) -> None:
    fields = _synced(context.mapping, write.object_type)
    values = {change.name: change.value for change in write.changes if change.name in fields}
    if values:
        links.set_bases(connection, {write.link_id: values})


def _synced(mapping: SyncMapping, object_type: str) -> set[str]:
    if object_type in _PEOPLE:
        return set(mapping.people.fields)
    return set(mapping.companies.fields) if object_type in _COMPANIES else set()
