"""Activities of both systems held against each other: copies that are there twice, or not at all.

What should be copied is said anew from the mapping, apart from the planner. Reading is not done here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync_rules.activities import activity_of
from sync_rules.activity_pairs import pair_activities
from sync_rules.addresses import plain_text
from sync_rules.external_ids import ACTIVITY_ID_IN_HUBSPOT, ACTIVITY_ID_IN_SALESFORCE, id18
from sync_rules.mapping import Activities
from sync_rules.owners import OwnerMap
from sync_rules.parity import Difference
from sync_rules.records import Link, Record

TWICE, NOT_COPIED, COPY_OF_NOTHING = "copied twice", "not copied", "copy of nothing"
"""Kinds of difference: two copies of one activity, none at all, a copy whose original is not there."""


def twice(records: Iterable[Record]) -> Iterator[Difference]:
    """Records that carry the same id of the other side's record (or of the same day's engagement)."""
    copies: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        if (key := origin(record)) is not None:
            copies[record.side, key].append(record)
    for (_, key), same in sorted(copies.items()):
        for record in sorted(same, key=lambda one: one.id)[1:]:
            yield Difference(TWICE, None, record.object_type, record.id, None, key, same[0].id)


def missing(
    hubspot: Sequence[Record],
    salesforce: Sequence[Record],
    links: Sequence[Link],
    rules: Activities,
    owners: OwnerMap,
    held: Mapping[str, str],
) -> Iterator[Difference]:
    """Activities of people on both sides that the mapping copies and that are on one side only.

    Args:
        hubspot, salesforce: every living activity of both systems.
        held: kinds of open holds by activity key.
    """
    for state in pair_activities(hubspot, salesforce, links, rules, owners):
        record = state.hubspot or state.salesforce
        if record is None or (state.hubspot is not None and state.salesforce is not None):
            continue
        activity = activity_of(record, rules, owners)
        if activity is None or (activity.kind == "meeting" and not activity.done):
            continue
        to = "salesforce" if record.side == "hubspot" else "hubspot"
        if rules.kinds[activity.kind].copy_to not in ("both", to):
            continue
        kind = NOT_COPIED if origin(record) is None else COPY_OF_NOTHING
        why = f"held: {held[state.key]}" if state.key in held else None
        yield Difference(kind, state.link.link_id, record.object_type, record.id, explained=why)


def origin(record: Record) -> str | None:
    """The other side's record of which this one is the copy, by the key that it carries."""
    name = ACTIVITY_ID_IN_HUBSPOT if record.side == "hubspot" else ACTIVITY_ID_IN_SALESFORCE
    text = plain_text(record.fields.get(name))
    return None if text is None else id18(text) if record.side == "hubspot" else text
