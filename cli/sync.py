"""``accord sync``: one pass, with its progress, and what came of it."""

from typing import Any

from cli import passing, session
from cli.console import err, heading, out, print_json, say, table
from cli.exits import Exit
from cli.notices.telling import afterwards
from cli.passing import Passed
from connectors.store import holds
from passes.context import PassOptions
from passes.workbench import Workbench

_CLASSES = ("received", "converted or merged", "held", "failed", "filtered", "from Salesforce")


def command(*, approve: bool, as_json: bool) -> Exit:
    """Run a pass and say what it did."""
    with session.syncing() as bench:
        with afterwards(bench, quiet=as_json):
            passed = passing.run(bench, PassOptions(approve=approve), quiet=as_json)
        held = held_now(bench)
    if as_json:
        print_json(_as_json(passed, held))
    elif passed.status == "stopped":
        show_stopped(passed)
    else:
        show(passed, held)
    if passed.status == "stopped":
        return Exit.STOPPED
    return Exit.UNEXPLAINED if passed.unexplained else Exit.DONE


def held_now(bench: Workbench) -> dict[str, int]:
    """Open holds by kind."""
    with bench.store.begin() as connection:
        return holds.counts_by_kind(connection)


def show(passed: Passed, held: dict[str, int]) -> None:
    """The pass in a few lines."""
    calls = passed.calls
    say(
        f"Pass done in {passed.seconds} s: {passed.written:,} records written, {passed.failed:,} refused, "
        f"{sum(held.values()):,} things held; {calls['hubspot']} HubSpot and {calls['salesforce']} "
        "Salesforce API calls.",
        style="bold",
    )
    written = passed.results["applied_writes"].figures
    rows = [(*name.split(" ")[1:], int(number)) for name, number in written.items() if _is_written(name)]
    if rows:
        out.print(table(("Side", "Object", "Written"), rows, right=(2,)))
    people = [(name, passed.figure("reconciliation", name)) for name in _CLASSES]
    out.print(table(("Everybody", "People"), [row for row in people if row[1]], right=(1,)))
    if held:
        say(f"Held: {_kinds(held)}. `accord holds` names each with its remedy.")
    for finding in passed.findings:
        err.print(f"{finding.name}: {finding.why}", style="yellow", markup=False)


def _is_written(name: str) -> bool:
    return name.startswith("written ") and name.count(" ") == 2


def _kinds(held: dict[str, int]) -> str:
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in held.items())


def show_stopped(passed: Passed) -> None:
    """Why the guard stopped the pass, and how to go on."""
    err.print("The guard stopped this pass. Nothing was written to either CRM.", style="bold red")
    heading("What exceeds its cap")
    rows = [(item["what"], item["count"], item["limit"], item["how_to_approve"]) for item in passed.tripped]
    out.print(table(("What", "Planned", "At most", "How to go on"), rows, right=(1, 2)))
    say(
        f"`accord plan` shows every write. `accord apply {passed.pass_id}` carries out the plan of this pass, "
        "while it still fits; `accord sync --approve` that of a new one."
    )


def _as_json(passed: Passed, held: dict[str, int]) -> dict[str, Any]:
    return {
        "pass_id": passed.pass_id,
        "status": passed.status,
        "written": passed.written,
        "failed": passed.failed,
        "held": held,
        "guard": [dict(item) for item in passed.tripped] if passed.status == "stopped" else [],
        "api_calls": passed.calls,
        "seconds": passed.seconds,
        "steps": {name: dict(result.figures) for name, result in passed.results.items()},
    }
