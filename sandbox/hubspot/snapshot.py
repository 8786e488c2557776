"""The whole account as JSON-able values, for control pages and comparisons in tests."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.hubspot.associations import Associations
from sandbox.hubspot.lists import ContactList
from sandbox.hubspot.owners import Owners
from sandbox.hubspot.records import Record
from sandbox.hubspot.tables import Table
from sandbox.hubspot.values import iso


def portal_snapshot(
    tables: Mapping[str, Table],
    associations: Associations,
    owners: Owners,
    lists: Sequence[tuple[ContactList, Mapping[str, datetime]]],
    *,
    history: bool,
) -> dict[str, Any]:
    """`{"objects": {type: [record, ...]}, "associations": [...], "owners": [...], "lists": [...]}`."""
    return {
        "objects": {
            name: [
                _record(record, history=history) for record in sorted(table.all(), key=lambda r: int(r.id))
            ]
            for name, table in tables.items()
        },
        "associations": associations.rows(),
        "owners": [owner.wire() for owner in owners.all()],
        "lists": [
            {**one.wire(size=len(members), with_filters=True), "members": sorted(members, key=int)}
            for one, members in lists
        ],
    }


def _record(record: Record, *, history: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": record.id,
        "properties": dict(sorted(record.properties.items())),
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.updated_at),
        "archived": record.archived,
    }
    if history:
        body["history"] = {
            name: [entry.wire() for entry in entries] for name, entries in sorted(record.history.items())
        }
    return body
