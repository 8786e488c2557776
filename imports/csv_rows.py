"""CSV files as people send them, row by row, with the lines on which each row stands.

Reading only: undamaging a row is ``repair.py``, what its cells mean is the mapping's business. One bad row
never costs another: an unclosed quotation mark, wrong bytes or a wrong number of cells is the fate of the line
where it stands.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from imports.repair import Damaged, fitted, parsed_once_more

Encoding = Literal["utf-8", "cp1252"]

_LONGEST_LINE_BYTES = 1_048_576
# A cell with more line ends than this is taken for a quotation mark that nobody closed.
_MOST_LINES = 200
_UNCLOSED = "a quotation mark opens here and is never closed; close or remove it"


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How the file is written.

    Attributes:
        encoding: UTF-8 may begin with a byte-order mark.
        delimiter: one character between cells.
    """

    encoding: Encoding = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class Row:
    """One row whose cells fit the header.

    Attributes:
        line, last_line: physical lines from 1, the header's included.
        repaired: the whole line had been quoted, and was parsed once more.
    """

    line: int
    last_line: int
    cells: tuple[str, ...]
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """One row that cannot be read with certainty: its text as it stands, and why."""

    line: int
    last_line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Header:
    """The columns' names, trimmed, and whether the header line had to be repaired too."""

    columns: tuple[str, ...]
    repaired: bool


class _Lines(Iterator[str]):
    """Physical lines for the CSV parser, which can be given back when they were taken in vain."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        self._stream = stream
        self._encoding = encoding
        self._number = 0
        self._back: deque[tuple[int, str]] = deque()
        self.taken: list[tuple[int, str]] = []
        self.starved = False

    def begin(self) -> None:
        """Start on a new row."""
        self.taken = []
        self.starved = False

    def give_back(self) -> None:
        """Return all lines of this row but the first."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def __next__(self) -> str:
        item = self._next()
        if item is None:
            # Asked for more in the middle of a row: a quotation mark is still open.
            self.starved = bool(self.taken)
            raise StopIteration
        self.taken.append(item)
        return item[1]

    def _next(self) -> tuple[int, str] | None:
        if len(self.taken) >= _MOST_LINES:
            return None
        if self._back:
            return self._back.popleft()
        raw = self._stream.readline(_LONGEST_LINE_BYTES)
        if not raw:
            return None
        self._number += 1
        # Wrong bytes are kept as lone surrogates, so that only their own row suffers.
        return self._number, raw.decode(self._encoding, "surrogateescape")


def read_header(path: Path, form: FileFormat) -> Header:
    """The header of the file.

    Raises:
        UnreadableFileError: the file is missing, empty, in another encoding, or has no usable header.
    """
    with _opened(path, form) as stream:
        return _header(path, form, _Lines(stream, form.encoding))


def read_rows(path: Path, form: FileFormat) -> Iterator[Row | BrokenRow]:
    """Every row after the header, in the file's order; lines without any content are no rows.

    Raises:
        UnreadableFileError: as ``read_header``.
    """
    with _opened(path, form) as stream:
        lines = _Lines(stream, form.encoding)
        width = len(_header(path, form, lines).columns)
        # Strict: a quotation mark in the middle of a quoted cell is nothing to guess about.
        reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
        while True:
            lines.begin()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield _broken(lines, _UNCLOSED if lines.starved else f"it cannot be read ({error})")
                continue
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield _row(cells, width, lines, form)


def _row(cells: list[str], width: int, lines: _Lines, form: FileFormat) -> Row | BrokenRow:
    if _has_wrong_bytes(cells):
        return _broken(lines, _wrong_bytes(form.encoding))
    try:
        whole, repaired = fitted(cells, width, form.delimiter)
    except Damaged as damage:
        return _broken(lines, str(damage))
    return Row(lines.taken[0][0], lines.taken[-1][0], tuple(whole), repaired)


def _broken(lines: _Lines, reason: str) -> BrokenRow:
    # What was read as more lines of this row may well be rows of their own.
    lines.give_back()
    number, text = lines.taken[0]
    return BrokenRow(number, number, _printable(text.rstrip("\r\n")), reason)


def _has_wrong_bytes(cells: list[str]) -> bool:
    return any(not cell.isascii() and cell != _printable(cell) for cell in cells)


def _printable(text: str) -> str:
    """Lone surrogates as the sign for unreadable characters."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _wrong_bytes(encoding: Encoding) -> str:
    other = "cp1252" if encoding == "utf-8" else "utf-8"
    return (
        f"it has bytes that are no {encoding} text; if all of the file is like this, set `encoding: {other}`"
    )


def _opened(path: Path, form: FileFormat) -> BinaryIO:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: cannot be read ({error.strerror}); check the path and the permissions"
        ) from error
    start = stream.read(4)
    problem = None
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        problem = "is UTF-16 text; save it again as `CSV UTF-8`"
    elif start.startswith(b"PK\x03\x04"):
        problem = "is a spreadsheet, not a CSV file; save it again as `CSV UTF-8`"
    elif start.startswith(b"\xef\xbb\xbf") and form.encoding != "utf-8":
        problem = f"is UTF-8 text, and the mapping says {form.encoding}; set `encoding: utf-8`"
    elif not start:
        problem = "is empty; nothing can be loaded from it"
    if problem is not None:
        stream.close()
        raise UnreadableFileError(f"{path}: {problem}")
    stream.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
    return stream


def _header(path: Path, form: FileFormat, lines: _Lines) -> Header:
    lines.begin()
    try:
        cells = next(csv.reader(lines, delimiter=form.delimiter, strict=True), [])
    except csv.Error as error:
        what = (
            f"the header cannot be read ({error}); mend its quotation marks, or save it again as `CSV UTF-8`"
        )
        raise UnreadableFileError(f"{path}:1: {what}") from error
    repaired = False
    if len(cells) == 1 and form.delimiter in cells[0]:
        try:
            cells, repaired = parsed_once_more(cells[0], form.delimiter), True
        except Damaged as damage:
            raise UnreadableFileError(f"{path}:1: the header is damaged: {damage}") from damage
    if _has_wrong_bytes(cells):
        raise UnreadableFileError(f"{path}:1: the header cannot be read: {_wrong_bytes(form.encoding)}")
    columns = tuple(cell.strip() for cell in cells)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise UnreadableFileError(f"{path}:1: two columns are called {twice[0]!r}; rename one of them")
    if not any(columns):
        raise UnreadableFileError(f"{path}:1: there is no header; the first line must name the columns")
    return Header(columns, repaired)
