"""Makes decisions: one from the command line, or many from a file."""

import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from cli import session
from cli.console import err, plain, print_json, say
from cli.errors import FileRefusedError
from cli.exits import Exit
from cli.explain.find import find
from dagster_project.settings import load_settings
from passes.context import PassContext
from passes.linking import review
from passes.linking.review import Outcome, ReviewError

_NEXT = "The next pass plans what this changes in either CRM: `accord plan` shows it."


def accept(link: str, candidate: str | None, *, by: str | None, as_json: bool) -> Exit:
    """Link the record and a candidate."""
    return _make(lambda context, who: review.accept(context, link, candidate, who), by=by, as_json=as_json)


def reject(link: str, candidates: list[str], *, by: str | None, as_json: bool) -> Exit:
    """Tell the record and candidates apart."""
    return _make(lambda context, who: review.reject(context, link, candidates, who), by=by, as_json=as_json)


def split(who: str, *, by: str | None, yes: bool, as_json: bool) -> Exit:
    """Make two people of a link."""
    with session.reading() as bench, bench.store.begin() as connection:
        found = find(connection, who)
    if not found.link_ids:
        raise ReviewError(f"nobody is known as {who}")
    if len(found.link_ids) > 1:
        raise ReviewError(f"{who} means several links: {', '.join(found.link_ids)}; name one of them")
    link_id = found.link_ids[0]
    if not yes and not as_json:
        typer.confirm(f"Take the link {link_id} apart, for good?", abort=True, err=True)
    return _make(lambda context, user: review.split(context, link_id, user), by=by, as_json=as_json)


def decide(file: Path, *, by: str | None, as_json: bool) -> Exit:
    """Make every decision of a file; those that cannot be made are told and leave the others alone."""
    rows = _read(file)
    made: list[Outcome] = []
    failed: list[tuple[str, str]] = []
    with session.reading() as bench, bench.alone("review") as context:
        for row in rows:
            try:
                made += _one(context, row, user_of(by))
            except ReviewError as error:
                failed.append((str(row["link"]), str(error)))
    if as_json:
        told = [{"link": link, "why": why} for link, why in failed]
        print_json({"made": [_as_json(one) for one in made], "failed": told})
    else:
        for outcome in made:
            _tell(outcome)
        for link, why in failed:
            err.print(f"{plain(link)}: {plain(why)}", style="yellow", markup=False)
        say(f"{len(made):,} decided, {len(failed):,} not. {_NEXT if made else ''}".rstrip())
    return Exit.NO if failed else Exit.DONE


def _read(file: Path) -> list[dict[str, Any]]:
    text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise FileRefusedError([f"{file} is no JSON: {error}"]) from None
    problems = []
    if not isinstance(rows, list):
        raise FileRefusedError([f"{file} must be a list, as `accord review-links --json` prints it"])
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("link"), str):
            problems.append(f"row {number} names no `link`")
        elif row.get("decision") not in (None, "accept", "reject"):
            problems.append(f"row {number} ({row['link']}): `decision` is accept, reject or null")
        elif not isinstance(row.get("candidate"), str | None):
            problems.append(f"row {number} ({row['link']}): `candidate` is a record id or null")
    if problems:
        raise FileRefusedError(problems)
    return [row for row in rows if row.get("decision") is not None]


def _one(context: PassContext, row: dict[str, Any], by: str) -> list[Outcome]:
    candidate = row.get("candidate")
    if row["decision"] == "accept":
        return review.accept(context, row["link"], candidate, by)
    return review.reject(context, row["link"], [candidate] if candidate else [], by)


def _make(decision: Callable[[PassContext, str], list[Outcome]], *, by: str | None, as_json: bool) -> Exit:
    with session.reading() as bench, bench.alone("review") as context:
        outcomes = decision(context, user_of(by))
    if as_json:
        print_json([_as_json(one) for one in outcomes])
        return Exit.DONE
    for outcome in outcomes:
        _tell(outcome)
    say(_NEXT)
    return Exit.DONE


def user_of(by: str | None) -> str:
    """Who decides: as told, else by ACCORD_USER, else the account on this machine."""
    return (by or load_settings().user or getpass.getuser())[:120]


def _tell(outcome: Outcome) -> None:
    record = f"{outcome.record.object_type} {outcome.record.id}"
    link = outcome.link
    if link is None:
        say(f"{record} is on its own until the next pass.")
    elif link.hubspot_id is not None and link.salesforce_id is not None:
        say(
            f"{record} is linked: HubSpot {link.hubspot_id} and {link.salesforce_type} {link.salesforce_id} "
            f"({link.link_id})."
        )
    else:
        say(f"{record} is a person of their own ({link.link_id}).")
    for item in outcome.still:
        say(f"  Still to decide: {plain(item.why)}.", style="yellow")


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "decision": outcome.how,
        "record": asdict(outcome.record),
        "link": asdict(outcome.link) if outcome.link is not None else None,
        "still": [{"link": item.name, "why": item.why} for item in outcome.still],
    }
