"""Fields of one person or company side by side: both values, the agreed one, whose word counts, what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync_rules.mapping import ComputedSpec, FieldSpec, ValueSpec
from sync_rules.merge import NO_BASE, Seen, merge_field
from sync_rules.normalise import Unreadable, canonical
from sync_rules.owners import OwnerMap
from sync_rules.plan import FieldChange, Plan, Write
from sync_rules.plan_fields import pairing, stamp_of
from sync_rules.records import Record, Side
from sync_rules.stored import to_json

WHOSE: Mapping[str, str] = {
    "two_way": "the latest change",
    "prefer_salesforce": "Salesforce, if both changed",
    "prefer_hubspot": "HubSpot, if both changed",
    "always_salesforce": "Salesforce",
    "always_hubspot": "HubSpot",
    "most_restrictive": "the stricter side",
    "accord": "Accord",
    "dont_sync": "each side its own",
    "link": "Accord",
}
_SIDES: Mapping[Side, str] = {"hubspot": "HubSpot", "salesforce": "Salesforce"}
NOT_THERE = "·"


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of the mapping for one person.

    Attributes:
        hubspot, salesforce: as each side last said it; ``NOT_THERE`` where it has no such field or record.
        base: as last agreed, or ``NOT_THERE``.
        state: in agreement, what will be written and why, held and why, or why a difference stays.
        calm: nothing to do and nothing held.
    """

    name: str
    rule: str
    hubspot: Any
    salesforce: Any
    base: Any
    state: str
    calm: bool


def field_lines(
    specs: Sequence[FieldSpec | ComputedSpec],
    records: tuple[Record | None, Record | None],
    region: str | None,
    base: Mapping[str, Any],
    owners: OwnerMap,
    plan: Plan,
    held: Sequence[Any],
) -> tuple[FieldLine, ...]:
    """Every field of the mapping.

    Args:
        specs: the fields of this kind of record, in the order in which they are shown.
        records: in HubSpot and in Salesforce, the deleted too.
        region: ISO country by which phone numbers are read where the records name none.
    """
    coming = {change.name: (write, change) for write in plan.writes for change in write.changes}
    holds = {hold.field: hold.why for hold in held if hold.field}
    merged = _Merged(specs, records, region, base, owners)
    lines = []
    for spec in specs:
        hubspot, salesforce = _raw(records[0], spec, owners), _raw(records[1], spec, owners)
        if hubspot is NOT_THERE and salesforce is NOT_THERE:
            continue
        if spec.name in coming:
            state, calm = _coming(*coming[spec.name]), False
        elif spec.name in holds:
            state, calm = f"held: {holds[spec.name]}", False
        elif isinstance(spec, FieldSpec):
            state, calm = merged.state(spec, hubspot, salesforce)
        else:
            state, calm = "as Accord wants it", True
        agreed = to_json(base[spec.name]) if spec.name in base else NOT_THERE
        lines.append(FieldLine(spec.name, spec.rule, hubspot, salesforce, agreed, state, calm))
    return tuple(lines)


def _raw(record: Record | None, spec: ValueSpec, owners: OwnerMap) -> Any:
    target = spec.target(record.object_type) if record is not None and not record.deleted else None
    if record is None or target is None or target not in record.fields:
        return NOT_THERE
    value = record.fields[target]
    # Nobody knows an owner by their id.
    return (owners.key_of(record.side, str(value)) if spec.type == "owner" and value else None) or value


def _coming(write: Write, change: FieldChange) -> str:
    verb = "goes along when created in" if write.operation == "create" else "will be written to"
    return f"{verb} {_SIDES[write.side]}: {change.why}"


class _Merged:
    """Says how the merge sees one field, with the values in their canonical form."""

    def __init__(
        self,
        specs: Sequence[FieldSpec | ComputedSpec],
        records: tuple[Record | None, Record | None],
        region: str | None,
        base: Mapping[str, Any],
        owners: OwnerMap,
    ) -> None:
        living = [None if one is None or one.deleted else one for one in records]
        self._hubspot, self._salesforce = living
        self._base, self._owners = base, owners
        self._region = region
        if self._hubspot is not None and self._salesforce is not None:
            fields = [spec for spec in specs if isinstance(spec, FieldSpec)]
            pair = pairing(fields, self._hubspot.object_type, self._salesforce.object_type)
            self._region = pair.region(self._hubspot, self._salesforce, region)

    def state(self, spec: FieldSpec, hubspot: Any, salesforce: Any) -> tuple[str, bool]:
        """The field in words, and whether nothing is amiss."""
        if spec.rule == "dont_sync":
            return "not synced, by the mapping", True
        if hubspot is NOT_THERE or salesforce is NOT_THERE:
            return "on one side only", True
        one, other = self._seen(spec, self._hubspot), self._seen(spec, self._salesforce)
        if one is None or other is None:
            return "on one side only", True
        decision = merge_field(spec, self._base.get(spec.name, NO_BASE), one, other)
        if one.value == other.value:
            unreadable = isinstance(one.value, Unreadable)
            return ("not readable on either side" if unreadable else "in agreement"), not unreadable
        return f"differs: {decision.why}", False

    def _seen(self, spec: FieldSpec, record: Record | None) -> Seen | None:
        target = spec.target(record.object_type) if record is not None else None
        if record is None or target is None:
            return None
        value = canonical(
            record.fields.get(target), spec, record.side, owners=self._owners, region=self._region
        )
        return Seen(value, stamp_of(record, target))
