"""What a record page and a list page show, the same for both vendors. No store and no HTML here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tone = Literal["neutral", "good", "warn", "bad", "info", "strong"]
Icon = Literal["call", "email", "meeting", "task", "note", "form", "page", "click", "campaign"]


@dataclass(frozen=True)
class Link:
    """``note`` is a quieter second line."""

    text: str
    href: str
    note: str = ""


@dataclass(frozen=True)
class Noted:
    """Text with a quieter second line."""

    text: str
    note: str


@dataclass(frozen=True)
class Badge:
    text: str
    tone: Tone = "neutral"


Value = str | Link | Noted | Badge | None


@dataclass(frozen=True)
class Entry:
    """A labelled value; ``value`` is text ready to read, None shows as a dash."""

    label: str
    value: Value
    wide: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class TimelineItem:
    """Something that happened, at the aware ``at``; ``due`` says instead when an open one is wanted."""

    at: datetime
    icon: Icon
    title: str
    detail: str = ""
    by: str = ""
    due: str | None = None


@dataclass(frozen=True)
class Table:
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True)
class Touches:
    made: int
    owed: int

    @property
    def total(self) -> int:
        """Dots to draw: what was agreed, or what was made if that is more; at most twelve."""
        return min(max(self.made + self.owed, self.made), 12)


@dataclass(frozen=True)
class Panel:
    """What Accord wrote on this record.

    ``note`` explains an absence: not installed, or hidden from the viewer.
    """

    title: str
    stage: Badge | None = None
    score: str | None = None
    sla: Badge | None = None
    due: Entry | None = None
    touches: Touches | None = None
    reasons: Sequence[Entry] = ()
    context: str | None = None
    answer: Section | None = None
    small_print: Sequence[Entry] = ()
    note: str | None = None


@dataclass(frozen=True)
class RecordView:
    kind: str
    name: str
    subtitle: str
    badges: Sequence[Badge]
    facts: Sequence[Entry]
    panel: Panel
    sections: Sequence[Section]
    timeline: Sequence[TimelineItem]
    tables: Sequence[Table] = ()
    notice: str | None = None
    notice_link: Link | None = None
    other_side: Link | None = None

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()]
        return (
            "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
        )


@dataclass(frozen=True)
class ListView:
    """One page of a list; ``total`` counts all that match, ``page`` is 1-based."""

    kind: str
    base: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    total: int
    page: int
    pages: int
    search: str
    filters: Sequence[tuple[str, str]] = field(default=())
    chosen: str = ""
