"""``accord review``: gathers the pack, writes the page and the tables, says what stands in them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from cli import session
from cli.console import print_json, say
from cli.exits import Exit
from cli.scorecard import show_attainment
from connectors.errors import ConfigError
from passes.reviews import pack as packs
from passes.reviews import step as review_step
from reports.csv_tables import write_tables
from sla_rules.metrics.period import Period

_USUAL_DAYS = 30
_QUARTER = re.compile(r"(?P<year>\d{4})-?Q(?P<number>[1-4])", re.IGNORECASE)


def command(page: Path, *, days: int | None, quarter: str | None, tables: Path | None, as_json: bool) -> Exit:
    """Make the pack.

    Raises:
        typer.BadParameter: both a length and a quarter, or a quarter that is none.
        ConfigError: a file cannot be written.
    """
    if days is not None and quarter is not None:
        raise typer.BadParameter("give --days or --quarter, not both")
    with session.reading() as bench:
        context = bench.open("review")
        period = period_of(days, quarter, now=context.now(), zone=context.contracts.sla.zone)
        gathered = packs.gather(context, period)
        html = review_step.kept(context, gathered)
    written: list[Path] = []
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(html, encoding="utf-8")
        if tables is not None:
            written = write_tables(tables, packs.tables_of(gathered))
    except OSError as error:
        raise ConfigError(
            [f"{error.filename} cannot be written ({error.strerror}); give another --out or --csv"]
        ) from error
    metrics = gathered.metrics
    if as_json:
        print_json(
            {
                "page": str(page),
                "tables": [str(path) for path in written],
                "period": period.label,
                "attainment": metrics.attainment.to_dicts(),
                "decisions": packs.tables_of(gathered)["decisions"].to_dicts(),
            }
        )
        return Exit.DONE
    say(f"{period.label}, compared with {period.before().label}", style="bold")
    show_attainment(metrics)
    say(
        f"{metrics.breaches.height} breaches, {gathered.deals.height} deals, {len(gathered.decisions)} decisions."
    )
    if tables is not None:
        say(f"{len(written)} tables: {tables}", whole=True)
    say(f"The review pack, to be read or printed: {page}", whole=True)
    return Exit.DONE


def period_of(days: int | None, quarter: str | None, *, now: datetime, zone: ZoneInfo) -> Period:
    """The days up to now, or a calendar quarter.

    Raises:
        typer.BadParameter: the quarter is none.
    """
    if quarter is None:
        return Period.span(now - timedelta(days=days or _USUAL_DAYS), now, zone)
    match = _QUARTER.fullmatch(quarter.strip())
    if match is None:
        raise typer.BadParameter(f"{quarter!r} is no quarter; write for example 2026Q4")
    middle = datetime(int(match["year"]), int(match["number"]) * 3 - 1, 15, tzinfo=UTC)
    period = Period.quarter_of(middle, zone)
    if period.start > now:
        raise typer.BadParameter(f"{period.label} has not begun yet")
    return period
