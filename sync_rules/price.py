"""What carrying a plan out costs in API calls, by vendor, before the first of them is made.

Counted from the writes alone, the way that the apply step and the connectors cut them into calls: exact when
neither side refuses anything or asks for patience; every repeat, split batch or read-back comes on top. Reading
is no part of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sync_rules.company_ids import PARENT_PROPERTY
from sync_rules.lanes import in_batches
from sync_rules.overtaken import watched
from sync_rules.plan import REMOVALS, Write
from sync_rules.plan_computed import CLEAR_THEN_SET
from sync_rules.planner import after_create
from sync_rules.records import SIDES, Side

_T = TypeVar("_T")
_ANY_ID = "?"


@dataclass(frozen=True, slots=True)
class BatchSizes:
    """How many records (addresses, pairs) one call takes.

    Attributes:
        at_once: writes of one kind that the apply step hands over together; a remainder is not filled up.
        by_rule: whether new Leads without an owner go in calls of their own, for Salesforce to assign.
        histories: records whose history one call tells: what an update of HubSpot has replaced.
        singly: ``(side, operation)`` that take one call for each record.
    """

    at_once: int
    hubspot: int
    salesforce: int
    associations: int
    histories: int
    by_rule: bool = False
    singly: frozenset[tuple[Side, str]] = frozenset(
        {("hubspot", "opt_out"), ("hubspot", "opt_in"), ("hubspot", "purge")}
    )


@dataclass(frozen=True, slots=True)
class PriceLine:
    """The calls for one kind of write; ``records`` that they carry."""

    side: Side
    object_type: str
    operation: str
    records: int
    calls: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a plan costs."""

    lines: tuple[PriceLine, ...]
    calls: Mapping[Side, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Calls of both vendors together."""
        return sum(self.calls.values())


def price(writes: Iterable[Write], sizes: BatchSizes, *, follow: bool = True) -> Price:
    """The calls that writing these takes, and (``follow``) the writes that follow from creates."""
    records: Counter[tuple[Side, str, str]] = Counter()
    calls: Counter[tuple[Side, str, str]] = Counter()
    pending = list(writes)
    while pending:
        following: list[Write] = []
        for batch in in_batches(pending, lambda write: write, sizes.at_once):
            kind = _kind(batch[0])
            records[kind] += len(batch)
            calls[kind] += _calls(batch, sizes)
            following += (made for write in batch if (made := after_create(write, _ANY_ID)) is not None)
        pending = following if follow else []
    lines = tuple(PriceLine(*kind, records[kind], calls[kind]) for kind in sorted(records))
    totals = {side: sum(line.calls for line in lines if line.side == side) for side in SIDES}
    return Price(lines, totals)


def _kind(write: Write) -> tuple[Side, str, str]:
    return write.side, write.object_type, write.operation


def _calls(batch: Sequence[Write], sizes: BatchSizes) -> int:
    side, _, operation = _kind(batch[0])
    if (side, operation) in sizes.singly:
        return len({write.external_key if operation == "opt_out" else write.key for write in batch})
    size = sizes.hubspot if side == "hubspot" else sizes.salesforce
    calls = 0
    for group in _one_call_each(batch, by_rule=sizes.by_rule):
        calls += -(-len(group) // size)
    if side == "hubspot":
        back = [write for write in batch if any(c.rule == CLEAR_THEN_SET for c in write.changes)]
        calls += -(-len(back) // size)
        calls += -(-sum(1 for write in batch if watched(write)) // sizes.histories)
        calls += _association_calls(batch, sizes)
        calls += _parent_calls(batch, sizes)
    return calls


def _one_call_each(batch: Sequence[Write], *, by_rule: bool) -> Iterator[list[Write]]:
    """Writes that may share a call: one verb, one key field, no record twice, owners assigned alike."""
    groups: dict[tuple[str, bool, int], list[Write]] = {}
    seen: Counter[tuple[str, bool, str]] = Counter()
    for write in batch:
        if write.operation == "update" and not any(one.target != PARENT_PROPERTY for one in write.changes):
            continue
        key_field = write.external_key[0] if write.operation == "create" and write.external_key else ""
        unowned = by_rule and left_to_assignment_rules(write)
        identity = (key_field, unowned, _identity(write))
        groups.setdefault((key_field, unowned, seen[identity]), []).append(write)
        seen[identity] += 1
    yield from groups.values()


def left_to_assignment_rules(write: Write) -> bool:
    """Whether the plan gives a new Lead no owner."""
    is_lead = (write.side, write.object_type, write.operation) == ("salesforce", "Lead", "create")
    return is_lead and "OwnerId" not in write.fields


def _identity(write: Write) -> str:
    if write.record_id is not None:
        return write.record_id
    if write.external_key is not None:
        return write.external_key[1].strip().casefold()
    email = write.fields.get("email")
    return f"email:{str(email).strip().casefold()}" if email else f"write:{write.key}"


def _parent_calls(batch: Sequence[Write], sizes: BatchSizes) -> int:
    """Companies that get another parent are read, taken from under the old one, put under the new one."""
    moved = [change for write in batch for change in write.changes if change.target == PARENT_PROPERTY]
    taken, put = sum(1 for one in moved if one.before), sum(1 for one in moved if one.after)
    return -(-len(moved) // sizes.hubspot) - (-taken // sizes.associations) - (-put // sizes.associations)


def _association_calls(batch: Sequence[Write], sizes: BatchSizes) -> int:
    """A plain create carries its associations; an upsert or an update cannot."""
    pairs: dict[str, int] = Counter(
        to_type
        for write in batch
        if write.operation not in REMOVALS
        and not (write.operation == "create" and write.external_key is None)
        for to_type, _ in write.associations
    )
    return sum(-(-number // sizes.associations) for number in pairs.values())
