"""``accord history``: what became of one person's values: when, where, before and after, why, by which rule.

Every write, every value lost in a conflict, holds as they were set and released, changes of stage; in order of
time. What holds now is ``explain``'s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from rich.text import Text

from cli import session
from cli.console import heading, moment, out, plain, print_json, say, short, table
from cli.errors import Problem
from cli.errors import show as show_problem
from cli.exits import Exit
from cli.explain.find import find
from cli.naming import names_of
from connectors.store import history, links
from sync_rules.activities import ROLL_UP_PREFIX

_VALUE = 30
_PASS = 16
_STYLES = {"lost": "yellow", "held": "yellow", "released": "green", "refused": "red", "stage": "bold"}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        what: ``written``, ``created``, ``archived``, ``deleted``, ``purged``, ``refused``, ``lost``, ``held``,
            ``released``, ``stage``.
        who: whose value it was, where that is on record; Accord's own doing else.
        pass_id: the pass that did or found it, where one did.
    """

    at: datetime
    what: str
    where: str
    record_id: str | None
    field: str | None
    before: Any
    after: Any
    rule: str | None
    why: str
    who: str
    pass_id: str | None


def command(who: str, *, as_json: bool, limit: int) -> Exit:
    """Tell one person's history; exit ``NO`` when nobody is known by that."""
    with session.reading() as bench, bench.store.begin() as connection:
        found = find(connection, who)
        if not found.link_ids:
            remedy = "`accord explain` says who could be meant."
            lines = (f"nobody is known as {plain(who)} on either side",)
            show_problem(Problem(Exit.NO, "Nobody found", lines, remedy))
            return Exit.NO
        link_id = found.link_ids[0]
        events = gather(connection, link_id)
        name = names_of(connection, [link_id]).get(link_id, link_id)
    if as_json:
        print_json({"link_id": link_id, "name": name, "events": [asdict(event) for event in events]})
    else:
        _show(name, events, limit)
    return Exit.DONE


def gather(connection: sa.Connection, link_id: str) -> list[Event]:
    """Everything on record of a person and of whoever was merged into them, oldest first."""
    people = history.absorbed(connection, link_id)
    keys = people | history.activity_keys(connection, people)
    for row in links.load(connection, people).values():
        if row.link.hubspot_id is not None:
            keys |= history.roll_up_keys(connection, f"{ROLL_UP_PREFIX}{row.link.hubspot_id}:")
    events = [event for row in history.writes(connection, keys) for event in _of_write(row)]
    events += _lost(connection, keys)
    events += [event for row in history.all_holds(connection, keys) for event in _of_hold(row)]
    events += [_of_stage(row) for row in history.stages(connection, people)]
    return sorted(events, key=lambda event: event.at)


_DONE = {
    "create": "created",
    "update": "written",
    "opt_in": "subscribed again",
    "opt_out": "written",
    "archive": "archived",
    "delete": "deleted",
    "purge": "purged",
    "restore": "restored",
}


def _of_write(row: Any) -> Iterator[Event]:
    at, where = row.settled_at or row.sent_at, f"{row.side} {row.object_type}"
    what = _DONE[row.operation] if row.state == "done" else "refused"
    trouble = "" if row.state == "done" else f"{row.code or row.state}: {row.message or 'no answer'}"
    if not row.changes:
        yield Event(at, what, where, row.record_id, None, None, None, None, trouble, "Accord", row.pass_id)
    for name, _, before, after, _, rule, why in row.changes:
        yield Event(
            at, what, where, row.record_id, name, before, after, rule, trouble or why, "Accord", row.pass_id
        )


def _lost(connection: sa.Connection, people: set[str]) -> Iterator[Event]:
    # What a plan lost that nobody carried out is still there.
    rows = [row for row in history.lost_values(connection, people) if row.status == "applied"]
    actors = history.names_of_actors(connection, {row.losing_actor for row in rows if row.losing_actor})
    for row in rows:
        who = actors.get(row.losing_actor or "", row.losing_actor or "somebody")
        loser = "hubspot" if row.winner == "salesforce" else "salesforce"
        set_at = f", set {moment(row.losing_at)} UTC" if row.losing_at is not None else ""
        yield Event(
            row.made_at,
            "lost",
            loser,
            None,
            row.field,
            row.losing_value,
            row.winning_value,
            row.rule,
            f"{row.why}{set_at}",
            who,
            row.pass_id,
        )


def _of_hold(row: Any) -> Iterator[Event]:
    where, field = f"{row.side} {row.object_type}", row.field or None
    value = row.value if field else None
    yield Event(row.first_seen_at, "held", where, None, field, None, value, row.kind, row.why, "Accord", None)
    if row.released_at is not None:
        yield Event(
            row.released_at, "released", where, None, field, None, None, row.kind, row.why, "Accord", None
        )


def _of_stage(row: Any) -> Event:
    why = f"score {row.score}, by version {row.definition_version} of the lead definition"
    return Event(
        row.at, "stage", "", None, "stage", row.previous_stage, row.stage, "accord", why, "Accord", None
    )


def _show(name: str, events: list[Event], limit: int) -> None:
    heading(f"{name}: {len(events):,} things on record")
    if not events:
        say("Nothing was ever written, lost or held.")
        return
    rows = [
        (
            moment(event.at),
            Text(event.what, style=_STYLES.get(event.what, "")),
            event.where,
            event.field or "(record)",
            short(plain(_shown(event.before)), _VALUE),
            short(plain(_shown(event.after)), _VALUE),
            event.rule,
            event.why if event.who == "Accord" else f"{event.who}: {event.why}",
            (event.pass_id or "")[:_PASS],
        )
        for event in events[-limit:]
    ]
    made = table(("At (UTC)", "What", "Where", "Field", "Before", "After", "Rule", "Why", "Pass"), rows)
    # A time, a rule or an id that is cut cannot be read, or looked for.
    for index, width in ((0, _PASS), (6, len("prefer_salesforce")), (8, _PASS)):
        made.columns[index].min_width = width
    out.print(made)
    if len(events) > limit:
        say(f"… and {len(events) - limit:,} earlier (--limit shows more, --json shows all)", style="dim")


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {plain(item)}" for name, item in value.items())
    return value
