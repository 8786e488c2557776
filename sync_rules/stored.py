"""Canonical values as JSON, so that a base can be one JSON value per link.

The values themselves are ``normalise.py``'s; where the JSON is kept is the store's business.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sync_rules.mapping_model import ValueSpec, ValueType


def to_json(value: Any) -> Any:
    """A canonical value as JSON keeps it: exact numbers and times as text.

    Raises:
        TypeError: ``Unreadable`` values are never agreed and so never stored.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"not a canonical value: {value!r}")


def from_json(stored: Any, value_type: ValueType) -> Any:
    """The canonical value that ``to_json`` stored."""
    if stored is None:
        return None
    if value_type == "number":
        return Decimal(stored)
    if value_type == "datetime":
        return datetime.fromisoformat(stored)
    if value_type == "date":
        return date.fromisoformat(stored)
    return tuple(stored) if value_type == "multi_picklist" else stored


def base_to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """A base (canonical values by field name) as JSON keeps it."""
    return {name: to_json(value) for name, value in values.items()}


def base_from_json(stored: Mapping[str, Any], specs: Mapping[str, ValueSpec]) -> dict[str, Any]:
    """The base that ``base_to_json`` stored; fields that the mapping no longer has are left out."""
    return {name: from_json(value, specs[name].type) for name, value in stored.items() if name in specs}
