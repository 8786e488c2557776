"""Custom fields and validation rules as an administrator adds, changes and removes them.

Both arrive as the Tooling API's metadata dicts. Field-level security is granted elsewhere: a new custom field
is invisible until then.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.salesforce.errors import SalesforceFault, duplicate_value, not_found
from sandbox.salesforce.fields import FieldSpec, PicklistValue, pick
from sandbox.salesforce.formula import FormulaError, compile_formula
from sandbox.salesforce.rules import ValidationRule
from sandbox.salesforce.setup_checks import shared_by_activities
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

_TYPES = {
    "Text": "string", "Number": "double", "Checkbox": "boolean", "DateTime": "datetime", "Date": "date",
    "Picklist": "picklist", "MultiselectPicklist": "multipicklist", "LongTextArea": "textarea",
    "TextArea": "textarea", "Email": "email", "Phone": "phone", "Url": "url", "Currency": "currency",
    "Percent": "percent", "Lookup": "reference",
}  # fmt: skip
_LENGTHS = {"TextArea": 255, "Email": 80, "Phone": 40, "Url": 255, "Picklist": 255, "Lookup": 18}
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*__c\Z")
_CUSTOMISABLE = frozenset(
    {"Lead", "Contact", "Account", "Opportunity", "Campaign", "CampaignMember", "User", "Activity"}
)
_MOST_EXTERNAL_IDS = 25
_WITH_CURRENCY = ("Lead", "Contact", "Account", "Opportunity", "Campaign")


def _refuse(message: str, *fields: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> SalesforceFault:
    return SalesforceFault(code, message, list(fields))


def _unknown_entity(name: str) -> SalesforceFault:
    text = f"Entity Enumeration Or ID: bad value for restricted picklist field: {name}"
    return _refuse(text, "TableEnumOrId", code="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")


def split_full_name(full_name: Any) -> tuple[str, str]:
    """("Lead", "X__c") of "Lead.X__c"."""
    owner, _, name = str(full_name or "").partition(".")
    if not owner or not name:
        raise _refuse("Full Name is required, as Object.Name", "FullName", code="REQUIRED_FIELD_MISSING")
    return owner, name


def field_spec(name: str, metadata: Mapping[str, Any], field_id: str) -> FieldSpec:
    """The field that CustomField metadata describes. Raises SalesforceFault for what the platform refuses."""
    kind = metadata.get("type")
    if kind not in _TYPES:
        raise _refuse(f"Invalid field type: {kind}", "Metadata", code="INVALID_TYPE_ON_FIELD_IN_RECORD")
    if not metadata.get("label"):
        raise _refuse("Required field is missing: label", "Metadata", code="REQUIRED_FIELD_MISSING")
    type_ = _TYPES[kind]
    length = int(metadata.get("length") or _LENGTHS.get(kind, 0))
    if kind in ("Text", "LongTextArea") and not length:
        raise _refuse("Must specify 'length' for a CustomField of type " + kind, "Metadata")
    if kind == "Text" and length > 255:
        raise _refuse("Text fields cannot be longer than 255 characters", "Metadata")
    if kind == "Checkbox" and (metadata.get("defaultValue") is None or "required" in metadata):
        raise _refuse(
            "Must specify 'defaultValue', and not 'required', for a CustomField of type Checkbox", "Metadata"
        )
    if kind in ("Number", "Currency", "Percent") and metadata.get("precision") is None:
        raise _refuse(f"Must specify 'precision' for a CustomField of type {kind}", "Metadata")
    external, unique = bool(metadata.get("externalId")), bool(metadata.get("unique"))
    if (external or unique) and type_ not in ("string", "double", "email"):
        raise _refuse(
            f"Can not specify 'externalId' or 'unique' for a CustomField of type {kind}", "Metadata"
        )
    options, restricted = _value_set(kind, metadata)
    default: Any = next((option.value for option in options if option.default), None)
    if kind == "Checkbox":
        default = str(metadata["defaultValue"]).lower() == "true"
    target = metadata.get("referenceTo")
    return FieldSpec(
        name=name,
        label=str(metadata["label"]),
        type=type_,
        length=length,
        precision=int(metadata.get("precision") or 0),
        scale=int(metadata.get("scale") or 0),
        nillable=kind != "Checkbox" and not metadata.get("required", False),
        default=default,
        defaulted=default is not None,
        reference_to=(str(target),) if target else (),
        relationship=name.removesuffix("__c") + "__r" if target else None,
        picklist=options,
        restricted=restricted,
        external_id=external,
        unique=unique,
        id_lookup=external,
        case_sensitive=bool(metadata.get("caseSensitive")),
        custom=True,
        filterable=kind != "LongTextArea",
        help_text=metadata.get("inlineHelpText"),
        field_id=field_id,
    )


def _value_set(kind: str, metadata: Mapping[str, Any]) -> tuple[tuple[PicklistValue, ...], bool]:
    if kind not in ("Picklist", "MultiselectPicklist"):
        return (), False
    value_set = metadata.get("valueSet") or {}
    listed = (value_set.get("valueSetDefinition") or {}).get("value") or []
    if not listed:
        raise _refuse("Must specify a value set for a CustomField of type " + kind, "Metadata")
    options = tuple(
        PicklistValue(
            str(entry.get("fullName") or entry.get("valueName")),
            str(entry.get("label") or entry.get("fullName") or entry.get("valueName")),
            bool(entry.get("default")),
        )
        for entry in listed
    )
    return options, bool(value_set.get("restricted"))


def add_field(
    store: Store, full_name: str, metadata: Mapping[str, Any], user_id: str, at: datetime | None = None
) -> str:
    """Add a custom field to an object (``Activity``: to Task and Event); returns its definition's id."""
    owner, name = split_full_name(full_name)
    if owner not in _CUSTOMISABLE:
        raise _unknown_entity(owner)
    if not _NAME.match(name) or len(name) > 43:
        raise _refuse(f"Invalid fullName, must end in __c: {name}", "FullName", code="INVALID_FULL_NAME")
    with store.transaction():
        for sobject in shared_by_activities(owner):
            if store.specs[sobject].find(name) is not None:
                text = f"There is already a field named {name.removesuffix('__c')} on {owner}."
                raise SalesforceFault("DUPLICATE_DEVELOPER_NAME", text, ["DeveloperName"])
        field_id = store.ids.new(store.specs["CustomField"].prefix)
        spec = field_spec(name, metadata, field_id)
        first = store.specs[shared_by_activities(owner)[0]]
        if (
            spec.external_id
            and sum(field.external_id for field in first.fields.values()) >= _MOST_EXTERNAL_IDS
        ):
            raise _refuse(f"Too many external ids on {owner}", "Metadata")
        for sobject in shared_by_activities(owner):
            store.specs[sobject].add(spec)
            if spec.type == "boolean":
                for record in list(store.tables[sobject].rows.values()):
                    store.put(sobject, Row({**record, name: spec.default}))
        fields = {
            "DeveloperName": name.removesuffix("__c"), "TableEnumOrId": owner, "FullName": f"{owner}.{name}",
            "ManageableState": "unmanaged", "Metadata": dict(metadata),
        }  # fmt: skip
        _store_definition(store, "CustomField", field_id, fields, user_id, at)
    store.permissions.changed()
    return field_id


def use_currencies(store: Store, codes: Sequence[str]) -> None:
    """Let amounts have a currency of their own; the first code is the corporate one, which all records begin with."""
    spec = pick(
        "CurrencyIsoCode", codes, default=codes[0], label="Currency ISO Code", length=3, restricted=True
    )
    with store.transaction():
        for sobject in _WITH_CURRENCY:
            store.specs[sobject].add(spec)
            for record in list(store.tables[sobject].rows.values()):
                store.put(sobject, Row({**record, spec.name: spec.default}))
    store.permissions.changed()


def change_field(store: Store, field_id: str, metadata: Mapping[str, Any], user_id: str) -> None:
    """Replace a custom field's definition (label, length, picklist values, ...)."""
    with store.transaction():
        row = _definition(store, "CustomField", field_id)
        owner, name = split_full_name(row["FullName"])
        spec = field_spec(name, metadata, field_id)
        for sobject in shared_by_activities(owner):
            store.specs[sobject].add(spec)
        _store_definition(store, "CustomField", field_id, {**row, "Metadata": dict(metadata)}, user_id, None)
    store.permissions.changed()


def remove_field(store: Store, field_id: str) -> None:
    """Delete a custom field with its values and grants."""
    with store.transaction():
        row = _definition(store, "CustomField", field_id)
        owner, name = split_full_name(row["FullName"])
        for sobject in shared_by_activities(owner):
            table = store.tables[sobject]
            table.forget_index(name)
            for record in list(table.rows.values()):
                table.put(Row({key: value for key, value in record.items() if key != name}))
            store.specs[sobject].remove(name)
        for grant in list(store.tables["FieldPermissions"].rows.values()):
            if str(grant["Field"]).partition(".")[2] == name and grant["SobjectType"] in (
                owner, *shared_by_activities(owner),
            ):  # fmt: skip
                store.drop("FieldPermissions", grant.id)
        store.drop("CustomField", field_id)
    store.permissions.changed()


def save_rule(
    store: Store, full_name: str, metadata: Mapping[str, Any], user_id: str, *, rule_id: str | None = None
) -> str:
    """Create a validation rule, or replace the one with ``rule_id``; returns its id."""
    owner, name = split_full_name(full_name)
    spec = store.find_spec(owner)
    if spec is None:
        raise _unknown_entity(owner)
    message, source = metadata.get("errorMessage"), metadata.get("errorConditionFormula")
    if not message or not source:
        raise _refuse(
            "Required field is missing: errorConditionFormula, errorMessage", code="REQUIRED_FIELD_MISSING"
        )
    if len(str(message)) > 255:
        raise _refuse(
            "Error Message: data value too large (max length=255)", "ErrorMessage", code="STRING_TOO_LONG"
        )

    def resolve(written: str) -> str | None:
        field = spec.find(written)
        return None if field is None else field.name

    try:
        formula = compile_formula(str(source), resolve)
    except FormulaError as error:
        raise _refuse(str(error), code="FIELD_INTEGRITY_EXCEPTION") from error
    shown = metadata.get("errorDisplayField")
    if shown is not None and resolve(str(shown)) is None:
        raise _refuse(f"Field {shown} does not exist. Check spelling.", "ErrorDisplayField")
    with store.transaction():
        for other_id, other in store.validation_rules.items():
            if other_id != rule_id and (other.sobject, other.name.lower()) == (spec.name, name.lower()):
                raise duplicate_value("ValidationName", other_id)
        saved_id = rule_id or store.ids.new(store.specs["ValidationRule"].prefix)
        active = bool(metadata.get("active"))
        store.validation_rules[saved_id] = ValidationRule(
            spec.name, name, active, formula, str(message), None if shown is None else str(shown)
        )
        fields = {
            "ValidationName": name, "Active": active, "Description": metadata.get("description"),
            "ErrorMessage": message, "ErrorDisplayField": shown, "FullName": f"{spec.name}.{name}",
            "EntityDefinitionId": _entity_id(store, spec.name), "Metadata": dict(metadata),
        }  # fmt: skip
        _store_definition(store, "ValidationRule", saved_id, fields, user_id, None)
    return saved_id


def remove_rule(store: Store, rule_id: str) -> None:
    """Delete a validation rule."""
    with store.transaction():
        _definition(store, "ValidationRule", rule_id)
        store.drop("ValidationRule", rule_id)
        del store.validation_rules[rule_id]


def _entity_id(store: Store, sobject: str) -> str | None:
    rows = store.tables["EntityDefinition"].rows.values()
    return next((row.id for row in rows if row["QualifiedApiName"] == sobject), None)


def _definition(store: Store, sobject: str, record_id: str) -> Row:
    row = store.row(sobject, record_id)
    if row is None:
        raise not_found()
    return row


def _store_definition(
    store: Store, sobject: str, record_id: str, fields: Mapping[str, Any], user_id: str, at: datetime | None
) -> None:
    now, old = store.now(at), store.row(sobject, record_id)
    row = Row(dict.fromkeys(store.specs[sobject].fields))
    row.update(Id=record_id, CreatedDate=now, CreatedById=user_id)
    row.update(old or {})
    row.update(fields)
    row.update(LastModifiedDate=now, LastModifiedById=user_id, SystemModstamp=now)
    store.put(sobject, row)
