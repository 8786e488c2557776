"""From the state of what changed to the plan of one pass.

The whole of one pass's decisions in one call. How each kind of thing is decided is in the ``plan_`` modules.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sync_rules.changes import Bench, Findings, Place, update
from sync_rules.consent import plan_opt_out
from sync_rules.external_ids import HUBSPOT_ID_IN, SALESFORCE_ID_PROPERTY
from sync_rules.lanes import urgency
from sync_rules.mapping_model import Mapping
from sync_rules.plan import FieldChange, Plan, Write
from sync_rules.plan_activities import ActivityPlanner
from sync_rules.plan_companies import CompanyPlanner
from sync_rules.plan_people import PeoplePlanner
from sync_rules.roll_up import plan_roll_up
from sync_rules.state import PlanInput


def build_plan(state: PlanInput, mapping: Mapping, *, now: datetime) -> Plan:
    """Decide everything that this pass would write; ``now`` is aware UTC.

    Raises:
        ValueError: a computed value that the mapping does not know.
    """
    bench = Bench(mapping, state.owners, state.schemas, now, Findings(), state.drifted)
    found = bench.found
    in_agreement = 0
    people, companies = PeoplePlanner(bench), CompanyPlanner(bench)
    for person in state.people:
        before = found.size
        people.plan(person)
        in_agreement += found.size == before
    for company in state.companies:
        before = found.size
        companies.plan(company)
        in_agreement += found.size == before
    for reached in state.opt_outs:
        plan_opt_out(bench, reached)
    activities = ActivityPlanner(bench)
    for activity in state.activities:
        activities.plan(activity)
    if (rules := mapping.activities.roll_up) is not None:
        for roll_up in state.roll_ups:
            plan_roll_up(bench, roll_up, rules)
    hot = _hot(state, mapping)
    return Plan(
        made_at=now,
        writes=_ordered(_once_each(found.writes), hot),
        holds=tuple(found.holds),
        conflicts=tuple(found.conflicts),
        agreements=tuple(found.agreements),
        considered=len(state.people) + len(state.companies),
        in_agreement=in_agreement,
        decisions=tuple(found.decisions),
    )


def _ordered(writes: Iterable[Write], hot: Collection[str]) -> tuple[Write, ...]:
    """The order in which writes are sent; contacts that take over each other's address stand together."""
    known = tuple(writes)
    swapping = {key for pair in takeovers(known) for key in pair}
    first = {*hot, *(write.link_id for write in known if write.key in swapping)}
    ranked = [(urgency(write, first), write) for write in known]
    ranked.sort(key=lambda one: (*one[0][:2], one[1].key not in swapping, *one[0][2:]))
    return tuple(write for _, write in ranked)


def takeovers(writes: Iterable[Write]) -> Iterator[tuple[str, str]]:
    """Pairs of writes, by key: the second gives up an address that the first takes.

    HubSpot keeps an address for one contact only, so the second has to be without it first.
    """
    moves = {
        write.key: (_address(change.before), _address(change.after))
        for write in writes
        if (write.side, write.object_type, write.operation) == ("hubspot", "contacts", "update")
        for change in write.changes
        if change.name == "email"
    }
    left_by = {before: key for key, (before, _) in moves.items() if before}
    for key, (_, after) in moves.items():
        if after and left_by.get(after, key) != key:
            yield key, left_by[after]


def _address(raw: Any) -> str:
    return str(raw or "").strip().casefold()


def _once_each(writes: Iterable[Write]) -> Iterable[Write]:
    """One write for each key: an id may be taken out of a record that has a plan of its own."""
    found: dict[str, Write] = {}
    for write in writes:
        known = found.get(write.key)
        if known is not None:
            targets = {change.target for change in known.changes}
            more = tuple(change for change in write.changes if change.target not in targets)
            write = replace(known, changes=known.changes + more)
        found[write.key] = write
    return found.values()


def _hot(state: PlanInput, mapping: Mapping) -> set[str]:
    """People whom the agreement hands over."""
    stages = set(mapping.admission.stages)
    return {item.link.link_id for item in state.people if item.computed.get("stage") in stages}


def after_create(write: Write, record_id: str) -> Write | None:
    """The write that tells the side that a record was created from its twin's id.

    Made as soon as the create is confirmed, so that the next pass over unchanged systems writes nothing.
    None where there is no such field: creates of activities carry their key already.

    Args:
        write: a create of this plan, made as an upsert by the other side's id.
        record_id: the id that it was given.
    """
    if write.operation != "create" or write.external_key is None:
        return None
    twin_id = write.external_key[1]
    if write.side == "salesforce" and write.object_type in ("Lead", "Contact"):
        place, target = Place(write.link_id, "hubspot", "contacts"), SALESFORCE_ID_PROPERTY[write.object_type]
    elif write.side == "hubspot" and write.object_type == "contacts":
        twin = next(kind for kind, name in SALESFORCE_ID_PROPERTY.items() if name == write.external_key[0])
        place, target = Place(write.link_id, "salesforce", twin), HUBSPOT_ID_IN[twin]
    else:
        return None
    reference = FieldChange(target, target, None, record_id, record_id, "link", "linked by creation")
    return update(place, twin_id, [reference], key=f"{place.side}:{place.object_type}:{twin_id}:link")
