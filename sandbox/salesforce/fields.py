"""What a field and an object are: types, lengths, who may set them, where a lookup points.

The objects themselves are in ``objects_*``; values are checked in ``values``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})


@dataclass(frozen=True, slots=True)
class PicklistValue:
    """One option of a picklist."""

    value: str
    label: str
    default: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of one object, with the attributes that describe shows.

    ``type`` is describe's word (string, email, picklist, reference, datetime, ...); ``length`` is in
    characters; ``default`` is stored on create when the caller gives nothing.
    """

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    default: Any = None
    defaulted: bool = False
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    picklist: tuple[PicklistValue, ...] = ()
    restricted: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    id_lookup: bool = False
    custom: bool = False
    filterable: bool = True
    help_text: str | None = None
    field_id: str | None = None

    @property
    def required_on_create(self) -> bool:
        return not self.nillable and self.createable and not self.defaulted

    @property
    def polymorphic(self) -> bool:
        return len(self.reference_to) > 1

    @property
    def indexed(self) -> bool:
        return self.id_lookup or self.external_id or self.unique or self.type == "reference"

    @property
    def permissionable(self) -> bool:
        """True when field-level security can hide it: not system fields, not required ones."""
        return (
            self.custom or (self.nillable and (self.createable or self.updateable)) or self.type == "boolean"
        )


@dataclass(slots=True)
class ObjectSpec:
    """One sObject: its fields by API name, and what may be done with its records."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, FieldSpec]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    undeletable: bool = True
    mergeable: bool = False
    replicateable: bool = True
    tooling: bool = False
    _by_lower: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_lower = {name.lower(): name for name in self.fields}

    def find(self, name: str) -> FieldSpec | None:
        """The field of that name, whatever its case."""
        exact = self._by_lower.get(name.lower())
        return None if exact is None else self.fields[exact]

    def add(self, spec: FieldSpec) -> None:
        self.fields[spec.name] = spec
        self._by_lower[spec.name.lower()] = spec.name

    def remove(self, name: str) -> None:
        del self.fields[name]
        del self._by_lower[name.lower()]

    def relationship(self, name: str) -> FieldSpec | None:
        """The lookup field whose relationship is called ``name``, whatever its case."""
        wanted = name.lower()
        for spec in self.fields.values():
            if spec.relationship is not None and spec.relationship.lower() == wanted:
                return spec
        return None


def _label(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"\bId\b", "ID", words)


def text(name: str, length: int = 255, type_: str = "string", **more: Any) -> FieldSpec:
    return FieldSpec(name, more.pop("label", _label(name)), type_, length=length, **more)


def area(name: str, length: int = 32000) -> FieldSpec:
    return text(name, length, "textarea", filterable=length <= 255)


def email(name: str = "Email", *, id_lookup: bool = True) -> FieldSpec:
    return text(name, 80, "email", id_lookup=id_lookup)


def phone(name: str, label: str | None = None) -> FieldSpec:
    return text(name, 40, "phone", label=label or _label(name))


def number(
    name: str, type_: str = "double", precision: int = 18, scale: int = 0, label: str | None = None
) -> FieldSpec:
    return FieldSpec(name, label or _label(name), type_, precision=precision, scale=scale)


def flag(name: str, label: str | None = None, *, default: bool = False, **more: Any) -> FieldSpec:
    return FieldSpec(
        name, label or _label(name), "boolean", nillable=False, default=default, defaulted=True, **more
    )


def moment(name: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, more.pop("label", _label(name)), "datetime", **more)


def day(name: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, more.pop("label", _label(name)), "date", **more)


def pick(name: str, values: Sequence[str], *, default: str | None = None, **more: Any) -> FieldSpec:
    options = tuple(PicklistValue(value, value, default=value == default) for value in values)
    length = more.pop("length", 255)
    type_ = more.pop("type_", "picklist")
    if default is not None:
        more.setdefault("nillable", False)
        more.update(defaulted=True, default=default)
    label = more.pop("label", _label(name))
    return FieldSpec(name, label, type_, length=length, picklist=options, **more)


def ref(name: str, relationship: str | None, *targets: str, **more: Any) -> FieldSpec:
    label = more.pop("label", _label(name))
    return FieldSpec(
        name, label, "reference", length=18, reference_to=targets, relationship=relationship, **more
    )


def read_only(spec: FieldSpec) -> FieldSpec:
    """The same field, set by the server alone."""
    return replace(spec, createable=False, updateable=False)


def system_fields(label: str, *, deletable: bool = True) -> list[FieldSpec]:
    """Id and the audit fields that every object has."""
    locked: dict[str, Any] = {"createable": False, "updateable": False, "nillable": False, "defaulted": True}
    found = [FieldSpec("Id", f"{label} ID", "id", length=18, id_lookup=True, **locked)]
    if deletable:
        found.append(FieldSpec("IsDeleted", "Deleted", "boolean", **locked))
    found += [
        FieldSpec("CreatedDate", "Created Date", "datetime", **locked),
        ref("CreatedById", "CreatedBy", "User", label="Created By ID", **locked),
        FieldSpec("LastModifiedDate", "Last Modified Date", "datetime", **locked),
        ref("LastModifiedById", "LastModifiedBy", "User", label="Last Modified By ID", **locked),
        FieldSpec("SystemModstamp", "System Modstamp", "datetime", **locked),
    ]
    return found


def build(
    name: str, prefix: str, fields: Sequence[FieldSpec], *, label: str | None = None, **more: Any
) -> ObjectSpec:
    """An object with the system fields before ``fields``."""
    shown = label or _label(name)
    every = [*system_fields(shown, deletable=more.pop("has_is_deleted", True)), *fields]
    plural = more.pop("plural", shown + "s")
    return ObjectSpec(name, shown, plural, prefix, {spec.name: spec for spec in every}, **more)
