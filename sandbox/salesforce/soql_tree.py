"""What a SOQL statement says, as small frozen values, and the fault for one that says nothing.

``soql`` makes these from text; the other ``soql_*`` modules read them.
"""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.errors import SalesforceFault

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {
    "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\",
    "N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Path:
    """A field, perhaps of a parent: ``("Owner", "Email")``; ``column`` counts from 1."""

    parts: tuple[str, ...]
    column: int
    alias: str | None = None

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """A function: an aggregate such as ``COUNT(Id) n``, or ``FIELDS(ALL)``."""

    name: str
    path: Path | None
    alias: str | None
    column: int


@dataclass(frozen=True, slots=True)
class TypeOf:
    """``TYPEOF Who WHEN Lead THEN Email ELSE Name END``."""

    path: Path
    whens: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Relative:
    """A date literal: ``TODAY``, or ``LAST_N_DAYS`` with its number."""

    name: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Like:
    """A LIKE pattern, as a regular expression's source."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Test:
    """``operand operator value``; for IN, NOT IN, INCLUDES and EXCLUDES the value is a tuple or a Query."""

    operand: "Path | Call"
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: "tuple[Condition, ...]"


Condition = Test | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of ORDER BY."""

    operand: Path | Call
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """One statement or subquery."""

    items: "tuple[Path | Call | TypeOf | Query, ...]"
    source: str
    source_column: int
    where: Condition | None = None
    group_by: tuple[Path, ...] = ()
    having: Condition | None = None
    order_by: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int = 0
    text: str = ""


def malformed(text: str, column: int, message: str, code: str = "MALFORMED_QUERY") -> SalesforceFault:
    """A fault with the vendor's excerpt, a caret under ``column`` (from 1), and the message."""
    start = max(0, column - 30)
    excerpt = text[start : column + 30].replace("\n", " ")
    caret = " " * (column - 1 - start) + "^"
    return SalesforceFault(code, f"\n{excerpt}\n{caret}\nERROR at Row:1:Column:{column}\n{message}")


class Text(str):
    """A string literal; keeps its raw form, whose escapes mean other things in LIKE."""

    __slots__ = ("raw",)
    raw: str

    def __new__(cls, raw: str, column: int = 1, source: str = "") -> "Text":
        self = super().__new__(cls, _ESCAPE.sub(lambda found: _unescape(found, column, source), raw))
        self.raw = raw
        return self

    def like(self) -> Like:
        """The pattern that this literal is in LIKE: ``%`` any text, ``_`` one character, unless escaped."""
        out, rest = "", self.raw
        while rest:
            if rest[0] == "\\":
                taken = 6 if rest[1] in "uU" else 2
                out += re.escape(_ESCAPE.sub(lambda found: _unescape(found, 1, ""), rest[:taken]))
                rest = rest[taken:]
            else:
                out += {"%": ".*", "_": "."}.get(rest[0], re.escape(rest[0]))
                rest = rest[1:]
        return Like(out)


def _unescape(found: re.Match[str], column: int, source: str) -> str:
    code = found.group(1)
    if code[0] == "u" and len(code) == 5:
        return chr(int(code[1:], 16))
    if code in ("_", "%"):
        return code
    if code not in _ESCAPES:
        message = "Illegal character sequence '\\" + code + "' in string literal"
        raise malformed(source, column, message)
    return _ESCAPES[code]
