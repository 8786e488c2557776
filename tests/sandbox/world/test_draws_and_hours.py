"""The laws that the simulated people's dice and calendars keep."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.world.draws import even, fraction, weighted
from sandbox.world.hours import add_minutes, is_open, next_open

ZONES = st.sampled_from([ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)
MINUTES = st.integers(0, 3000)


@given(st.text(), st.integers())
def test_a_fraction_lies_in_the_unit_interval_and_depends_on_its_key_only(text: str, number: int) -> None:
    assert 0.0 <= fraction(text, number) < 1.0
    assert fraction(text, number) == fraction(text, number)


@given(st.integers(0, 10**6))
def test_even_draws_give_a_rare_kind_its_share_in_every_world(seed: int) -> None:
    hits = sum(even(index, 0.618033988749895, seed) < 0.02 for index in range(300))
    assert 3 <= hits <= 9


@given(st.floats(0, 1, exclude_max=True))
def test_weighted_never_gives_a_member_without_a_share(point: float) -> None:
    assert weighted({"never": 0.0, "often": 3.0, "seldom": 1.0}, point) in ("often", "seldom")


@settings(max_examples=60)
@given(ZONES, MOMENTS, MINUTES, MINUTES)
def test_business_minutes_add_up(zone: ZoneInfo, moment: datetime, first: int, second: int) -> None:
    assert add_minutes(zone, add_minutes(zone, moment, first), second) == add_minutes(
        zone, moment, first + second
    )


@settings(max_examples=60)
@given(ZONES, MOMENTS, MINUTES)
def test_business_time_ends_in_business_hours(zone: ZoneInfo, moment: datetime, minutes: int) -> None:
    end = add_minutes(zone, moment, minutes)
    assert is_open(zone, end)
    assert end >= next_open(zone, moment) >= moment


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (
            "2026-11-20T15:30:00+00:00",
            "2026-11-23T08:30:00+00:00",
        ),  # Friday 16:30 in Berlin, half an hour left
        ("2026-11-21T12:00:00+00:00", "2026-11-23T09:00:00+00:00"),  # Saturday
        ("2026-11-18T02:00:00+00:00", "2026-11-18T09:00:00+00:00"),  # before opening
    ],
)
def test_an_hour_of_business_in_berlin(moment: str, expected: str) -> None:
    got = add_minutes(ZoneInfo("Europe/Berlin"), datetime.fromisoformat(moment), 60)
    assert got - datetime.fromisoformat(expected) == timedelta()
