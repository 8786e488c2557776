"""The grammar of ``accord sla``; what its commands do is in ``promises.py``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit

app = typer.Typer(
    name="sla", invoke_without_command=True, help="The SLA: explained, checked, excuses, published figures."
)
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


Who = Annotated[str, typer.Argument(metavar="PERSON", help="An e-mail address, a record's id, a name.")]
Which = Annotated[str, typer.Argument(metavar="COMMITMENT", help="The id of a commitment that is a clock.")]
By = Annotated[
    str | None, typer.Option(help="Who decides; otherwise ACCORD_USER, or the account on this machine.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]


@app.command()
def excuse(
    person: Who,
    commitment: Which,
    reason: Annotated[str, typer.Option(help="Why; both teams read it.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Excuse the clock of a person's latest handoff, with a reason; kept, shown, and revocable."""
    from cli import excusing as work

    _end(work.excuse(person, commitment, reason=reason, by=by, as_json=as_json))


@app.command()
def revoke(person: Who, commitment: Which, by: By = None, as_json: Json = False) -> None:
    """Take the excuse of a clock back."""
    from cli import excusing as work

    _end(work.revoke(person, commitment, by=by, as_json=as_json))


@app.command()
def excuses(as_json: Json = False) -> None:
    """Every excuse ever given: whose clock, by whom, why, and whether it stands."""
    from cli import excusing as work

    _end(work.excuses(as_json=as_json))


@app.command()
def published(as_json: Json = False) -> None:
    """The figures of past periods as they were published, with what they are by what is known today."""
    from cli import excusing as work

    _end(work.published(as_json=as_json))
