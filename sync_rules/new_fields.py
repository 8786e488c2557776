"""Fields that a mapping gains after people were linked: which they are.

A field is new when the mapping in force before had no such field, or had it with other API names or another type, or
left it unsynced. What becomes of new fields is ``back_fill.py``.
"""

from collections.abc import Mapping
from typing import Any

from sync_rules.mapping_model import FieldSpec
from sync_rules.mapping_model import Mapping as SyncMapping
from sync_rules.records import LinkKind

FieldKey = tuple[LinkKind, str]
Shape = dict[str, Any]


def synced(mapping: SyncMapping) -> dict[FieldKey, Shape]:
    """Every field that is kept in agreement, with what makes it another field when it changes."""
    found: dict[FieldKey, Shape] = {
        ("person", name): _shape(spec) for name, spec in mapping.people.fields.items() if _meets(spec)
    }
    found |= {
        ("company", name): _shape(spec) for name, spec in mapping.companies.fields.items() if _meets(spec)
    }
    return found


def spec_of(mapping: SyncMapping, key: FieldKey) -> FieldSpec:
    """The field of a key."""
    kind, name = key
    return (mapping.people if kind == "person" else mapping.companies).fields[name]


def appeared(known: Mapping[FieldKey, Shape], now: Mapping[FieldKey, Shape]) -> list[FieldKey]:
    """The fields that are new, in the mapping's order."""
    return [key for key, shape in now.items() if known.get(key) != shape]


def _meets(spec: FieldSpec) -> bool:
    across = (spec.lead, spec.contact, spec.account)
    return spec.rule != "dont_sync" and spec.hubspot is not None and any(across)


def _shape(spec: FieldSpec) -> Shape:
    return {
        "type": spec.type,
        "hubspot": spec.hubspot,
        "lead": spec.lead,
        "contact": spec.contact,
        "account": spec.account,
    }
