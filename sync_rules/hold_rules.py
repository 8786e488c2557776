"""Who has to act on a hold, and when the queue of holds is bad enough for an alarm.

The owners where the mapping names no other, and the judgement of a queue. Which holds there are is decided by
the planner and the writers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sync_rules.mapping_model import HoldAlarm, HoldRules

ADMIN, SALES_OPS, MARKETING_OPS, RECORD_OWNER, NOBODY = (
    "admin", "sales ops", "marketing ops", "record owner", "nobody",
)  # fmt: skip

# Whoever can remove the cause. A kind that is not listed is the admin's.
OWNERS: Mapping[str, str] = MappingProxyType(
    {
        "ambiguous": SALES_OPS,
        "deleted_other_side": SALES_OPS,
        "drifted": ADMIN,
        "duplicate": SALES_OPS,
        "erased": ADMIN,
        "flapping": ADMIN,
        "invalid_value": RECORD_OWNER,
        "missing_field": ADMIN,
        "missing_minimum": MARKETING_OPS,
        "not_writable": ADMIN,
        "parent_cycle": SALES_OPS,
        "parent_not_linked": SALES_OPS,
        "reconsent": MARKETING_OPS,
        "rejected": SALES_OPS,
        "undone": RECORD_OWNER,
        "unmapped_owner": ADMIN,
        "unmapped_value": ADMIN,
        "deferred": NOBODY,
        "separating": NOBODY,
        "unsent": NOBODY,
    }
)


def owner_of(kind: str, rules: HoldRules) -> str:
    """Who has to act on holds of this kind."""
    return rules.owners.get(kind) or OWNERS.get(kind, ADMIN)


@dataclass(frozen=True, slots=True)
class Standing:
    """One hold, as far as its age and kind go; ``until`` None while it is open."""

    kind: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of holds judged.

    Attributes:
        old: open holds that have stood too long, by kind.
        grown: kinds that grew too fast, with how many more there are than a day before.
    """

    old: Mapping[str, int]
    grown: Mapping[str, int]

    @property
    def fine(self) -> bool:
        """Nothing ages and nothing grows beyond the limits."""
        return not self.old and not self.grown


def judge_queue(standing: Iterable[Standing], alarm: HoldAlarm, *, now: datetime) -> Queue:
    """Judge the holds that are open, or were open within the last day; ``now`` is aware."""
    yesterday = now - timedelta(days=1)
    too_old = now - timedelta(days=alarm.older_than_days)
    old: Counter[str] = Counter()
    more: Counter[str] = Counter()
    for hold in standing:
        if hold.kind in alarm.except_kinds:
            continue
        still = hold.until is None
        old[hold.kind] += still and hold.since < too_old
        more[hold.kind] += still
        more[hold.kind] -= hold.since <= yesterday and (still or (hold.until or now) > yesterday)
    return Queue(
        old={kind: number for kind, number in sorted(old.items()) if number},
        grown={kind: number for kind, number in sorted(more.items()) if number > alarm.more_than},
    )
