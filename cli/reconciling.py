"""``accord reconcile``: how many marketing handed over, how many sales got, and every difference by name.

Reads what the last pass accounted for; nothing is counted here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import typer

from cli import session
from cli.console import out, print_json, say, short, table
from cli.exits import Exit
from cli.naming import names_of
from connectors.store import account, holds
from connectors.store.account import Line
from passes.accounting.standing import CLASSES, FAILED, FILTERED, HELD, REMAINDER
from passes.context import PassContext

_NOT_GOT = (HELD, FAILED, FILTERED, REMAINDER)
_REASON = 70
_REMEDIES = {
    "archived in HubSpot": "Restore the contact in HubSpot, if they should go over.",
    "deleted in Salesforce": "Undelete the record in Salesforce, or delete the contact too.",
    "not judged yet": "The next pass judges them.",
}
_DAYS = 14


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody whom marketing handed over and sales did not get."""

    day: str
    source: str
    link_id: str
    person: str
    stands: str
    reason: str
    remedy: str


def command(*, day: str | None, source: str | None, as_json: bool, limit: int) -> Exit:
    """Show the account; exit ``UNEXPLAINED`` when somebody is in no class."""
    with session.reading() as bench, bench.store.begin() as connection:
        context = bench.open("reconcile")
        on = _day(day, context) if day is not None else None
        rows = account.daily(connection, day=on, source=source)
        if on is None:
            latest = set(sorted({row.day for row in rows}, reverse=True)[:_DAYS])
            rows = [row for row in rows if row.day in latest]
        missing = _missing(context, connection, {row.day for row in rows}, source)
    sums = Counter[str]()
    for row in rows:
        sums.update({name: getattr(row, name) for name in _COLUMNS})
    if as_json:
        print_json(
            {
                "day": on,
                "source": source,
                "sums": dict.fromkeys(_COLUMNS, 0) | sums,
                "days": [dict(row._mapping) for row in rows],
                "not_received": [asdict(one) for one in missing],
            }
        )
    else:
        _show(rows, sums, missing, on, source, limit)
    return Exit.UNEXPLAINED if sums["remainder"] else Exit.DONE


_COLUMNS = ("handed_over", *(name.replace(" ", "_") for name in CLASSES), "remainder")


def _day(text: str, context: PassContext) -> str:
    today = context.now().astimezone(ZoneInfo(context.time_zone)).date()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    if text in words:
        return words[text].isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write 2026-10-05, today or yesterday") from None


def _missing(
    context: PassContext, connection: sa.Connection, days: Iterable[str], source: str | None
) -> list[Missing]:
    lines = account.people(connection, classes=_NOT_GOT, days=days, source=source)
    ids = {line.link_id for line in lines}
    names = names_of(connection, ids)
    remedies = {row.link_id: row.remedy for row in holds.open_holds(connection, ids) if row.field == ""}
    stages = " or ".join(context.mapping.admission.stages)
    return [
        Missing(
            line.day,
            line.source,
            line.link_id,
            names.get(line.link_id, line.link_id),
            line.name,
            line.reason,
            _remedy(line, remedies, stages),
        )
        for line in lines
    ]


def _remedy(line: Line, remedies: Mapping[str, str], stages: str) -> str:
    if line.name == HELD:
        return remedies.get(
            line.link_id, "`accord plan` shows the plan; approve it, or let the next pass run."
        )
    if line.name == FAILED:
        return "Correct what was refused; the next pass tries again when it has changed, or after a day."
    if line.name == FILTERED:
        whole = f"They go over when they are {stages}: `accord explain {line.link_id}` names what is missing."
        return _REMEDIES.get(line.reason, whole)
    return f"A fault of Accord: please report it with `accord explain {line.link_id} --json`."


def _show(
    rows: Sequence[Any],
    sums: Mapping[str, int],
    missing: Sequence[Missing],
    day: str | None,
    source: str | None,
    limit: int,
) -> None:
    if not rows:
        say("Nobody was handed over then." if day or source else "No pass has accounted for anybody yet.")
        return
    got = sums["received"] + sums["converted_or_merged"]
    of = "".join([f" on {day}" if day else "", f" from {source}" if source else ""])
    say(f"Marketing passed {sums['handed_over']:,}{of}, sales got {got:,}.", style="bold")
    head = ("Day", "Source", *(name.replace("_", " ").capitalize() for name in _COLUMNS))
    cells = [(row.day, row.source, *(getattr(row, name) for name in _COLUMNS)) for row in rows]
    out.print(table(head, cells[:limit], right=range(2, len(head))))
    reasons = Counter((one.stands, one.reason.split(":")[0]) for one in missing)
    if missing:
        out.print(
            table(
                ("People", "Class", "Reason"),
                ((number, *key) for key, number in reasons.most_common()),
                right=(0,),
                title=f"The {len(missing):,} whom sales did not get",
            )
        )
        told = [
            (one.day, one.person, one.source, one.stands, short(one.reason, _REASON), one.remedy)
            for one in missing[:limit]
        ]
        out.print(table(("Day", "Who", "Source", "Class", "Reason", "What to do"), told))
    if len(missing) > limit:
        say(f"… and {len(missing) - limit:,} more (--day, --source, --limit, --json)", style="dim")
