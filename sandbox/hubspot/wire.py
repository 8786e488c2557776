"""How records look on the wire: chosen properties, history, associations.

Reads only; which records to show is decided by the routes.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Properties, Record
from sandbox.hubspot.schema import Schema
from sandbox.hubspot.values import iso

Body = dict[str, Any]
ASSOCIATION_PAGE = 500


class Projection:
    """The properties that one request wants of every record.

    Unknown names are left out without a word; known ones without value show as null. Ids and core
    dates always come along.
    """

    def __init__(
        self, kind: ObjectType, schema: Schema, names: Sequence[str] | None, history: Sequence[str] = ()
    ) -> None:
        core = (kind.created_property, "hs_object_id", kind.modified_property)
        wanted = (*(names or ()), *history) or kind.default_properties
        self._names = tuple(dict.fromkeys(name for name in (*core, *wanted) if schema.get(name) is not None))
        self._history = tuple(dict.fromkeys(name for name in history if schema.get(name) is not None))
        self._created = kind.created_property
        self._modified = kind.modified_property

    def of(self, record: Record) -> Body:
        """The record's body."""
        body = self.of_properties(record.id, record.properties)
        if record.archived:
            body["archived"] = True
            if record.archived_at is not None:
                body["archivedAt"] = iso(record.archived_at)
        if self._history:
            body["propertiesWithHistory"] = {
                name: [entry.wire() for entry in record.history_of(name)] for name in self._history
            }
        return body

    def of_properties(self, record_id: str, properties: Properties) -> Body:
        """The body of a live record with these properties."""
        get = properties.get
        return {
            "id": record_id,
            "properties": {name: get(name) for name in self._names},
            "createdAt": get(self._created),
            "updatedAt": get(self._modified),
            "archived": False,
        }


def full_body(record: Record, trace_id: str | None = None) -> Body:
    """The answer to a create: every property that has a value."""
    return _written_body(record, dict(record.properties), trace_id)


def changed_body(record: Record, sent: Iterable[str], trace_id: str | None = None) -> Body:
    """The answer to an update: what was sent and the core, not the whole record."""
    kind = record.object_type
    names = (*sent, "hs_object_id", kind.created_property, kind.modified_property)
    return _written_body(record, {name: record.properties.get(name) for name in names}, trace_id)


def _written_body(record: Record, properties: Properties, trace_id: str | None) -> Body:
    body: Body = {
        "id": record.id,
        "properties": properties,
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.updated_at),
        "archived": record.archived,
    }
    if trace_id is not None:
        body["objectWriteTraceId"] = trace_id
    return body


def association_bodies(portal: Portal, record: Record, names: Iterable[str]) -> Body:
    """The `associations` of a read: by type, ids with a type name such as `contact_to_company`."""
    bodies: Body = {}
    for name in names:
        to_kind = object_type(name)
        stem = f"{record.object_type.singular}_to_{to_kind.singular}"
        targets = portal.associated(record.object_type.name, record.id, to_kind.name)
        results: list[Body] = []
        for to_id in targets[:ASSOCIATION_PAGE]:
            types = portal.associations.type_ids(record.object_type.name, record.id, to_kind.name, to_id)
            results.append({"id": to_id, "type": stem})
            if len(types) > 1:
                results.append({"id": to_id, "type": f"{stem}_unlabeled"})
        if results:
            bodies[to_kind.name] = {"results": results}
            if len(targets) > ASSOCIATION_PAGE:
                after = targets[ASSOCIATION_PAGE]
                bodies[to_kind.name]["paging"] = {"next": {"after": after, "link": f"?after={after}"}}
    return bodies
