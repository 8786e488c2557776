"""Who is who among those whom records name by id: people by e-mail, queues by name, companies by their link.

Translation of ids only; when an owner or a parent is written is for the planner.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sync_rules.company_ids import NO_COMPANIES, CompanyIds
from sync_rules.mapping_model import Owners
from sync_rules.records import Side

QUEUE = "queue:"
ASSIGNMENT_RULES = "assignment rules"
"""As fallback: the owner is left to Salesforce's own lead assignment rules."""


class OwnerLike(Protocol):
    """What this module needs to know of an owner."""

    @property
    def side(self) -> Side:
        """Where the owner lives."""

    @property
    def id(self) -> str:
        """What goes into the owner field."""

    @property
    def email(self) -> str | None:
        """Their address; queues may have none."""

    @property
    def name(self) -> str:
        """As people see it."""

    @property
    def active(self) -> bool:
        """Whether records may be given to them."""

    @property
    def queue(self) -> bool:
        """A queue and not a person."""


@dataclass(frozen=True, slots=True)
class OwnerMap:
    """Owner ids of each side to canonical keys and back.

    A canonical key is the owner's Salesforce e-mail in lower case, or ``queue:<name>``.

    Attributes:
        keys: per side, id to key, inactive owners included.
        ids: per side, key to the id of the active owner.
        inactive: keys that exist on a side only as inactive owners.
        fallback: the key of the owner of last resort for created Salesforce records.
        companies: where records of companies are read or written; left empty for people, who name none.
    """

    keys: Mapping[Side, Mapping[str, str]] = field(default_factory=lambda: {"hubspot": {}, "salesforce": {}})
    ids: Mapping[Side, Mapping[str, str]] = field(default_factory=lambda: {"hubspot": {}, "salesforce": {}})
    inactive: Mapping[Side, frozenset[str]] = field(
        default_factory=lambda: {"hubspot": frozenset(), "salesforce": frozenset()}
    )
    fallback: str | None = None
    companies: CompanyIds = NO_COMPANIES

    def key_of(self, side: Side, owner_id: str) -> str | None:
        """The canonical key of an owner id, or None when the side does not list that owner."""
        known = self.keys[side]
        # Salesforce ids come with 15 or 18 characters, and the first 15 decide.
        return known.get(owner_id) or (known.get(owner_id[:15]) if side == "salesforce" else None)

    def id_of(self, side: Side, key: str) -> str | None:
        """The id of the active owner with this key, or None."""
        return self.ids[side].get(key)


NO_OWNERS = OwnerMap()


def owner_map(owners: Iterable[OwnerLike], rules: Owners) -> OwnerMap:
    """Build the map from both sides' owners; of several active owners with one key the lowest id stands."""
    overrides = {_key(hubspot): _key(salesforce) for hubspot, salesforce in rules.overrides.items()}
    keys: dict[Side, dict[str, str]] = {"hubspot": {}, "salesforce": {}}
    ids: dict[Side, dict[str, str]] = {"hubspot": {}, "salesforce": {}}
    listed: dict[Side, set[str]] = {"hubspot": set(), "salesforce": set()}
    for owner in sorted(owners, key=lambda o: (o.side, o.id)):
        key = f"{QUEUE}{owner.name}" if owner.queue else _key(owner.email or "")
        if not key:
            continue
        if owner.side == "hubspot":
            key = overrides.get(_key(key), key)
        keys[owner.side][owner.id] = key
        if owner.side == "salesforce":
            keys[owner.side][owner.id[:15]] = key
        listed[owner.side].add(key)
        if owner.active:
            ids[owner.side].setdefault(key, owner.id)
    return OwnerMap(
        keys=keys,
        ids=ids,
        inactive={
            "hubspot": frozenset(listed["hubspot"] - ids["hubspot"].keys()),
            "salesforce": frozenset(listed["salesforce"] - ids["salesforce"].keys()),
        },
        fallback=_key(rules.fallback) if rules.fallback and rules.fallback != ASSIGNMENT_RULES else None,
    )


def _key(text: str) -> str:
    text = text.strip()
    return text if text.startswith(QUEUE) else text.lower()
