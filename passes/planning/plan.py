"""Makes the plan of a pass, judges it, and stores it whole before anything is written."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from connectors.budget import urgent_calls
from connectors.store import holds, journal, links, merge_decisions, mirror
from passes.context import PassContext
from passes.planning import consent_lane, new_fields, planning_state, reconsent, refusals
from passes.planning.activity_state import remember_agreements
from passes.planning.meeting import first_meeting
from passes.planning.pricing import price_of
from passes.planning.verdict import finding as verdict_finding
from passes.planning.verdict import texts
from passes.reading import unread
from passes.step import StepResult
from sync_rules.guard import Verdict, judge
from sync_rules.normalise import Unreadable
from sync_rules.overtaken import PUT_BACK
from sync_rules.plan import Conflict, FieldChange, Hold, Plan, Write
from sync_rules.planner import build_plan
from sync_rules.roll_up import roll_up_key
from sync_rules.state import PlanInput
from sync_rules.stored import base_to_json, to_json


def make(context: PassContext) -> StepResult:
    """Plan everything that this pass would write."""
    now = context.now()
    with context.store.begin() as connection:
        new_fields.look(context, connection, now=now)
        state = planning_state.gather(context, connection, now=now)
    if unread.complete_due(context, state):
        with context.store.begin() as connection:
            state = planning_state.gather(context, connection, now=now)
    state = reconsent.with_evidence(context, state)
    plan = build_plan(state, context.mapping, now=now)
    plan = _with_history(context, state, plan, now)
    with context.store.begin() as connection:
        # Compared as the journal keeps them, so that a refused write is known again.
        stored, refused = refusals.set_aside(connection, storable(plan), now=now)
        plan = replace(plan, writes=stored.writes)
        verdict = _judge(context, connection, plan)
        status: journal.PlanStatus = "planned"
        if context.options.dry_run:
            status = "dry"
        elif not verdict.ok and not context.options.approve:
            status = "stopped"
        journal.withdraw_open(connection, now=now, keep=PUT_BACK)
        journal.store_plan(
            connection,
            plan_id=context.pass_id,
            pass_id=context.pass_id,
            plan=stored,
            status=status,
            tripped=[asdict(item) for item in verdict.tripped],
        )
        if keep := context.mapping.replay.keep_days:
            merge_decisions.remember(connection, plan.decisions, context.pass_id, now=now)
        merge_decisions.forget_before(connection, now - timedelta(days=keep))
        shown = texts(plan, price_of(plan.writes, context.mapping), first_meeting(connection, plan))
        considered = _considered(state) | consent_lane.considered(connection, state.opt_outs)
        holds.replace(connection, considered, [*stored.holds, *refused], now=now)
        # Both sides agree whatever becomes of the plan; kept until then, somebody's edit would find no base.
        links.set_bases(
            connection, {i.link_id: base_to_json(i.settled) for i in plan.agreements if ":" not in i.link_id}
        )
        if status == "planned":
            remember_agreements(connection, plan.agreements)
            links.clear(connection, "plan_due", considered - {write.link_id for write in plan.writes})
    findings = [verdict_finding(context.pass_id, verdict, shown, stopped=status == "stopped")]
    if (offer := new_fields.survey(context, now=now)) is not None:
        findings.append(offer)
    return StepResult(
        figures=_figures(plan, len(refused)), texts={**shown, "status": status}, findings=tuple(findings)
    )


def _considered(state: PlanInput) -> set[str]:
    return {
        *(item.link.link_id for item in state.people),
        *(item.link.link_id for item in state.companies),
        *(item.key for item in state.activities),
        *(roll_up_key(item.link.hubspot_id or "", item.day.isoformat()) for item in state.roll_ups),
    }


def _judge(context: PassContext, connection: sa.Connection, plan: Plan) -> Verdict:
    caps = context.options.caps or context.mapping.caps
    return judge(
        plan, planning_state.population(connection), caps, first_pass=not journal.ever_applied(connection)
    )


def _with_history(context: PassContext, state: PlanInput, plan: Plan, now: datetime) -> Plan:
    """Decide the conflicts again with the field's own history, which only they need."""
    torn = {conflict.link_id for conflict in plan.conflicts}
    states = {item.link.link_id: item for item in state.people}
    contacts = {
        contact.id: link_id
        for link_id in sorted(torn & states.keys())
        if (contact := states[link_id].hubspot) is not None
    }
    if not contacts:
        return plan
    names = sorted(
        {
            spec.hubspot
            for spec in context.mapping.people.fields.values()
            if spec.hubspot and (spec.rule == "two_way" or spec.blank == "clear_if_newer")
        }
    )
    # Few, and needed before a side whose budget is not spent can be written.
    with urgent_calls():
        records = context.hubspot.read("contacts", contacts, names, history=names)
    by_link = {contacts[record.id]: record for record in records if record.id in contacts}
    with context.store.begin() as connection:
        # Only these fields were read: under a newer stamp the others would pass for read, too.
        known = mirror.load(connection, "hubspot", "contacts", contacts)
        told = [replace(one, modified_at=known[one.id].modified_at) for one in records if one.id in known]
        mirror.save(connection, told, mark=False)
    people = [
        replace(
            item,
            hubspot=replace(
                item.hubspot,
                fields={**item.hubspot.fields, **by_link[item.link.link_id].fields},
                stamps={**item.hubspot.stamps, **by_link[item.link.link_id].stamps},
            ),
        )
        if item.hubspot is not None and item.link.link_id in by_link
        else item
        for item in state.people
    ]
    return build_plan(replace(state, people=people), context.mapping, now=now)


def _figures(plan: Plan, refused: int) -> dict[str, float]:
    kinds: dict[str, int] = {}
    for hold in plan.holds:
        kinds[hold.kind] = kinds.get(hold.kind, 0) + 1
    figures: dict[str, float] = {
        "considered": plan.considered,
        "in agreement": plan.in_agreement,
        "writes planned": len(plan.writes),
        "fields planned": sum(len(write.changes) for write in plan.writes),
        "held": len(plan.holds) + refused,
        "conflicts": len(plan.conflicts),
    }
    figures |= {f"planned {name}": number for name, number in plan.counts().items()}
    return figures | {f"held {kind}": number for kind, number in sorted(kinds.items())}


# ---- values as the journal keeps them


def storable(plan: Plan) -> Plan:
    """The plan with every value as JSON keeps it."""
    return replace(
        plan,
        writes=tuple(storable_write(write) for write in plan.writes),
        holds=tuple(_storable_hold(hold) for hold in plan.holds),
        conflicts=tuple(storable_conflict(conflict) for conflict in plan.conflicts),
    )


def storable_write(write: Write) -> Write:
    """The write with every value as JSON keeps it."""
    return replace(write, changes=tuple(_storable_change(change) for change in write.changes))


def _storable_change(change: FieldChange) -> FieldChange:
    return replace(change, before=_json(change.before), after=_json(change.after), value=_json(change.value))


def _storable_hold(hold: Hold) -> Hold:
    return replace(hold, value=_json(hold.value))


def storable_conflict(conflict: Conflict) -> Conflict:
    """The conflict with every value as JSON keeps it."""
    return replace(
        conflict,
        winning_value=_json(conflict.winning_value),
        losing_value=_json(conflict.losing_value),
    )


def _json(value: Any) -> Any:
    if isinstance(value, Unreadable):
        return value.raw
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, Decimal | datetime | tuple | str) or value is None or isinstance(value, bool):
        return to_json(value)
    if isinstance(value, Mapping):
        return {str(name): _json(item) for name, item in value.items()}
    if isinstance(value, Iterable):
        return [_json(item) for item in value]
    return to_json(value)
