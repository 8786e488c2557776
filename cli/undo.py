"""``accord undo``: shows what taking a pass back would write and what it leaves, asks, and carries it out."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import typer

from cli import session
from cli.apply import carry_out
from cli.console import err, heading, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.naming import names_of
from cli.planning import show as show_plan
from passes.applying.undo import UndoPlan, plan_undo
from passes.planning import named
from passes.workbench import Workbench
from reports.plan import plan_table
from sync_rules.undo import Left, Reason

WORDS: Mapping[Reason, str] = {
    "edited": "somebody has edited it since; it stays",
    "as before": "it has its value from before already",
    "gone": "the record was deleted, merged or converted since",
    "computed": "computed by Accord, which would compute it again; --computed restores it for now",
    "created": "created, not deleted; --archive-created archives it",
    "archived": "deleted; a person can take it out of the bin, as said below",
    "back": "deleted, and somebody has taken it out of the bin already",
    "restored": "taken out of the bin by an undo; delete it again by hand if it has to go",
    "purged": "deleted for good; nothing brings it back",
    "consent": "an opt-out is never taken back",
    "link": "the ids by which records are linked stay",
}
_PEOPLE_SEE: tuple[Reason, ...] = ("edited", "gone", "created", "archived", "purged", "restored", "consent")
_BIN: Reason = "archived"
_VALUE = 40


def command(
    name: str, *, yes: bool, computed: bool, archive_created: bool, as_json: bool, limit: int
) -> Exit:
    """Plan to take a pass back and, once a person has agreed, do it."""
    with session.syncing() as bench:
        with bench.store.begin() as connection:
            pass_id = named.pass_id(connection, name)
        undo_id = f"{named.UNDO_PREFIX}{secrets.token_hex(5)}"
        with err.status("reading both sides"):
            made = plan_undo(bench, pass_id, undo_id, computed=computed, archive_created=archive_created)
        beside = _as_json(made)
        if not as_json:
            _show(bench, made, limit)
        if not made.plan.writes or made.tripped:
            if as_json:
                print_json(
                    {"plan_id": made.plan_id, **beside, "status": "stopped" if made.tripped else "done"}
                )
            return Exit.STOPPED if made.tripped else Exit.DONE
        if not yes:
            typer.confirm("Write this to both CRMs?", abort=True, err=True)
        return carry_out(bench, made.plan_id, as_json=as_json, beside=beside)


def _show(bench: Workbench, made: UndoPlan, limit: int) -> None:
    plan = made.plan
    with bench.store.begin() as connection:
        concerned = {write.link_id for write in plan.writes} | {left.link_id for left in made.left}
        names = names_of(connection, concerned)
    if plan.writes:
        say(f"To take back the pass {made.undone_pass}:", style="bold")
        show_plan(plan, names, redact=False, limit=limit)
    else:
        say(f"Nothing of the pass {made.undone_pass} is to be taken back.", style="bold")
    _show_left(made, names, limit)
    if made.tripped:
        heading("The guard stops this until somebody approves it")
        rows = [(item["what"], item["count"], item["limit"]) for item in made.tripped]
        out.print(table(("What", "Planned", "At most"), rows, right=(1, 2)))
        say(f"Nothing was written. `accord apply {made.plan_id}` approves it and carries it out.")


def _show_left(made: UndoPlan, names: Mapping[str, str], limit: int) -> None:
    tally = Counter(one.reason for one in made.left)
    if not tally:
        return
    heading("What stays as it is")
    out.print(
        table(
            ("Things", "Why"), [(number, WORDS[reason]) for reason, number in tally.most_common()], right=(0,)
        )
    )
    told = sorted(
        (one for one in made.left if one.reason in _PEOPLE_SEE), key=lambda one: _PEOPLE_SEE.index(one.reason)
    )
    rows = [
        (
            names.get(one.link_id, one.link_id),
            f"{one.side} {one.object_type} {one.record_id}",
            one.field or "(record)",
            short(plain(one.before), _VALUE),
            short(plain(one.after), _VALUE),
            short(plain(one.present), _VALUE),
            one.reason,
        )
        for one in told[:limit]
    ]
    if rows:
        head = ("Who", "Record", "Field", "Before", "Written", "Now", "Why")
        out.print(table(head, rows))
    if len(told) > limit:
        say(f"… and {len(told) - limit:,} more (--limit shows more, --json shows all)", style="dim")
    for (side, object_type), place in made.bins.items():
        ids = [
            one.record_id
            for one in told
            if (one.reason, one.side, one.object_type) == (_BIN, side, object_type)
        ]
        say(
            f"To take {object_type} {', '.join(ids[:limit])} out of the bin {place.how}, until {place.until:%d %B %Y}:"
        )
        say(f"  {place.link}")
    if made.bins:
        say("The next pass links whoever was taken out again, with their history.")


def _as_json(made: UndoPlan) -> dict[str, Any]:
    return {
        "undone_pass": made.undone_pass,
        "guard": [dict(item) for item in made.tripped],
        "rows": plan_table(made.plan).to_dicts(),
        "archive": [
            {"side": write.side, "object_type": write.object_type, "record_id": write.record_id}
            for write in made.plan.writes
            if write.operation == "archive"
        ],
        "restore": [
            {"side": write.side, "object_type": write.object_type, "record_id": write.record_id}
            for write in made.plan.writes
            if write.operation == "restore"
        ],
        "left": [asdict(one) | _in_bin(made, one) for one in made.left],
    }


def _in_bin(made: UndoPlan, one: Left) -> dict[str, Any]:
    place = made.bins.get((one.side, one.object_type)) if one.reason == _BIN else None
    return {} if place is None else {"how": place.how, "link": place.link, "until": place.until.isoformat()}
