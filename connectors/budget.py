"""How many calls may still be made, and how many were: one budget per vendor, shared by threads.

Keeps to the vendor's burst and daily limits before the vendor has to refuse. Repeating a refused call is
``retry.py``'s work.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from connectors.errors import QuotaExhaustedError
from connectors.results import ApiUsage
from sync_rules.records import Side

# How long a spent day is believed without asking: the vendor alone knows when it begins anew.
PROBE_AFTER_S = 900.0
_URGENT: ContextVar[bool] = ContextVar("urgent", default=False)


@contextmanager
def urgent_calls() -> Iterator[None]:
    """Every call made inside may use the daily reserve: what consent needs, to be read and to be written."""
    before = _URGENT.set(True)
    try:
        yield
    finally:
        _URGENT.reset(before)


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``calls`` calls in any ``seconds`` seconds."""

    calls: int
    seconds: float


class CallBudget:
    """Counts calls and holds them back while a window is full.

    Args:
        windows: the limits by lane name; a call names the lanes that it falls under.
        reserve_share: the share of the daily limit that only urgent calls (opt-outs) may use.
        margin_share: the share of every window left to others and to differing clocks.
        clock, sleep: monotonic seconds; tests give their own.
    """

    def __init__(
        self,
        side: Side,
        windows: Mapping[str, Window],
        *,
        reserve_share: float = 0.05,
        margin_share: float = 0.05,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._side = side
        self._windows = dict(windows)
        self._reserve_share = reserve_share
        self._margin_share = margin_share
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._recent: dict[str, deque[float]] = {lane: deque() for lane in windows}
        self._by_endpoint: Counter[str] = Counter()
        self._daily_limit: int | None = None
        self._daily_remaining: int | None = None
        self._observed_s = clock()

    def acquire(self, endpoint: str, lanes: tuple[str, ...], *, urgent: bool = False) -> None:
        """Wait until the call fits into all its lanes, then count it.

        Raises:
            QuotaExhaustedError: nothing is left for today, or only the reserve and the call is not urgent.
        """
        while True:
            with self._lock:
                self._refuse_if_spent(endpoint, urgent=urgent or _URGENT.get())
                wait_s = max((self._wait_s(lane) for lane in lanes), default=0.0)
                if wait_s <= 0:
                    now = self._clock()
                    for lane in lanes:
                        self._recent[lane].append(now)
                    self._by_endpoint[endpoint] += 1
                    if self._daily_remaining is not None:
                        self._daily_remaining -= 1
                    return
            self._sleep(wait_s)

    def _refuse_if_spent(self, endpoint: str, *, urgent: bool) -> None:
        if self._daily_remaining is None or self._daily_limit is None:
            return
        if self._clock() - self._observed_s >= PROBE_AFTER_S:
            return
        floor = 0 if urgent else int(self._daily_limit * self._reserve_share)
        if self._daily_remaining <= floor:
            raise QuotaExhaustedError(
                self._side,
                endpoint,
                code="DAILY_BUDGET",
                retry_after_s=PROBE_AFTER_S,
                message=f"{self._daily_remaining} of {self._daily_limit} daily calls left, {floor} reserved",
                remedy="Wait for the daily reset, or lower the reserve.",
            )

    def _wait_s(self, lane: str) -> float:
        window, recent = self._windows[lane], self._recent[lane]
        allowed = max(1, round(window.calls * (1 - self._margin_share)))
        now = self._clock()
        while recent and recent[0] <= now - window.seconds:
            recent.popleft()
        if len(recent) < allowed:
            return 0.0
        return recent[len(recent) - allowed] + window.seconds - now

    def resize(self, lane: str, window: Window) -> None:
        """Take the vendor's word for a lane's size."""
        with self._lock:
            self._windows[lane] = window

    def observe_daily(self, *, limit: int | None, remaining: int | None) -> None:
        """Take the vendor's word for the day's limit and what is left of it."""
        with self._lock:
            if limit is not None:
                self._daily_limit = limit
            if remaining is not None:
                self._daily_remaining = remaining
                self._observed_s = self._clock()

    def usage(self) -> ApiUsage:
        """Calls since construction."""
        with self._lock:
            return ApiUsage(
                calls=self._by_endpoint.total(),
                by_endpoint=dict(sorted(self._by_endpoint.items())),
                daily_limit=self._daily_limit,
                daily_remaining=self._daily_remaining,
            )
