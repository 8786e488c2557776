"""``accord backtest``: what a proposed lead definition would have done with the people of the past."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from cli import session
from cli.backtest.document import document
from cli.console import heading, note, out, print_json, say, table
from cli.exits import Exit
from cli.naming import names_of
from connectors.errors import ConfigError
from passes.backtest import run
from passes.backtest.run import Answer
from reports import words
from reports.backtest.page import backtest_html
from sla_rules.backtesting.backtest import Backtest
from sla_rules.backtesting.moves import counted

_SIDES = ("In force", "Proposed")
_RATES = ("Goal", "By", "Answered", "Reached", "Chosen", "Precision", "Recall", "Ranking (AUC)")
_GROUPS = ("By", "Name", "Qualified in force", "Proposed", "Right in force", "Right proposed")


def command(
    file: Path, *, since: str, until: str | None, html: Path | None, as_json: bool, limit: int
) -> Exit:
    """Replay the file over the time, beside the definition in force.

    Raises:
        ConfigError: the file, the time or the page cannot be used.
    """
    proposed = run.proposal(_text(file), source=str(file))
    with session.reading() as bench:
        context = bench.open("backtest")
        zone = ZoneInfo(context.time_zone)
        first, last = run.days(since, until, zone)
        answer = run.run(context, proposed, since=first, until=last)
        with bench.store.begin() as connection:
            names = names_of(connection, {one.person_id for one in answer.backtest.moves})
    if html is not None:
        _write(html, backtest_html(answer.backtest, caveats=answer.caveats, names=names, zone=zone))
    if as_json:
        print_json(document(answer, names))
        return Exit.DONE
    _show(answer, names, zone, limit)
    if html is not None:
        say(f"The whole answer as a page: {html}", whole=True)
    return Exit.DONE


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{file} cannot be read ({error}); give a lead definition's YAML file"]) from error


def _write(path: Path, page: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: the page cannot be written ({error.strerror})"]) from error


def _show(answer: Answer, names: Mapping[str, str], zone: ZoneInfo, limit: int) -> None:
    found = answer.backtest
    say(
        f"Version {found.versions.proposed} beside version {found.versions.in_force} (in force), "
        f"{words.moment(found.since, zone)} to {words.moment(found.until, zone)}: {found.people:,} people.",
        style="bold",
    )
    heading("Newly qualified (MQL or SQL), week by week")
    out.print(table(("Week from", *_SIDES, "Quota"), _weeks(found, zone), right=(1, 2, 3)))
    heading("Right about people whose outcome is known")
    out.print(table(_RATES, _rates(found), right=(2, 3, 4, 5, 6, 7)))
    heading("By source and persona (right: accepted, of those chosen with an answer)")
    out.print(table(_GROUPS, _groups(found), right=(2, 3, 4, 5)))
    _show_moves(found, names, zone, limit)
    for caveat in answer.caveats:
        note(caveat)


def _show_moves(found: Backtest, names: Mapping[str, str], zone: ZoneInfo, limit: int) -> None:
    up = sum(one.direction == "up" for one in found.moves)
    heading(f"Who comes elsewhere: {up:,} further, {len(found.moves) - up:,} less far")
    if not found.moves:
        return
    out.print(table(("Because", "Further", "Less far"), counted(found.moves)[:limit], right=(1, 2)))
    rows = [
        (
            names.get(one.person_id, one.person_id),
            words.moment(one.at, zone),
            f"{one.before} → {one.after}",
            f"{one.points_before} → {one.points_after}",
            one.why,
        )
        for one in found.moves[:limit]
    ]
    out.print(table(("Who", "When", "Stage", "Points", "Why"), rows, right=(3,)))
    if len(found.moves) > limit:
        say(
            f"… and {len(found.moves) - limit:,} more (--limit shows more, --html and --json show all)",
            style="dim",
        )


def _weeks(found: Backtest, zone: ZoneInfo) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (
            f"{week.start.astimezone(zone):%Y-%m-%d}",
            week.qualified.in_force,
            week.qualified.proposed,
            _number(week.quota),
        )
        for week in found.weeks
    ]
    return [*rows, ("people in all", found.volume.in_force, found.volume.proposed, _number(found.quota))]


def _rates(found: Backtest) -> list[tuple[object, ...]]:
    return [
        (
            goal if side == _SIDES[0] else "",
            side,
            rates.answered,
            rates.reached,
            rates.chosen,
            words.percent(rates.precision),
            words.percent(rates.recall),
            words.DASH if rates.ranking is None else f"{rates.ranking:.3f}",
        )
        for goal, both in found.rates.items()
        for side, rates in zip(_SIDES, (both.in_force, both.proposed), strict=True)
    ]


def _groups(found: Backtest) -> list[tuple[object, ...]]:
    return [
        (
            group.by,
            group.name,
            group.qualified.in_force,
            group.qualified.proposed,
            f"{group.right.in_force} of {group.chosen.in_force}",
            f"{group.right.proposed} of {group.chosen.proposed}",
        )
        for group in found.groups
    ]


def _number(value: float | None) -> str:
    return words.DASH if value is None else f"{value:.0f}"
