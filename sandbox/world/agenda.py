"""Things that will happen, in the order of time.

Both the past (when a world is seeded) and the work of the coming hours are put on an agenda and then
run, so that records are made in the order in which people would have made them. What happens is the
caller's.
"""

import heapq
from collections.abc import Callable
from datetime import datetime

Deed = Callable[[datetime], object]
Attempt = Callable[[Deed, datetime], object]


def do(deed: Deed, at: datetime) -> None:
    """Do it, and let every fault through."""
    deed(at)


class Agenda:
    """A queue of deeds by moment; deeds of one moment go by their key, then by the order of adding."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str, int, Deed]] = []
        self._added = 0

    def add(self, at: datetime, key: str, deed: Deed) -> None:
        """Plan ``deed``, which is called with ``at``.

        Args:
            at: aware.
            key: who or what it is about; decides between deeds of the same moment.
            deed: what to do; it may add more.
        """
        self._added += 1
        heapq.heappush(self._heap, (at, key, self._added, deed))

    def run(self, until: datetime, *, since: datetime | None = None, attempt: Attempt = do) -> int:
        """Do everything planned up to and including ``until``; returns how many deeds were done.

        Args:
            until: aware; later deeds stay.
            since: deeds left over from before it are done at ``since``, since records made now cannot
                carry stamps that a reader has already passed.
            attempt: does each deed; a caller's own may move a clock before, or bear a refusal.
        """
        done = 0
        while self._heap and self._heap[0][0] <= until:
            planned, _, _, deed = heapq.heappop(self._heap)
            attempt(deed, planned if since is None else max(planned, since))
            done += 1
        return done

    def __len__(self) -> int:
        return len(self._heap)
