"""Associations between records: HubSpot's own types, both directions kept in step, one primary company.

A company stands under one other company at most. Knows ids only; whether they exist is asked by the caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sandbox.hubspot import errors

PRIMARY_LABEL = "Primary"
TO_CHILD, TO_PARENT = 13, 14
_HIERARCHY_LABELS = {TO_CHILD: "Child Company", TO_PARENT: "Parent Company"}
# from -> to -> (default type id, primary type id or None)
_TYPES: dict[tuple[str, str], tuple[int, int | None]] = {
    ("contacts", "companies"): (279, 1),
    ("companies", "contacts"): (280, 2),
    ("deals", "companies"): (341, 5),
    ("companies", "deals"): (342, 6),
    ("contacts", "deals"): (4, None),
    ("deals", "contacts"): (3, None),
    ("companies", "companies"): (450, None),
}
for _activity, (_contact, _company, _deal) in {
    "calls": (194, 182, 206),
    "emails": (198, 186, 210),
    "meetings": (200, 188, 212),
    "notes": (202, 190, 214),
    "tasks": (204, 192, 216),
}.items():
    for _target, _type_id in (("contacts", _contact), ("companies", _company), ("deals", _deal)):
        _TYPES[_activity, _target] = (_type_id, None)
        _TYPES[_target, _activity] = (_type_id - 1, None)


class Link(NamedTuple):
    """An association to make with a new record; `type_ids` None means the default type."""

    to_type: str
    to_id: str
    type_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class AssociationTypes:
    """The type ids of one direction."""

    default: int
    primary: int | None
    hierarchy: bool = False

    def label(self, type_id: int) -> str | None:
        if self.hierarchy:
            return _HIERARCHY_LABELS.get(type_id)
        return PRIMARY_LABEL if type_id == self.primary else None

    @property
    def ids(self) -> tuple[int, ...]:
        if self.hierarchy:
            return (self.default, TO_CHILD, TO_PARENT)
        return (self.default,) if self.primary is None else (self.primary, self.default)


def association_types(from_type: str, to_type: str) -> AssociationTypes:
    """The types of a direction.

    Raises:
        HubSpotFault: 400 when HubSpot knows no association between the two.
    """
    found = _TYPES.get((from_type, to_type))
    if found is None:
        raise errors.validation(f"No association type is defined from {from_type} to {to_type}.")
    return AssociationTypes(*found, hierarchy=from_type == to_type == "companies")


class Associations:
    """All associations of the portal."""

    def __init__(self) -> None:
        # (from type, to type) -> from id -> to id -> is primary
        self._links: dict[tuple[str, str], dict[str, dict[str, bool]]] = {}
        self._parents: dict[str, str] = {}

    def targets(self, from_type: str, from_id: str, to_type: str) -> list[str]:
        """Ids associated with the record, ascending."""
        found = self._links.get((from_type, to_type), {}).get(from_id, {})
        return sorted(found, key=int)

    def type_ids(self, from_type: str, from_id: str, to_type: str, to_id: str) -> list[int]:
        """The type ids of a pair as seen from `from`; empty when not associated."""
        primary = self._links.get((from_type, to_type), {}).get(from_id, {}).get(to_id)
        if primary is None:
            return []
        types = association_types(from_type, to_type)
        if types.hierarchy:
            ends = ((TO_CHILD, to_id, from_id), (TO_PARENT, from_id, to_id))
            labels = [one for one, child, parent in ends if self._parents.get(child) == parent]
            return [types.default, *labels]
        return list(types.ids) if primary else [types.default]

    def primary(self, from_type: str, from_id: str, to_type: str) -> str | None:
        """The primary target (a contact's or a deal's company), or None."""
        found = self._links.get((from_type, to_type), {}).get(from_id, {})
        return next((to_id for to_id, primary in found.items() if primary), None)

    def put(self, from_type: str, from_id: str, to_type: str, to_id: str, type_ids: Iterable[int]) -> bool:
        """Associate with exactly these types (the default one always included); True when the pair is new.

        Raises:
            HubSpotFault: 400 for a type id that does not go in this direction.
        """
        types = association_types(from_type, to_type)
        wanted = set(type_ids)
        if not wanted <= set(types.ids):
            wrong = min(wanted - set(types.ids))
            raise errors.validation(f"Association type {wrong} does not go from {from_type} to {to_type}.")
        if types.hierarchy:
            self._put_under(from_id, to_id, wanted)
        new = to_id not in self._links.get((from_type, to_type), {}).get(from_id, {})
        primary = types.primary is not None and types.primary in wanted
        if primary:
            self._drop_primary(from_type, from_id, to_type, to_id)
        self._set(from_type, from_id, to_type, to_id, primary=primary)
        return new

    def remove(self, from_type: str, from_id: str, to_type: str, to_id: str) -> bool:
        """Take all types of the pair away; False when there were none."""
        gone = self._links.get((from_type, to_type), {}).get(from_id, {}).pop(to_id, None)
        self._links.get((to_type, from_type), {}).get(to_id, {}).pop(from_id, None)
        if from_type == to_type == "companies":
            self.unlabel_hierarchy(from_id, to_id, (TO_CHILD, TO_PARENT))
        return gone is not None

    def parent(self, company_id: str) -> str | None:
        """The company above a company, or None."""
        return self._parents.get(company_id)

    def children(self, company_id: str) -> list[str]:
        """The companies right under a company."""
        return [child for child, parent in self._parents.items() if parent == company_id]

    def unlabel_hierarchy(self, from_id: str, to_id: str, type_ids: Iterable[int]) -> None:
        """Take one company from under the other and leave the association."""
        for type_id in type_ids:
            child, parent = (from_id, to_id) if type_id == TO_PARENT else (to_id, from_id)
            if type_id in _HIERARCHY_LABELS and self._parents.get(child) == parent:
                del self._parents[child]

    def _put_under(self, from_id: str, to_id: str, type_ids: Iterable[int]) -> None:
        for type_id in type_ids:
            if type_id not in _HIERARCHY_LABELS:
                continue
            child, parent = (from_id, to_id) if type_id == TO_PARENT else (to_id, from_id)
            if self._parents.get(child, parent) != parent:
                raise errors.validation(f"Company {child} has a parent company already.")
            self._parents[child] = parent

    def unlabel(
        self, from_type: str, from_id: str, to_type: str, to_id: str, type_ids: Iterable[int]
    ) -> None:
        """Take labels (primary, parent, child) away and leave the association."""
        types, labels = association_types(from_type, to_type), set(type_ids)
        if types.hierarchy:
            self.unlabel_hierarchy(from_id, to_id, labels)
        elif types.primary in labels and self.type_ids(from_type, from_id, to_type, to_id):
            self._set(from_type, from_id, to_type, to_id, primary=False)

    def all_of(self, from_type: str, from_id: str) -> list[tuple[str, str, bool]]:
        """Every `(to type, to id, is primary)` of a record."""
        return [
            (to_type, to_id, primary)
            for (source, to_type), links in self._links.items()
            if source == from_type
            for to_id, primary in links.get(from_id, {}).items()
        ]

    def forget(self, from_type: str, from_id: str) -> None:
        """Remove every association of a record."""
        for to_type, to_id, _ in self.all_of(from_type, from_id):
            self.remove(from_type, from_id, to_type, to_id)

    def rows(self) -> list[dict[str, object]]:
        """Every association, one row per direction, for the snapshot."""
        return [
            {"from": from_type, "fromId": from_id, "to": to_type, "toId": to_id, "primary": primary}
            | ({"parent": self._parents.get(from_id) == to_id} if from_type == to_type else {})
            for (from_type, to_type), links in self._links.items()
            for from_id, targets in links.items()
            for to_id, primary in targets.items()
        ]

    def _drop_primary(self, from_type: str, from_id: str, to_type: str, to_id: str) -> None:
        # A contact or deal has one primary company, from whichever end the mark is set.
        holder_type, holder_id = (from_type, from_id) if to_type == "companies" else (to_type, to_id)
        present = self.primary(holder_type, holder_id, "companies")
        if present is not None:
            self._set(holder_type, holder_id, "companies", present, primary=False)

    def _set(self, from_type: str, from_id: str, to_type: str, to_id: str, *, primary: bool) -> None:
        self._links.setdefault((from_type, to_type), {}).setdefault(from_id, {})[to_id] = primary
        self._links.setdefault((to_type, from_type), {}).setdefault(to_id, {})[from_id] = primary
