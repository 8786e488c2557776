"""Numbers as people read them: shares, minutes, money, changes. Null is a dash.

Formatting only, the same in every report.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

DASH = "–"


def percent(value: float | None) -> str:
    """``0.756`` as ``76 %``; a share between 99.5 and 100 is not rounded up to full."""
    if value is None:
        return DASH
    hundredths = value * 100
    if 99.5 <= hundredths < 100 or 0 < hundredths < 0.5:
        return f"{hundredths:.1f} %"
    return f"{hundredths:.0f} %"


def points(change: float | None) -> str:
    """A change of a share in percentage points, with its sign."""
    if change is None:
        return DASH
    return "±0 pts" if abs(change) < 0.0005 else f"{change * 100:+.1f} pts".replace("-", "−")


def count(value: float | None) -> str:
    """``12345`` as ``12,345``; a fraction keeps one digit."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def minutes(value: float | None, *, kind: str = "") -> str:
    """A length of time: ``42 min``, ``3 h 10 min``, ``5.2 days``; ``kind`` stands before the unit."""
    if value is None:
        return DASH
    unit = f"{kind} " if kind else ""
    if 0 < value < 10:
        return f"{value:.1f} {unit}min"
    whole = round(value)
    if whole < 120:
        return f"{whole} {unit}min"
    if whole < 1440:
        hours, rest = divmod(whole, 60)
        return f"{hours} {unit}h" + (f" {rest} min" if rest else "")
    if whole >= 2880 and not kind:
        return f"{whole / 1440:,.1f} days"
    return f"{whole / 60:,.0f} {unit}h"


def money(value: float | None, currency: str) -> str:
    """``12500.0`` as ``12,500 EUR``."""
    return DASH if value is None else f"{value:,.0f} {currency}"


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """An aware moment in the business's zone: ``3 Nov, 09:41``."""
    if at is None:
        return DASH
    local = at.astimezone(zone)
    return f"{local.day} {local:%b, %H:%M}"
