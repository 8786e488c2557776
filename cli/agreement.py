"""The grammar of ``accord definition …`` and ``accord schema``. What each does is in the module of its name.

Those modules are imported when their command runs, as in ``main``.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit

definition_app = typer.Typer(help="The lead definition: in plain words, its tests, its schema, its versions.")
File = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Another file than the one in force.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]


def end(code: Exit) -> None:
    """End with the code."""
    if code is not Exit.DONE:
        raise typer.Exit(code)


@definition_app.callback(invoke_without_command=True)
def definition(
    context: typer.Context,
    file: Annotated[Path | None, typer.Option(help="Another file than the one in force.")] = None,
) -> None:
    """The lead definition: in plain words (also without a further word), its tests, its schema, its versions."""
    if context.invoked_subcommand is None:
        from cli import defining as work

        end(work.explain(file, html=None))


@definition_app.command()
def explain(
    file: File = None,
    html: Annotated[
        Path | None, typer.Option(metavar="PAGE", help="Write it as one self-contained HTML page instead.")
    ] = None,
) -> None:
    """The whole definition as one page of plain words for both teams; checks the file on the way."""
    from cli import defining as work

    end(work.explain(file, html=html))


@definition_app.command()
def check(file: File = None, as_json: Json = False) -> None:
    """Check the file and run the examples in it; exit 1 if one comes out otherwise than it says."""
    from cli import defining as work

    end(work.check(file, as_json=as_json))


@definition_app.command()
def activate(
    file: File = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Put it into force without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Show who would move by the file's version, ask, and put it into force."""
    from cli import activating as work

    end(work.command(file, yes=yes, as_json=as_json))


@definition_app.command("schema")
def definition_schema(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a file.")] = None,
) -> None:
    """The JSON Schema by which editors complete and check a lead definition."""
    from cli import schema as work

    end(work.command("definition", out))


def schema(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="definition, sla, notices or mapping.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a file.")] = None,
) -> None:
    """The JSON Schema by which editors complete and check a contract while it is written."""
    from cli import schema as work

    end(work.command(kind, out))
