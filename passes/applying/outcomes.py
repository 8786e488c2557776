"""What confirmed writes change on our side: the mirror, the base, the link; a whole batch at a time.

The mirror takes over at once what was written, so that a vendor's lagging index cannot make it look undone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from connectors.results import WriteResult
from connectors.store import evidence, links, mirror
from connectors.store.evidence import Evidence
from passes.context import PassContext
from passes.planning.activity_state import remember_copies
from sync_rules.external_ids import id18
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.plan import REMOVALS, Write
from sync_rules.records import Record, Side

_PEOPLE = {"contacts", "Lead", "Contact"}
_COMPANIES = {"companies", "Account"}
_LINKED = _PEOPLE | _COMPANIES
NEVER = datetime.fromtimestamp(0, UTC)


def remember(
    context: PassContext,
    connection: sa.Connection,
    done: Sequence[tuple[Write, WriteResult]],
    *,
    now: datetime,
) -> None:
    """Take over what confirmed writes have done."""
    written = [(write, result, record_id) for write, result in done if (record_id := _id_of(write, result))]
    _remember_records(connection, written, now)
    created: list[str] = []
    for write, _, record_id in written:
        if write.operation == "create" and write.object_type in _LINKED:
            links.set_record(connection, write.link_id, write.side, write.object_type, record_id, now=now)
            created.append(write.link_id)
    made = links.load(connection, created)
    told = [
        Evidence(row.link, "created", "created", "Accord created one from the other") for row in made.values()
    ]
    evidence.add(connection, told, pass_id=context.pass_id, now=now)
    links.set_bases(connection, _bases(context.mapping, (write for write, _ in done)))
    activities = [(write, record_id) for write, _, record_id in written if write.object_type not in _LINKED]
    remember_copies(connection, activities)


def _id_of(write: Write, result: WriteResult) -> str | None:
    # An opt-out is answered by address.
    found = (
        write.record_id if write.operation in ("opt_out", "opt_in") else result.record_id or write.record_id
    )
    return id18(found) if found is not None and write.side == "salesforce" else found


def _remember_records(
    connection: sa.Connection, written: Sequence[tuple[Write, WriteResult, str]], now: datetime
) -> None:
    keys: list[tuple[Side, str, str]] = [(write.side, write.object_type, one) for write, _, one in written]
    known = mirror.load_many(connection, keys)
    records: dict[tuple[Side, str, str], Record] = {}
    for (write, result, record_id), key in zip(written, keys, strict=True):
        before = known.get(key)
        earlier = records.get(key)
        records[key] = Record(
            side=write.side,
            object_type=write.object_type,
            id=record_id,
            fields={**(earlier.fields if earlier else {}), **_fields(write, result)},
            # The old stamp stays: what somebody else wrote meanwhile is seen when the record is read again.
            # A new record has none, so that it is read whatever its own stamp says: the side fills in the rest.
            modified_at=before.modified_at if before is not None else NEVER,
            created_at=None if before is not None else now,
            deleted=write.operation in REMOVALS,
        )
    mirror.save(connection, list(records.values()), mark=False)
    mirror.assign(
        connection,
        {
            key: write.link_id
            for (write, _, _), key in zip(written, keys, strict=True)
            # Of other writes the record is the link's already, or, told of an opt-out, nobody's.
            if write.object_type in _LINKED and write.operation == "create"
        },
    )


def _fields(write: Write, result: WriteResult) -> dict[str, Any]:
    if write.operation in ("opt_out", "opt_in"):
        return {change.target: change.after for change in write.changes}
    written: dict[str, Any] = {
        change.target: change.after for change in write.changes if change.target not in result.fields
    }
    if write.external_key is not None:
        written[write.external_key[0]] = write.external_key[1]
    # HubSpot shows an emptied property as nothing.
    fields = {name: (None if value == "" else value) for name, value in written.items()}
    if write.side == "hubspot" and write.associations:
        fields["_contacts"] = sorted(to_id for to_type, to_id in write.associations if to_type == "contacts")
    return fields


def _bases(mapping: SyncMapping, writes: Iterator[Write]) -> Mapping[str, Mapping[str, Any]]:
    bases: dict[str, dict[str, Any]] = {}
    people, companies = set(mapping.people.fields), set(mapping.companies.fields)
    for write in writes:
        synced = people if write.object_type in _PEOPLE else companies
        if write.object_type in _LINKED:
            values = {change.name: change.value for change in write.changes if change.name in synced}
            bases.setdefault(write.link_id, {}).update(values)
    return {link_id: values for link_id, values in bases.items() if values}
