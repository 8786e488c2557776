"""The grammar of ``accord``: commands, options and help. What each command does is in the module of its name.

Those modules are imported when their command runs: ``accord --help`` must not wait for Dagster and Polars.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from cli import agreement
from cli.backtest.grammar import backtest, suggest
from cli.errors import boundary
from cli.exits import MEANINGS, Exit
from cli.forget.grammar import forget
from cli.notices.grammar import app as notices_app
from cli.review.grammar import app as review_links
from cli.reviewing.grammar import app as review_app
from cli.sla_grammar import app as sla_app


class Bounded(typer.core.TyperGroup):
    """Commands inside the error boundary."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        with boundary():
            return super().invoke(ctx)


_EXITS = "\n\n".join(f"{int(code):>3}  {meaning}" for code, meaning in MEANINGS.items())

app = typer.Typer(
    cls=Bounded,
    name="accord",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Keeps HubSpot and Salesforce in agreement about leads, and marketing and sales to the SLA they "
    "signed.\n\nWhere everything is comes from ACCORD_… environment variables; `accord demo` needs none.",
    epilog=f"[bold]Exit codes[/bold]\n\n{_EXITS}",
)

_SYNC, _LOOK, _AGREEMENT, _TRY = "Syncing", "Looking", "The agreement", "Trying it out"
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document for a script.")]
Limit = Annotated[int, typer.Option(min=1, help="Rows shown in each table.")]


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(code)


@app.command(rich_help_panel=_SYNC)
def setup(
    check: Annotated[bool, typer.Option("--check", help="Only list what is missing; exit 1 if any.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Add without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Show what Accord needs in both CRMs, ask, and add it."""
    from cli import setup as work

    _end(work.command(check=check, yes=yes, as_json=as_json))


@app.command(rich_help_panel=_SYNC)
def plan(
    as_json: Json = False,
    redact: Annotated[
        bool, typer.Option("--redact", help="Counts and field names; no values or names.")
    ] = False,
    limit: Limit = 20,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the whole plan as one HTML page.")
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(metavar="PLAN", help="Show this stored plan again instead of making a new one."),
    ] = None,
) -> None:
    """Show what a pass would write, and write nothing: a dry run."""
    from cli import planning as work

    _end(work.command(as_json=as_json, redact=redact, limit=limit, html=html, show_plan=show))


@app.command(rich_help_panel=_SYNC)
def sync(
    approve: Annotated[
        bool,
        typer.Option(
            "--approve", help="Write although a cap is exceeded or this is the first pass on this pair."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run one pass: read both sides, judge, plan, write, account for everybody."""
    from cli import sync as work

    _end(work.command(approve=approve, as_json=as_json))


@app.command(rich_help_panel=_SYNC)
def apply(
    plan: Annotated[
        str | None,
        typer.Argument(
            help="The plan's id, or how it begins; without it the newest that waits for approval."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Carry out one stored plan exactly, or nothing if either side has moved under it."""
    from cli import apply as work

    _end(work.command(plan, as_json=as_json))


@app.command(rich_help_panel=_SYNC)
def undo(
    past: Annotated[
        str,
        typer.Argument(
            metavar="PASS",
            help="The pass's id as `accord status` shows it, or how it begins; or `last`.",
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    computed: Annotated[
        bool, typer.Option("--computed", help="Also what Accord computes, and will compute again.")
    ] = False,
    archive_created: Annotated[
        bool, typer.Option("--archive-created", help="Also archive the records that the pass created.")
    ] = False,
    as_json: Json = False,
    limit: Limit = 20,
) -> None:
    """Take a pass back on both sides, as far as nobody has edited it since: show, ask, write."""
    from cli import undo as work

    _end(
        work.command(
            past, yes=yes, computed=computed, archive_created=archive_created, as_json=as_json, limit=limit
        )
    )


@app.command("back-fill", rich_help_panel=_SYNC)
def back_fill(
    field: Annotated[
        str | None,
        typer.Argument(help="A field that the mapping gained; without it those that wait are listed."),
    ] = None,
    as_they_change: Annotated[
        bool, typer.Option("--as-they-change", help="No back-fill: records take part when they next change.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    as_json: Json = False,
    limit: Limit = 20,
) -> None:
    """Bring a new field of the mapping into agreement for everybody who is linked already: show, ask, write."""
    from cli import back_filling as work

    _end(work.command(field, as_they_change=as_they_change, yes=yes, as_json=as_json, limit=limit))


app.command(rich_help_panel=_SYNC)(forget)


@app.command("import", rich_help_panel=_SYNC)
def import_list(
    file: Annotated[Path, typer.Argument(help="The list: CSV with a header line.")],
    mapping: Annotated[Path, typer.Option(help="YAML that says what its columns mean.")],
    create_properties: Annotated[
        bool,
        typer.Option("--create-properties", help="Add the contact properties that the mapping declares."),
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what would be loaded.")] = False,
    refused: Annotated[Path | None, typer.Option(help="Write the refused rows to this CSV file.")] = None,
    as_json: Json = False,
) -> None:
    """Load a list of people from a CSV file into HubSpot's contacts."""
    from cli import importing as work

    _end(work.command(file, mapping, create=create_properties, check=check, refused=refused, as_json=as_json))


@app.command(rich_help_panel=_LOOK)
def explain(
    who: Annotated[
        str, typer.Argument(help="An e-mail address, a company's domain, a record's or a link's id.")
    ],
    as_json: Json = False,
) -> None:
    """Say who somebody is on both sides, what was decided about them and why, and whether they sync."""
    from cli.explain import command as work

    _end(work.command(who, as_json=as_json))


@app.command(rich_help_panel=_LOOK)
def history(
    who: Annotated[
        str, typer.Argument(help="An e-mail address, a record's id on either side, or a link's id.")
    ],
    as_json: Json = False,
    limit: Limit = 100,
) -> None:
    """What became of somebody's values: every write, lost value, hold and stage, with rule and pass."""
    from cli import history as work

    _end(work.command(who, as_json=as_json, limit=limit))


@app.command(rich_help_panel=_LOOK)
def replay(
    mapping: Annotated[Path, typer.Option(help="The proposed mapping's YAML file.")],
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only decisions since this day, such as 2026-01-31.")
    ] = None,
    as_json: Json = False,
    limit: Limit = 20,
) -> None:
    """What a proposed mapping would have decided otherwise, over past decisions."""
    from cli import replaying as work

    _end(work.command(mapping, since=since, as_json=as_json, limit=limit))


@app.command(rich_help_panel=_LOOK)
def status(as_json: Json = False) -> None:
    """The last passes, where everybody stands, what is held, API calls, freshness."""
    from cli import status as work

    _end(work.command(as_json=as_json))


@app.command(rich_help_panel=_LOOK)
def holds(
    kind: Annotated[str | None, typer.Option(help="Only holds of this kind, such as unmapped_value.")] = None,
    side: Annotated[
        str | None, typer.Option(help="Only what is held back from hubspot or salesforce.")
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="Only what this owner has to act on: admin, sales ops, a person's address."),
    ] = None,
    older_than_days: Annotated[
        float | None, typer.Option(min=0, help="Only holds that have stood longer than that.")
    ] = None,
    person: Annotated[
        str | None, typer.Option(help="Only of this person: an e-mail address, a record's or a link's id.")
    ] = None,
    as_json: Json = False,
    limit: Limit = 50,
) -> None:
    """What is held back, since when, why, whose it is to act on, and what to do about it."""
    from cli import held as work

    wanted = work.Wanted(kind=kind, side=side, owner=owner, older_than_days=older_than_days, person=person)
    _end(work.command(wanted, as_json=as_json, limit=limit))


@app.command(rich_help_panel=_LOOK)
def reconcile(
    day: Annotated[
        str | None, typer.Option(help="Whom marketing handed over that day: 2026-10-05, today, yesterday.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only people of this lead source.")] = None,
    as_json: Json = False,
    limit: Limit = 50,
) -> None:
    """How many marketing handed over, how many sales got, and everybody between the two by name."""
    from cli import reconciling as work

    _end(work.command(day=day, source=source, as_json=as_json, limit=limit))


app.add_typer(notices_app, name="notices", rich_help_panel=_LOOK)
app.add_typer(review_links, name="review-links", rich_help_panel=_LOOK)


@app.command(rich_help_panel=_LOOK)
def drift(
    accept: Annotated[
        bool, typer.Option("--accept", help="Take changes that keep no field from syncing as they are.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What changed in the fields and rules of both CRMs, and what of the mapping it concerns."""
    from cli import drifting as work

    _end(work.command(accept=accept, as_json=as_json))


@app.command(rich_help_panel=_LOOK)
def audit(
    price: Annotated[bool, typer.Option("--price", help="Only say how many API calls it takes.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also list what a rule or a hold explains.")
    ] = False,
    as_json: Json = False,
    limit: Limit = 50,
) -> None:
    """Read both systems whole and list every difference, with the rule or the hold that explains it."""
    from cli import auditing as work

    _end(work.command(price=price, everything=everything, as_json=as_json, limit=limit))


@app.command(rich_help_panel=_AGREEMENT)
def init(
    folder: Annotated[Path, typer.Argument(help="Where to write the files; it is made.")] = Path("agreement"),
    template: Annotated[
        str | None, typer.Option(help="small-team, mid-size or enterprise; asked for if not given.")
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE", help="An answer beforehand, such as company=Acme; may be repeated."
        ),
    ] = None,
) -> None:
    """Begin an agreement of your own: a lead definition, an SLA and a mapping, from a template and a few answers."""
    from cli.starting import command as work

    _end(work.command(folder, template=template, given=answer or ()))


app.command(rich_help_panel=_AGREEMENT)(suggest)
app.command(rich_help_panel=_AGREEMENT)(backtest)


@app.command(rich_help_panel=_AGREEMENT)
def scorecard(
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("var/scorecard.html"),
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="The last n days instead of the running month.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="As it stood at the end of this day, from what was known then."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure both halves of the agreement and write the scorecard as one HTML page."""
    from cli import scorecard as work

    _end(work.command(out, days=days, as_of=as_of, as_json=as_json))


app.add_typer(review_app, name="review", rich_help_panel=_AGREEMENT)


app.add_typer(agreement.definition_app, name="definition", rich_help_panel=_AGREEMENT)
app.command(rich_help_panel=_AGREEMENT)(agreement.schema)


app.add_typer(sla_app, name="sla", rich_help_panel=_AGREEMENT)


@app.command(rich_help_panel=_TRY)
def demo(
    people: Annotated[int, typer.Option(min=10, max=20_000, help="People in the simulated business.")] = 500,
    days: Annotated[int, typer.Option(min=1, max=120, help="Days of simulated work.")] = 30,
    seed: Annotated[int, typer.Option(help="Another seed is another business.")] = 7,
    ui: Annotated[bool, typer.Option("--ui", help="Then serve it in the Dagster UI until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(help="Of the Dagster UI; the next free one if it is taken.")] = 3000,
    keep: Annotated[Path, typer.Option(help="Folder for the demo's files.")] = Path("var/demo"),
    hubspot_port: Annotated[int, typer.Option(help="Of the simulated HubSpot; 0: any free one.")] = 0,
    salesforce_port: Annotated[int, typer.Option(help="Of the simulated Salesforce; 0: any free one.")] = 0,
) -> None:
    """The whole job on two simulated CRMs: set up, plan, sync, weeks of work, scorecard."""
    from cli.demo import story as work

    _end(
        work.play(
            people=people,
            days=days,
            seed=seed,
            ui_port=port if ui else None,
            folder=keep,
            ports=(hubspot_port, salesforce_port),
        )
    )


def main() -> None:
    """The entry point ``accord``."""
    app()
