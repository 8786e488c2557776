"""Reads parts of request bodies: the wanted shape, or HubSpot's 400 about invalid JSON."""

from typing import Any

from sandbox.hubspot import errors

Body = dict[str, Any]


def as_object(raw: object, name: str) -> Body:
    """A JSON object; null counts as empty."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise errors.validation(f"Invalid input JSON: {name} must be an object.")
    return raw


def as_list(raw: object, name: str) -> list[Any]:
    """A JSON array; null counts as empty."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise errors.validation(f"Invalid input JSON: {name} must be a list.")
    return raw


def as_objects(raw: object, name: str) -> list[Body]:
    """An array of objects."""
    return [as_object(one, name) for one in as_list(raw, name)]


def as_texts(raw: object, name: str) -> list[str]:
    """An array of scalars as texts."""
    return [str(one) for one in as_list(raw, name)]


def as_integer(raw: object, name: str) -> int:
    """A whole number, as number or text."""
    try:
        return int(str(raw))
    except ValueError:
        raise errors.validation(f"Invalid input JSON: {name} must be a whole number, got {raw}.") from None


def id_of(raw: object) -> str:
    """The `id` of an object that must have one."""
    if not isinstance(raw, dict) or raw.get("id") in (None, ""):
        raise errors.validation("Invalid input JSON: expected an object with an id.")
    return str(raw["id"])


def association_type_ids(raw: object) -> list[int]:
    """The ids in `[{associationCategory, associationTypeId}]`."""
    return [as_integer(one.get("associationTypeId"), "associationTypeId") for one in as_objects(raw, "types")]


def checked_limit(raw: object, maximum: int | None, name: str = "limit") -> int:
    """A positive whole number no greater than `maximum`, from text or JSON."""
    number = as_integer(raw, name)
    if number < 0 or (maximum is not None and number > maximum):
        raise errors.validation(f"{name} must be between 0 and {maximum}, got {number}")
    return number
