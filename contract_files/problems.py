"""A contract checked against its model, with pydantic's findings in words for the person who edits the file.

Here: the wording of what a model finds. Not here: reading the text (``lines``), checks between the parts of one
kind of contract (its loader).
"""

import re
from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingType
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contract_files.hints import did_you_mean, keys_allowed
from contract_files.lines import Document, Finding, Path

Model = TypeVar("Model", bound=BaseModel)

_TEXT, _WHOLE, _NUMBER = "a text", "a whole number", "a number"
_DATE, _LIST, _GROUP = (
    "a date such as 2026-01-31",
    "a list: one item a line, each after '- '",
    "a group of 'key: value' lines",
)
_MUST_BE = {
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _GROUP,
    "model_type": _GROUP,
    "model_attributes_type": _GROUP,
}
_BOUNDS = {
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
}
_SHOWN_LENGTH = 60


def checked(
    document: Document,
    model: type[Model],
    *,
    context: MappingType[str, Any] | None = None,
    filled_in: Collection[str] = (),
) -> tuple[Model | None, list[Finding]]:
    """The document as ``model``, or None with everything that the model finds wrong.

    Args:
        document: whose value is a dict.
        model: the shape of this kind of contract.
        context: for the model's validators.
        filled_in: keys that the loader adds itself; never proposed to the writer.
    """
    try:
        return model.model_validate(document.value, context=context), []
    except ValidationError as error:
        return None, list(explained(error, document, model, filled_in=filled_in))


def explained(
    error: ValidationError, document: Document, model: type[BaseModel], *, filled_in: Collection[str] = ()
) -> Iterator[Finding]:
    """Every error of pydantic: where in the file, and what with its remedy. The arguments are ``checked``'s."""
    items = [(_written(item, document.value), item) for item in error.errors(include_url=False)]
    # Each branch of a union complains by itself about one and the same value.
    wanted: dict[Path, dict[str, None]] = {}
    for path, item in items:
        if item["type"] in _MUST_BE:
            wanted.setdefault(path, {})[_MUST_BE[item["type"]]] = None
    for path, item in items:
        name = ".".join(part for part in path if isinstance(part, str)) or "the file"
        kind = item["type"]
        if kind == "extra_forbidden":
            known = keys_allowed(model, item["loc"][:-1]) - set(filled_in)
            key = item["loc"][-1]
            yield path, f"unknown key {key!r}; {did_you_mean(key, known)}"
        elif kind in _MUST_BE:
            yield path, f"{name} {_must_be(tuple(wanted[path]), item['input'])}"
        elif kind in ("value_error", "assertion_error"):
            said = str(item["ctx"]["error"])
            yield path, f"{name}: {said}" if path else said
        else:
            yield path, f"{name}{_other(item)}"


def _written(item: ErrorDetails, value: Any) -> Path:
    """The path in the file, without what pydantic adds to it: branches of unions, marks of keys."""
    path: list[str | int] = []
    for part in item["loc"]:
        inside = isinstance(value, dict) and part in value
        inside = inside or (isinstance(value, list) and isinstance(part, int) and part < len(value))
        if inside:
            value = value[part]
            path.append(part)
    return (*path, item["loc"][-1]) if item["type"] == "missing" else tuple(path)


def _must_be(wanted: tuple[str, ...], given: object) -> str:
    phrase = " or ".join(wanted)
    if given is None:
        return f"is empty; write {phrase}, or remove the line"
    quotable = _TEXT in wanted and not isinstance(given, dict | list | tuple)
    return f"must be {phrase}{'; put it in quotes' if quotable else ''} (found {_shown(given)})"


def _other(item: ErrorDetails) -> str:
    """What follows the name; sentences that are no sentence about the value begin with a colon."""
    kind, given, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "missing":
        return " is missing; add it"
    if kind == "literal_error":
        # A list or nothing at all resembles no name.
        hint = did_you_mean(given if isinstance(given, str) else "", _literals(str(context["expected"])))
        return f" is empty; {hint}" if given is None else f": {_shown(given)} is not known; {hint}"
    if kind in _BOUNDS:
        return f" {_BOUNDS[kind].format(**context)} (found {_shown(given)})"
    if kind == "string_too_short" and context["min_length"] == 1:
        return " must not be empty; write it out"
    if kind == "too_short" and context["min_length"] == 1:
        return " must not be empty; add at least one item"
    return f": {_shown(given)} does not fit; {item['msg'][:1].lower()}{item['msg'][1:]}"


def _literals(expected: str) -> list[str]:
    """The values in pydantic's ``'a', 'b' or 'c'`` and ``1 or 2``."""
    return re.findall(r"'([^']*)'", expected) or re.split(r", | or ", expected)


def _shown(value: object) -> str:
    """A value as it stands in the file, or what kind of thing it is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a group"
    text = repr(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 3]}..."
