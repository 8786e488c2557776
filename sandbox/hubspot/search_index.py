"""What search can see of one object type: a lagging copy of the records, indexed.

A write becomes visible `lag_s` after it happened, on the sandbox's clock; removals show at once, as
search never returns archived records. Filters and caps are in `search.py`.
"""

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta

from sandbox.hubspot.indexes import SortedIndex, ValueIndex
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.records import Properties, Record
from sandbox.hubspot.values import parse_datetime, to_ms


class SearchIndex:
    """The visible snapshots of one object type.

    Attributes:
        visible: id -> properties as search sees them.
        by_modified, by_created, by_id: orders that queries walk.
    """

    def __init__(self, kind: ObjectType, lag_s: float, unique_names: Iterable[str]) -> None:
        self.kind = kind
        self.lag = timedelta(seconds=lag_s)
        self.visible: dict[int, Properties] = {}
        self.by_modified = SortedIndex()
        self.by_created = SortedIndex()
        self.by_id = SortedIndex()
        self._by_value = {name: ValueIndex() for name in unique_names if name != "hs_object_id"}
        self._pending: list[tuple[datetime, int, int, int, Properties]] = []
        self._versions: dict[int, int] = {}
        self._sequence = 0

    def track(self, name: str) -> None:
        """Index a property by value from now on (it must be new, hence empty everywhere)."""
        self._by_value.setdefault(name, ValueIndex())

    def publish(self, record: Record) -> None:
        """Queue the record's present values for visibility."""
        self._sequence += 1
        entry = (
            record.updated_at + self.lag,
            self._sequence,
            int(record.id),
            record.version,
            record.properties,
        )
        heapq.heappush(self._pending, entry)

    def remove(self, record: Record) -> None:
        """Take the record out at once, also from what is still queued."""
        item = int(record.id)
        self._versions[item] = record.version
        before = self.visible.pop(item, None)
        if before is None:
            return
        for index in (self.by_modified, self.by_created, self.by_id):
            index.remove(item)
        self._unindex_values(item, before)

    def catch_up(self, now: datetime) -> None:
        """Make visible everything whose lag is over at `now`."""
        while self._pending and self._pending[0][0] <= now:
            _, _, item, version, properties = heapq.heappop(self._pending)
            if version > self._versions.get(item, -1):
                self._versions[item] = version
                self._show(item, properties)

    def having(self, name: str, lowered: str) -> frozenset[int] | None:
        """Ids whose `name` equals the lowercase text, or None when that property is not indexed."""
        index = self._by_value.get(name)
        return None if index is None else index.ids(lowered)

    def _show(self, item: int, properties: Properties) -> None:
        before = self.visible.get(item)
        if before is not None:
            self._unindex_values(item, before)
        self.visible[item] = properties
        for name, index in self._by_value.items():
            value = properties.get(name)
            if value:
                index.add(value.lower(), item)
        self.by_modified.put(item, _ms(properties.get(self.kind.modified_property)))
        self.by_created.put(item, _ms(properties.get(self.kind.created_property)))
        self.by_id.put(item, item)

    def _unindex_values(self, item: int, properties: Properties) -> None:
        for name, index in self._by_value.items():
            value = properties.get(name)
            if value:
                index.discard(value.lower(), item)


def _ms(text: str | None) -> int:
    moment = parse_datetime(text) if text else None
    return 0 if moment is None else to_ms(moment)
