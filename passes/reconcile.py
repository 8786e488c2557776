"""Accounts for everybody: each person in exactly one class, with one reason.

``received`` (in Salesforce), ``converted or merged``, ``held``, ``failed``, ``filtered``; whoever fits none is the
remainder, which must be nobody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from connectors.store import frames, holds, links, runs, spending
from connectors.store import journal as journal_rows
from connectors.store.engine import chunks, upsert, where_in
from connectors.store.tables import journal, judgements, mirror, reconciliation
from connectors.store.tables import links as link_table
from passes import admission, health, persons
from passes.context import PassContext
from passes.step import Finding, StepResult

CLASSES = ("received", "converted or merged", "held", "failed", "filtered")
REMAINDER = "unexplained"
_AT_ONCE = 20_000


def account(context: PassContext) -> StepResult:
    """Put each person that HubSpot has, or ever handed over, into exactly one class."""
    now = context.now()
    with context.store.begin() as connection:
        everybody = links.load_all(connection, "person")
        rows = _unlinked(connection) + _merged(connection)
        for part in chunks(everybody, _AT_ONCE):
            rows += _classify(context, connection, part)
        connection.execute(sa.delete(reconciliation))
        upsert(connection, reconciliation, ({**row, "seen_at": now} for row in rows))
        looked_at = health.findings(context, connection)
        cost = spending.of_pass(connection, context.pass_id)
        runs.end_pass(connection, context.pass_id, "dry" if context.options.dry_run else "done", now=now)
    tally = Counter(row["class"] for row in rows)
    remainder = tally[REMAINDER]
    figures: dict[str, float] = {
        "handed over": len(rows),
        **{name: tally[name] for name in CLASSES},
        "remainder": remainder,
        "API calls of the pass": cost.calls,
    }
    if cost.calls_per_1000_changed is not None:
        figures["API calls per 1,000 changed people"] = cost.calls_per_1000_changed
    why = "Everybody is accounted for."
    if remainder:
        why = f"{remainder} people are in no class: a fault of Accord."
    finding = Finding("remainder_is_zero", holds=remainder == 0, why=why, figures={"remainder": remainder})
    by_reason = Counter((row["class"], row["reason"]) for row in rows)
    return StepResult(figures=figures, texts={"by reason": _table(by_reason)}, findings=(finding, *looked_at))


def _merged(connection: sa.Connection) -> list[dict[str, Any]]:
    """Links that turned out to be somebody else's."""
    query = sa.select(link_table.c.link_id, link_table.c.merged_into).where(
        link_table.c.kind == "person", link_table.c.merged_into.is_not(None)
    )
    return [
        {
            "link_id": row.link_id,
            "class": "converted or merged",
            "reason": f"merged into {row.merged_into}",
            "source": "unknown",
        }
        for row in connection.execute(query)
    ]


def _unlinked(connection: sa.Connection) -> list[dict[str, Any]]:
    """HubSpot contacts that belong to no link: each must be held for a person to decide."""
    query = sa.select(mirror.c.record_id).where(
        mirror.c.side == "hubspot",
        mirror.c.object_type == "contacts",
        mirror.c.link_id.is_(None),
        sa.not_(mirror.c.deleted),
    )
    ids = [f"h{row.record_id}" for row in connection.execute(query)]
    held = {row.link_id: row for row in holds.open_holds(connection, ids)}
    return [
        {
            "link_id": link_id,
            "class": "held" if link_id in held else REMAINDER,
            "reason": f"{held[link_id].kind}: {held[link_id].why}"[:255] if link_id in held else "not linked",
            "source": "unknown",
        }
        for link_id in ids
    ]


def _classify(
    context: PassContext, connection: sa.Connection, rows: Sequence[links.LinkRow]
) -> list[dict[str, Any]]:
    ids = [row.link.link_id for row in rows]
    people = persons.load(connection, rows)
    stages = dict(frames.read(connection, judgements, link_ids=ids).select("person_id", "stage").iter_rows())
    held = {
        row.link_id: row
        for row in holds.open_holds(connection, ids)
        # A held field keeps nobody from going over; a held record does.
        if row.field == ""
    }
    failed = _failed(connection, ids)
    waiting = _waiting(connection, ids)
    sources = persons.sources(people, context.mapping)
    answer = []
    for person in people:
        name, reason = _class_of(context, person, stages.get(person.link_id), held, failed, waiting)
        answer.append(
            {
                "link_id": person.link_id,
                "class": name,
                "reason": reason[:255],
                "source": sources.get(person.link_id) or "unknown",
            }
        )
    return answer


def _class_of(
    context: PassContext,
    person: persons.Person,
    stage: str | None,
    held: Mapping[str, Any],
    failed: Mapping[str, str],
    waiting: set[str],
) -> tuple[str, str]:
    link = person.row.link
    if link.lead_id is not None and link.salesforce_type == "Contact":
        return "converted or merged", "the Lead became a Contact"
    if link.salesforce_id is not None:
        return "received", f"{link.salesforce_type} by {link.evidence}"
    if person.link_id in held:
        return "held", f"{held[person.link_id].kind}: {held[person.link_id].why}"
    if person.link_id in failed:
        return "failed", failed[person.link_id]
    if person.hubspot is not None and person.hubspot.deleted:
        return "filtered", "archived in HubSpot"
    answer = admission.admit(person, stage, context.mapping)
    if not answer.admitted:
        return "filtered", answer.why
    if person.link_id in waiting:
        return "held", "waits: a plan that is to be approved or carried out"
    return REMAINDER, answer.why


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


def _table(by_reason: Counter[tuple[str, str]]) -> str:
    # Reasons can name a record's ids; only their kind is shown here.
    lines = Counter[tuple[str, str]]()
    for (name, reason), number in by_reason.items():
        lines[(name, reason.split(":")[0] if name in {"held", "failed"} else reason)] += number
    body = "\n".join(f"| {name} | {reason} | {number} |" for (name, reason), number in sorted(lines.items()))
    return f"| class | reason | people |\n| --- | --- | ---: |\n{body}"
