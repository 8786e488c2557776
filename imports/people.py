"""Rows as people to load: who each is, what is known of them, or why a row is none. Pure.

Every row of the file comes out once: as a person, as refused or as a duplicate.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from imports.csv_rows import BrokenRow, Row
from imports.mapping_model import ImportMapping, filled, template_columns
from imports.values import UnreadableCellError, Value, chosen, is_yes, property_value

# Stricter than what HubSpot takes: an address made by a template must not need its leniency.
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}")
_LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One value that was not loaded, although its person was."""

    line: int
    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that was not loaded.

    Attributes:
        cells: as read, in the header's order; empty where the row does not fit the header.
        text: the line as it stands, where it does not fit the header.
    """

    line: int
    reason: str
    cells: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """One row about somebody whom an earlier row is about; the earlier one counts.

    Attributes:
        differs: whether its values are others than the earlier row's.
    """

    line: int
    first_line: int
    differs: bool
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One person to load.

    Attributes:
        values: by property, without the address; blank cells are absent.
        opt_out: must be unsubscribed from all e-mail.
        left_out: values that could not be read.
    """

    line: int
    email: str
    values: Mapping[str, Value]
    opt_out: bool
    repaired: bool
    cells: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


Outcome = Person | RefusedRow | DuplicateRow


def people(
    rows: Iterable[Row | BrokenRow], columns: tuple[str, ...], mapping: ImportMapping
) -> Iterator[Outcome]:
    """What becomes of each row, in order. Keeps two short digests of each row, and no row."""
    seen: dict[bytes, tuple[int, bytes]] = {}
    for row in rows:
        if isinstance(row, BrokenRow):
            yield RefusedRow(row.line, row.reason, text=row.text)
            continue
        outcome = _person(row, columns, mapping)
        if isinstance(outcome, Person):
            key, content = _digest(outcome.email), _digest(repr(row.cells))
            first_line, first_content = seen.setdefault(key, (row.line, content))
            if first_line != row.line:
                yield DuplicateRow(row.line, first_line, content != first_content, row.cells)
                continue
        yield outcome


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()


def _person(row: Row, columns: tuple[str, ...], mapping: ImportMapping) -> Person | RefusedRow:
    cells = dict(zip(columns, row.cells, strict=True))
    try:
        email = _email(cells, mapping)
        opt_out = _opted_out(cells, mapping)
    except UnreadableCellError as error:
        return RefusedRow(row.line, str(error), row.cells)
    values: dict[str, Value] = {}
    left_out: list[LeftOut] = []
    for name, rule in mapping.properties.items():
        try:
            value = property_value(rule, mapping, cells)
        except UnreadableCellError as error:
            if rule.consent:
                return RefusedRow(row.line, f"{_named(rule.columns)}: {error}; {_CONSENT}", row.cells)
            left_out.append(LeftOut(row.line, name, f"{_named(rule.columns)}: {error}"))
            continue
        if value is not None:
            values[name] = value
    return Person(row.line, email, values, opt_out, row.repaired, row.cells, tuple(left_out))


_CONSENT = "without knowing what the person agreed to, they are not loaded"


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(columns)


def _email(cells: Mapping[str, str], mapping: ImportMapping) -> str:
    texts: dict[str, str] = {}
    for column in template_columns(mapping.identity.email):
        text = chosen(cells[column], mapping.blank_words)
        if text is None:
            raise UnreadableCellError(f"{column} is empty, so nobody knows who this is")
        texts[column] = text
    address = filled(mapping.identity.email, texts).lower()
    local = address.partition("@")[0]
    dotted = local.startswith(".") or local.endswith(".") or ".." in address
    if dotted or len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise UnreadableCellError(f"{address[:80]!r} is not an e-mail address that HubSpot takes")
    return address


def _opted_out(cells: Mapping[str, str], mapping: ImportMapping) -> bool:
    if mapping.opt_out is None:
        return False
    text = chosen(cells[mapping.opt_out.column], mapping.blank_words)
    try:
        return text is not None and is_yes(text)
    except UnreadableCellError as error:
        raise UnreadableCellError(f"{mapping.opt_out.column}: {error}; {_CONSENT}") from error
