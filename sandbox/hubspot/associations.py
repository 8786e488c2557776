"""Associations between records: HubSpot's own types, both directions kept in step, one primary company.

Knows ids only; whether they exist is asked by the caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.hubspot import errors

PRIMARY_LABEL = "Primary"
# from -> to -> (default type id, primary type id or None)
_TYPES: dict[tuple[str, str], tuple[int, int | None]] = {
    ("contacts", "companies"): (279, 1),
    ("companies", "contacts"): (280, 2),
    ("deals", "companies"): (341, 5),
    ("companies", "deals"): (342, 6),
    ("contacts", "deals"): (4, None),
    ("deals", "contacts"): (3, None),
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


@dataclass(frozen=True, slots=True)
class AssociationTypes:
    """The type ids of one direction."""

    default: int
    primary: int | None

    def label(self, type_id: int) -> str | None:
        return PRIMARY_LABEL if type_id == self.primary else None

    @property
    def ids(self) -> tuple[int, ...]:
        return (self.default,) if self.primary is None else (self.primary, self.default)


def association_types(from_type: str, to_type: str) -> AssociationTypes:
    """The types of a direction.

    Raises:
        HubSpotFault: 400 when HubSpot knows no association between the two.
    """
    found = _TYPES.get((from_type, to_type))
    if found is None:
        raise errors.validation(f"No association type is defined from {from_type} to {to_type}.")
    return AssociationTypes(*found)


class Associations:
    """All associations of the portal."""

    def __init__(self) -> None:
        # (from type, to type) -> from id -> to id -> is primary
        self._links: dict[tuple[str, str], dict[str, dict[str, bool]]] = {}

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
        return gone is not None

    def unlabel(self, from_type: str, from_id: str, to_type: str, to_id: str) -> None:
        """Take the primary mark away and leave the association."""
        if self.type_ids(from_type, from_id, to_type, to_id):
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
