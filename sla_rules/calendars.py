"""Business time: cumulative tables of opening minutes, built once and looked up for whole columns.

A table turns a moment into "business minutes since the table began"; differences and due times follow.
Which owner uses which table is decided here too; what a clock means is not.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import polars as pl

from sla_rules.sla import WEEKDAYS, Absence, CalendarSpec, SlaContract

_US_PER_MINUTE = 60_000_000
_UTC_US = pl.Datetime("us", "UTC")


class CalendarRangeError(ValueError):
    """A moment lies outside the days that a calendar table was built for."""


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """The opening intervals of one calendar, as sorted columns of microseconds since 1970 (UTC).

    Attributes:
        opens, closes: begin and end of each interval.
        before: business microseconds before each interval begins.
        first_us, last_us: the span that the table covers.
        day_minutes: business minutes of the calendar's usual day.
    """

    opens: pl.Series
    closes: pl.Series
    before: pl.Series
    first_us: int
    last_us: int
    day_minutes: float

    def business_minutes_between(self, start: pl.Series, end: pl.Series) -> pl.Series:
        """Business minutes from ``start`` to ``end`` (f64; negative if end is earlier; null if either is).

        Raises:
            CalendarRangeError: a moment outside the table.
        """
        return (self._position(end) - self._position(start)).cast(pl.Float64) / _US_PER_MINUTE

    def add_business_minutes(self, start: pl.Series, minutes: float) -> pl.Series:
        """The first moment by which so many business minutes have passed; zero gives ``start``.

        Exactly filling a day ends at its closing time, not at the next opening.

        Raises:
            CalendarRangeError: a moment outside the table, or a table that ends too early.
        """
        target = self._position(start) + round(minutes * _US_PER_MINUTE)
        total = self._position(pl.Series([self.last_us])).item()
        highest = target.max()
        if isinstance(highest, int) and highest > total:
            raise CalendarRangeError("the calendar ends before the due time; cover a later last day")
        index = self.before.search_sorted(target.fill_null(1), side="left").cast(pl.Int64) - 1
        index = index.clip(lower_bound=0)
        reached = self.opens.gather(index) + target - self.before.gather(index)
        began = start.cast(_UTC_US).to_physical()
        return reached.zip_with(reached > began, began).cast(_UTC_US)

    def _position(self, moments: pl.Series) -> pl.Series:
        """Business microseconds from the beginning of the table to each moment."""
        us = moments.to_physical() if moments.dtype != pl.Int64 else moments
        low, high = us.min(), us.max()
        if isinstance(low, int) and isinstance(high, int) and (low < self.first_us or high > self.last_us):
            raise CalendarRangeError(
                f"{_moment(low)} to {_moment(high)} is not within the calendar's days, "
                f"{_moment(self.first_us)} to {_moment(self.last_us)}; cover more days"
            )
        after = self.opens.search_sorted(us.fill_null(self.first_us), side="right").cast(pl.Int64)
        index = (after - 1).clip(0)
        inside = us - self.opens.gather(index)
        length = self.closes.gather(index) - self.opens.gather(index)
        reached = self.before.gather(index) + inside.clip(0).zip_with(inside < length, length)
        return reached.zip_with(us.is_not_null(), us)


def business_time(
    spec: CalendarSpec, *, first: date, last: date, absences: Iterable[Absence] = ()
) -> BusinessTime:
    """Builds the table of a calendar for the local days ``first`` to ``last``, both included."""
    closed = set(spec.closed)
    if spec.holidays is not None:
        years = range(first.year, last.year + 1)
        closed |= set(
            holidays.country_holidays(spec.holidays.country, subdiv=spec.holidays.subdivision, years=years)
        )
    away = [(a.first, a.last) for a in absences]
    opens: list[int] = []
    closes: list[int] = []
    before: list[int] = []
    total = 0
    for day in _days(first, last):
        spans = spec.hours.get(WEEKDAYS[day.weekday()], ())
        if not spans or day in closed or any(a <= day <= b for a, b in away):
            continue
        for begin, end in _utc_intervals(day, spans, spec.zone):
            opens.append(begin)
            closes.append(end)
            before.append(total)
            total += end - begin
    first_us = _us(datetime.combine(first, time(), spec.zone))
    last_us = _us(datetime.combine(last + timedelta(days=1), time(), spec.zone))
    if not opens:
        opens, closes, before = [last_us], [last_us], [0]
    return BusinessTime(
        pl.Series(opens), pl.Series(closes), pl.Series(before), first_us, last_us, spec.business_day_minutes
    )


@dataclass(frozen=True, slots=True)
class Calendars:
    """All tables of an agreement: one per calendar, and per owner with hours of their own."""

    by_name: Mapping[str, BusinessTime]
    by_owner: Mapping[tuple[str, str], BusinessTime]

    @classmethod
    def covering(cls, contract: SlaContract, first: datetime, last: datetime) -> "Calendars":
        """Tables good for every moment from ``first`` to ``last`` (aware) in any zone."""
        days = (first - timedelta(days=2)).date(), (last + timedelta(days=2)).date()
        names = contract.calendars
        by_name = {n: business_time(spec, first=days[0], last=days[1]) for n, spec in names.items()}
        by_owner: dict[tuple[str, str], BusinessTime] = {}
        for hours in contract.owners:
            for name in names:
                own = hours.calendar or name
                by_owner[name, hours.owner] = (
                    business_time(names[own], first=days[0], last=days[1], absences=hours.absences)
                    if hours.absences
                    else by_name[own]
                )
        return cls(by_name, by_owner)

    def of(self, calendar: str, owner: str | None) -> BusinessTime:
        """The table for one owner on one calendar; KeyError for an unknown calendar."""
        if owner is not None and (calendar, owner) in self.by_owner:
            return self.by_owner[calendar, owner]
        return self.by_name[calendar]

    def groups(self, calendar: str, owners: pl.Series) -> Iterator[tuple[BusinessTime, pl.Series]]:
        """The tables that a column of owners needs, each with the mask of its rows."""
        special = [owner for name, owner in self.by_owner if name == calendar]
        rest = ~owners.is_in(special).fill_null(value=False)
        if rest.any():
            yield self.by_name[calendar], rest
        for owner in special:
            mine = (owners == owner).fill_null(value=False)
            if mine.any():
                yield self.by_owner[calendar, owner], mine


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _utc_intervals(
    day: date, spans: tuple[tuple[int, int], ...], zone: ZoneInfo
) -> Iterator[tuple[int, int]]:
    midnight = datetime.combine(day, time(), zone)
    next_midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    begin = _us(midnight)
    if midnight.utcoffset() == next_midnight.utcoffset():
        for opens, closes in spans:
            yield begin + opens * _US_PER_MINUTE, begin + closes * _US_PER_MINUTE
        return
    # On a day whose clocks change a local hour may be missing or come twice, so each minute is asked.
    starts = [opens for opens, _ in spans]
    run: int | None = None
    end = _us(next_midnight)
    for at in range(begin, end, _US_PER_MINUTE):
        local = datetime.fromtimestamp(at // 1_000_000, zone)
        minute = local.hour * 60 + local.minute
        index = bisect_right(starts, minute) - 1
        is_open = index >= 0 and minute < spans[index][1]
        if is_open and run is None:
            run = at
        elif not is_open and run is not None:
            yield run, at
            run = None
    if run is not None:
        yield run, end


def _us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def _moment(us: int) -> str:
    return datetime.fromtimestamp(us // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
