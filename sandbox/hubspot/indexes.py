"""Sorted and hashed indexes over what search can see, so that the usual sync query is a bisection.

No HubSpot semantics: keys go in, ids come out. The lag between a write and its visibility is in
`search_index.py`.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable

_MERGE_AT = 64
_INFINITY = float("inf")


class SortedIndex:
    """Integer ids in the order of an integer key (ties by id), with lazy bulk maintenance."""

    def __init__(self) -> None:
        self._key_of: dict[int, int] = {}
        self._pairs: list[tuple[int, int]] = []
        self._added: list[tuple[int, int]] = []
        self._removed: set[tuple[int, int]] = set()

    def put(self, item: int, key: int) -> None:
        """Place `item` at `key`, moving it when it is elsewhere."""
        present = self._key_of.get(item)
        if present == key:
            return
        if present is not None:
            self._forget(item, present)
        self._key_of[item] = key
        pair = (key, item)
        if pair in self._removed:
            self._removed.discard(pair)
        else:
            self._added.append(pair)

    def remove(self, item: int) -> None:
        present = self._key_of.pop(item, None)
        if present is not None:
            self._forget(item, present)

    def _forget(self, item: int, key: int) -> None:
        self._removed.add((key, item))

    def key(self, item: int) -> int:
        """The key at which `item` stands."""
        return self._key_of[item]

    def within(self, items: Iterable[int], low: int | None, high: int | None) -> list[int]:
        """Those of `items` (all indexed) whose key is in the range."""
        keys = self._key_of
        least, most = -_INFINITY if low is None else low, _INFINITY if high is None else high
        return [item for item in items if least <= keys[item] <= most]

    def ids(self, low: int | None = None, high: int | None = None) -> list[int]:
        """Ids with `low <= key <= high`, in order; None leaves a side open."""
        start, end = self._bounds(low, high)
        return [item for _, item in self._pairs[start:end]]

    def count(self, low: int | None = None, high: int | None = None) -> int:
        start, end = self._bounds(low, high)
        return max(0, end - start)

    def page(
        self, low: int | None, high: int | None, *, descending: bool, offset: int, limit: int
    ) -> list[int]:
        """`limit` ids of the range from `offset` on, in either order."""
        start, end = self._bounds(low, high)
        if descending:
            upper = end - offset
            part = self._pairs[max(start, upper - limit) : max(start, upper)]
            part.reverse()
        else:
            part = self._pairs[start + offset : min(end, start + offset + limit)]
        return [item for _, item in part]

    def _bounds(self, low: int | None, high: int | None) -> tuple[int, int]:
        self._settle()
        start = 0 if low is None else bisect_left(self._pairs, (low, -1))
        end = len(self._pairs) if high is None else bisect_left(self._pairs, (high + 1, -1))
        return start, max(start, end)

    def _settle(self) -> None:
        if not self._added and not self._removed:
            return
        if len(self._added) + len(self._removed) > _MERGE_AT:
            gone = self._removed
            pairs = [pair for pair in self._pairs if pair not in gone] if gone else self._pairs
            pairs.extend(pair for pair in self._added if pair not in gone)
            pairs.sort()
            self._pairs = pairs
        else:
            for pair in self._removed:
                position = bisect_left(self._pairs, pair)
                if position < len(self._pairs) and self._pairs[position] == pair:
                    del self._pairs[position]
            for pair in self._added:
                if pair not in self._removed:
                    insort(self._pairs, pair)
        self._added, self._removed = [], set()


class ValueIndex:
    """Ids by value of one property."""

    def __init__(self) -> None:
        self._ids: dict[str, set[int]] = {}

    def add(self, value: str, item: int) -> None:
        self._ids.setdefault(value, set()).add(item)

    def discard(self, value: str, item: int) -> None:
        ids = self._ids.get(value)
        if ids is not None:
            ids.discard(item)
            if not ids:
                del self._ids[value]

    def ids(self, value: str) -> frozenset[int]:
        return frozenset(self._ids.get(value, ()))
