"""The arguments and options of ``accord suggest`` and ``accord backtest``, which try other lead definitions.

What they do is in ``cli.suggesting`` and ``command.py``, imported when they run.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]
Limit = Annotated[int, typer.Option(min=1, help="Rows shown in each table.")]


def suggest(
    goal: Annotated[
        str, typer.Option(help="What counts as reached: accepted, won or 'great example'.")
    ] = "accepted",
    most: Annotated[int, typer.Option("--max-criteria", min=1, help="Criteria changed at most.")] = 3,
    file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write the proposed definition.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find changes to the lead definition that outcomes speak for, each with its effect on people held out."""
    from cli import suggesting as work

    _end(work.command(goal, most=most, file=file, as_json=as_json))


def backtest(
    proposed: Annotated[Path, typer.Argument(metavar="PROPOSED", help="A lead definition's YAML file.")],
    since: Annotated[str, typer.Option(metavar="DATE", help="The first day, such as 2026-01-31.")],
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day; without it up to now.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the answer as one HTML page.")
    ] = None,
    as_json: Json = False,
    limit: Limit = 10,
) -> None:
    """Replay a proposed lead definition over the past: volume, precision, recall, who moves and why."""
    from cli.backtest import command as work

    _end(work.command(proposed, since=since, until=until, html=html, as_json=as_json, limit=limit))


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(code)
