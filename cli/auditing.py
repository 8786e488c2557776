"""``accord audit``: both systems read whole and held against each other; every difference, and what explains it."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.status import Status as Spinner

from cli import session
from cli.console import err, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.naming import names_of
from connectors.store import audits
from passes.accounting import audit, audit_reading
from passes.step import StepResult
from passes.workbench import Workbench

_VALUE = 40
_STEP = "parity_audit"


def command(*, price: bool, everything: bool, as_json: bool, limit: int) -> Exit:
    """Audit, and show what differs; exit ``DIFFERENT`` when nothing explains a difference."""
    with session.syncing() as bench:
        expected = price_of(bench)
        if price:
            if as_json:
                print_json({"api_calls_expected": expected})
            else:
                _say_price(expected)
            return Exit.DONE
        if not as_json:
            _say_price(expected)
        audit_id, result = run(bench)
        with bench.store.begin() as connection:
            rows = audits.differences(connection, audit_id)
            figures = audits.figures(connection, audit_id)
            names = names_of(connection, {row.link_id for row in rows if row.link_id})
    if as_json:
        shown = [dict(row._mapping) | {"name": names.get(row.link_id or "")} for row in rows]
        print_json(dict(figures._mapping) | {"api_calls_expected": expected, "differences": shown})
    else:
        show(result, rows, names, everything=everything, limit=limit)
    return Exit.DIFFERENT if figures.unexplained else Exit.DONE


def price_of(bench: Workbench) -> dict[str, int]:
    """About how many API calls an audit takes, by side."""
    with bench.store.begin() as connection:
        return {str(side): number for side, number in audit_reading.price(connection).items()}


def run(bench: Workbench) -> tuple[str, StepResult]:
    """Audit under a pass's lease; returns the audit's id and its result."""
    audit_id = f"audit-{secrets.token_hex(6)}"
    try:
        with Spinner("reading both systems whole and comparing them", console=err):
            return audit_id, bench.run(audit.run, _STEP, audit_id)
    finally:
        bench.release()


def _say_price(expected: Mapping[str, int]) -> None:
    calls = ", ".join(f"{number:,} {name}" for name, number in expected.items())
    say(f"Reading both systems whole takes about this many API calls: {calls}.")


def show(
    result: StepResult,
    rows: Sequence[Any],
    names: Mapping[str, str],
    *,
    everything: bool,
    limit: int,
) -> None:
    """The audit in a few lines and tables."""
    figures = {name: int(number) for name, number in result.figures.items()}
    open_ = [row for row in rows if row.explained is None]
    say(
        f"{figures['records read']:,} records read with {figures['hubspot calls made']:,} HubSpot and "
        f"{figures['salesforce calls made']:,} Salesforce API calls, {figures['pairs compared']:,} pairs compared: "
        f"{len(rows) - len(open_):,} differences that a rule or a hold explains, {len(open_):,} that nothing explains.",
        style="bold red" if open_ else "bold green",
    )
    explained = Counter((row.kind, row.field or "(record)", row.explained) for row in rows if row.explained)
    if explained:
        told = [(number, *(short(part, 110) for part in key)) for key, number in explained.most_common(limit)]
        out.print(table(("Things", "Kind", "Field", "Explained by"), told, right=(0,)))
    shown = rows if everything else open_
    cells = [
        (
            names.get(row.link_id or "", row.link_id),
            f"{row.object_type} {row.record_id}",
            row.kind,
            row.field or "(record)",
            short(plain(row.hubspot), _VALUE),
            short(plain(row.salesforce), _VALUE),
            row.explained or "NOTHING",
        )
        for row in shown[:limit]
    ]
    if cells:
        out.print(table(("Who", "Record", "Kind", "Field", "HubSpot", "Salesforce", "Explained by"), cells))
    if len(shown) > limit:
        say(f"… and {len(shown) - limit:,} more (--limit, --json)", style="dim")
