"""A monotonic clock that only sleeping moves, so that limits are obeyed without waiting for them."""

import threading


class Stopwatch:
    """Seconds that pass by sleeping on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now_s = 0.0

    def __call__(self) -> float:
        with self._lock:
            return self._now_s

    def sleep(self, seconds: float) -> None:
        """Let the seconds pass."""
        with self._lock:
            self._now_s += seconds
