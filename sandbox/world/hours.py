"""Business hours of one person in one time zone: 09:00-17:00, Monday to Friday.

Plain loops over days: the people of the sandbox need a few thousand answers, not millions. Public
holidays and absences are not imitated.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")

OPENS = time(9)
CLOSES = time(17)
DAY_MINUTES = 480.0


def local_days(zone: ZoneInfo, start: datetime, end: datetime) -> list[date]:
    """The calendar days of ``zone`` that (start, end] touches."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def at_minute(zone: ZoneInfo, day: date, minute: float) -> datetime:
    """The moment ``minute`` minutes after opening on ``day``, in UTC, whole seconds."""
    opened = datetime.combine(day, OPENS, tzinfo=zone).astimezone(UTC)
    return opened + timedelta(seconds=int(minute * 60))


def is_workday(day: date) -> bool:
    """True from Monday to Friday."""
    return day.weekday() < 5


def is_open(zone: ZoneInfo, moment: datetime) -> bool:
    """Whether somebody in ``zone`` is at work at ``moment``."""
    local = moment.astimezone(zone)
    return is_workday(local.date()) and OPENS <= local.time() < CLOSES


def next_open(zone: ZoneInfo, moment: datetime) -> datetime:
    """``moment`` itself if business is open, else the next opening, in UTC."""
    local = moment.astimezone(zone)
    day = local.date()
    if is_workday(day) and local.time() < OPENS:
        return at_minute(zone, day, 0)
    if is_open(zone, moment):
        return moment
    day += timedelta(days=1)
    while not is_workday(day):
        day += timedelta(days=1)
    return at_minute(zone, day, 0)


def add_minutes(zone: ZoneInfo, moment: datetime, minutes: float) -> datetime:
    """The moment after ``minutes`` of business time counted from ``moment``, in UTC."""
    current, left = next_open(zone, moment), minutes
    while True:
        closes = datetime.combine(current.astimezone(zone).date(), CLOSES, tzinfo=zone).astimezone(UTC)
        until_close = (closes - current).total_seconds() / 60
        if left < until_close:
            return current + timedelta(seconds=int(left * 60))
        left -= until_close
        current = next_open(zone, closes)
