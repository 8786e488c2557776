"""``accord scorecard``: measures the agreement and writes the page. What is measured is ``sla_rules.metrics``."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from cli import session
from cli.console import moment, out, print_json, say, table
from cli.exits import Exit
from connectors.store import runs
from passes.context import PassContext
from passes.numbers import measure
from passes.numbers.as_of import AsOfError
from passes.workbench import Workbench
from reports import words
from sla_rules.metrics.figures import Metrics
from sla_rules.metrics.period import Period

_STYLES = {"met": "green", "on course": "green", "behind": "yellow", "missed": "red"}


def command(path: Path, *, days: int | None, as_of: str | None, as_json: bool) -> Exit:
    """Measure, write the page, say what stands in it and where it is.

    Raises:
        typer.BadParameter: ``as_of`` is no day, or what was known then is not on record.
    """
    with session.reading() as bench:
        context = bench.open("scorecard")
        zone = context.contracts.sla.zone
        now = context.now() if as_of is None else min(context.now(), end_of_day(as_of, zone))
        period = Period.month_of(now - timedelta(microseconds=1), zone)
        if days is not None:
            period = Period.span(now - timedelta(days=days), now, zone)
        if as_of is None:
            metrics = measured(bench, period)
            write_page(bench, period, path)
        else:
            metrics = _then(context, period, now)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(measure.page(context, metrics), encoding="utf-8")
    if as_json:
        print_json({"page": str(path), "period": period.label, "attainment": _rows(metrics)})
        return Exit.DONE
    say(f"{period.label}, measured {moment(metrics.made_at)} UTC", style="bold")
    show_attainment(metrics)
    say(f"The whole scorecard, with every breach by name: {path}", whole=True)
    return Exit.DONE


def end_of_day(day: str, zone: ZoneInfo) -> datetime:
    """The last moment of a local day.

    Raises:
        typer.BadParameter: it is no day.
    """
    try:
        first = datetime.combine(date.fromisoformat(day), time(), zone)
    except ValueError:
        raise typer.BadParameter(f"{day!r} is no day; write for example 2026-10-15") from None
    return Period.day_of(first, zone).end


def _then(context: PassContext, period: Period, moment: datetime) -> Metrics:
    try:
        return measure.compute_as_of(context, period, moment)
    except AsOfError as error:
        raise typer.BadParameter(str(error)) from None


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
