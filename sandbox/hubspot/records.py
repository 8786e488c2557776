"""Records, the writes that made them, and who made those writes.

Nothing here validates or indexes: a `Record` is what the store keeps for one id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.values import iso

Properties = dict[str, str | None]
MAX_HISTORY_CONTACT = 45
MAX_HISTORY_OTHER = 20
# Writers inside HubSpot itself, which may set what callers may not.
_COMPUTING = frozenset({"ANALYTICS", "CALCULATED", "EMAIL", "FORM", "MERGE_OBJECTS"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: what property history shows as the source."""

    source_type: str
    source_id: str | None
    user_id: int | None

    @classmethod
    def user(cls, user_id: int) -> "Actor":
        """A person in HubSpot's own pages."""
        return cls("CRM_UI", f"userId:{user_id}", user_id)

    @classmethod
    def integration(cls, app_id: int) -> "Actor":
        """An app writing through the API."""
        return cls("INTEGRATION", str(app_id), None)

    @classmethod
    def system(cls, source_type: str) -> "Actor":
        """A part of HubSpot: ANALYTICS, FORM, EMAIL, CALCULATED, IMPORT, ..."""
        return cls(source_type, None, None)

    @property
    def computes(self) -> bool:
        """Whether this writer may set read-only properties."""
        return self.source_type in _COMPUTING


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One value that a property had; `value` is "" where the property was cleared."""

    value: str
    timestamp: datetime
    source_type: str
    source_id: str | None
    user_id: int | None

    def wire(self) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "value": self.value,
            "timestamp": iso(self.timestamp),
            "sourceType": self.source_type,
        }
        if self.source_id is not None:
            entry["sourceId"] = self.source_id
        if self.user_id is not None:
            entry["updatedByUserId"] = self.user_id
        return entry


@dataclass(frozen=True, slots=True)
class Write:
    """What one write changed. One per write, not one per property: most values share their write."""

    at: datetime
    actor: Actor
    changed: Mapping[str, str]


@dataclass(slots=True)
class Record:
    """One CRM record.

    `properties` is replaced, never mutated, on a write, so a reference to it is a snapshot.
    """

    object_type: ObjectType
    id: str
    properties: Properties
    created_at: datetime
    updated_at: datetime
    writes: list[Write] = field(default_factory=list)
    archived: bool = False
    archived_at: datetime | None = None
    version: int = 0

    @property
    def history(self) -> dict[str, list[HistoryEntry]]:
        """Every property's entries, newest first."""
        entries: dict[str, list[HistoryEntry]] = {}
        for write in reversed(self.writes):
            for name, value in write.changed.items():
                entries.setdefault(name, []).append(self._entry(write, value))
        limit = self._history_limit
        return {name: found[:limit] for name, found in entries.items()}

    def history_of(self, name: str) -> list[HistoryEntry]:
        """One property's entries, newest first."""
        found = [
            self._entry(write, write.changed[name])
            for write in reversed(self.writes)
            if name in write.changed
        ]
        return found[: self._history_limit]

    @property
    def _history_limit(self) -> int:
        return MAX_HISTORY_CONTACT if self.object_type.name == "contacts" else MAX_HISTORY_OTHER

    @staticmethod
    def _entry(write: Write, value: str) -> HistoryEntry:
        actor = write.actor
        return HistoryEntry(value, write.at, actor.source_type, actor.source_id, actor.user_id)
