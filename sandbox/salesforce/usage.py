"""The daily API allowance: calls in a rolling 24 hours of the sandbox's clock."""

from collections import Counter, deque
from datetime import datetime, timedelta

from sandbox.clock import SandboxClock

_WINDOW = timedelta(hours=24)


class ApiUsage:
    """Counts calls by the minute.

    Args:
        clock: the sandbox's clock; calls older than 24 of its hours no longer count.
        limit: calls allowed in the window; may be changed at any time.
    """

    def __init__(self, clock: SandboxClock, limit: int) -> None:
        self._clock = clock
        self.limit = limit
        self.clients: Counter[str] = Counter()
        self._minutes: deque[tuple[datetime, int]] = deque()
        self._used = 0

    def clear(self) -> None:
        self.clients.clear()
        self._minutes.clear()
        self._used = 0

    def count(self, calls: int = 1, *, client: str | None = None) -> None:
        """Note calls, with the name given in Sforce-Call-Options if any."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        if self._minutes and self._minutes[-1][0] == minute:
            calls_before = self._minutes.pop()[1]
            self._minutes.append((minute, calls_before + calls))
        else:
            self._minutes.append((minute, calls))
        self._used += calls
        if client:
            self.clients[client] += calls

    @property
    def used(self) -> int:
        """Calls in the last 24 hours."""
        horizon = self._clock.now() - _WINDOW
        while self._minutes and self._minutes[0][0] < horizon:
            self._used -= self._minutes.popleft()[1]
        return self._used

    @property
    def exhausted(self) -> bool:
        return self.used >= self.limit

    @property
    def header(self) -> str:
        """The value of Sforce-Limit-Info."""
        return f"api-usage={self.used}/{self.limit}"
