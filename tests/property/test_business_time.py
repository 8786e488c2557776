"""Business time agrees with a loop over minutes and keeps the laws of time, on clock-change days too."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_rules.calendars import BusinessTime, business_time
from sla_rules.sla import WEEKDAYS, Absence, CalendarSpec
from tests.oracle import business_time as oracle

FIRST, LAST = date(2026, 3, 20), date(2026, 4, 20)
ZONES = ["Europe/Berlin", "Australia/Sydney", "Asia/Kolkata", "America/New_York", "UTC"]
# Hours that are missing or come twice; Lord Howe shifts by half an hour, Cairo at midnight.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 28, 20, 0, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 24, 20, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, 20, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 6, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 6, 0, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 23, 12, 0, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 10, 29, 12, 0, tzinfo=UTC)),
]


@st.composite
def openings(draw: st.DrawFn) -> list[str]:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
    if len(edges) % 2:
        edges.pop()
    text = [f"{n // 4:02}:{n % 4 * 15:02}" for n in edges]
    return [f"{a}-{b}" for a, b in zip(text[::2], text[1::2], strict=True)]


@st.composite
def calendars(draw: st.DrawFn) -> CalendarSpec:
    hours = {day: draw(st.one_of(st.just([]), openings())) for day in WEEKDAYS}
    hours["wednesday"] = draw(openings())
    hours["sunday"] = draw(openings())
    closed = draw(st.lists(st.dates(FIRST, LAST), max_size=3))
    return CalendarSpec.model_validate(
        {"time_zone": draw(st.sampled_from(ZONES)), "hours": hours, "closed": closed}
    )


minutes_after = st.integers(0, 14 * 1440).map(
    lambda n: datetime(2026, 3, 24, tzinfo=UTC) + timedelta(minutes=n)
)


def between(table: BusinessTime, start: datetime, end: datetime) -> float:
    columns = [pl.Series([moment], dtype=pl.Datetime("us", "UTC")) for moment in (start, end)]
    return float(table.business_minutes_between(*columns).item())


def added(table: BusinessTime, start: datetime, minutes: float) -> datetime:
    due = table.add_business_minutes(pl.Series([start], dtype=pl.Datetime("us", "UTC")), minutes).item()
    assert isinstance(due, datetime)
    return due


@settings(max_examples=30, deadline=None)
@given(calendars(), minutes_after, st.integers(-3000, 3000))
def test_minutes_between_agree_with_the_loop(spec: CalendarSpec, start: datetime, length: int) -> None:
    table = business_time(spec, first=FIRST, last=LAST)
    end = start + timedelta(minutes=length)
    assert between(table, start, end) == oracle.minutes_between(spec, set(), start, end)


@settings(max_examples=30, deadline=None)
@given(calendars(), minutes_after, st.integers(0, 300))
def test_due_times_agree_with_the_loop(spec: CalendarSpec, start: datetime, minutes: int) -> None:
    table = business_time(spec, first=FIRST, last=date(2026, 12, 31))
    assert added(table, start, minutes) == oracle.add_minutes(spec, set(), start, minutes)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(CHANGES), openings(), st.integers(0, 2000))
def test_days_whose_clocks_change_count_as_the_wall_shows_them(
    change: tuple[str, datetime], hours: list[str], length: int
) -> None:
    zone, start = change
    spec = CalendarSpec.model_validate({"time_zone": zone, "hours": dict.fromkeys(WEEKDAYS, hours)})
    table = business_time(spec, first=start.date() - timedelta(days=2), last=start.date() + timedelta(days=9))
    end = start + timedelta(minutes=length)
    assert between(table, start, end) == oracle.minutes_between(spec, set(), start, end)


@settings(max_examples=30, deadline=None)
@given(calendars(), st.lists(minutes_after, min_size=3, max_size=3), st.floats(0, 2000))
def test_business_time_is_additive_monotone_and_adding_is_measured_again(
    spec: CalendarSpec, moments: list[datetime], minutes: float
) -> None:
    table = business_time(spec, first=FIRST, last=date(2026, 12, 31))
    a, b, c = sorted(moments)
    assert abs(between(table, a, b) + between(table, b, c) - between(table, a, c)) < 1e-6
    assert 0 <= between(table, a, b) <= between(table, a, c)
    assert between(table, a, b) <= (b - a) / timedelta(minutes=1)
    due = added(table, a, minutes)
    assert due >= a
    assert abs(between(table, a, due) - minutes) < 1e-4
    assert added(table, a, minutes + 1) > due
    assert added(table, b, minutes) >= due


@settings(max_examples=25, deadline=None)
@given(calendars(), st.dates(date(2026, 3, 24), date(2026, 4, 6)), st.integers(0, 5), minutes_after)
def test_an_absence_is_the_same_as_closed_days(
    spec: CalendarSpec, day: date, days: int, start: datetime
) -> None:
    away = Absence(first=day, last=day + timedelta(days=days))
    closed = {day + timedelta(days=n) for n in range(days + 1)}
    absent = business_time(spec, first=FIRST, last=LAST, absences=[away])
    shut = spec.model_copy(update={"closed": (*spec.closed, *closed)})
    end = start + timedelta(days=3)
    assert between(absent, start, end) == between(business_time(shut, first=FIRST, last=LAST), start, end)
