"""Accounts for everybody: each person in exactly one class, with one reason, by day and source.

Only people about whom something changed are looked at again, and those whose class ends by itself. What the
classes mean is ``standing.py``; whoever fits none is the remainder, which must be nobody.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.store import account, cursors, frames, holds, links, mirror, runs, spending
from connectors.store import journal as journal_rows
from connectors.store.account import Line
from connectors.store.engine import chunks, where_in
from connectors.store.tables import journal, judgements, stage_history
from connectors.store.tables import mirror as mirror_table
from connectors.store.tables_account import reconciliation
from passes import persons
from passes.accounting import health
from passes.accounting.standing import (
    CLASSES,
    HELD,
    REMAINDER,
    UNSETTLED,
    Known,
    began_in_salesforce,
    standing,
)
from passes.agreement import admission
from passes.context import PassContext
from passes.step import Finding, StepResult
from sync_rules.identity import new_link_id
from sync_rules.normalise import Unreadable, canonical
from sync_rules.records import Record

_AT_ONCE = 20_000
_SHOWN_DAYS = 7
_RULES, _VERSION = "accounted under rules", "accounted to mirror version"
COLUMNS = {name: name.replace(" ", "_") for name in CLASSES} | {REMAINDER: "remainder"}
"""The daily table's columns by class."""


def reconcile(context: PassContext) -> StepResult:
    """Put each person that HubSpot has, or ever handed over, into exactly one class, and end the pass."""
    now = context.now()
    with context.store.begin() as connection:
        looked_at = account_for(context, connection)
        unaccounted = _without_place(context, connection)
        tally = account.tally(connection)
        latest = account.daily(connection, limit=50)
        findings = health.findings(context, connection)
        cost = spending.of_pass(connection, context.pass_id)
        runs.end_pass(connection, context.pass_id, "dry" if context.options.dry_run else "done", now=now)
    by_class = Counter[str]()
    for (name, _), number in tally.items():
        by_class[name] += number
    remainder = by_class[REMAINDER] + unaccounted
    figures: dict[str, float] = {
        "handed over": sum(by_class[name] for name in COLUMNS) + unaccounted,
        **{name: by_class[name] for name in CLASSES},
        "from Salesforce": by_class.total() - sum(by_class[name] for name in COLUMNS),
        "remainder": remainder,
        "people looked at": looked_at,
        "API calls of the pass": cost.calls,
    }
    if cost.calls_per_1000_changed is not None:
        figures["API calls per 1,000 changed people"] = cost.calls_per_1000_changed
    why = "Everybody is accounted for."
    if remainder:
        why = f"{remainder} people are in no class: a fault of Accord."
    finding = Finding("remainder_is_zero", holds=remainder == 0, why=why, figures={"remainder": remainder})
    return StepResult(
        figures=figures,
        texts={"by reason": _reasons(tally), "by day": _days(latest)},
        findings=(finding, *findings),
    )


def account_for(context: PassContext, connection: sa.Connection) -> int:
    """Bring the account up to date; returns how many people were looked at."""
    now = context.now()
    _renew_if_the_rules_changed(context, connection, now)
    due = account.due(connection, UNSETTLED)
    days: set[str] = set()
    for part in chunks(due, _AT_ONCE):
        rows = [row for row in links.load(connection, part).values() if row.link.kind == "person"]
        days |= account.save(connection, _lines(context, connection, rows), now=now)
        links.clear(connection, "account_due", part)
    unlinked = _unlinked(context, connection)
    days |= account.save(connection, unlinked, now=now)
    days |= account.forget_unlinked(connection, [line.link_id for line in unlinked])
    days |= account.forget_erased(connection)
    account.add_up(connection, days, COLUMNS, now=now)
    return len(due) + len(unlinked)


def _renew_if_the_rules_changed(context: PassContext, connection: sa.Connection, now: datetime) -> None:
    said = [context.contracts.mapping_text, context.time_zone]
    rules = hashlib.sha256("\0".join(said).encode()).hexdigest()
    if cursors.get(connection, _RULES) != rules:
        links.mark_all(connection, "account_due", "person")
        cursors.put(connection, _RULES, rules, now=now)


def _unlinked(context: PassContext, connection: sa.Connection) -> list[Line]:
    """HubSpot contacts that belong to no link: each must be held for a person to decide."""
    query = sa.select(mirror_table.c.record_id).where(
        mirror_table.c.link_id.is_(None),
        mirror_table.c.side == "hubspot",
        mirror_table.c.object_type == "contacts",
        sa.not_(mirror_table.c.deleted),
    )
    ids = [row.record_id for row in connection.execute(query)]
    contacts = {new_link_id(one): one for one in mirror.load(connection, "hubspot", "contacts", ids).values()}
    # One that began a link and left it has its place there already.
    begun = links.load(connection, contacts)
    held = {row.link_id: row for row in holds.open_holds(connection, contacts)}
    return [
        Line(
            link_id=link_id,
            linked=False,
            day=_day(context, contact.created_at or contact.modified_at),
            source=_source_of(context, contact),
            name=HELD if link_id in held else REMAINDER,
            reason=f"{held[link_id].kind}: {held[link_id].why}" if link_id in held else "not linked",
        )
        for link_id, contact in contacts.items()
        if link_id not in begun
    ]


def _lines(context: PassContext, connection: sa.Connection, rows: Sequence[links.LinkRow]) -> list[Line]:
    ids = [row.link.link_id for row in rows]
    people = persons.load(connection, rows)
    stages = dict(frames.read(connection, judgements, link_ids=ids).select("person_id", "stage").iter_rows())
    held = {
        row.link_id: f"{row.kind}: {row.why}"
        for row in holds.open_holds(connection, ids)
        # A held field keeps nobody from going over; a held record does.
        if row.field == ""
    }
    waiting, failed = _waiting(connection, ids), _failed(connection, ids)
    passed_on = _passed_on(context, connection, ids)
    merged = _merged(connection, rows)
    sources = persons.sources(people, context.mapping)
    lines = []
    for person in people:
        link, contact = person.row.link, person.hubspot
        answer = admission.admit(person, stages.get(person.link_id), context.mapping)
        known = Known(
            link,
            began_in_salesforce=began_in_salesforce(link),
            merged_into=merged.get(person.link_id),
            hubspot_gone=contact is not None and contact.deleted,
            salesforce_gone=person.salesforce is not None and person.salesforce.deleted,
            hold=held.get(person.link_id),
            failure=failed.get(person.link_id),
            admitted=answer.admitted,
            why=answer.why,
            waiting=person.link_id in waiting,
        )
        name, reason = standing(known)
        began = contact or person.salesforce
        at = passed_on.get(person.link_id) or (began and (began.created_at or began.modified_at))
        source = sources.get(person.link_id)
        if source is None:
            source = _source_of(context, contact) if contact is not None else "unknown"
        lines.append(Line(person.link_id, True, _day(context, at or context.now()), source, name, reason))
    return lines


def _day(context: PassContext, at: datetime) -> str:
    return at.astimezone(ZoneInfo(context.time_zone)).date().isoformat()


def _source_of(context: PassContext, contact: Record) -> str:
    spec = context.mapping.people.fields.get("lead_source")
    raw = contact.fields.get(spec.hubspot or "") if spec is not None else None
    if spec is None or raw in (None, ""):
        return "unknown"
    value = canonical(raw, spec, "hubspot")
    return str(raw if isinstance(value, Unreadable) else value)


def _passed_on(context: PassContext, connection: sa.Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """When each person first came to a stage that is handed over."""
    query = (
        sa.select(stage_history.c.link_id, sa.func.min(stage_history.c.at).label("first_at"))
        .where(stage_history.c.stage.in_(context.mapping.admission.stages))
        .group_by(stage_history.c.link_id)
    )
    return {row.link_id: row.first_at for row in where_in(connection, query, stage_history.c.link_id, ids)}


def _merged(connection: sa.Connection, rows: Sequence[links.LinkRow]) -> dict[str, str]:
    gone = [row.link.link_id for row in rows if row.merged]
    return {link_id: link.link_id for link_id, link in links.living(connection, gone).items()}


def _waiting(connection: sa.Connection, ids: Sequence[str]) -> set[str]:
    """People whose creation stands in a plan that has not been carried out."""
    query = sa.select(journal.c.link_id).where(journal.c.state.in_(["planned", "sent"]))
    return {row.link_id for row in where_in(connection, query, journal.c.link_id, ids)}


def _failed(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    answer: dict[str, str] = {}
    for row in journal_rows.of_links(connection, ids):
        if row.write.operation == "create":
            if row.state == "failed":
                answer[row.write.link_id] = f"{row.code}: {row.message}"
            else:
                answer.pop(row.write.link_id, None)
    return answer


def _without_place(context: PassContext, connection: sa.Connection) -> int:
    """Contacts that changed since the last account and have no place in it: an independent look at the remainder."""
    done = cursors.get(connection, _VERSION) or 0
    query = sa.select(mirror_table.c.record_id, mirror_table.c.link_id).where(
        mirror_table.c.version > done,
        mirror_table.c.side == "hubspot",
        mirror_table.c.object_type == "contacts",
        sa.not_(mirror_table.c.deleted),
    )
    wanted = {row.link_id or f"h{row.record_id}" for row in connection.execute(query)}
    reached = connection.execute(sa.select(sa.func.max(mirror_table.c.version))).scalar() or 0
    cursors.put(connection, _VERSION, reached, now=context.now())
    there = where_in(connection, sa.select(reconciliation.c.link_id), reconciliation.c.link_id, wanted)
    return len(wanted - {row.link_id for row in there})


def _days(rows: Sequence[Any]) -> str:
    latest = sorted({row.day for row in rows}, reverse=True)[:_SHOWN_DAYS]
    shown = [list(row)[:-1] for row in rows if row.day in latest]
    names = ("day", "source", "handed over", *(name for name in COLUMNS if name != REMAINDER), "remainder")
    lines = ["| " + " | ".join(map(str, cells)) + " |" for cells in (names, ["---"] * len(names), *shown)]
    return "\n".join(lines)


def _reasons(tally: Mapping[tuple[str, str], int]) -> str:
    # Reasons can name a record's ids; only their kind is shown here.
    lines = Counter[tuple[str, str]]()
    for (name, reason), number in tally.items():
        said = reason.split(":")[0] if name in {"held", "failed"} else reason
        lines[(name, said.split(" into ")[0])] += number
    body = "\n".join(f"| {name} | {reason} | {number} |" for (name, reason), number in sorted(lines.items()))
    return f"| class | reason | people |\n| --- | --- | ---: |\n{body}"
