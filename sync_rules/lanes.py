"""The order in which the writes of a plan are sent, and what each may still cost when the day's calls run short.

One list for everything that is written. Deciding what is written is the planner's; sending it, the apply step's.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeVar

from sync_rules.plan import REMOVALS, Write

Lane = Literal["consent", "sla", "hot", "people", "activities", "engagement", "removals"]
LANES: Final[Mapping[Lane, float]] = {
    "consent": 0.0,
    "sla": 0.05,
    "hot": 0.05,
    "people": 0.10,
    "activities": 0.15,
    "engagement": 0.25,
    "removals": 0.25,
}
"""The lanes, first to last, each with the share of the day's API calls below which it waits.

``consent``: opt-outs. ``sla``: due times, touches and status of the agreement. ``hot``: people whom the agreement hands
over, and their creation in Salesforce. ``people``: everybody else, and companies. ``activities``: calls, e-mails,
meetings, tasks. ``engagement``: the daily Task of opens and clicks. ``removals``: what takes records away.
"""

_ORDER = {lane: place for place, lane in enumerate(LANES)}
_SLA = frozenset(
    {"handoff_at", "first_touch_due", "first_touch_at", "touches_made", "touches_owed", "sla_status"}
)
_PEOPLE = frozenset({"contacts", "Lead", "Contact"})
_COMPANIES = frozenset({"companies", "Account"})
_T = TypeVar("_T")


def lane_of(write: Write, hot: Collection[str]) -> Lane:
    """The lane of a write; ``hot`` are the link ids of people whom the agreement hands over."""
    if write.operation in REMOVALS:
        return "removals"
    if write.consent:
        return "consent"
    if write.object_type in _COMPANIES:
        return "people"
    if write.object_type not in _PEOPLE:
        return "engagement" if all(change.rule == "accord" for change in write.changes) else "activities"
    if write.operation == "update" and any(change.name in _SLA for change in write.changes):
        return "sla"
    handed_over = write.operation == "create" and write.side == "salesforce"
    return "hot" if handed_over or write.link_id in hot else "people"


def urgency(write: Write, hot: Collection[str]) -> tuple[int, bool, str]:
    """The place of a write in the plan: by lane; in each, companies before people."""
    return _ORDER[lane_of(write, hot)], write.object_type not in _COMPANIES, write.key


def in_batches(items: Sequence[_T], write_of: Callable[[_T], Write], size: int) -> Iterator[list[_T]]:
    """Items whose writes can be sent together, each batch filled up with less urgent ones of its kind.

    Batches come in the order of their most urgent write; consent has batches of its own, because only those may
    use the budget's reserve.
    """
    kinds: dict[tuple[str, str, str, bool], list[tuple[int, _T]]] = {}
    for place, item in enumerate(items):
        write = write_of(item)
        kind = (write.side, write.object_type, write.operation, write.consent)
        kinds.setdefault(kind, []).append((place, item))
    batches = [
        placed[start : start + size] for placed in kinds.values() for start in range(0, len(placed), size)
    ]
    for batch in sorted(batches, key=lambda placed: placed[0][0]):
        yield [item for _, item in batch]
