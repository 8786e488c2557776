"""SOQL date literals as half-open ranges of time in a user's zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.soql_tree import Relative

Days = tuple[date, date]


def _month(today: date, shift: int) -> date:
    months = today.year * 12 + today.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)


def _week(today: date, shift: int) -> date:
    # Weeks begin on Sunday in the vendor's default locale.
    return today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=shift)


def _quarter(today: date, shift: int) -> date:
    return _month(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3 * shift)


def _year(today: date, shift: int) -> date:
    return date(today.year + shift, 1, 1)


def _day(today: date, shift: int) -> date:
    return today + timedelta(days=shift)


_UNITS: dict[str, Callable[[date, int], date]] = {
    "DAY": _day, "WEEK": _week, "MONTH": _month, "QUARTER": _quarter, "YEAR": _year,
}  # fmt: skip


def _fixed(name: str, today: date) -> Days | None:
    shifts = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if name in shifts:
        return _day(today, shifts[name]), _day(today, shifts[name] + 1)
    if name == "LAST_90_DAYS":
        return _day(today, -89), _day(today, 1)
    if name == "NEXT_90_DAYS":
        return _day(today, 1), _day(today, 91)
    word, _, unit = name.partition("_")
    shift = {"LAST": -1, "THIS": 0, "NEXT": 1}.get(word)
    if shift is None or unit not in _UNITS or unit == "DAY":
        return None
    return _UNITS[unit](today, shift), _UNITS[unit](today, shift + 1)


def _counted(name: str, count: int, today: date) -> Days | None:
    for unit, step in _UNITS.items():
        if name == f"LAST_N_{unit}S":
            if unit == "DAY":
                return _day(today, 1 - count), _day(today, 1)
            return step(today, -count), step(today, 0)
        if name == f"NEXT_N_{unit}S":
            return step(today, 1), step(today, 1 + count)
        if name == f"N_{unit}S_AGO":
            return step(today, -count), step(today, 1 - count)
    return None


def days_of(literal: Relative, now: datetime, zone: str) -> Days:
    """First day and the day after the last. Raises MALFORMED_QUERY for an unknown literal."""
    today = now.astimezone(ZoneInfo(zone)).date()
    name, count = literal.name, literal.count
    found = _fixed(name, today) if count is None else _counted(name, count, today)
    if found is None:
        raise SalesforceFault("MALFORMED_QUERY", f"unexpected token: '{literal.name}'")
    return found


def moments_of(days: Days, zone: str) -> tuple[datetime, datetime]:
    """The same range as instants in UTC: midnight to midnight in ``zone``."""
    first, last = (
        datetime.combine(day, datetime.min.time(), tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days
    )
    return first, last
