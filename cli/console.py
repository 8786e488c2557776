"""Where the commands print, and how values become cells: plain text, never markup or terminal codes.

Answers go to standard output, progress and errors to standard error. What is printed is each command's business.
"""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_WITHOUT_TERMINAL = 140
DASH = "–"


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    known = stream.isatty() or "COLUMNS" in os.environ
    return Console(stderr=stderr, highlight=False, width=None if known else _WIDTH_WITHOUT_TERMINAL)


out = _console(stderr=False)
err = _console(stderr=True)


def plain(value: Any) -> str:
    """A value on one line, without the control characters that a terminal would act on."""
    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value) or DASH
    return harmless(" ".join(str(value).split()))


def harmless(text: str) -> str:
    """``text`` without the control characters that a terminal would act on; line ends stay."""
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign)[0] != "C")


def moment(at: datetime | None) -> str:
    """``2026-11-22 10:53`` in UTC, or a dash."""
    return DASH if at is None else f"{at:%Y-%m-%d %H:%M}"


def short(text: str, limit: int) -> str:
    """At most ``limit`` characters, the cut marked."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None, right: Iterable[int] = ()
) -> Table:
    """A table of plain cells; ``Text`` cells keep their style."""
    numbers = set(right)
    made = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for index, name in enumerate(head):
        made.add_column(name, justify="right" if index in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in row))
    return made


def heading(text: str) -> None:
    """A heading between the parts of an answer."""
    out.print()
    out.print(Text(plain(text), style="bold"))


def say(text: str, *, style: str = "", whole: bool = False) -> None:
    """A line of the answer; ``whole`` leaves a line to be copied (a path, an address) unbroken."""
    out.print(Text(harmless(text), style=style), soft_wrap=whole)


def note(text: str) -> None:
    """A line beside the answer (progress, hints), on standard error."""
    err.print(Text(harmless(text), style="dim"))


def print_json(value: Any) -> None:
    """The answer for a script: one JSON document, times as ISO 8601 text."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=_json) + "\n")


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
