"""``accord scorecard``: measures the agreement and writes the page. What is measured is ``sla_rules.metrics``."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.text import Text

from cli import session
from cli.console import moment, out, print_json, say, table
from cli.exits import Exit
from connectors.store import runs
from passes import measure
from passes.workbench import Workbench
from reports import words
from sla_rules.metrics.figures import Metrics
from sla_rules.metrics.period import Period

_STYLES = {"met": "green", "on course": "green", "behind": "yellow", "missed": "red"}


def command(path: Path, *, days: int | None, as_json: bool) -> Exit:
    """Measure, write the page, say what stands in it and where it is."""
    with session.reading() as bench:
        context = bench.open("scorecard")
        period = Period.month_of(context.now(), context.contracts.sla.zone)
        if days is not None:
            period = Period.span(context.now() - timedelta(days=days), context.now(), period.zone)
        metrics = measured(bench, period)
        write_page(bench, period, path)
    if as_json:
        print_json({"page": str(path), "period": period.label, "attainment": _rows(metrics)})
        return Exit.DONE
    say(f"{period.label}, measured {moment(metrics.made_at)} UTC", style="bold")
    show_attainment(metrics)
    say(f"The whole scorecard, with every breach by name: {path}", whole=True)
    return Exit.DONE


def measured(bench: Workbench, period: Period) -> Metrics:
    """The figures of a period against the one before."""
    return measure.compute(bench.open("scorecard"), period.kind, period=period)


def write_page(bench: Workbench, period: Period, path: Path) -> None:
    """The scorecard as one HTML file; also kept in the database, as it was published.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    measure.scorecard(bench.open("scorecard"), period=period)
    with bench.store.begin() as connection:
        page = runs.latest_document(connection, measure.SCORECARD)
    path.write_text(page.body, encoding="utf-8")


def show_attainment(metrics: Metrics) -> None:
    """Each commitment with its value, what was agreed, and the verdict."""
    rows = [
        (
            row["team"],
            row["promise"],
            words.percent(row["value"]),
            f"{row['bound']} {words.percent(row['goal'])}",
            f"{words.count(row['numerator'])} of {words.count(row['denominator'])}",
            Text(row["verdict"], style=_STYLES.get(row["verdict"], "dim")),
        )
        for row in metrics.attainment.to_dicts()
    ]
    head = ("Team", "Promise", "Kept", "Agreed", "Counted", "Verdict")
    out.print(table(head, rows, right=(2, 3, 4)))


def _rows(metrics: Metrics) -> list[dict[str, Any]]:
    return metrics.attainment.to_dicts()
