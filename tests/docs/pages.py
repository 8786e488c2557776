"""The documentation as data: its pages, fenced blocks, tables and links."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT, tracked

_FENCE = re.compile(
    r"(?:<!-- from: (?P<source>\S+) -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A fenced block; ``source`` is the file that the comment above it names."""

    page: Path
    language: str
    body: str
    source: str | None


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md" and path.relative_to(ROOT).parts[0] != "tests"]


def blocks(language: str) -> list[Block]:
    return [
        Block(page, found["language"], found["body"], found["source"])
        for page in pages()
        for found in _FENCE.finditer(page.read_text("utf-8"))
        if found["language"] == language
    ]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def table(page: Path, after: str) -> list[list[str]]:
    """The cells of the first table after a text, without its head."""
    _, found, rest = page.read_text("utf-8").partition(after)
    assert found, f"{page.name} has no {after!r}"
    rows = []
    for line in rest.splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            break
    return rows[2:]
