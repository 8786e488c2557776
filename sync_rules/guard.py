"""The guard: whether a plan may be carried out without a person's approval.

Counting against caps only. What the plan says is not judged here, and nothing is written.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sync_rules.mapping_caps import Cap, Caps
from sync_rules.plan import Plan


@dataclass(frozen=True, slots=True)
class Tripped:
    """One cap that the plan would exceed.

    Attributes:
        what: ``create Lead``, ``blank contacts``, ``change owner of Lead``, ...
        limit: records (values, for blanks) that would have passed.
        how_to_approve: one sentence for people.
    """

    what: str
    count: int
    limit: int
    how_to_approve: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``ok``: the plan may be carried out; otherwise every cap that stopped it."""

    ok: bool
    tripped: tuple[Tripped, ...]


def judge(plan: Plan, population: Mapping[str, int], caps: Caps, *, first_pass: bool) -> Verdict:
    """Hold a plan against the caps.

    Args:
        population: how many records exist now by object type (``Lead``: 400); a share of an object type that
            is not given is not judged.
        first_pass: the first against this pair of systems, which only plans.
    """
    tripped = list(_over(plan, population, caps))
    if first_pass and plan.writes:
        what = "first pass against these two systems"
        tripped.insert(
            0, Tripped(what, len(plan.writes), 0, "Read the plan, then approve it; only this once.")
        )
    return Verdict(not tripped, tuple(tripped))


def _over(plan: Plan, population: Mapping[str, int], caps: Caps) -> Iterator[Tripped]:
    yield from _operations_over(plan, population, caps)
    for (object_type, name), count in sorted(_fields_counted(plan, caps).items()):
        limit = _limit(caps.fields[name], population.get(object_type))
        if limit is not None and count > limit:
            how = f"Read the plan and approve it, or raise `caps.fields.{name}` in the mapping."
            yield Tripped(f"change {name} of {object_type}", count, limit, how)


def _operations_over(plan: Plan, population: Mapping[str, int], caps: Caps) -> Iterator[Tripped]:
    for (object_type, operation), count in sorted(_counted(plan).items()):
        cap, place = caps.of(object_type, operation)
        limit = _limit(cap, population.get(object_type))
        if limit is not None and count > limit:
            how = f"Read the plan and approve it, or raise `{place}` in the mapping."
            yield Tripped(f"{operation} {object_type}", count, limit, how)


def _counted(plan: Plan) -> Counter[tuple[str, str]]:
    counted: Counter[tuple[str, str]] = Counter()
    for write in plan.writes:
        counted[write.object_type, write.operation] += 1
        if write.operation == "update":
            emptied = sum(1 for c in write.changes if c.after in (None, "") and c.before not in (None, ""))
            if emptied:
                counted[write.object_type, "blank"] += emptied
    return counted


def _fields_counted(plan: Plan, caps: Caps) -> Counter[tuple[str, str]]:
    """Existing records by object type and capped field; a record that is created has no value to lose."""
    return Counter(
        (write.object_type, change.name)
        for write in plan.writes
        if write.operation != "create"
        for change in write.changes
        if change.name in caps.fields
    )


def _limit(cap: Cap, population: int | None) -> int | None:
    """The stricter of the two limits; a share never asks about fewer records than its floor."""
    limits = [] if cap.absolute is None else [cap.absolute]
    if cap.share is not None and population is not None:
        limits.append(max(int(cap.share * population), cap.floor))
    return min(limits, default=None)
