"""Lists (segments) and who was put on them. Who is on a dynamic list follows from its filter: `portal.py`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.hubspot import errors
from sandbox.hubspot.values import iso

PROCESSING_TYPES = ("MANUAL", "DYNAMIC", "SNAPSHOT")


@dataclass(slots=True)
class ContactList:
    """One list; `members` maps record id to the time of joining."""

    id: str
    name: str
    object_type_id: str
    processing_type: str
    created_at: datetime
    updated_at: datetime
    members: dict[str, datetime] = field(default_factory=dict)
    filter_branch: dict[str, Any] | None = None
    deleted_at: datetime | None = None

    def wire(self, *, size: int, with_filters: bool = False) -> dict[str, Any]:
        body: dict[str, Any] = {
            "listId": self.id,
            "listVersion": 1,
            "name": self.name,
            "objectTypeId": self.object_type_id,
            "processingType": self.processing_type,
            "processingStatus": "COMPLETE",
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.updated_at),
            "size": size,
        }
        if with_filters and self.filter_branch is not None:
            body["filterBranch"] = self.filter_branch
        return body

    def search_wire(self, *, size: int) -> dict[str, Any]:
        body = self.wire(size=size)
        return {**body, "additionalProperties": {"hs_list_size": str(body.pop("size"))}}


class Lists:
    """All lists of the portal."""

    def __init__(self) -> None:
        self._lists: dict[str, ContactList] = {}

    def add(
        self,
        name: str,
        processing_type: str,
        object_type_id: str,
        now: datetime,
        filter_branch: dict[str, Any] | None = None,
    ) -> ContactList:
        """Create a list.

        Raises:
            HubSpotFault: 400 for an unknown processing type or a name in use.
        """
        if processing_type not in PROCESSING_TYPES:
            raise errors.validation(
                f"{processing_type} is not a processing type: {', '.join(PROCESSING_TYPES)}"
            )
        if self.by_name(object_type_id, name) is not None:
            raise errors.validation(f"List with name {name} already exists.")
        made = ContactList(
            id=str(len(self._lists) + 1),
            name=name,
            object_type_id=object_type_id,
            processing_type=processing_type,
            created_at=now,
            updated_at=now,
            filter_branch=filter_branch,
        )
        self._lists[made.id] = made
        return made

    def require(self, list_id: str) -> ContactList:
        found = self._lists.get(list_id)
        if found is None or found.deleted_at is not None:
            raise errors.not_found(f"List does not exist with ID {list_id}.")
        return found

    def restore(self, list_id: str) -> None:
        """Bring a deleted list back."""
        found = self._lists.get(list_id)
        if found is None:
            raise errors.not_found(f"List does not exist with ID {list_id}.")
        found.deleted_at = None

    def by_name(self, object_type_id: str, name: str) -> ContactList | None:
        return next(
            (one for one in self.live() if one.object_type_id == object_type_id and one.name == name), None
        )

    def live(self) -> list[ContactList]:
        return [one for one in self._lists.values() if one.deleted_at is None]

    def change(
        self, list_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = (), now: datetime
    ) -> tuple[list[str], list[str]]:
        """Add and remove members; ids already there (or absent) are ignored.

        Returns:
            Ids really added and ids really removed.

        Raises:
            HubSpotFault: 400 on a dynamic list, whose members follow from its filter.
        """
        found = self.require(list_id)
        if found.processing_type == "DYNAMIC":
            raise errors.validation("Memberships of a DYNAMIC list cannot be changed manually.")
        added = [record_id for record_id in dict.fromkeys(add) if record_id not in found.members]
        removed = [record_id for record_id in dict.fromkeys(remove) if record_id in found.members]
        for record_id in added:
            found.members[record_id] = now
        for record_id in removed:
            del found.members[record_id]
        return added, removed

    def forget(self, object_type_id: str, record_id: str) -> None:
        for one in self._lists.values():
            if one.object_type_id == object_type_id:
                one.members.pop(record_id, None)

    def move(self, object_type_id: str, old_id: str, new_id: str) -> None:
        """Let `new_id` inherit the memberships of a merged record."""
        for one in self._lists.values():
            joined = one.members.pop(old_id, None) if one.object_type_id == object_type_id else None
            if joined is not None:
                one.members.setdefault(new_id, joined)
