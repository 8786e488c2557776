"""The mapping held against what both sides really have, before a pass begins.

Every problem at once, in words; nothing is repaired here. Single values are checked in ``changes.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sync_rules.mapping_model import FieldSpec, Mapping, ValueSpec
from sync_rules.records import Side
from sync_rules.schema import SchemaLike, Schemas

# Which kinds of field can hold a value type without loss, both ways.
_HOLDS = {
    "text": {"text", "email", "phone", "picklist", "id", "reference"},
    "email": {"email", "text"},
    "phone": {"phone", "text"},
    "number": {"number", "text"},
    "boolean": {"boolean", "picklist"},
    "date": {"date", "datetime", "text"},
    "datetime": {"datetime", "text"},
    "picklist": {"picklist", "text"},
    "multi_picklist": {"multi_picklist", "text"},
    "country": {"text", "picklist"},
    "owner": {"owner", "reference", "picklist", "text", "id"},
    "domain": {"text"},
    "company": {"number", "reference", "text", "id"},
}
_SIDE_OF: dict[str, Side] = {
    "contacts": "hubspot", "companies": "hubspot", "Lead": "salesforce", "Contact": "salesforce",
    "Account": "salesforce",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in the mapping that a side cannot do.

    Attributes:
        field: the mapping's name; ``target`` the API name on ``object_type``.
        kind: ``missing``, ``wrong_type``, ``not_writable``, ``unknown_option`` or ``too_long``.
        fatal: the pass cannot run with it; the others cost single values, which are held.
    """

    object_type: str
    target: str
    field: str
    kind: str
    what: str
    remedy: str
    fatal: bool

    def __str__(self) -> str:
        return f"{self.object_type}.{self.target} ({self.field}): {self.what}; {self.remedy}"


def check_against_schema(mapping: Mapping, hubspot: Schemas, salesforce: Schemas) -> list[Problem]:
    """Every mismatch, in the mapping's order; only the object types that the schemas name are checked."""
    schemas = {**hubspot, **salesforce}
    problems: list[Problem] = []
    people: list[ValueSpec] = [*mapping.people.fields.values(), *mapping.people.computed.values()]
    companies: list[ValueSpec] = [*mapping.companies.fields.values()]
    for specs, object_types in (
        (people, ("contacts", "Lead", "Contact")),
        (companies, ("companies", "Account")),
    ):
        for spec in specs:
            for object_type in object_types:
                target = spec.target(object_type)
                if target is not None and object_type in schemas:
                    problems += _of_target(spec, object_type, target, schemas[object_type].get(target))
    return problems


def holds_type(spec: ValueSpec, kind: str) -> bool:
    """Whether a field of that kind can hold the value both ways without loss."""
    return kind in _HOLDS[spec.type]


def _of_target(spec: ValueSpec, object_type: str, target: str, known: SchemaLike | None) -> Iterator[Problem]:
    def problem(kind: str, what: str, remedy: str, *, fatal: bool) -> Problem:
        return Problem(object_type, target, spec.name, kind, what, remedy, fatal)

    if known is None:
        remedy = "run `accord setup`, grant access to it, or take it out of the mapping"
        yield problem(
            "missing", "there is no such field, or the integration cannot see it", remedy, fatal=True
        )
        return
    if not holds_type(spec, known.type):
        what = f"is of type {known.type}, which cannot hold {spec.type}"
        yield problem("wrong_type", what, "change `type` or map another field", fatal=True)
    if is_written(spec, object_type) and not known.writable_on_update:
        what = "cannot be written by the integration"
        yield problem("not_writable", what, "grant edit access, or use a rule that only reads it", fatal=True)
    words = dict.fromkeys(spec.values.writing[_SIDE_OF[object_type]].values()) if spec.values else {}
    for word in words:
        if known.max_length is not None and len(word) > known.max_length:
            what = f"`values` writes {word!r}, and it takes {known.max_length} characters"
            yield problem("too_long", what, "shorten the value", fatal=False)
        elif known.restricted and known.options and word not in known.options:
            what = f"`values` writes {word!r}, which its picklist lacks"
            remedy = f"use one of: {', '.join(known.options)}"
            yield problem("unknown_option", what, remedy, fatal=False)


def is_written(spec: ValueSpec, object_type: str) -> bool:
    """Whether a pass may write the value there."""
    if not isinstance(spec, FieldSpec):
        return True
    if spec.rule == "dont_sync" or spec.rule == f"always_{_SIDE_OF[object_type]}":
        return False
    if not any(spec.target(t) for t, side in _SIDE_OF.items() if side != _SIDE_OF[object_type]):
        return False
    return not (spec.hubspot_write == "opt_out" and _SIDE_OF[object_type] == "hubspot")
