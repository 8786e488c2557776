"""What one search filter means: operators by property type, tokens, and ranges that an index can answer."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.hubspot import errors
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.records import Properties
from sandbox.hubspot.schema import PropertyDefinition
from sandbox.hubspot.values import as_text, parse_datetime, to_ms

Condition = Callable[[Properties], bool]
Key = Callable[[str], float | str]

OPERATORS = frozenset({
    "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY",
    "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN",
})  # fmt: skip
_QUERY_PROPERTIES: dict[str, tuple[str, ...]] = {
    "contacts": (
        "firstname",
        "lastname",
        "email",
        "phone",
        "hs_additional_emails",
        "fax",
        "mobilephone",
        "company",
    ),
    "companies": ("name", "domain", "website", "phone"),
    "deals": ("dealname", "pipeline", "dealstage", "description", "dealtype"),
    "calls": ("hs_call_title", "hs_call_body"),
    "emails": ("hs_email_subject",),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
    "notes": ("hs_note_body",),
    "tasks": ("hs_task_subject", "hs_task_body"),
}
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class KeyRange:
    """A closed range of an indexed key (ms or id); None leaves a side open."""

    name: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A filter: a test, and where possible a key range or exact lowercase values to look up."""

    condition: Condition
    key_range: KeyRange | None = None
    values: Sequence[str] | None = None


def compile_filter(definition: PropertyDefinition, raw: Mapping[str, Any], *, indexed: bool) -> Compiled:
    """Read one filter against its property.

    Args:
        definition: the property.
        raw: `{propertyName, operator, value | values | highValue}`.
        indexed: whether ranges of this property can be answered by an index.

    Raises:
        HubSpotFault: 400 for an unknown operator, a missing or an unreadable value.
    """
    operator = str(raw.get("operator") or "")
    if operator not in OPERATORS:
        raise errors.validation(f"{operator} is not a search operator.")
    if definition.field_type == "html":
        raise errors.validation(f"Property {definition.name} cannot be used in a filter.")
    name = definition.name
    if operator == "HAS_PROPERTY":
        return Compiled(lambda properties: bool(properties.get(name)))
    if operator == "NOT_HAS_PROPERTY":
        return Compiled(lambda properties: not properties.get(name))
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return Compiled(_token_condition(name, _value(raw, "value"), wanted=operator == "CONTAINS_TOKEN"))
    if operator in ("IN", "NOT_IN"):
        return _membership(definition, raw, wanted=operator == "IN")
    return _comparison(definition, operator, raw, indexed=indexed)


def matches_query(kind: ObjectType, properties: Properties, query: str) -> bool:
    """Whether every word of the query begins a word of a searchable property."""
    text = " ".join(properties.get(name) or "" for name in _QUERY_PROPERTIES[kind.name]).lower()
    return all(word in text for word in query.lower().split())


def _value(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is None or value == "":
        raise errors.validation(f"operator {raw.get('operator')} on {raw.get('propertyName')} needs {key}.")
    return as_text(value)


def _key_of(definition: PropertyDefinition) -> Key:
    """Turns stored or filter text into something comparable."""
    if definition.type == "number":
        return _number_key
    if definition.type in ("datetime", "date"):
        return _moment_key
    if definition.type == "enumeration":
        return lambda text: text
    return lambda text: text.lower()


def _number_key(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise errors.validation(f"{text} was not a valid number.")
    return number


def _moment_key(text: str) -> float:
    moment = parse_datetime(text)
    if moment is None:
        raise errors.validation(f"{text} was not a valid long.")
    return to_ms(moment)


def _membership(definition: PropertyDefinition, raw: Mapping[str, Any], *, wanted: bool) -> Compiled:
    values = raw.get("values")
    if not isinstance(values, list) or not values:
        raise errors.validation(f"operator {raw.get('operator')} on {definition.name} needs values.")
    texts = [as_text(value) for value in values]
    name = definition.name
    if definition.type in ("string", "bool"):
        # Strings are compared with what was sent as it is: uppercase values find nothing.
        given = frozenset(texts)

        def condition(properties: Properties) -> bool:
            stored = properties.get(name)
            return bool(stored) and ((stored or "").lower() in given) is wanted

        lookup = [text for text in texts if text == text.lower()]
        return Compiled(condition, values=lookup if wanted and definition.type == "string" else None)
    key = _key_of(definition)
    keys = frozenset(key(text) for text in texts)
    multiple = definition.field_type == "checkbox"

    def typed(properties: Properties) -> bool:
        stored = properties.get(name)
        if not stored:
            return False
        parts = stored.split(";") if multiple else [stored]
        return any(key(part) in keys for part in parts) is wanted

    return Compiled(typed, values=texts if wanted and name == "hs_object_id" else None)


def _comparison(
    definition: PropertyDefinition, operator: str, raw: Mapping[str, Any], *, indexed: bool
) -> Compiled:
    key, name = _key_of(definition), definition.name
    value = key(_value(raw, "value"))
    high = key(_value(raw, "highValue")) if operator == "BETWEEN" else value
    multiple = definition.field_type == "checkbox"
    test = _test(operator, value, high)

    def condition(properties: Properties) -> bool:
        stored = properties.get(name)
        if not stored:
            return False
        if multiple and operator in ("EQ", "NEQ"):
            return (value in (stored, *stored.split(";"))) is (operator == "EQ")
        return test(key(stored))

    if indexed and operator != "NEQ" and isinstance(value, (int, float)) and isinstance(high, (int, float)):
        return Compiled(condition, key_range=_key_range(name, operator, int(value), int(high)))
    text = str(raw["value"]).lower() if operator == "EQ" and definition.type == "string" else None
    return Compiled(condition, values=None if text is None else [text])


def _key_range(name: str, operator: str, value: int, high: int) -> KeyRange:
    lows = {"EQ": value, "GTE": value, "GT": value + 1, "BETWEEN": value}
    highs = {"EQ": value, "LTE": value, "LT": value - 1, "BETWEEN": high}
    return KeyRange(name, lows.get(operator), highs.get(operator))


def _test(operator: str, value: float | str, high: float | str) -> Callable[[Any], bool]:
    tests: dict[str, Callable[[Any], bool]] = {
        "EQ": lambda stored: stored == value,
        "NEQ": lambda stored: stored != value,
        "LT": lambda stored: stored < value,
        "LTE": lambda stored: stored <= value,
        "GT": lambda stored: stored > value,
        "GTE": lambda stored: stored >= value,
        "BETWEEN": lambda stored: value <= stored <= high,
    }
    return tests[operator]


def _token_condition(name: str, pattern: str, *, wanted: bool) -> Condition:
    lowered = pattern.lower()
    if "*" in lowered:
        regex = re.compile(".*".join(re.escape(part) for part in lowered.split("*")))

        def found(text: str) -> bool:
            return regex.fullmatch(text) is not None or any(regex.fullmatch(word) for word in text.split())
    else:
        tokens = set(_TOKEN.findall(lowered))

        def found(text: str) -> bool:
            return bool(tokens) and tokens <= set(_TOKEN.findall(text))

    def condition(properties: Properties) -> bool:
        stored = properties.get(name)
        return bool(stored) and found((stored or "").lower()) is wanted

    return condition
