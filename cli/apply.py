"""``accord apply``: carries out one stored plan that somebody has read, exactly, or says why not."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.status import Status as Spinner

from cli import session
from cli.console import err, heading, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.naming import names_of
from cli.passing import STEP_WORDS
from passes.applying.approve import PlanMovedError, approve
from passes.planning import named
from passes.step import StepResult
from passes.workbench import Workbench
from sync_rules.present import Moved

_VALUE = 50
_MOST = 50


def command(name: str | None, *, as_json: bool) -> Exit:
    """Carry out the plan that is meant; without a name the newest that waits for approval."""
    with session.syncing() as bench:
        with bench.store.begin() as connection:
            plan_id = named.plan_id(connection, name)
        return carry_out(bench, plan_id, as_json=as_json)


def carry_out(
    bench: Workbench, plan_id: str, *, as_json: bool, beside: Mapping[str, Any] | None = None
) -> Exit:
    """Carry out a plan and say what it did.

    Args:
        beside: what else belongs into the JSON answer.

    Raises:
        PlanRefusedError: the plan is out of date, and nothing was written.
    """
    try:
        results = _approved(bench, plan_id, quiet=as_json)
    except PlanMovedError as error:
        _show_moved(bench, error, as_json=as_json)
        return Exit.MOVED
    wrote, everybody = results["applied_writes"].figures, results["reconciliation"].figures
    if as_json:
        print_json(
            {
                "plan_id": plan_id,
                **(beside or {}),
                "status": "done",
                "written": int(wrote["written"]),
                "failed": int(wrote["failed"]),
                "created": int(wrote["created"]),
                "unexplained": int(everybody["remainder"]),
            }
        )
    else:
        show(plan_id, wrote)
    return Exit.UNEXPLAINED if everybody["remainder"] else Exit.DONE


def _approved(bench: Workbench, plan_id: str, *, quiet: bool) -> dict[str, StepResult]:
    with Spinner("reading both sides again", console=err, spinner="dots") as line:
        if quiet:
            line.stop()
        words = {"approval": "reading both sides again", **STEP_WORDS}
        return approve(bench, plan_id, progress=lambda step: line.update(words.get(step, step)))


def show(plan_id: str, wrote: Mapping[str, float]) -> None:
    """What the plan did, in a few lines."""
    say(
        f"Plan {plan_id} carried out: {int(wrote['written']):,} records written, "
        f"{int(wrote['failed']):,} refused.",
        style="bold",
    )
    written = [(*name.split(" ")[1:], int(number)) for name, number in wrote.items() if _is_written(name)]
    if written:
        out.print(table(("Side", "Object", "Written"), written, right=(2,)))
    if wrote["failed"]:
        say("`accord holds` names each refused write with its remedy.")


def _is_written(name: str) -> bool:
    return name.startswith("written ") and name.count(" ") == 2


def _show_moved(bench: Workbench, error: PlanMovedError, *, as_json: bool) -> None:
    with bench.store.begin() as connection:
        names = names_of(connection, {one.link_id for one in error.moved})
    if as_json:
        print_json({"plan_id": error.plan_id, "status": "moved", "moved": _as_json(error.moved, names)})
        return
    err.print(f"The plan {error.plan_id} is out of date. Nothing was written.", style="bold red")
    heading("What has changed since it was made")
    rows = [
        (
            names.get(one.link_id, one.link_id),
            f"{one.side} {one.object_type} {one.record_id}",
            one.field or "(record)",
            short(plain(one.planned), _VALUE),
            short(plain(one.present), _VALUE),
            one.why,
        )
        for one in error.moved[:_MOST]
    ]
    out.print(table(("Who", "Record", "Field", "In the plan", "Now", "Why"), rows))
    if len(error.moved) > _MOST:
        say(f"… and {len(error.moved) - _MOST:,} more (--json shows all)", style="dim")
    say("`accord plan` plans from what is there now.")


def _as_json(moved: Sequence[Moved], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": names.get(one.link_id),
            "link_id": one.link_id,
            "side": one.side,
            "object_type": one.object_type,
            "record_id": one.record_id,
            "field": one.field,
            "planned": one.planned,
            "present": one.present,
            "why": one.why,
        }
        for one in moved
    ]
