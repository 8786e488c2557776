"""One object's rows in memory, with the indexes that keep queries fast.

Rows are replaced, never changed in place, so a caller may hold one safely. Deleted rows stay.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sandbox.salesforce.fields import FieldSpec, ObjectSpec

_HIGHEST = "\U0010ffff"


class Row(dict[str, Any]):
    """A record: API name -> python value, None for null. Treat it as read-only."""

    @property
    def id(self) -> str:
        return str(self["Id"])

    @property
    def deleted(self) -> bool:
        return bool(self.get("IsDeleted", False))


def index_key(field: FieldSpec, value: Any) -> Any:
    """The form under which ``value`` is looked up: text without case unless the field is case-sensitive."""
    if isinstance(value, str) and not field.case_sensitive and field.type not in ("reference", "id"):
        return value.casefold()
    return value


class Table:
    """Rows by id, equality indexes, and an order by (SystemModstamp, Id)."""

    def __init__(self, spec: ObjectSpec) -> None:
        self.spec = spec
        self.rows: dict[str, Row] = {}
        self._equal: dict[str, dict[Any, dict[str, None]]] = {}
        self._by_stamp: list[tuple[datetime, str]] = []

    def put(self, row: Row) -> Row | None:
        """Store ``row``; returns the row that it replaces."""
        old = self.rows.get(row.id)
        self.rows[row.id] = row
        self._restamp(old, row)
        for name, index in self._equal.items():
            before, after = (None if old is None else old.get(name)), row.get(name)
            if before != after or old is None:
                self._move(self.spec.fields[name], index, row.id, before, after)
        return old

    def drop(self, record_id: str) -> Row:
        """Remove a row without a trace; for undoing a create and for setup objects."""
        row = self.rows.pop(record_id)
        self._restamp(row, None)
        for name, index in self._equal.items():
            self._move(self.spec.fields[name], index, record_id, row.get(name), None)
        return row

    def _restamp(self, old: Row | None, new: Row | None) -> None:
        if old is not None:
            key = (old["SystemModstamp"], old.id)
            del self._by_stamp[bisect_left(self._by_stamp, key)]
        if new is not None:
            insort(self._by_stamp, (new["SystemModstamp"], new.id))

    @staticmethod
    def _move(
        field: FieldSpec, index: dict[Any, dict[str, None]], record_id: str, before: Any, after: Any
    ) -> None:
        if before is not None:
            bucket = index.get(index_key(field, before))
            if bucket is not None:
                bucket.pop(record_id, None)
        if after is not None:
            index.setdefault(index_key(field, after), {})[record_id] = None

    def equal(self, field: FieldSpec, values: Iterable[Any]) -> list[Row]:
        """Rows whose ``field`` holds one of ``values``; the index is built at first use."""
        if field.name == "Id":
            return [self.rows[value] for value in dict.fromkeys(values) if value in self.rows]
        index = self._equal.get(field.name)
        if index is None:
            index = self._equal[field.name] = {}
            for row in self.rows.values():
                self._move(field, index, row.id, None, row.get(field.name))
        found: dict[str, None] = {}
        for value in values:
            found.update(index.get(index_key(field, value), {}))
        return [self.rows[record_id] for record_id in found]

    def forget_index(self, name: str) -> None:
        """Drop the index of a field that goes away."""
        self._equal.pop(name, None)

    def stamped(self, low: datetime | None, high: datetime | None) -> Iterator[Row]:
        """Rows with low <= SystemModstamp <= high, in order of (SystemModstamp, Id)."""
        start = 0 if low is None else bisect_left(self._by_stamp, (low, ""))
        stop = len(self._by_stamp) if high is None else bisect_right(self._by_stamp, (high, _HIGHEST))
        rows = self.rows
        return (rows[record_id] for _, record_id in self._by_stamp[start:stop])

    def live(self) -> list[Row]:
        """Rows not deleted, in order of creation."""
        return [row for row in self.rows.values() if not row.deleted]
