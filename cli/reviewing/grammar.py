"""The grammar of ``accord review``: the pack, and the words that keep decisions. What each does is beside this."""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit

app = typer.Typer(
    invoke_without_command=True,
    help="The review of both halves of the agreement over 30, 60, 90 days or a quarter, and what it decides.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who writes it down; otherwise ACCORD_USER, or the machine's user.")
]


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(code)


@app.callback()
def review(
    ctx: typer.Context,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="The last n days: 30, 60, 90.")] = None,
    quarter: Annotated[str | None, typer.Option(metavar="2026Q4", help="A calendar quarter instead.")] = None,
    page: Annotated[Path, typer.Option("--out", help="Where to write the page.")] = Path("var/review.html"),
    tables: Annotated[
        Path | None, typer.Option("--csv", metavar="DIR", help="Also write every table as CSV.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure the period and write the review pack as one HTML page, made to be printed."""
    if ctx.invoked_subcommand is not None:
        return
    from cli.reviewing import pack as work

    _end(work.command(page, days=days, quarter=quarter, tables=tables, as_json=as_json))


@app.command()
def decide(
    decision: Annotated[str, typer.Argument(metavar="TEXT", help="What was decided, in words.")],
    owner: Annotated[str, typer.Option(help="Who sees to it.")],
    metric: Annotated[
        str | None, typer.Option(help="What is to move by it: a metric of docs/metrics.md or a commitment.")
    ] = None,
    due: Annotated[str | None, typer.Option(metavar="DATE", help="By when, such as 2026-12-31.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Write down a decision; the next review shows what became of it, and its figure then and now."""
    from cli.reviewing import deciding as work

    _end(work.decide(decision, owner=owner, metric=metric, due=due, by=by, as_json=as_json))


@app.command()
def settle(
    decision: Annotated[str, typer.Argument(metavar="ID", help="As `accord review decisions` shows it.")],
    outcome: Annotated[str, typer.Option(help="What became of it, in words.")],
    as_json: Json = False,
) -> None:
    """Say what became of a decision."""
    from cli.reviewing import deciding as work

    _end(work.settle(decision, outcome=outcome, as_json=as_json))


@app.command()
def decisions(as_json: Json = False) -> None:
    """Every decision on record, the oldest first."""
    from cli.reviewing import deciding as work

    _end(work.decisions(as_json=as_json))
