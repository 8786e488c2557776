"""Two whole systems held against each other: every difference of linked records, and what explains it.

Deliberately apart from ``merge.py``: it says how things stand, not what should be written, so that a fault of the
merge shows here. Reading the systems is not done here; activities are ``parity_activities.py``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync_rules.addresses import phone_as
from sync_rules.mapping_model import FieldSpec, ValueSpec
from sync_rules.mapping_model import Mapping as SyncMapping
from sync_rules.merge import NO_BASE
from sync_rules.normalise import READERS, canonical
from sync_rules.owners import QUEUE, OwnerMap
from sync_rules.plan_fields import Pairing, Row, pairing
from sync_rules.records import Link, Record, Side

DIFFERS, NOT_AS_COMPUTED, NO_PARTNER, NOBODYS, GONE = (
    "differs", "not as computed", "no partner", "nobody's", "gone",
)  # fmt: skip
"""Kinds of difference: a field, a value that Accord computes, a record that lacks its other half, a record that
belongs to no link, a record that a link names and the side has not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the two systems do not agree.

    Attributes:
        field: the mapping's name, or None when the whole record is meant.
        hubspot, salesforce: raw values; of a computed value the wanted one stands on the other side.
        explained: the rule or the hold that says why, or None: nobody can say.
    """

    kind: str
    link_id: str | None
    object_type: str
    record_id: str
    field: str | None = None
    hubspot: Any = None
    salesforce: Any = None
    explained: str | None = None

    def because(self, why: str | None) -> "Difference":
        """The same, explained by ``why`` unless it is explained already."""
        return self if self.explained is not None or why is None else replace(self, explained=why)


@dataclass(frozen=True, slots=True)
class LinkState:
    """What Accord holds of one link.

    Attributes:
        base: canonical values as last agreed.
        computed: canonical values wanted on both sides, those that apply now.
        held: kinds of open holds by field; "" for the whole record.
    """

    link: Link
    base: Mapping[str, Any]
    computed: Mapping[str, Any]
    held: Mapping[str, str]


class Parity:
    """Compares links one at a time; what is the same for all of them is prepared once."""

    def __init__(self, mapping: SyncMapping, owners: OwnerMap) -> None:
        self._mapping, self._owners = mapping, owners
        people, companies = mapping.people.fields.values(), mapping.companies.fields.values()
        self._pairings = {kind: pairing(people, "contacts", kind) for kind in ("Lead", "Contact")}
        self._pairings["Account"] = pairing(companies, "companies", "Account")

    def fields(self, state: LinkState, hubspot: Record, salesforce: Record) -> Iterator[Difference]:
        """Every shared field in which the two records differ, after normalising by type."""
        pair = self._pairings[salesforce.object_type]
        region = pair.region(hubspot, salesforce, self._mapping.default_region)
        for row in pair.rows:
            if row.hubspot not in hubspot.fields or row.salesforce not in salesforce.fields:
                # A side that hides a field says nothing about it; drift of the schema is told elsewhere.
                continue
            raw = (hubspot.fields[row.hubspot], salesforce.fields[row.salesforce])
            left, right = self._values(row, raw, region, pair, state)
            if left == right:
                continue
            yield Difference(
                DIFFERS,
                state.link.link_id,
                salesforce.object_type,
                salesforce.id,
                row.name,
                *raw,
                explained=_held(state, row.name) or self._by_rule(row, left, right, state, salesforce),
            )

    def _values(
        self, row: Row, raw: tuple[Any, Any], region: str | None, pair: Pairing, state: LinkState
    ) -> tuple[Any, Any]:
        left = row.read(raw[0], row.spec, "hubspot", self._owners, region)
        right = row.read(raw[1], row.spec, "salesforce", self._owners, region)
        if row.spec.type == "phone":
            agreed = state.base.get(row.name)
            left = phone_as(raw[0], left, agreed)
            right = phone_as(raw[1], phone_as(raw[1], right, agreed), left)
            left = phone_as(raw[0], left, right)
        return left, right

    def _by_rule(self, row: Row, left: Any, right: Any, state: LinkState, salesforce: Record) -> str | None:
        if salesforce.fields.get("IsConverted") is True:
            return "the Lead was converted; nobody can write it"
        if row.spec.type == "owner" and any(
            isinstance(one, str) and one.startswith(QUEUE) for one in (left, right)
        ):
            return "a queue owns it, and the other side has no such queue"
        base = state.base.get(row.name, NO_BASE)
        values: tuple[tuple[Side, Any, Any], ...] = (("hubspot", left, right), ("salesforce", right, left))
        for side, mine, theirs in values:
            if mine is None and _blank_stays(row.spec, side, base, theirs):
                return f"a blank in {side} does not erase (blank: {row.spec.blank})"
        return None

    def computed(
        self, state: LinkState, record: Record, *, except_for: frozenset[str]
    ) -> Iterator[Difference]:
        """Values that Accord computes and that the record has otherwise."""
        if record.fields.get("IsConverted") is True:
            return
        for name, wanted in state.computed.items():
            spec = self._mapping.people.computed.get(name)
            target = spec.target(record.object_type) if spec is not None else None
            if spec is None or target is None or target not in record.fields or name in except_for:
                continue
            there = record.fields[target]
            if self._same(spec, record.side, there, wanted):
                continue
            here = record.side == "hubspot"
            yield Difference(
                NOT_AS_COMPUTED,
                state.link.link_id,
                record.object_type,
                record.id,
                name,
                hubspot=there if here else wanted,
                salesforce=wanted if here else there,
                explained=_held(state, name),
            )

    def _same(self, spec: ValueSpec, side: Side, there: Any, wanted: Any) -> bool:
        read = READERS[spec.type]
        said = read(there, spec, side, self._owners, None)
        meant = wanted if spec.type in {"picklist", "multi_picklist"} else canonical(wanted, spec, side)
        return bool(said == meant)


def _held(state: LinkState, name: str) -> str | None:
    kind = state.held.get(name) or state.held.get("")
    return f"held: {kind}" if kind is not None else None


def _blank_stays(spec: FieldSpec, side: Side, base: Any, theirs: Any) -> bool:
    """Whether the documented blank policy lets ``side`` stay blank beside the other side's value."""
    if spec.blank == "clear":
        return False
    if spec.rule == f"always_{side}":
        return True
    if spec.rule in {"always_hubspot", "always_salesforce", "most_restrictive"}:
        return False
    return spec.blank == "keep" and base is not NO_BASE and base == theirs
