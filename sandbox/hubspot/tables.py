"""The records of one object type: by id, by unique value, by the ids that merges absorbed.

Keeps the indexes true; decides nothing about values.
"""

from collections.abc import Iterator

from sandbox.hubspot.indexes import SortedIndex
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.records import Record
from sandbox.hubspot.schema import Schema
from sandbox.hubspot.search_index import SearchIndex


class Table:
    """All records of one type, archived ones included."""

    def __init__(self, kind: ObjectType, schema: Schema, *, search_lag_s: float) -> None:
        self.kind = kind
        self.schema = schema
        self.search = SearchIndex(kind, search_lag_s, schema.unique_names())
        self._records: dict[str, Record] = {}
        self._live = SortedIndex()
        self._archived = SortedIndex()
        self._unique: dict[str, dict[str, str]] = {name: {} for name in schema.unique_names()}
        self._absorbed: dict[str, str] = {}
        self._next_id = kind.first_id

    def new_id(self) -> str:
        self._next_id += 1
        return str(self._next_id - 1)

    def track_unique(self, name: str) -> None:
        """Begin to enforce uniqueness of a new property."""
        self._unique.setdefault(name, {})
        self.search.track(name)

    def get(self, record_id: str) -> Record | None:
        """The record of that very id, archived or not; absorbed ids are not followed."""
        return self._records.get(record_id)

    def resolve(self, record_id: str) -> Record | None:
        """Like `get`, but an absorbed id gives the record that a merge left."""
        return self._records.get(self._absorbed.get(record_id, record_id))

    def was_absorbed(self, record_id: str) -> bool:
        return record_id in self._absorbed

    def owner_of(self, name: str, value: str) -> Record | None:
        """The live record that holds the unique value (case-insensitive), or None."""
        if name == "hs_object_id":
            found = self.resolve(value)
            return found if found is not None and not found.archived else None
        record_id = self._unique.get(name, {}).get(value.lower())
        return None if record_id is None else self._records[record_id]

    def is_unique(self, name: str) -> bool:
        return name in self._unique

    def live(self) -> Iterator[Record]:
        """Live records by ascending id."""
        return (self._records[str(item)] for item in self._live.ids())

    def page(self, after: int, limit: int, *, archived: bool) -> list[Record]:
        """Up to `limit` records whose id is at least `after`."""
        order = self._archived if archived else self._live
        ids = order.page(after, None, descending=False, offset=0, limit=limit)
        return [self._records[str(item)] for item in ids]

    def all(self) -> Iterator[Record]:
        return iter(self._records.values())

    def insert(self, record: Record) -> None:
        self._records[record.id] = record
        self._live.put(int(record.id), int(record.id))
        self._claim(record)
        self.search.publish(record)

    def changed(self, record: Record, before: dict[str, str | None]) -> None:
        """Bring the indexes up to date after `record.properties` was replaced."""
        if not record.archived:
            self._release(record, before)
            self._claim(record)
            self.search.publish(record)

    def set_archived(self, record: Record, *, archived: bool) -> None:
        """Move between the live and the archived order; unique values are free while archived."""
        item = int(record.id)
        source, target = (self._live, self._archived) if archived else (self._archived, self._live)
        source.remove(item)
        target.put(item, item)
        if archived:
            self._release(record, record.properties)
            self.search.remove(record)
        else:
            self._claim(record)
            self.search.publish(record)

    def destroy(self, record: Record) -> None:
        """Forget the record altogether."""
        item = int(record.id)
        self._release(record, record.properties)
        self._live.remove(item)
        self._archived.remove(item)
        self.search.remove(record)
        del self._records[record.id]

    def absorb(self, record: Record, into_id: str) -> None:
        """Forget a merged record; its id, and those it had absorbed, now lead to `into_id`."""
        self.destroy(record)
        for old, target in list(self._absorbed.items()):
            if target == record.id:
                self._absorbed[old] = into_id
        self._absorbed[record.id] = into_id

    def _unique_values(self, properties: dict[str, str | None]) -> Iterator[tuple[str, str]]:
        for name in self._unique:
            value = properties.get(name)
            if value and name != "hs_object_id":
                yield name, value.lower()
        if self.kind.name == "contacts":
            for address in (properties.get("hs_additional_emails") or "").split(";"):
                if address:
                    yield "email", address.lower()

    def _claim(self, record: Record) -> None:
        for name, value in self._unique_values(record.properties):
            self._unique[name][value] = record.id

    def _release(self, record: Record, properties: dict[str, str | None]) -> None:
        for name, value in self._unique_values(properties):
            if self._unique[name].get(value) == record.id:
                del self._unique[name][value]
