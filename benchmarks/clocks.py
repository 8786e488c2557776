"""Time a million clocks on a business calendar against the package businesstimedelta.

Run: python -m benchmarks.clocks [--clocks 1000000]

A clock is what the agreement needs of one promise: the business minutes from its start to its stop, and the
moment at which it is due. Both libraries have the same hours, zone and holidays, and must agree on a sample;
businesstimedelta runs on the sample only and its time is scaled. The table of the calendar is built inside
the measured time.
"""

import argparse
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import businesstimedelta
import holidays
import polars as pl
import pytz

from sla_rules.calendars import business_time
from sla_rules.sla import WEEKDAYS, CalendarSpec

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
ZONE = ZoneInfo("America/New_York")
DUE_MINUTES = 8 * 60
GOAL = 3_000


def specification() -> CalendarSpec:
    """Monday to Friday, 9 to 17, New York, with the country's holidays."""
    days = {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}
    return CalendarSpec.model_validate({"time_zone": ZONE.key, "hours": days, "holidays": {"country": "US"}})


def draw(clocks: int, seed: int) -> pl.DataFrame:
    """Starts over a year and a half, and stops up to four days later."""
    begin = datetime(2025, 1, 6, tzinfo=UTC)
    span_s, gap_s = 540 * 86_400, 4 * 86_400
    start_s = pl.int_range(span_s, eager=True).sample(clocks, with_replacement=True, seed=seed)
    gaps_s = pl.int_range(gap_s, eager=True).sample(clocks, with_replacement=True, seed=seed + 1)
    start = pl.lit(begin) + pl.duration(seconds=pl.col("s"))
    return pl.DataFrame({"s": start_s, "gap": gaps_s}).select(
        start=start.dt.cast_time_unit("us"), stop=(start + pl.duration(seconds="gap")).dt.cast_time_unit("us")
    )


def all_at_once(clocks: pl.DataFrame) -> tuple[float, pl.DataFrame]:
    """Seconds for all clocks, the calendar's table included, and the answers."""
    spec = specification()
    start_s = time.perf_counter()
    calendar = business_time(spec, first=FIRST, last=LAST)
    start, stop = clocks.get_column("start"), clocks.get_column("stop")
    minutes = calendar.business_minutes_between(start, stop)
    due = calendar.add_business_minutes(start, DUE_MINUTES)
    seconds = time.perf_counter() - start_s
    return seconds, pl.DataFrame({"minutes": minutes, "due": due})


def one_by_one(clocks: pl.DataFrame) -> tuple[float, list[tuple[float, datetime]]]:
    """Seconds of businesstimedelta, without building its rules, and the answers."""
    years = range(FIRST.year, LAST.year + 1)
    zone = pytz.timezone(ZONE.key)  # the package asks for zones of this kind
    workday = businesstimedelta.WorkDayRule(start_time=clock_time(9), end_time=clock_time(17), tz=zone)
    free = businesstimedelta.HolidayRule(holidays.country_holidays("US", years=years), tz=zone)
    hours = businesstimedelta.Rules([workday, free])
    promise = businesstimedelta.BusinessTimeDelta(hours, seconds=DUE_MINUTES * 60)
    rows = clocks.rows()
    start_s = time.perf_counter()
    answers = [
        (hours.difference(start, stop).timedelta.total_seconds() / 60, start + promise)
        for start, stop in rows
    ]
    return time.perf_counter() - start_s, answers


def main() -> int:
    """Print both times and their ratio; 1 if the answers differ."""
    parser = argparse.ArgumentParser(description="Run clocks: all at once against one by one.")
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    clocks = draw(options.clocks, options.seed)
    rounds = [all_at_once(clocks) for _ in range(options.rounds)]
    best = min(seconds for seconds, _ in rounds)
    sample = clocks.head(options.sample)
    sample_s, expected = one_by_one(sample)
    got = rounds[0][1].head(options.sample).rows()
    differing = [
        number
        for number, (ours, theirs) in enumerate(zip(got, expected, strict=True))
        if abs(ours[0] - theirs[0]) > 1e-6 or abs(ours[1] - theirs[1].astimezone(UTC)) > timedelta(seconds=1)
    ]
    each_us, their_us = best / options.clocks * 1e6, sample_s / len(sample) * 1e6
    print(f"{options.clocks:,} clocks: business minutes from start to stop, and the due time")
    print(f"  all at once, best of {options.rounds}      {best:9.3f} s, {each_us:8.3f} µs a clock")
    print(f"  businesstimedelta, {len(sample):,}     {sample_s:9.3f} s, {their_us:8.3f} µs a clock")
    print(f"  ratio                     {their_us / each_us:9,.0f} times as fast (goal: {GOAL:,})")
    print(f"  equal on the sample       {'yes' if not differing else f'NO: {len(differing)} differ'}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
