"""One cell as the value of one HubSpot property. Pure; a cell that cannot be read says why."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from imports.mapping_model import ImportMapping, PropertyRule, filled
from sync_rules.addresses import plain_text

Value = str | bool | Decimal | date | int | float

_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"no", "n", "false", "0"})
_NUMBER = {
    ".": re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?"),
    ",": re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?"),
}
_SHOWN_CHARS = 60


class UnreadableCellError(ValueError):
    """The cell does not fit its property; the message says how."""


def chosen(cell: str, *blank: frozenset[str]) -> str | None:
    """The cell's text in its normal form, or None where it is a word that means nothing was chosen."""
    text = plain_text(cell)
    if text is None:
        return None
    folded = text.casefold()
    return None if any(folded in words for words in blank) else text


def property_value(rule: PropertyRule, mapping: ImportMapping, row: Mapping[str, str]) -> Value | None:
    """The property's value in this row; None when there is none to write.

    Raises:
        UnreadableCellError: there is something in the cell, but not what the rule expects.
    """
    if rule.constant is not None:
        return rule.constant
    cells = {name: chosen(row[name], mapping.blank_words, rule.blank_words) for name in rule.columns}
    texts = {name: text for name, text in cells.items() if text is not None}
    if len(texts) < len(cells):
        return None
    text = filled(rule.template, texts) if rule.template is not None else texts[rule.columns[0]]
    if rule.values is not None:
        found = _translated(text, rule)
        if found == "":
            return None
        text = found
    return _typed(text, rule, mapping.file.decimal)


def is_yes(text: str) -> bool:
    """Whether a cell says yes.

    Raises:
        UnreadableCellError: it says neither yes nor no.
    """
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise UnreadableCellError(f"{_shown(text)} is neither yes nor no")


def _translated(text: str, rule: PropertyRule) -> str:
    found = rule.translations.get(text.casefold(), rule.otherwise)
    if found is None:
        raise UnreadableCellError(f"{_shown(text)} is not among the rule's 'values'")
    return found


def _typed(text: str, rule: PropertyRule, decimal: str) -> Value:
    match rule.type:
        case "number":
            return _number(text, decimal)
        case "boolean":
            return is_yes(text)
        case "date":
            return _date(text, rule.format)
        case _:
            return text


def _number(text: str, decimal: str) -> Decimal:
    if not _NUMBER[decimal].fullmatch(text):
        raise UnreadableCellError(f"{_shown(text)} is not a number")
    grouping = "," if decimal == "." else "."
    return Decimal(text.replace(grouping, "").replace(decimal, "."))


def _date(text: str, form: str) -> date:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).date()
    except ValueError:
        raise UnreadableCellError(f"{_shown(text)} is not a date like {form}") from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…")
