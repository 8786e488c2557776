"""The phrases that an SLA is written in: ``1 business hour``, ``at least 120 per month``, ``at most 25 %``.

Here a phrase becomes a typed value and back. What the phrases are for belongs in ``sla.py``.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Unit = Literal["minute", "hour", "day", "week"]
PeriodUnit = Literal["week", "month", "quarter", "year"]
Bound = Literal["at least", "at most"]
StopKind = Literal[
    "first touch",
    "further touches",
    "acceptance or rejection",
    "disposition with a reason",
    "disqualification",
]

_MINUTES: dict[str, int] = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}
_DURATION = re.compile(r"(?P<n>\d+(?:\.\d+)?) (?P<business>business )?(?P<unit>minute|hour|day|week)s?")
_SHARE = re.compile(r"(?P<n>\d+(?:\.\d+)?) ?%")
_BOUNDED_SHARE = re.compile(r"(?P<bound>at least|at most) (?P<n>\d+(?:\.\d+)?) ?%")
_QUOTA = re.compile(r"at least (?P<n>\d+) (?:per|a) (?P<per>week|month|quarter|year)")
_FLOOR = re.compile(r"at least (?P<n>\d+) touch(?:es)?")
_FURTHER = re.compile(r"(?P<n>\d+) further touch(?:es)?")
_SPAN = re.compile(r"(?P<h1>\d{1,2}):(?P<m1>\d{2}) ?[-–] ?(?P<h2>\d{1,2}):(?P<m2>\d{2})")


def number_text(value: float) -> str:
    """A number as people write it: ``25`` and not ``25.0``."""
    return f"{value:.10g}"


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of business time (counted on a calendar) or of calendar time (every minute counts).

    A business day is the opening time of the calendar's usual day, a business week five of them.
    """

    amount: float
    unit: Unit
    business: bool

    def minutes(self, business_day_minutes: float) -> float:
        """The length in minutes of its own kind of time, given the length of one business day."""
        if self.business and self.unit in {"day", "week"}:
            return self.amount * business_day_minutes * (5 if self.unit == "week" else 1)
        return self.amount * _MINUTES[self.unit]

    @property
    def elapsed(self) -> timedelta:
        """The length as clock time; only for calendar time."""
        return timedelta(minutes=self.amount * _MINUTES[self.unit])

    def __str__(self) -> str:
        plural = "" if self.amount == 1 else "s"
        return f"{number_text(self.amount)} {'business ' if self.business else ''}{self.unit}{plural}"


@dataclass(frozen=True, slots=True)
class Quota:
    """At least so many, per period."""

    minimum: int
    per: PeriodUnit

    def __str__(self) -> str:
        return f"at least {self.minimum} per {self.per}"


@dataclass(frozen=True, slots=True)
class ShareLimit:
    """A bound on a share; ``limit`` is a fraction (0.25 for 25 %)."""

    bound: Bound
    limit: float

    def holds(self, value: float) -> bool:
        """Whether a share (a fraction) keeps the bound."""
        return value >= self.limit if self.bound == "at least" else value <= self.limit

    def __str__(self) -> str:
        return f"{self.bound} {number_text(self.limit * 100)} %"


@dataclass(frozen=True, slots=True)
class TouchFloor:
    """At least so many touches must come before."""

    minimum: int

    def __str__(self) -> str:
        return f"at least {self.minimum} touch{'' if self.minimum == 1 else 'es'}"


@dataclass(frozen=True, slots=True)
class PlannedQuota:
    """As many as the sales plan needs; worked out when it is measured."""

    def __str__(self) -> str:
        return "from the sales plan"


Target = Duration | Quota | ShareLimit | TouchFloor | PlannedQuota


@dataclass(frozen=True, slots=True)
class Stop:
    """The event that stops a clock; ``count`` is the number of further touches, else 1."""

    kind: StopKind
    count: int = 1

    def __str__(self) -> str:
        if self.kind == "further touches":
            return f"{self.count} further touch{'' if self.count == 1 else 'es'}"
        return self.kind


def parse_duration(text: object) -> Duration:
    """``1 business hour``, ``7 days``. Raises ValueError with the remedy."""
    match = _DURATION.fullmatch(_words(text))
    if match is None or float(match["n"]) <= 0:
        raise ValueError(f"{text!r} is not a length of time; write for example '1 business hour' or '7 days'")
    unit: Unit = match["unit"]  # type: ignore[assignment]  # the pattern admits only units
    return Duration(float(match["n"]), unit, bool(match["business"]))


def parse_share(text: object) -> float:
    """``75 %`` as 0.75. Raises ValueError with the remedy."""
    match = _SHARE.fullmatch(_words(text))
    if match is None or float(match["n"]) > 100:
        raise ValueError(f"{text!r} is not a share; write a percentage from 0 to 100, for example '95 %'")
    return float(match["n"]) / 100


def parse_target(text: object) -> Target:
    """Any target of a commitment. Raises ValueError with the forms that are understood."""
    words = _words(text)
    if match := _BOUNDED_SHARE.fullmatch(words):
        bound: Bound = match["bound"]  # type: ignore[assignment]  # the pattern admits only bounds
        return ShareLimit(bound, parse_share(f"{match['n']} %"))
    if match := _QUOTA.fullmatch(words):
        per: PeriodUnit = match["per"]  # type: ignore[assignment]  # the pattern admits only periods
        return Quota(int(match["n"]), per)
    if match := _FLOOR.fullmatch(words):
        return TouchFloor(int(match["n"]))
    if words == str(PlannedQuota()):
        return PlannedQuota()
    if _DURATION.fullmatch(words):
        return parse_duration(words)
    raise ValueError(
        f"{text!r} is not a target; write a length of time ('1 business hour', '7 days'), a number per "
        "period ('at least 120 per month'), a share ('at most 25 %') or touches ('at least 4 touches')"
    )


def parse_stop(text: object) -> Stop:
    """The event that stops a clock. Raises ValueError with the events that exist."""
    words = _words(text)
    if match := _FURTHER.fullmatch(words):
        return Stop("further touches", int(match["n"]))
    kinds: tuple[StopKind, ...] = (
        "first touch", "acceptance or rejection", "disposition with a reason", "disqualification",
    )  # fmt: skip
    for kind in kinds:
        if words == kind:
            return Stop(kind)
    raise ValueError(f"{text!r} is not a stop event; write one of: {', '.join(kinds)}, '3 further touches'")


def parse_opening(text: object) -> tuple[int, int]:
    """``09:00-17:00`` as minutes after local midnight ``(540, 1020)``; ``24:00`` ends a day."""
    match = _SPAN.fullmatch(_words(text))
    if match is None:
        raise ValueError(f"{text!r} are not opening hours; write for example '09:00-17:00'")
    opens = int(match["h1"]) * 60 + int(match["m1"])
    closes = int(match["h2"]) * 60 + int(match["m2"])
    if max(int(match["m1"]), int(match["m2"])) > 59 or closes > 1440 or opens >= closes:
        raise ValueError(
            f"{text!r} must open before it closes, between 00:00 and 24:00; split a night shift at midnight"
        )
    return opens, closes


def _words(text: object) -> str:
    return " ".join(text.lower().split()) if isinstance(text, str) else ""
