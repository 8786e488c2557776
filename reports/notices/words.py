"""The words of every kind of notice, in one place: who, why, what is owed until when, where to click.

Values are taken as they are; each channel makes them harmless in its own way.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sla_rules.notices.contract import Kind

_LONGEST = 300
_PLURALS: dict[Kind, tuple[str, str]] = {
    "hot_lead": ("hot lead", "hot leads"),
    "watched": ("visit", "visits"),
    "due": ("clock due soon", "clocks due soon"),
    "breach": ("broken promise", "broken promises"),
    "escalation": ("escalation", "escalations"),
    "feedback": ("answer of sales", "answers of sales"),
    "trouble": ("trouble", "troubles"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one notice when it is sent; None is what is not known.

    Attributes:
        name, company: whom it is about.
        owner: whose lead it is.
        reason: why the definition thinks so, in one line.
        promise: of the agreement, in its own words.
        why: what became of the clock.
        pages: what was looked at, newest first.
        answer, answer_reason, objection: what sales said.
        what: of a trouble; the period of a promise about a whole period.
        reached: the figure of that period.
        command: what an admin runs next.
        url: the record in Salesforce.
        zone: in which the recipient reads times.
    """

    kind: Kind
    zone: ZoneInfo
    at: datetime
    name: str = ""
    company: str | None = None
    owner: str | None = None
    reason: str | None = None
    promise: str | None = None
    why: str | None = None
    due_at: datetime | None = None
    when: str | None = None
    pages: tuple[str, ...] = ()
    answer: str | None = None
    answer_reason: str | None = None
    objection: str | None = None
    what: str | None = None
    reached: str | None = None
    command: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words: a title, lines of (label, text), and where to click."""

    title: str
    lines: tuple[tuple[str, str], ...]
    url: str | None = None

    @property
    def link_text(self) -> str:
        """What the link is called."""
        return "Open in Salesforce"


def told(story: Story) -> Told:
    """One notice in words."""
    who = f"{story.name}, {story.company}" if story.company else story.name
    due = moment(story.due_at, story.zone)
    lines: list[tuple[str, str | None]] = []
    match story.kind:
        case "hot_lead":
            title = f"Hot lead: {who}"
            lines = [("Why", story.reason), ("First touch until", due), ("Owner", story.owner)]
        case "watched":
            title = f"Back on our pages: {who}"
            lines = [("Looked at", ", ".join(story.pages)), ("When", moment(story.at, story.zone))]
        case "due":
            title = f"Due {due}: {who}"
            lines = [("Promised", story.promise), ("Until", due), ("Why they matter", story.reason)]
        case "breach":
            title = f"Promise broken: {who}"
            lines = [("Promised", story.promise), ("Was due", due), ("What happened", story.why)]
        case "escalation" if story.when == "warned":
            title = f"Due {due}: {who}"
            lines = [("Promised", story.promise), ("Until", due), ("Owner", story.owner or "nobody")]
        case "escalation" if story.what is not None:
            title = f"Promise missed in {story.what}"
            lines = [("Promised", story.promise), ("Reached", story.reached), ("Next", story.command)]
        case "escalation":
            title = f"Escalation: {who}"
            lines = [
                ("Promised", story.promise),
                ("Was due", due),
                ("What happened", story.why),
                ("Owner", story.owner or "nobody"),
            ]
        case "feedback":
            title = f"Sales on {who}: {story.answer}"
            lines = [("Reason", story.answer_reason), ("Objection", story.objection), ("By", story.owner)]
        case "trouble":
            title = f"Accord: {story.what}"
            lines = [("Since", moment(story.at, story.zone)), ("Next", story.command)]
    return Told(short(title), tuple((label, short(text)) for label, text in lines if text), story.url)


def digest_title(kinds: Sequence[Kind]) -> str:
    """``7 notices: 4 hot leads, 3 broken promises``."""
    parts = [f"{number} {_PLURALS[kind][number != 1]}" for kind, number in Counter(kinds).items()]
    return f"{len(kinds)} notices: {', '.join(parts)}"


def moment(at: datetime | None, zone: ZoneInfo) -> str | None:
    """``Monday 5 October, 11:00 CEST``: a time as the recipient's clock shows it."""
    if at is None:
        return None
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B, %H:%M} {local.tzname()}"


def short(text: str) -> str:
    """On one line, at most 300 characters, without control characters."""
    plain = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
