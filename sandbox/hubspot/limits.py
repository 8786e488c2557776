"""HubSpot's call limits: the rolling ten seconds, the search second and the day, with their headers.

Bursts use real time, because the sandbox's clock may stand still or jump; the day is the account's,
on the sandbox's clock.
"""

from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.hubspot import errors
from sandbox.hubspot.access import OAUTH, PRIVATE_APP, USER, Caller

BURST_WINDOW_S = 10.0
SEARCHES_PER_S = 5
OAUTH_BURST = 110
_BURST_BY_TIER = {"free": 100, "starter": 100, "professional": 190, "enterprise": 190}
_DAILY_BY_TIER = {"free": 250_000, "starter": 250_000, "professional": 625_000, "enterprise": 1_000_000}
TIERS = tuple(_BURST_BY_TIER)


class RateLimits:
    """Counts calls and refuses those over a limit.

    Attributes:
        burst: calls per ten seconds of the private app.
        daily: calls per day of the account.
        enforced: false lets everything through, still counting the day.
    """

    def __init__(
        self, tier: str, now: Callable[[], datetime], monotonic: Callable[[], float], zone: ZoneInfo
    ) -> None:
        if tier not in _BURST_BY_TIER:
            raise ValueError(f"unknown tier {tier}; known: {', '.join(TIERS)}")
        self.burst = _BURST_BY_TIER[tier]
        self.daily = _DAILY_BY_TIER[tier]
        self.searches_per_s = SEARCHES_PER_S
        self.enforced = True
        self.used_today = 0
        self._now = now
        self._monotonic = monotonic
        self._zone = zone
        self._day: date | None = None
        self._calls: dict[str, deque[float]] = {}
        self._searches: deque[float] = deque()

    def admit(self, caller: Caller, *, search: bool) -> dict[str, str]:
        """Count one call; gives the headers of its answer (none for search).

        Raises:
            HubSpotFault: 429 with policyName SECONDLY, TEN_SECONDLY_ROLLING or DAILY.
        """
        if caller.kind == USER:
            return {}
        self._roll_day()
        moment = self._monotonic()
        if search:
            _expire(self._searches, moment - 1.0)
            if self.enforced and len(self._searches) >= self.searches_per_s:
                raise errors.rate_limited("You have reached your secondly limit.", "SECONDLY")
        calls = self._calls.setdefault(caller.key, deque())
        _expire(calls, moment - BURST_WINDOW_S)
        limit = OAUTH_BURST if caller.kind == OAUTH else self.burst
        counted = not (search and caller.kind == OAUTH)
        if self.enforced and caller.kind == PRIVATE_APP and self.used_today >= self.daily:
            raise errors.rate_limited("You have reached your daily limit.", "DAILY")
        if self.enforced and counted and len(calls) >= limit:
            raise errors.rate_limited(
                "You have reached your ten_secondly_rolling limit.", "TEN_SECONDLY_ROLLING"
            )
        if counted:
            calls.append(moment)
        if search:
            self._searches.append(moment)
        if caller.kind == PRIVATE_APP:
            self.used_today += 1
        return {} if search else self._headers(caller, limit, len(calls))

    def resets_at(self) -> datetime:
        """The account's next midnight."""
        local = self._now().astimezone(self._zone)
        return datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), self._zone)

    def usage(self) -> int:
        """Calls of the private app so far on the account's present day."""
        self._roll_day()
        return self.used_today

    def _headers(self, caller: Caller, limit: int, used: int) -> dict[str, str]:
        headers = {
            "X-HubSpot-RateLimit-Max": str(limit),
            "X-HubSpot-RateLimit-Remaining": str(max(0, limit - used)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Secondly": str(limit // 10),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(limit // 10),
        }
        if caller.kind == PRIVATE_APP:
            headers["X-HubSpot-RateLimit-Daily"] = str(self.daily)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, self.daily - self.used_today))
        return headers

    def _roll_day(self) -> None:
        today = self._now().astimezone(self._zone).date()
        if today != self._day:
            self._day, self.used_today = today, 0


def _expire(moments: deque[float], before: float) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
