"""The one clock that both simulated vendors and the simulated people share.

It runs at real speed from a settable origin; tests may freeze it. Every timestamp that the sandbox
hands out comes from here, so thirty days of work can happen in a few seconds.
"""

import threading
import time
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """A settable clock.

    Args:
        start: aware time shown at construction; None means the machine's own time.
        frozen: when true the clock stands still between ``set`` and ``advance``.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._lock = threading.Lock()
        self._frozen = frozen
        self._origin = start if start is not None else datetime.now(UTC)
        self._require_aware(self._origin)
        self._anchor_s = time.monotonic()

    @staticmethod
    def _require_aware(moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("the sandbox clock takes aware times only")

    def now(self) -> datetime:
        """The sandbox's present, aware, in UTC."""
        with self._lock:
            return self._read()

    def _read(self) -> datetime:
        elapsed_s = 0.0 if self._frozen else time.monotonic() - self._anchor_s
        return (self._origin + timedelta(seconds=elapsed_s)).astimezone(UTC)

    def set(self, moment: datetime) -> datetime:
        """Jump to ``moment`` (aware)."""
        self._require_aware(moment)
        with self._lock:
            self._origin, self._anchor_s = moment, time.monotonic()
            return self._read()

    def advance(self, seconds: float) -> datetime:
        """Jump ahead by ``seconds``; negative values go back, as a corrected system clock does."""
        with self._lock:
            self._origin, self._anchor_s = self._read() + timedelta(seconds=seconds), time.monotonic()
            return self._read()

    @property
    def frozen(self) -> bool:
        return self._frozen

    def freeze(self, frozen: bool) -> None:
        """Stop or start the running of the clock at its present reading."""
        with self._lock:
            self._origin, self._anchor_s = self._read(), time.monotonic()
            self._frozen = frozen
