"""Handoffs, the clock of every commitment, and what both teams are to see of each person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from connectors.store import agreement, frames, known_facts, links, wake_ups
from connectors.store.tables import (
    activities,
    clocks,
    dispositions,
    excuses,
    handoffs,
    judgements,
    sales_statuses,
    stage_history,
)
from connectors.store.tables import links as link_table
from passes import account_control, campaigns, persons
from passes.agreement import admission, enforcement
from passes.agreement import handoffs as handoff_step
from passes.agreement.wishes import wishes
from passes.attribution import joined
from passes.attribution.opportunities import Opportunity, of_contacts
from passes.context import PassContext
from passes.numbers import as_of
from passes.numbers.known import opportunities_of
from passes.recycling import standings
from passes.routing import decide as routing
from passes.step import StepResult
from sla_rules.clocks import run_clocks
from sla_rules.clocks_excused import with_excuses
from sla_rules.clocks_status import sla_status
from sla_rules.qualify_handoff import minimum_information
from sla_rules.recycling.judging import since_frame
from sla_rules.recycling.standing import Standing
from sla_rules.touches import human_touches
from sync_rules.mail_wishes import MailWish

_AT_ONCE = 20_000
_MARKETING = ("form_submission", "page_view", "email_open", "email_click", "event_attended")
_LATELY = 12


def run(context: PassContext) -> StepResult:
    """Run the clocks of the people who are due, and of those whose deadline has passed."""
    now = context.now()
    with context.store.begin() as connection:
        _wake(connection, now)
        if known_facts.begin(connection, now=now):
            links.mark_all(connection, "feedback_due", "person")
        known_facts.retire_merged(connection, now=now)
        wake_ups.wake(connection, now)
        due = links.due(connection, "feedback_due", "person")
    changed = 0
    for start in range(0, len(due), _AT_ONCE):
        with context.store.begin() as connection:
            changed += _run_part(context, connection, due[start : start + _AT_ONCE], now)
    routed = routing.run(context)
    with context.store.begin() as connection:
        by_status = connection.execute(sa.select(clocks.c.status, sa.func.count()).group_by(clocks.c.status))
        counts = {row[0]: row[1] for row in by_status}
        handed = connection.execute(sa.select(sa.func.count()).select_from(handoffs)).scalar() or 0
    figures = {"people looked at": len(due), "wishes changed": changed, "handed over": handed}
    figures |= {f"clocks {name}": counts.get(name, 0) for name in ("pending", "met", "breached", "excused")}
    return StepResult(figures=figures | routed)


def _wake(connection: sa.Connection, now: datetime) -> None:
    """Time alone breaches clocks, and a proposal has to be made again until it has come true."""
    passed = sa.select(clocks.c.link_id).where(clocks.c.status == "pending", clocks.c.due_at < now)
    proposed = sa.select(handoffs.c.link_id).where(sa.not_(handoffs.c.confirmed))
    connection.execute(
        sa.update(link_table)
        .where(
            sa.or_(link_table.c.link_id.in_(passed), link_table.c.link_id.in_(proposed)),
            link_table.c.merged_into.is_(None),
        )
        .values(feedback_due=True)
    )


def _run_part(
    context: PassContext, connection: sa.Connection, part: Sequence[links.LinkRow], now: datetime
) -> int:
    ids = [row.link.link_id for row in part]
    people = persons.load(connection, part)
    owners = persons.load_owner_map(context, connection)
    contract = context.contracts.sla
    judged = {
        row["person_id"]: row
        for row in frames.read(connection, judgements, link_ids=ids).iter_rows(named=True)
    }
    stages = {link_id: row["stage"] for link_id, row in judged.items()}
    frame = persons.frame(people, context.mapping)
    sent_back = standings.load(contract, connection, ids)
    brought = joined.load(connection, people)
    handed = handoff_step.update(
        connection,
        people,
        contract=contract,
        stages=stages,
        qualified_at=_qualified_at(connection, ids, sent_back),
        admissions=admission.admit_all(people, stages, context.mapping),
        sources=persons.sources(people, context.mapping),
        campaigns=joined.last(brought),
        missing=_minimum_missing(context, frame),
        criteria=_criteria_met(context, judged),
        standings=sent_back,
        owners=owners,
        now=now,
    )
    timeline = frames.read(connection, activities, link_ids=ids, where=[activities.c.copy_of.is_(None)])
    sales = {key for key in owners.ids["salesforce"] if "@" in key} | {
        key for key in owners.inactive["salesforce"] if "@" in key
    }
    touches = human_touches(contract, timeline, sales_owners=sales)
    said = frames.read(connection, dispositions, link_ids=ids)
    statuses = frames.read(connection, sales_statuses, link_ids=ids)
    excused = frames.read(connection, excuses, link_ids=ids)
    run_now = run_clocks(
        contract,
        handoffs=handed,
        touches=touches,
        dispositions=said,
        statuses=statuses,
        excuses=excused,
        now=now,
    )
    facts = {"touch": touches, "disposition": said, "status": statuses, "excuse": excused}
    facts |= {"handoff": handed.filter("confirmed"), "opportunity": opportunities_of(connection, part)}
    facts["stage"] = frames.read(connection, stage_history, link_ids=ids)
    as_of.note(connection, ids, facts, now=now)
    run_now = with_excuses(run_now, agreement.standing_excuses(connection, ids))
    frames.delete(connection, clocks, ids)
    frames.write(connection, clocks, run_now)
    status = {row["person_id"]: row for row in sla_status(contract, run_now).iter_rows(named=True)}
    early = enforcement.flags(contract, run_now)
    wanted = _wanted(
        context,
        connection,
        people,
        judged,
        status,
        early,
        handed,
        touches,
        timeline,
        owners,
        now,
        sent_back,
        brought,
    )
    changed = links.set_computed(connection, wanted)
    links.clear(connection, "feedback_due", ids)
    return len(changed)


def _criteria_met(context: PassContext, judged: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The ids of the criteria that each person meets."""
    bits = context.contracts.definition.bits
    return {
        link_id: " ".join(name for name, bit in bits.items() if int(row["passed"], 16) >> bit & 1)
        for link_id, row in judged.items()
    }


def _wanted(
    context: PassContext,
    connection: sa.Connection,
    people: Sequence[persons.Person],
    judged: Mapping[str, Mapping[str, Any]],
    status: Mapping[str, Mapping[str, Any]],
    early: Mapping[str, str],
    handed: pl.DataFrame,
    touches: pl.DataFrame,
    timeline: pl.DataFrame,
    owners: Any,
    now: datetime,
    sent_back: Mapping[str, Standing],
    brought: joined.Joined,
) -> dict[str, dict[str, Any]]:
    made = dict(touches.group_by("person_id").len().iter_rows())
    handed_at = dict(handed.select("person_id", "handed_off_at").iter_rows())
    lately = _lately(timeline)
    deals = _deals(context, connection, people)
    statuses = _statuses(connection, people)
    zone = ZoneInfo(context.time_zone)
    today = now.astimezone(zone).date()
    shown = campaigns.of_people(connection, people, today=today)
    mail = account_control.of_people(connection, people, owners, today=today)
    changes = {(link_id, "campaigns"): one.changes_on for link_id, one in shown.items()}
    changes |= {(link_id, "mail"): one.changes_on for link_id, one in mail.items()}
    wake_ups.replace(connection, [person.link_id for person in people], changes, zone=zone)
    return {
        person.link_id: wishes(
            judgement=judged.get(person.link_id),
            status=status.get(person.link_id),
            touches_made=made.get(person.link_id, 0),
            handed_off_at=handed_at.get(person.link_id),
            marketing=lately.get(person.link_id, []),
            sales_status=statuses.get(person.link_id),
            sales_owner=persons.owner_of(person.living_salesforce, owners),
            opportunity=deals.get(person.link_id),
            brought_by=joined.before(brought.get(person.link_id, ()), handed_at.get(person.link_id)),
            early_disqualification=early.get(person.link_id),
            campaigns=shown[person.link_id].text if person.link_id in shown else None,
            mail=mail.get(person.link_id, MailWish()),
            standing=sent_back.get(person.link_id),
            mapping=context.mapping,
        )
        for person in people
    }


def _qualified_at(
    connection: sa.Connection, ids: Sequence[str], sent_back: Mapping[str, Standing]
) -> dict[str, datetime]:
    """When each person qualified: for the first time, or for the first time since sales sent them back."""
    history = frames.read(
        connection, stage_history, link_ids=ids, where=[stage_history.c.stage.in_(handoff_step.HANDED_OVER)]
    )
    fresh = history.join(since_frame(sent_back), on="person_id", how="left").filter(
        (pl.col("at") > pl.col("since")).fill_null(value=True)
    )
    return dict(fresh.group_by("person_id").agg(pl.col("at").min()).iter_rows())


def _minimum_missing(context: PassContext, people: pl.DataFrame) -> dict[str, str | None]:
    answer = minimum_information(context.contracts.definition, people)
    return {
        person_id: ", ".join(fields)[:255] or None
        for person_id, fields in answer.select("person_id", "missing_fields").iter_rows()
    }


def _lately(timeline: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    rows = (
        timeline.filter(pl.col("kind").is_in(_MARKETING))
        .sort("at", "activity_id", descending=True)
        .group_by("person_id", maintain_order=True)
        .head(_LATELY)
    )
    answer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.select("person_id", "kind", "at", "detail").iter_rows(named=True):
        answer[row["person_id"]].append(row)
    return dict(answer)


def _deals(
    context: PassContext, connection: sa.Connection, people: Sequence[persons.Person]
) -> dict[str, Opportunity]:
    contacts = {
        person.row.link.salesforce_id: person.link_id
        for person in people
        if person.row.link.salesforce_type == "Contact" and person.row.link.salesforce_id
    }
    reason = context.mapping.opportunities.reason
    found = of_contacts(connection, contacts, reason_field=reason)
    return {contacts[one]: deals[0] for one, deals in found.items() if deals}


def _statuses(connection: sa.Connection, people: Iterable[persons.Person]) -> dict[str, str]:
    frame = frames.read(connection, sales_statuses, link_ids=[person.link_id for person in people])
    return dict(frame.sort("at").group_by("person_id").agg(pl.col("status").last()).iter_rows())
