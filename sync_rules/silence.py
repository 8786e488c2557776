"""When quiet is too quiet: how long nothing has been heard from a side, held against how long it usually is.

Times in, a verdict out. Where they are kept is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

_REMEMBERED = timedelta(days=28)
_KNOWN_DAYS = 7
"""So many days must be known before anything is called unusual."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is remembered of one side.

    Attributes:
        last: when something new was last read.
        longest_s: the longest quiet stretch that ended on each day, in seconds, by ISO date.
    """

    last: datetime | None = None
    longest_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quiet:
    """How quiet it is now.

    Attributes:
        hours: since something new was last read; usual_hours: the longest of the last weeks, None when too few
            days are known.
    """

    hours: float
    usual_hours: float | None
    too_long: bool


def heard(before: Heard, *, changed: int, now: datetime) -> Heard:
    """What is remembered after a pass that read ``changed`` new things."""
    if not changed:
        return before
    stretch_s = (now - before.last).total_seconds() if before.last is not None else 0.0
    oldest = (now - _REMEMBERED).date().isoformat()
    kept = {day: longest for day, longest in before.longest_s.items() if day >= oldest}
    today = now.date().isoformat()
    return replace(before, last=now, longest_s={**kept, today: max(stretch_s, kept.get(today, 0.0))})


def judge(known: Heard, *, times: float, at_least_hours: float, now: datetime) -> Quiet:
    """Whether it has been quiet for more than ``times`` the longest usual stretch, and ``at_least_hours``."""
    if known.last is None:
        return Quiet(0.0, None, False)
    hours = (now - known.last).total_seconds() / 3600
    if len(known.longest_s) < _KNOWN_DAYS:
        return Quiet(hours, None, False)
    usual = max(known.longest_s.values()) / 3600
    return Quiet(hours, usual, hours > max(times * usual, at_least_hours))
