"""Business time: cumulative tables of opening minutes, built once and looked up for whole columns.

A table turns a moment into "business minutes since the table began"; differences and due times follow.
Which owner uses which table is decided here too; what a clock means is not.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import gcd
from zoneinfo import ZoneInfo

import holidays
import polars as pl

from sla_rules.sla import WEEKDAYS, Absence, CalendarSpec, SlaContract

_US_PER_MINUTE = 60_000_000
_UTC_US = pl.Datetime("us", "UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CalendarRangeError(ValueError):
    """A moment lies outside the days that a calendar table was built for."""


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """The opening intervals of one calendar, as sorted columns of microseconds since 1970 (UTC).

    Time is also cut into slots so short that a calendar never opens or closes within one: a moment's slot is a
    division, where its interval would be a search.

    Attributes:
        opens: begin of each interval.
        before: business microseconds before each interval begins.
        slot_us: length of a slot; the first begins at ``first_us``.
        slot_before: business microseconds before each slot begins.
        slot_open: 1 for a slot in business time, else 0.
        first_us, last_us: the span that the table covers.
        day_minutes: business minutes of the calendar's usual day.
    """

    opens: pl.Series
    before: pl.Series
    slot_us: int
    slot_before: pl.Series
    slot_open: pl.Series
    first_us: int
    last_us: int
    day_minutes: float

    @classmethod
    def of(
        cls, intervals: Sequence[tuple[int, int]], first_us: int, last_us: int, day_minutes: float
    ) -> "BusinessTime":
        """The table of sorted intervals that neither touch nor overlap, all within the span."""
        opens = pl.Series([opens for opens, _ in intervals] or [last_us])
        closes = pl.Series([closes for _, closes in intervals] or [last_us])
        lengths = closes - opens
        slot_us = gcd(last_us - first_us, *(us - first_us for pair in intervals for us in pair))
        slots = (last_us - first_us) // slot_us + 1  # the last moment begins a slot of its own
        changes = pl.DataFrame(
            {
                "slot": pl.concat([(opens - first_us) // slot_us, (closes - first_us) // slot_us]),
                "change": pl.concat(
                    [pl.repeat(1, len(opens), eager=True), pl.repeat(-1, len(closes), eager=True)]
                ),
            }
        )
        every = pl.DataFrame({"slot": pl.int_range(slots, eager=True)})
        change = every.join(changes.group_by("slot").agg(pl.col("change").sum()), on="slot", how="left")
        slot_open = change.sort("slot").get_column("change").fill_null(0).cast(pl.Int64).cum_sum()
        return cls(
            opens=opens,
            before=lengths.cum_sum() - lengths,
            slot_us=slot_us,
            slot_before=(slot_open.cum_sum() - slot_open) * slot_us,
            slot_open=slot_open,
            first_us=first_us,
            last_us=last_us,
            day_minutes=day_minutes,
        )

    def business_minutes_between(self, start: pl.Series, end: pl.Series) -> pl.Series:
        """Business minutes from ``start`` to ``end`` (f64; negative if end is earlier; null if either is).

        Raises:
            CalendarRangeError: a moment outside the table.
        """
        return (self._position(end) - self._position(start)).cast(pl.Float64) / _US_PER_MINUTE

    def add_business_minutes(self, start: pl.Series, minutes: float | pl.Series) -> pl.Series:
        """The first moment by which so many business minutes have passed; zero gives ``start``.

        Exactly filling a day ends at its closing time, not at the next opening.

        Raises:
            CalendarRangeError: a moment outside the table, or a table that ends too early.
        """
        added = (pl.Series([minutes]) if isinstance(minutes, float | int) else minutes) * _US_PER_MINUTE
        target = self._position(start) + added.round().cast(pl.Int64)
        total = self._position(pl.Series([self.last_us])).item()
        highest = target.max()
        if isinstance(highest, int) and highest > total:
            raise CalendarRangeError("the calendar ends before the due time; cover a later last day")
        index = self.before.search_sorted(target.fill_null(1), side="left").cast(pl.Int64) - 1
        index = index.clip(lower_bound=0)
        reached = self.opens.gather(index) + target - self.before.gather(index)
        began = start.cast(_UTC_US).to_physical()
        return reached.zip_with(reached > began, began).cast(_UTC_US)

    def next_opening(self, moment: datetime) -> datetime | None:
        """The moment itself in business time, else when it next begins; None if not within the table.

        Raises:
            CalendarRangeError: a moment outside the table.
        """
        us = (moment - _EPOCH) // timedelta(microseconds=1)
        self._position(pl.Series([us]))
        if self.slot_open[(us - self.first_us) // self.slot_us]:
            return moment
        index = self.opens.search_sorted(us, side="right")
        if index >= len(self.opens) or self.opens[index] >= self.last_us:
            return None
        return _EPOCH + timedelta(microseconds=self.opens[index])

    def _position(self, moments: pl.Series) -> pl.Series:
        """Business microseconds from the beginning of the table to each moment."""
        us = moments.to_physical() if moments.dtype != pl.Int64 else moments
        low, high = us.min(), us.max()
        if isinstance(low, int) and isinstance(high, int) and (low < self.first_us or high > self.last_us):
            raise CalendarRangeError(
                f"{_moment(low)} to {_moment(high)} is not within the calendar's days, "
                f"{_moment(self.first_us)} to {_moment(self.last_us)}; cover more days"
            )
        since = us - self.first_us
        slot = since // self.slot_us
        inside = since - slot * self.slot_us
        return self.slot_before.gather(slot) + self.slot_open.gather(slot) * inside


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
    intervals: list[tuple[int, int]] = []
    for day in _days(first, last):
        spans = spec.hours.get(WEEKDAYS[day.weekday()], ())
        if not spans or day in closed or any(a <= day <= b for a, b in away):
            continue
        intervals.extend(_utc_intervals(day, spans, spec.zone))
    first_us = _us(datetime.combine(first, time(), spec.zone))
    last_us = _us(datetime.combine(last + timedelta(days=1), time(), spec.zone))
    return BusinessTime.of(intervals, first_us, last_us, spec.business_day_minutes)


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
