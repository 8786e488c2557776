"""Business time minute by minute, as obvious and as slow as it can be."""

from datetime import UTC, date, datetime, timedelta

from sla_rules.sla import WEEKDAYS, CalendarSpec


def is_open(spec: CalendarSpec, closed: set[date], at: datetime) -> bool:
    local = at.astimezone(spec.zone)
    if local.date() in closed or local.date() in spec.closed:
        return False
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in spec.hours.get(WEEKDAYS[local.weekday()], ()))


def minutes_between(spec: CalendarSpec, closed: set[date], start: datetime, end: datetime) -> int:
    """Open minutes from ``start`` to ``end``, both at whole minutes; negative if they are in disorder."""
    if end < start:
        return -minutes_between(spec, closed, end, start)
    passed, at = 0, start.astimezone(UTC)
    while at < end:
        passed += is_open(spec, closed, at)
        at += timedelta(minutes=1)
    return passed


def add_minutes(spec: CalendarSpec, closed: set[date], start: datetime, minutes: int) -> datetime:
    """The first moment by which so many open minutes have passed."""
    at = start.astimezone(UTC)
    while minutes:
        minutes -= is_open(spec, closed, at)
        at += timedelta(minutes=1)
    return at
