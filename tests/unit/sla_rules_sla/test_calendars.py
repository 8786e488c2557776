from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from sla_rules.calendars import BusinessTime, CalendarRangeError, Calendars, business_time
from sla_rules.sla import CalendarSpec
from sla_rules.sla_loading import load_sla, shipped_sla
from tests.unit.sla_rules_sla.agreements import with_owners

BERLIN = shipped_sla().calendars["office"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def column(*moments: datetime | None) -> pl.Series:
    return pl.Series(moments, dtype=pl.Datetime("us", "UTC"))


@pytest.fixture(scope="module")
def office() -> BusinessTime:
    return business_time(BERLIN, first=date(2026, 1, 1), last=date(2027, 12, 31))


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        pytest.param("2026-11-03T09:15", 60, "2026-11-03T10:15", id="inside a day"),
        pytest.param("2026-11-03T15:00", 60, "2026-11-03T16:00", id="filling a day ends at its close"),
        pytest.param("2026-11-06T15:30", 60, "2026-11-09T08:30", id="Friday evening runs on to Monday"),
        pytest.param("2026-11-07T11:00", 60, "2026-11-09T09:00", id="Saturday begins on Monday"),
        pytest.param("2026-12-23T15:30", 60, "2026-12-28T08:30", id="Christmas, and a closed day"),
        pytest.param("2026-03-27T15:30", 60, "2026-03-30T07:30", id="over the change to summer time"),
        pytest.param("2026-11-07T11:00", 0, "2026-11-07T11:00", id="nothing to add"),
    ],
)
def test_due_times_of_the_shipped_office_hours(
    office: BusinessTime, start: str, minutes: float, due: str
) -> None:
    assert office.add_business_minutes(column(utc(start)), minutes).to_list() == [utc(due)]


def test_unknown_moments_stay_unknown(office: BusinessTime) -> None:
    monday = utc("2026-11-09T09:00")
    assert office.add_business_minutes(column(None, monday), 30).to_list() == [None, utc("2026-11-09T09:30")]
    assert office.business_minutes_between(column(None, monday), column(monday, None)).to_list() == [
        None,
        None,
    ]
    assert office.business_minutes_between(column(), column()).to_list() == []


def test_a_moment_outside_the_table_is_refused_instead_of_counted_as_closed(office: BusinessTime) -> None:
    inside = utc("2026-11-09T09:00")
    for outside in (utc("2025-06-01T09:00"), utc("2028-06-01T09:00")):
        with pytest.raises(CalendarRangeError, match="cover more days"):
            office.business_minutes_between(column(inside), column(outside))
    with pytest.raises(CalendarRangeError, match="cover a later last day"):
        office.add_business_minutes(column(inside), 10_000_000)


def test_a_table_without_an_open_day_counts_nothing() -> None:
    table = business_time(BERLIN, first=date(2026, 11, 7), last=date(2026, 11, 8))
    start = utc("2026-11-07T09:00")
    assert table.business_minutes_between(column(start), column(start + timedelta(hours=5))).to_list() == [
        0.0
    ]


def test_the_business_day_is_the_usual_day() -> None:
    days = {day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday")}
    spec = CalendarSpec.model_validate({"time_zone": "UTC", "hours": {**days, "friday": ["09:00-13:00"]}})
    assert spec.business_day_minutes == 480


def test_an_owner_works_on_their_own_calendar_and_not_while_away() -> None:
    contract = load_sla(
        with_owners(
            "owners:\n"
            "  - owner: Dana@meridian.example\n    calendar: new_york\n"
            "  - owner: theo@meridian.example\n    absences: [{first: 2026-11-09, last: 2026-11-10}]\n"
        ),
        source="sla.yaml",
    )
    calendars = Calendars.covering(contract, utc("2026-11-01T00:00"), utc("2026-12-01T00:00"))
    owners = pl.Series(["dana@meridian.example", "theo@meridian.example", "ines@meridian.example", None])
    start = column(*[utc("2026-11-09T09:00")] * 4)
    due = column(*[None] * 4)
    for table, mask in calendars.groups("office", owners):
        due = table.add_business_minutes(start, 60).zip_with(mask, due)
    assert due.to_list() == [
        utc("2026-11-09T15:00"),
        utc("2026-11-11T09:00"),
        utc("2026-11-09T10:00"),
        utc("2026-11-09T10:00"),
    ]
