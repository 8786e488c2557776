"""The arguments and options of ``accord forget``. What it does is ``command.py``, imported when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit


def forget(
    who: Annotated[
        str | None,
        typer.Argument(
            metavar="[PERSON]", help="An e-mail address, a record's id on either side, or a link's id."
        ),
    ] = None,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Whoever was erased and came in again; and finish what was interrupted."
        ),
    ] = False,
    lift: Annotated[
        str | None, typer.Option(metavar="CERTIFICATE", help="Let the person of this certificate in again.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Erase without asking.")] = False,
    reference: Annotated[
        str | None, typer.Option(help="The request's number or date, for the certificate.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who asks for it; else the user of this machine.")] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Write the certificate to this JSON file, and as text beside it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")] = False,
) -> None:
    """Erase one person on both sides and here for good, with a certificate, and keep them out."""
    from cli.forget import command as work

    code = work.command(
        who,
        again=again,
        lift=lift,
        yes=yes,
        reference=reference,
        by=by,
        certificate=certificate,
        as_json=as_json,
    )
    if code is not Exit.DONE:
        raise typer.Exit(code)
