"""The periods that figures are about: days, weeks, months and quarters of the business's own time zone.

Only boundaries; what is counted in a period is in the other ``metrics`` modules.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.sla_terms import PeriodUnit

PeriodKind = Literal["day", "week", "month", "quarter", "span"]
CalendarKind = Literal["day", "week", "month", "quarter"]
_DAYS: dict[PeriodUnit, float] = {"week": 7, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time ``[start, end)``; aware, kept in UTC.

    Attributes:
        label: how people call it (``November 2026``).
        zone: the zone in which its days begin.
    """

    kind: PeriodKind
    start: datetime
    end: datetime
    label: str
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period begins and ends at aware moments")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"the period {self.label!r} ends before it begins")

    @classmethod
    def day_of(cls, moment: datetime, zone: ZoneInfo) -> "Period":
        """The local day in which an aware moment lies."""
        first = moment.astimezone(zone).date()
        return cls._of_days("day", first, first + timedelta(days=1), f"{first:%d %B %Y}", zone)

    @classmethod
    def week_of(cls, moment: datetime, zone: ZoneInfo) -> "Period":
        """The week (from Monday) in which an aware moment lies."""
        day = moment.astimezone(zone).date()
        first = day - timedelta(days=day.weekday())
        year, week, _ = first.isocalendar()
        return cls._of_days("week", first, first + timedelta(days=7), f"week {week} of {year}", zone)

    @classmethod
    def month_of(cls, moment: datetime, zone: ZoneInfo) -> "Period":
        """The calendar month in which an aware moment lies."""
        first = moment.astimezone(zone).date().replace(day=1)
        return cls._of_days("month", first, _months_later(first, 1), f"{first:%B %Y}", zone)

    @classmethod
    def quarter_of(cls, moment: datetime, zone: ZoneInfo) -> "Period":
        """The calendar quarter in which an aware moment lies."""
        day = moment.astimezone(zone).date()
        number = (day.month - 1) // 3
        first = date(day.year, number * 3 + 1, 1)
        return cls._of_days("quarter", first, _months_later(first, 3), f"Q{number + 1} {day.year}", zone)

    @classmethod
    def of(cls, kind: CalendarKind, moment: datetime, zone: ZoneInfo) -> "Period":
        """The period of that kind in which an aware moment lies."""
        makers = {"day": cls.day_of, "week": cls.week_of, "month": cls.month_of, "quarter": cls.quarter_of}
        return makers[kind](moment, zone)

    @classmethod
    def span(cls, start: datetime, end: datetime, zone: ZoneInfo) -> "Period":
        """Any stretch between two aware moments."""
        last = end.astimezone(zone) - timedelta(microseconds=1)
        label = f"{start.astimezone(zone):%d %b %Y} to {last:%d %b %Y}"
        return cls("span", start, end, label, zone)

    def before(self) -> "Period":
        """The period just before, of the same kind (for a span: of the same length)."""
        if self.kind == "span":
            return Period.span(self.start - (self.end - self.start), self.start, self.zone)
        return Period.of(self.kind, self.start - timedelta(hours=1), self.zone)

    def holds(self, column: str) -> pl.Expr:
        """Whether a moment lies in the period; null moments do not."""
        inside = (pl.col(column) >= self.start) & (pl.col(column) < self.end)
        return inside.fill_null(value=False)

    def elapsed(self, now: datetime) -> float:
        """The share of the period that is over at ``now``, 0 to 1."""
        return min(1.0, max(0.0, (now - self.start) / (self.end - self.start)))

    def units(self, per: PeriodUnit) -> float:
        """How many weeks, months, quarters or years the period counts as: whole for its own kind."""
        if self.kind == per:
            return 1.0
        if self.kind == "quarter" and per == "month":
            return 3.0
        days = (self.end - self.start) / timedelta(days=1)
        return days / _DAYS[per]

    @classmethod
    def _of_days(cls, kind: PeriodKind, first: date, after: date, label: str, zone: ZoneInfo) -> "Period":
        return cls(
            kind, datetime.combine(first, time(), zone), datetime.combine(after, time(), zone), label, zone
        )


def _months_later(first: date, months: int) -> date:
    index = first.month - 1 + months
    return date(first.year + index // 12, index % 12 + 1, 1)
