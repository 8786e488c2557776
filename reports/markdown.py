"""Markdown tables whose cells cannot break out of them.

Only the syntax; what stands in a table is each report's business.
"""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#])")


def cell(value: object) -> str:
    """One value on one line, with the signs that Markdown or HTML would act on made harmless."""
    text = " ".join(str(value).split())
    return _SPECIAL.sub(r"\\\1", text).replace(r"\<", "&lt;").replace(r"\>", "&gt;")


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> str:
    """A Markdown table; the columns numbered in ``right`` are right-aligned. Nothing if there are no rows."""
    numbers = set(right)
    lines = ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    if not lines:
        return ""
    rule = ["---:" if index in numbers else "---" for index in range(len(head))]
    return "\n".join(["| " + " | ".join(head) + " |", "| " + " | ".join(rule) + " |", *lines]) + "\n"


def section(heading: str, body: str) -> str:
    """A heading with its body, or nothing if the body is empty."""
    return f"### {heading}\n\n{body}\n" if body else ""
