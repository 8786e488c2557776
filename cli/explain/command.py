"""The command itself: find the person or the company, gather, show; or say who else could be meant."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from cli import session
from cli.console import err, plain, print_json, say
from cli.errors import Problem
from cli.errors import show as show_problem
from cli.exits import Exit
from cli.explain import company, words
from cli.explain.facts import Facts, gather
from cli.explain.find import Found, find
from cli.explain.show import show
from connectors.store import holds, overview
from sync_rules.identity import new_link_id
from sync_rules.records import Record


def command(who: str, *, as_json: bool) -> Exit:
    """Explain one person or company; exit ``NO`` when nobody is known by that."""
    with session.reading() as bench, bench.store.begin() as connection:
        context = bench.open("explain")
        found = find(connection, who)
        if not found.link_ids and (about := company.gather(context, connection, who)) is not None:
            print_json(about.as_json()) if as_json else company.show(about)
            return Exit.DONE
        if not found.link_ids:
            return _nobody(connection, who, found, as_json=as_json)
        facts = gather(context, connection, found.link_ids[0])
        if as_json:
            print_json(_as_json(facts, found))
            return Exit.DONE
        if found.came_from is not None:
            say(f"{found.came_from} was merged into {found.link_ids[0]}.")
        show(facts, context.contracts.definition, context.contracts.sla)
        for other in found.link_ids[1:]:
            say(f"Also known by {plain(who)}: accord explain {other}", style="yellow")
        _unlinked(connection, found.unlinked)
    return Exit.DONE


def _nobody(connection: sa.Connection, who: str, found: Found, *, as_json: bool) -> Exit:
    if as_json:
        print_json({"who": who, "found": False, "unlinked": [_record(one) for one in found.unlinked]})
        return Exit.NO
    if found.unlinked:
        _unlinked(connection, found.unlinked)
        return Exit.NO
    last = overview.last_done(connection)
    when = f"The last complete pass ended {last:%Y-%m-%d %H:%M} UTC" if last else "No pass has run yet"
    what = f"nobody is known as {plain(who)} on either side"
    remedy = f"{when}; `accord plan` reads what has changed since. Archived people are not kept."
    show_problem(Problem(Exit.NO, "Nobody found", (what,), remedy))
    return Exit.NO


def _unlinked(connection: sa.Connection, records: tuple[Record, ...]) -> None:
    """Records that belong to nobody yet, with the reason where one is known."""
    for record in records:
        err.print(
            f"{record.side} {record.object_type} {record.id} is not linked to anybody.",
            style="yellow",
            markup=False,
        )
        for hold in holds.open_holds(connection, [new_link_id(record)]):
            err.print(f"  {plain(hold.kind)}: {plain(hold.why)}. {plain(hold.remedy)}", markup=False)


def _record(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "side": record.side,
        "object_type": record.object_type,
        "id": record.id,
        "deleted": record.deleted,
        "modified_at": record.modified_at,
    }


def _as_json(facts: Facts, found: Found) -> dict[str, Any]:
    person = facts.person
    return {
        "link_id": person.link_id,
        "name": facts.name,
        "also": list(found.link_ids[1:]),
        "hubspot": _record(person.hubspot),
        "salesforce": _record(person.salesforce),
        "linked": words.linked(facts),
        "syncing": words.syncing(facts),
        **facts.identity.as_json(),
        "standing": facts.standing,
        "fields": [asdict(line) for line in facts.fields],
        "judgement": facts.judgement,
        "criteria": [asdict(line) for line in facts.criteria],
        "stages": list(facts.history),
        "handoffs": list(facts.handoffs),
        "assignment": facts.assignment,
        "clocks": list(facts.clocks),
        "holds": [dict(hold._mapping) for hold in facts.holds],
        "conflicts": [asdict(one) for one in facts.conflicts],
        "writes": [
            {
                "at": row.settled_at,
                "state": row.state,
                "code": row.code,
                "side": row.write.side,
                "object_type": row.write.object_type,
                "operation": row.write.operation,
                "record_id": row.write.record_id,
                "changes": [asdict(change) for change in row.write.changes],
            }
            for row in facts.writes
        ],
        "next": [asdict(write) for write in facts.plan.writes],
    }
