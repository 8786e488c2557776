"""Finding a record by an external id, and creating or updating it by one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.salesforce import writes
from sandbox.salesforce.errors import external_id_not_found
from sandbox.salesforce.fields import FieldSpec, ObjectSpec
from sandbox.salesforce.incoming import record_id_of
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row
from sandbox.salesforce.values import coerce
from sandbox.salesforce.writes import WriteOptions


class SeveralMatchesError(Exception):
    """A key that is not unique matched more than one record."""

    def __init__(self, record_ids: list[str]) -> None:
        super().__init__(f"{len(record_ids)} records match")
        self.record_ids = record_ids


def key_field(store: Store, spec: ObjectSpec, name: str, user_id: str) -> FieldSpec:
    """The visible external-id or idLookup field of that name. Raises NOT_FOUND."""
    found = store.access(user_id, spec).find(spec, name)
    if found is None or not (found.external_id or found.id_lookup):
        raise external_id_not_found(name)
    return found


def matches(store: Store, spec: ObjectSpec, field: FieldSpec, raw: Any) -> list[Row]:
    """Records not deleted whose key field holds that value."""
    if field.name == "Id":
        row = store.row(spec.name, record_id_of(spec, raw))
        return [] if row is None or row.deleted else [row]
    value = coerce(field, raw)
    return [] if value is None else store.holding(spec.name, field.name, value)


def upsert(
    store: Store,
    spec: ObjectSpec,
    field: FieldSpec,
    raw: Any,
    fields: Mapping[str, Any],
    user_id: str,
    how: WriteOptions,
    *,
    update_only: bool = False,
    at: datetime | None = None,
) -> tuple[str, bool]:
    """Create or update by key; returns the id and whether it was created.

    Raises:
        SeveralMatchesError: the key is not unique.
        SalesforceFault: as of any write; NOT_FOUND when ``update_only`` and there is no record.
    """
    found = [] if raw is None else matches(store, spec, field, raw)
    if len(found) > 1:
        raise SeveralMatchesError([row.id for row in found])
    if found:
        writes.update(store, spec, found[0].id, fields, user_id, at, how)
        return found[0].id, False
    if update_only or (field.name == "Id" and raw is not None):
        raise external_id_not_found(field.name)
    values = fields if field.name == "Id" else {**fields, field.name: raw}
    return writes.create(store, spec, values, user_id, at, how), True
