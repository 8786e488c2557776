"""From a caller's fields to checked values: names, field-level security, types, lookups.

Rules that need the whole row (required, unique, validation rules) are in ``writes``.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.salesforce.errors import (
    SalesforceFault,
    bad_reference,
    converted_lead,
    read_only,
    unknown_column,
)
from sandbox.salesforce.fields import FieldSpec, ObjectSpec
from sandbox.salesforce.ids import to_id18
from sandbox.salesforce.store import Store
from sandbox.salesforce.values import coerce

_FOLLOWS_CONVERSION = frozenset({"Task", "Event", "CampaignMember"})


def checked_values(
    store: Store, spec: ObjectSpec, fields: Mapping[str, Any], user_id: str, *, creating: bool
) -> dict[str, Any]:
    """The values to store, by exact API name.

    Raises:
        SalesforceFault: unknown or hidden field, field not writable, bad value, bad lookup.
    """
    access = store.access(user_id, spec)
    values: dict[str, Any] = {}
    refused: list[str] = []
    for name, raw in fields.items():
        if name == "attributes":
            continue
        field = access.find(spec, name)
        if field is None:
            field, raw = _by_relationship(store, spec, name, raw)
        if not (field.createable if creating else field.updateable) or field.name not in access.editable:
            refused.append(field.name)
            continue
        value = coerce(field, raw)
        if field.type == "reference" and value is not None:
            check_reference(store, spec, field, value)
        values[field.name] = value
    if refused:
        raise read_only(refused)
    return values


def _by_relationship(store: Store, spec: ObjectSpec, name: str, raw: Any) -> tuple[FieldSpec, str]:
    """A lookup given as ``"Account": {"Ext__c": "A-1"}``."""
    field = spec.relationship(name)
    if field is None or not isinstance(raw, Mapping):
        raise unknown_column(spec.name, name)
    attributes = raw.get("attributes", {})
    wanted = attributes.get("type") if isinstance(attributes, Mapping) else None
    keys = [key for key in raw if key != "attributes"]
    if len(keys) != 1:
        raise SalesforceFault("INVALID_FIELD", f"Exactly one external id is expected for {name}", [name])
    for target in field.reference_to:
        if wanted is not None and target.lower() != str(wanted).lower():
            continue
        key = store.specs[target].find(keys[0])
        if key is None or not (key.external_id or key.id_lookup or key.unique):
            continue
        value = coerce(key, raw[keys[0]])
        matches = store.holding(target, key.name, value)
        if len(matches) == 1:
            return field, matches[0].id
    text = f"Foreign key external ID: {raw[keys[0]]} not found for field {keys[0]} in entity {name}"
    raise SalesforceFault("INVALID_FIELD", text, [field.name])


def check_reference(store: Store, spec: ObjectSpec, field: FieldSpec, record_id: str) -> None:
    """Refuse a lookup whose target is of a wrong type, missing or deleted."""
    target = store.object_of(record_id)
    if target is None or target not in field.reference_to:
        raise bad_reference(field.name, record_id)
    row = store.row(target, record_id)
    if row is None or row.deleted:
        raise bad_reference(field.name, record_id)
    if target == "Lead" and row["IsConverted"] and spec.name in _FOLLOWS_CONVERSION:
        raise converted_lead()


def check_owner(store: Store, owner_id: str) -> None:
    """Refuse an inactive user as a new owner."""
    owner = store.row("User", owner_id)
    if owner is not None and not owner["IsActive"]:
        text = f"operation performed with inactive user [{owner_id[:15]}] as owner of object"
        raise SalesforceFault("INACTIVE_OWNER_OR_USER", text, [])


def record_id_of(spec: ObjectSpec, raw: Any) -> str:
    """The 18-character id in ``raw``. Raises MALFORMED_ID when it is not an id of this object."""
    found = to_id18(raw) if isinstance(raw, str) else None
    if found is None or not found.startswith(spec.prefix):
        text = f"{spec.label} ID: id value of incorrect type: {raw}"
        raise SalesforceFault("MALFORMED_ID", text, ["Id"])
    return found
