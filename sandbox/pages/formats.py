"""How values read on a page: times, durations, numbers, and the tone of a status word.

Times are shown in the business's zone; every function takes aware datetimes only.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.hubspot.schema import PropertyDefinition
from sandbox.pages.views import Badge, Tone

BUSINESS_ZONE = ZoneInfo("Europe/Berlin")
_TONES: dict[str, Tone] = {
    "sql": "strong",
    "mql": "info",
    "lead": "neutral",
    "go-nowhere": "bad",
    "met": "good",
    "won": "good",
    "closed won": "good",
    "converted": "good",
    "accepted": "good",
    "great example": "good",
    "closed - converted": "good",
    "customer": "good",
    "pending": "warn",
    "too soon": "warn",
    "working - contacted": "info",
    "in_progress": "info",
    "connected": "info",
    "open": "info",
    "breached": "bad",
    "poor quality": "bad",
    "lost": "bad",
    "closed lost": "bad",
    "unqualified": "bad",
}


def badge(value: str | None, label: str | None = None) -> Badge | None:
    """A status word with its tone; ``label`` is shown instead of the word where there is one."""
    return None if not value else Badge(label or value, _TONES.get(value.lower(), "neutral"))


def parse_moment(value: str | None) -> datetime | None:
    """A HubSpot datetime value (ISO, or epoch milliseconds) as aware UTC; None for none."""
    if not value:
        return None
    if value.lstrip("-").isdigit():
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment(value: datetime | None) -> str | None:
    """``Mon 2 Nov 2026, 09:30``."""
    if value is None:
        return None
    local = value.astimezone(BUSINESS_ZONE)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def brief(value: datetime) -> str:
    """``2 Nov, 09:30``: for lists, where the year is told by the company it keeps."""
    local = value.astimezone(BUSINESS_ZONE)
    return f"{local.day} {local:%b, %H:%M}"


def day(value: date | None) -> str | None:
    """``2 Nov 2026``."""
    return None if value is None else f"{value.day} {value:%b %Y}"


def due(value: date | None) -> str:
    """When an open activity is wanted: ``due 2 Nov 2026``."""
    return "open" if value is None else f"due {day(value)}"


def paragraph(*parts: str | None) -> str:
    """The parts that there are, one below the other, without empty lines."""
    lines = (line.strip() for part in parts if part for line in part.splitlines())
    return "\n".join(line for line in lines if line)


def span(seconds: float) -> str:
    """A length of time in its largest whole unit: ``3 days``, ``1 hour``, ``20 minutes``."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // length)
        if count >= (2 if unit == "day" else 1):
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def relative(value: datetime, now: datetime) -> str:
    """``in 2 hours`` or ``3 days ago``."""
    seconds = (value - now).total_seconds()
    return f"in {span(seconds)}" if seconds >= 0 else f"{span(-seconds)} ago"


def number(value: float | Decimal | str | None) -> str | None:
    """Thousands grouped, no needless decimals: ``1,250``, ``3.5``. Text that is no number stays."""
    if value is None or value == "":
        return None
    try:
        amount = float(value)
    except ValueError:
        return str(value)
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}".rstrip("0")


def whole(value: float | str | None) -> int | None:
    """A count, or None where there is none."""
    try:
        return None if value is None or value == "" else int(float(value))
    except ValueError:
        return None


def yes_no(value: bool | str | None) -> str:
    """A flag in words; unset reads as No, as both vendors show an empty checkbox."""
    return "Yes" if value is True or value == "true" else "No"


def duration(seconds: float | None) -> str:
    """A call's length: ``2 min 5 s``; empty for none."""
    if not seconds:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return " ".join(f"{count} {unit}" for count, unit in ((minutes, "min"), (rest, "s")) if count)


def property_text(definition: PropertyDefinition, value: str | None) -> str | None:
    """A HubSpot value as its page shows it: option labels, readable dates and numbers."""
    if not value:
        return yes_no(None) if definition.type == "bool" else None
    if definition.type == "datetime":
        return moment(parse_moment(value))
    if definition.type == "number" and definition.name != "hs_object_id":
        return number(value)
    if definition.type in ("bool", "enumeration"):
        labels = {option.value: option.label for option in definition.options}
        return ", ".join(labels.get(part, part) for part in value.split(";") if part)
    return value


_READERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str | None]], ...] = (
    (bool, yes_no),
    (datetime, moment),
    (date, day),
    ((int, float, Decimal), number),
)


def field_text(value: Any) -> str | None:
    """A Salesforce value as its page shows it."""
    for kind, read in _READERS:
        if isinstance(value, kind):
            return read(value)
    return None if value is None else str(value)
