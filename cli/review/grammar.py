"""The grammar of ``accord review-links``: the list, and the words that decide. What each does is beside this."""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit

app = typer.Typer(
    invoke_without_command=True,
    help="Who waits for a person to say who is who: the candidates side by side, and your decisions.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who decides; otherwise ACCORD_USER, or the machine's user.")
]
Link = Annotated[str, typer.Argument(metavar="LINK", help="The link as the list shows it.")]


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(code)


@app.callback()
def review(
    ctx: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only ambiguous, or only duplicate.")] = None,
    evidence: Annotated[str | None, typer.Option(help="Only matches by this, such as e-mail.")] = None,
    side: Annotated[str | None, typer.Option(help="Only records of hubspot, or of salesforce.")] = None,
    older_than_days: Annotated[float | None, typer.Option(min=0, help="Only what has waited longer.")] = None,
    person: Annotated[str | None, typer.Option(help="Only about this e-mail address or record id.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if anything is listed.")] = False,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, help="Cases shown.")] = 20,
) -> None:
    """List who waits for a decision; the words below decide."""
    if ctx.invoked_subcommand is not None:
        return
    from cli.review import listing as work

    wanted = work.Wanted(kind, evidence, side, older_than_days, person)
    _end(work.command(wanted, check=check, as_json=as_json, limit=limit))


@app.command()
def accept(
    link: Link,
    candidate: Annotated[
        str | None,
        typer.Argument(help="The candidate's record id; without it the one that the fixed order picks."),
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """The record and this candidate are one person: link them."""
    from cli.review import deciding as work

    _end(work.accept(link, candidate, by=by, as_json=as_json))


@app.command()
def reject(
    link: Link,
    candidates: Annotated[
        list[str] | None, typer.Argument(help="The candidates' record ids; without any: none of them.")
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """The record and these candidates are not one person: never propose or link them again."""
    from cli.review import deciding as work

    _end(work.reject(link, candidates or [], by=by, as_json=as_json))


@app.command()
def split(
    who: Annotated[
        str, typer.Argument(help="The linked person: an e-mail address, a record's id or a link.")
    ],
    by: By = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False,
    as_json: Json = False,
) -> None:
    """A link is wrong: make two people of it, who are never joined again by what they have in common."""
    from cli.review import deciding as work

    _end(work.split(who, by=by, yes=yes, as_json=as_json))


@app.command()
def decide(
    file: Annotated[
        Path,
        typer.Argument(
            help="The list's JSON with `decision` filled in: accept, reject, or null to leave it. -: standard "
            "input.",
            allow_dash=True,
        ),
    ],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Many decisions at once, from a file; exit 1 if any could not be made."""
    from cli.review import deciding as work

    _end(work.decide(file, by=by, as_json=as_json))


@app.command()
def decisions(
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown.")] = 50,
) -> None:
    """The decisions made so far, newest first: who, when, about whom."""
    from cli.review import listing as work

    _end(work.decided(as_json=as_json, limit=limit))
