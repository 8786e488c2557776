"""``accord notices`` and ``accord notices again``: what was told to whom, what waits, what was given up."""

from typing import Any

from cli import session
from cli.console import moment, out, print_json, say, table
from cli.exits import Exit
from cli.naming import names_of
from connectors.store import outbox
from contract_files.hints import did_you_mean

_STATES = (outbox.QUEUED, outbox.SENDING, outbox.SENT, outbox.FAILED, outbox.WITHDRAWN)
_HEAD = (
    "Decided (UTC)",
    "State",
    "What",
    "About",
    "To",
    "By",
    "Send at (UTC)",
    "Tries",
    "Trouble, and what to do",
)


def command(state: str | None, *, as_json: bool, limit: int) -> Exit:
    """List the newest notices."""
    if state is not None and state not in _STATES:
        say(f"No notice is {state!r}; {did_you_mean(state, _STATES)}.")
        return Exit.NO
    with session.reading() as bench, bench.store.begin() as connection:
        rows = outbox.listed(connection, states=(state,) if state else _STATES, limit=limit)
        names = names_of(connection, {row.link_id for row in rows if row.link_id})
    if as_json:
        print_json({"notices": [_line(row, names) for row in rows]})
    elif not rows:
        say("There are no notices" + (f" that are {state}." if state else "."))
    else:
        out.print(table(_HEAD, [_cells(row, names) for row in rows]))
    return Exit.DONE


def _line(row: Any, names: dict[str, str]) -> dict[str, Any]:
    return {**dict(row._mapping), "about": dict(row.about), "name": names.get(row.link_id)}


def _cells(row: Any, names: dict[str, str]) -> tuple[Any, ...]:
    trouble = f"{row.trouble}. {row.remedy}" if row.trouble else None
    return (
        moment(row.decided_at),
        "given up" if row.state == outbox.FAILED else row.state,
        row.kind.replace("_", " "),
        names.get(row.link_id, row.link_id),
        row.recipient,
        row.channel,
        moment(row.send_at),
        row.tries,
        trouble,
    )


def again() -> Exit:
    """Queue what was given up once more."""
    with session.reading() as bench, bench.store.begin() as connection:
        number = outbox.again(connection, now=bench.clock())
    say(f"{number} notices are queued once more." if number else "No notice was given up.")
    return Exit.DONE
