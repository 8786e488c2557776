"""The grammar of ``accord notices``; what its commands do is beside this."""

from typing import Annotated

import typer

from cli.exits import Exit

app = typer.Typer(
    invoke_without_command=True,
    help="Notices by mail and Slack: what waits, what was sent, what was given up; and a test of the channels.",
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(code)


@app.callback()
def notices(
    context: typer.Context,
    state: Annotated[
        str | None, typer.Option(help="Only queued, sending, sent, failed or withdrawn ones.")
    ] = None,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, help="Notices shown.")] = 30,
) -> None:
    """List the newest notices: to whom, what about, and what became of each."""
    if context.invoked_subcommand is not None:
        return
    from cli.notices import listing as work

    _end(work.command(state, as_json=as_json, limit=limit))


@app.command()
def test(
    to: Annotated[
        str,
        typer.Option(help="A mail address; or owner, manager, marketing, admin: the role's place on Slack."),
    ],
) -> None:
    """Send one test message now, and say what the channel answered."""
    from cli.notices import testing as work

    _end(work.command(to))


@app.command()
def send(as_json: Json = False) -> None:
    """Tell what is new and deliver what is due, without a pass."""
    from cli.notices import telling as work

    _end(work.command(as_json=as_json))


@app.command()
def again() -> None:
    """Queue everything that was given up once more; `accord notices send` or the next pass sends it."""
    from cli.notices import listing as work

    _end(work.again())
