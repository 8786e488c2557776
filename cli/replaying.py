"""``accord replay``: what a proposed mapping would have decided otherwise, over past decisions. Writes nothing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from cli import session
from cli.console import heading, moment, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.naming import names_of
from connectors.errors import ConfigError
from connectors.store import merge_decisions
from sync_rules.decided import Decided, Outcome
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.mapping import MappingError, load_mapping
from sync_rules.merge import NO_BASE
from sync_rules.replay import Otherwise, Replayed, Tally, replay

_VALUE = 32
_BY_FIELD = ("Field", "Rule then", "Proposed", "Decided", "Otherwise", "How")
_ONE_BY_ONE = ("Who", "Field", "When (UTC)", "Base", "HubSpot", "Salesforce", "Was", "Would be")
_SIDES = {"hubspot": "HubSpot", "salesforce": "Salesforce", "nothing": "left alone"}


def command(file: Path, *, since: str | None, as_json: bool, limit: int) -> Exit:
    """Decide again by the proposed file, and say what comes out otherwise."""
    proposed = _read(file)
    with session.reading() as bench:
        context = bench.open("replay")
        moment_since = _moment(since, ZoneInfo(context.time_zone))
        with bench.store.begin() as connection:
            past = list(merge_decisions.since(connection, moment_since))
            answer = replay((one for _, _, one in past), proposed)
            names = names_of(connection, {one.decided.link_id for one in answer.otherwise})
    when = {id(one): (at, plan_id) for at, plan_id, one in past}
    if as_json:
        print_json(_as_json(answer, names, when))
        return Exit.DONE
    begun = past[0][0] if past else None
    _show(answer, names, when, begun, limit)
    return Exit.DONE


def _read(file: Path) -> SyncMapping:
    try:
        return load_mapping(file.read_text(encoding="utf-8"), source=str(file))
    except MappingError as error:
        raise ConfigError(error.problems) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{file} cannot be read ({error}); give a mapping's YAML file"]) from error


def _moment(since: str | None, zone: ZoneInfo) -> datetime | None:
    if since is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(since), time(), zone).astimezone(UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{since!r} is no date; write it as 2026-01-31") from error


def _show(
    answer: Replayed,
    names: Mapping[str, str],
    when: Mapping[int, tuple[datetime, str]],
    begun: datetime | None,
    limit: int,
) -> None:
    if begun is None:
        say("No decision is on record for that time. Each pass keeps those that it makes.")
        return
    changed = len(answer.otherwise)
    say(
        f"{answer.decided:,} decisions since {moment(begun)} UTC; {changed:,} would have come out otherwise.",
        style="bold",
    )
    if answer.other_type:
        say(f"{answer.other_type:,} are of fields whose type changes, and cannot be made again.")
    if not changed:
        return
    heading("By field and rule")
    rows = [_row(one) for one in answer.tallies if one.otherwise]
    out.print(table(_BY_FIELD, rows, right=(3, 4)))
    heading(f"Such as ({changed:,})")
    out.print(table(_ONE_BY_ONE, [_sample(one, names, when) for one in _samples(answer.otherwise, limit)]))
    if changed > limit:
        say(f"… and {changed - limit:,} more (--limit shows more, --json shows all)", style="dim")


def _samples(found: Sequence[Otherwise], limit: int) -> list[Otherwise]:
    """Some of every field before many of one."""
    turn: dict[str, int] = {}
    ranked = []
    for place, one in enumerate(found):
        turn[one.decided.field] = turn.get(one.decided.field, 0) + 1
        ranked.append((turn[one.decided.field], place, one))
    return [one for *_, one in sorted(ranked, key=lambda item: item[:2])[:limit]]


def _row(one: Tally) -> tuple[Any, ...]:
    told = [_way(*way, number) for way, number in one.ways]
    effects = (
        (one.kept, "not emptied"),
        (one.blanked, "emptied"),
        (one.saved, "not lost"),
        (one.lost, "lost"),
    )
    told += [f"{number:,} values {what}" for number, what in effects if number]
    return (one.field, one.rule, one.proposed, one.decided, one.otherwise, "; ".join(told))


def _way(was: str, now: str, number: int) -> str:
    if was == now:
        return f"{number:,} {_SIDES[was]} with another value or loss"
    return f"{number:,} {_SIDES[was]} → {_SIDES[now]}"


def _sample(
    one: Otherwise, names: Mapping[str, str], when: Mapping[int, tuple[datetime, str]]
) -> tuple[Any, ...]:
    past = one.decided
    return (
        names.get(past.link_id, past.link_id),
        past.field,
        when[id(past)][0],
        "(none)" if past.base is NO_BASE else short(_value(past.base), _VALUE),
        short(_value(past.hubspot.value), _VALUE),
        short(_value(past.salesforce.value), _VALUE),
        _outcome(past.outcome),
        _outcome(one.outcome),
    )


def _outcome(outcome: Outcome) -> str:
    if outcome.wins == "nothing":
        return _SIDES["nothing"]
    return f"{_SIDES[outcome.wins]}: {short(_value(outcome.value), _VALUE)}"


def _value(value: Any) -> str:
    return plain(getattr(value, "raw", value))


def _as_json(
    answer: Replayed, names: Mapping[str, str], when: Mapping[int, tuple[datetime, str]]
) -> dict[str, Any]:
    return {
        "decided": answer.decided,
        "otherwise": len(answer.otherwise),
        "other_type": answer.other_type,
        "fields": [
            {
                "field": one.field,
                "rule": one.rule,
                "proposed": one.proposed,
                "decided": one.decided,
                "otherwise": one.otherwise,
                "not_emptied": one.kept,
                "emptied": one.blanked,
                "not_lost": one.saved,
                "lost": one.lost,
                "ways": [{"was": was, "would_be": now, "times": n} for (was, now), n in one.ways],
            }
            for one in answer.tallies
        ],
        "decisions": [_one_as_json(one, names, when) for one in answer.otherwise],
    }


def _one_as_json(
    one: Otherwise, names: Mapping[str, str], when: Mapping[int, tuple[datetime, str]]
) -> dict[str, Any]:
    past: Decided = one.decided
    at, plan_id = when[id(past)]
    return {
        "link_id": past.link_id,
        "name": names.get(past.link_id),
        "field": past.field,
        "decided_at": at,
        "plan_id": plan_id,
        "base": None if past.base is NO_BASE else _value(past.base),
        "hubspot": _value(past.hubspot.value),
        "salesforce": _value(past.salesforce.value),
        "was": {"wins": past.outcome.wins, "value": _value(past.outcome.value), "lost": past.outcome.lost},
        "would_be": {"wins": one.outcome.wins, "value": _value(one.outcome.value), "lost": one.outcome.lost},
    }
