"""The grammar of ``accord sla``; what its commands do is in ``promises.py``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit

app = typer.Typer(name="sla", invoke_without_command=True, help="The SLA: explained and checked.")
File = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Another file than the one in force.", show_default=False),
]


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(code)


@app.callback()
def sla(
    context: typer.Context,
    file: Annotated[Path | None, typer.Option(help="Another file than the one in force.")] = None,
) -> None:
    """The service-level agreement in plain words; checks the file on the way."""
    if context.invoked_subcommand is None:
        explain(file)


@app.command()
def explain(
    file: File = None,
    html: Annotated[
        Path | None, typer.Option(metavar="PAGE", help="Write it as one HTML page instead.")
    ] = None,
) -> None:
    """The whole agreement in plain language, for both teams."""
    from cli import promises as work

    _end(work.explain(file, html))


@app.command()
def check(file: File = None) -> None:
    """Check the file, every mistake at once, and say what Salesforce is to refuse by it."""
    from cli import promises as work

    _end(work.check(file))
