"""What has changed in a side's fields since they were last read, as far as the mapping depends on it.

Each change on its own, with whether it keeps the field from syncing. Whether the mapping fits at all is
``schema_check.py``; single values are checked in ``changes.py``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sync_rules.mapping_model import Mapping as SyncMapping
from sync_rules.mapping_model import ValueSpec
from sync_rules.schema import ObjectSchema, SchemaLike
from sync_rules.schema_check import holds_type, is_written

REMOVED, TYPE_CHANGED, NOT_WRITABLE, OPTIONS_GONE, SHORTENED, REQUIRED, RULE_ADDED = (
    "removed", "type changed", "permission taken", "values gone", "shortened", "required now", "validation rule",
)  # fmt: skip
HOLD = "drifted"
"""The kind of hold of a field whose type is not what the mapping says any more."""
_CREATED = frozenset({"Lead", "Contact", "contacts"})


@dataclass(frozen=True, slots=True)
class Drift:
    """One change of one field, or one new validation rule.

    Attributes:
        target: the API name, or the rule's name.
        fields: the mapping's names for it; none for a field that the mapping does not name.
        blocking: the field does not sync until it is put right; the rest of its records does.
        before, after: what was and what is: type, length, values gone, ...
    """

    object_type: str
    target: str
    kind: str
    fields: tuple[str, ...]
    what: str
    remedy: str
    blocking: bool = False
    before: Any = None
    after: Any = None


def drift_of(
    mapping: SyncMapping, object_type: str, before: ObjectSchema, after: ObjectSchema
) -> Iterator[Drift]:
    """Every change that concerns the mapping, by API name."""
    specs = _specs(mapping, object_type)
    for target in sorted(specs):
        if (old := before.get(target)) is not None:
            yield from _of_field(object_type, target, specs[target], old, after.get(target), before, after)
    if object_type in _CREATED:
        for name in sorted(after.keys() - specs.keys()):
            old = before.get(name)
            if after[name].required and not (old is not None and old.required):
                what = "is required now, and the mapping does not fill it: creating records will be refused"
                remedy = "map it, give it a default value, or make it optional"
                yield Drift(object_type, name, REQUIRED, (), what, remedy)


def still_stands(drift: Drift, mapping: SyncMapping, after: ObjectSchema) -> bool:
    """Whether a change found earlier is still there and still concerns the mapping."""
    if drift.fields and drift.target not in _specs(mapping, drift.object_type):
        return False
    now = after.get(drift.target)
    if drift.kind == REMOVED or now is None:
        return now is None
    match drift.kind:
        case "type changed":
            return bool(now.type != drift.before)
        case "values gone":
            return not set(drift.before) <= set(now.options)
        case "shortened":
            return now.max_length is not None and (drift.before is None or now.max_length < drift.before)
        case "permission taken":
            return not now.writable_on_update
        case _:
            return now.required


def _of_field(
    object_type: str,
    target: str,
    specs: list[ValueSpec],
    old: SchemaLike,
    new: SchemaLike | None,
    before: ObjectSchema,
    after: ObjectSchema,
) -> Iterator[Drift]:
    names = tuple(spec.name for spec in specs)

    def drift(kind: str, what: str, remedy: str, **besides: Any) -> Drift:
        return Drift(object_type, target, kind, names, what, remedy, **besides)

    if new is None:
        remedy = "restore it or the integration's access to it, or take it out of the mapping"
        if (renamed := _renamed(old, before, after)) is not None:
            remedy = f"it may be called {renamed} now: correct the mapping, or restore it"
        yield drift(
            REMOVED, "is gone, or hidden from the integration", remedy, blocking=True, before=old.type
        )
        return
    if new.type != old.type:
        fits = all(holds_type(spec, new.type) for spec in specs)
        what = f"was of type {old.type} and is {new.type}"
        remedy = "nothing, if that was meant" if fits else "change it back, or correct `type` in the mapping"
        yield drift(TYPE_CHANGED, what, remedy, blocking=not fits, before=old.type, after=new.type)
    if gone := tuple(option for option in old.options if option not in new.options):
        what = f"its values {', '.join(map(repr, gone))} are gone"
        yield drift(OPTIONS_GONE, what, "restore them, or map them to values that are there", before=gone)
    if new.max_length is not None and (old.max_length is None or new.max_length < old.max_length):
        what = f"takes {new.max_length} characters now, before {old.max_length or 'any number'}"
        remedy = "lengthen it again; longer values are held"
        yield drift(SHORTENED, what, remedy, before=old.max_length, after=new.max_length)
    if (
        old.writable_on_update
        and not new.writable_on_update
        and any(is_written(s, object_type) for s in specs)
    ):
        remedy = "grant the integration edit access, or use a rule that only reads the field"
        yield drift(NOT_WRITABLE, "cannot be written by the integration any more", remedy, blocking=True)
    if new.required and not old.required:
        remedy = "see that the other side always has a value; a blank will be refused"
        yield drift(REQUIRED, "is required now", remedy)


def _renamed(old: SchemaLike, before: ObjectSchema, after: ObjectSchema) -> str | None:
    """A field that has come meanwhile and looks like the one that went."""
    new = [after[name] for name in sorted(after.keys() - before.keys()) if after[name].type == old.type]
    return next(
        (field.name for field in new if field.label == old.label), new[0].name if len(new) == 1 else None
    )


def _specs(mapping: SyncMapping, object_type: str) -> Mapping[str, list[ValueSpec]]:
    """What the mapping has in this object, by API name; what it does not sync left out."""
    found: dict[str, list[ValueSpec]] = defaultdict(list)
    people: list[ValueSpec] = [*mapping.people.fields.values(), *mapping.people.computed.values()]
    companies: list[ValueSpec] = [*mapping.companies.fields.values()]
    known = {"companies": companies, "Account": companies} | dict.fromkeys(_CREATED, people)
    for spec in known.get(object_type, ()):
        target = spec.target(object_type)
        if target is not None and getattr(spec, "rule", None) != "dont_sync":
            found[target].append(spec)
    return found
