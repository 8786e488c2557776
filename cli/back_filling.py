"""``accord back-fill``: which new fields wait, what filling one would write, and, once agreed, writing it."""

import secrets
from collections import Counter
from typing import Any

import typer

from cli import session
from cli.apply import carry_out
from cli.console import err, heading, out, print_json, say, table
from cli.exits import Exit
from cli.naming import names_of
from cli.planning import show as show_plan
from connectors.store import mapped_fields
from connectors.store.mapped_fields import MappedField
from passes.planning import back_fill, named, new_fields
from passes.planning.back_fill import BackFill
from passes.workbench import Workbench
from sync_rules.plan import Plan

_HEAD = (
    "Field", "Of", "Since (UTC)", "Linked", "Agree", "To HubSpot", "To Salesforce", "Conflicts", "Held", "API calls",
)  # fmt: skip


def command(name: str | None, *, as_they_change: bool, yes: bool, as_json: bool, limit: int) -> Exit:
    """List the waiting fields, or fill one."""
    if name is None:
        return _list(as_json=as_json)
    with session.syncing() as bench:
        with bench.store.begin() as connection:
            field = back_fill.waiting_field(connection, name)
        plan_id = f"{named.BACK_FILL_PREFIX}{secrets.token_hex(5)}"
        if as_they_change:
            back_fill.decline(bench, field.key, plan_id)
            if as_json:
                print_json({"field": field.key[1], "status": "in force"})
            else:
                say(
                    f"`{field.key[1]}` is in force: it is agreed on for each record that changes from now on."
                )
            return Exit.DONE
        return _fill(bench, field, plan_id, yes=yes, as_json=as_json, limit=limit)


def _fill(
    bench: Workbench, field: MappedField, plan_id: str, *, yes: bool, as_json: bool, limit: int
) -> Exit:
    with err.status("reading both sides"):
        made = back_fill.plan_back_fill(bench, field.key, plan_id)
    if not as_json:
        _show(bench, made, limit)
    if made.tripped:
        if as_json:
            print_json({"plan_id": plan_id, **_as_json(made), "status": "stopped"})
        return Exit.STOPPED
    if made.plan.writes:
        if not yes:
            typer.confirm("Write this to both CRMs?", abort=True, err=True)
        ended = carry_out(bench, plan_id, as_json=as_json, beside=_as_json(made))
    else:
        if as_json:
            print_json({"plan_id": plan_id, **_as_json(made), "status": "done"})
        ended = Exit.DONE
    if ended in (Exit.DONE, Exit.UNEXPLAINED):
        with bench.store.begin() as connection:
            new_fields.put_in_force(connection, field.key)
    return ended


def _show(bench: Workbench, made: BackFill, limit: int) -> None:
    found = made.survey
    kind, name = made.key
    say(
        f"`{name}` for {found['people']:,} linked {'people' if kind == 'person' else 'companies'}: "
        f"{found['agree']:,} agree already, {found['to_hubspot']:,} values go to HubSpot and "
        f"{found['to_salesforce']:,} to Salesforce ({found['conflicts']:,} conflicts), {found['held']:,} are held.",
        style="bold",
    )
    _show_ways(made.plan)
    with bench.store.begin() as connection:
        names = names_of(connection, _links(made.plan))
    if made.plan.writes or made.plan.holds:
        show_plan(made.plan, names, redact=False, limit=limit)
    calls = found["price"]
    say(f"Writing it takes {calls['hubspot']:,} HubSpot and {calls['salesforce']:,} Salesforce API calls.")
    if made.tripped:
        heading("The guard stops this until somebody approves it")
        rows = [(item["what"], item["count"], item["limit"]) for item in made.tripped]
        out.print(table(("What", "Planned", "At most"), rows, right=(1, 2)))
        say(f"Nothing was written. `accord apply {made.plan_id}` approves it and carries it out.")


def _show_ways(plan: Plan) -> None:
    ways = Counter((write.side, change.why) for write in plan.writes for change in write.changes)
    if ways:
        rows = [(*way, number) for way, number in ways.most_common()]
        out.print(table(("To", "Because", "Values"), rows, right=(2,)))


def _links(plan: Plan) -> set[str]:
    found = {write.link_id for write in plan.writes} | {hold.link_id for hold in plan.holds}
    return found | {lost.link_id for lost in plan.conflicts}


def _as_json(made: BackFill) -> dict[str, Any]:
    return {
        "field": made.key[1],
        "of": made.key[0],
        **made.survey,
        "guard": [dict(item) for item in made.tripped],
    }


def _list(*, as_json: bool) -> Exit:
    with session.reading() as bench, bench.store.begin() as connection:
        waiting = mapped_fields.waiting(connection)
    if as_json:
        told = [
            {"field": one.key[1], "of": one.key[0], "since": one.since, "survey": one.survey}
            for one in waiting
        ]
        print_json({"waiting": told})
        return Exit.DONE
    if not waiting:
        say(
            "No field waits for a back-fill: what the mapping syncs is agreed on for everybody who is linked."
        )
        return Exit.DONE
    show(waiting)
    return Exit.DONE


def show(waiting: list[MappedField]) -> None:
    """The fields that wait, with what filling each would do."""
    rows = []
    for one in waiting:
        found = one.survey or {}
        figures = [
            found.get(name)
            for name in ("people", "agree", "to_hubspot", "to_salesforce", "conflicts", "held")
        ]
        price = sum(found["price"].values()) if found else None
        rows.append((one.key[1], one.key[0], one.since, *figures, price))
    out.print(table(_HEAD, rows, right=range(3, 10)))
    say("`accord back-fill FIELD` shows one, asks, and carries it out; with --as-they-change none is made.")
