"""``accord definition activate``: who would move by another version, and then put it into force."""

import getpass
from pathlib import Path

import polars as pl
import typer

from cli.console import out, print_json, say, table
from cli.defining import read
from cli.exits import Exit
from cli.session import reading
from connectors.store import links
from dagster_project.settings import load_settings
from passes import persons
from passes.judging import activation
from sla_rules.definition_versions import Effect

_SAMPLES = 10


def command(file: Path | None, *, yes: bool, as_json: bool) -> Exit:
    """Show the effect, ask, activate.

    Raises:
        ConfigError: the file cannot be used, an example in it fails, or its version is taken.
    """
    contracts, _ = read(file)
    zone = load_settings().time_zone
    with reading() as bench:
        now = bench.clock()
        with bench.store.begin() as connection:
            old = activation.in_force(connection, now)
            effect = None if old is None else activation.effect(connection, old, contracts, now=now)
            sample = [] if effect is None else effect.moves.head(_SAMPLES).get_column("person_id").to_list()
            rows = list(links.load(connection, sample).values())
            names = {one.link_id: persons.name_of(one) for one in persons.load(connection, rows)}
        if not as_json:
            version = old.version if old else None
            _show(effect, names, version, contracts.definition.version)
        if not yes:
            typer.confirm("Put it into force?", abort=True, err=True)
        with bench.store.begin() as connection:
            begins = activation.activate(connection, contracts, now=now, zone=zone, by=getpass.getuser())
    if as_json:
        moved = [] if effect is None else _counts(effect).to_dicts()
        judged = effect.judged if effect else 0
        print_json(
            {"version": contracts.definition.version, "from": begins, "judged": judged, "moves": moved}
        )
    else:
        say(f"Version {contracts.definition.version} is in force from {begins:%Y-%m-%d %H:%M} UTC.")
        say("The next pass judges everybody by it; what was judged before stays as it was.")
    return Exit.DONE


def _counts(effect: Effect) -> pl.DataFrame:
    return (
        effect.moves.group_by("before", "after")
        .len("people")
        .sort("people", "before", "after", descending=True)
    )


def _show(effect: Effect | None, names: dict[str, str], old: str | None, new: str) -> None:
    if effect is None or old is None:
        say("No version is in force yet: this is the first.")
        return
    moved = effect.moves.height
    say(
        f"By version {new} instead of {old}, {moved:,} of {effect.judged:,} people would be at another stage."
    )
    if moved:
        counts = _counts(effect).select("before", "after", "people").iter_rows()
        out.print(table(("From", "To", "People"), counts, right=(2,)))
        rows = [
            (
                names.get(row["person_id"], row["person_id"]),
                row["before"],
                row["after"],
                f"{row['points']:+d}",
            )
            for row in effect.moves.head(_SAMPLES).iter_rows(named=True)
        ]
        out.print(table(("Such as", "From", "To", "Points"), rows, right=(3,)))
