"""``accord holds``: what is held back, since when, why, and what a person can do about it."""

from collections.abc import Mapping
from typing import Any

from cli import session
from cli.console import moment, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.naming import names_of
from connectors.store import holds, overview

WORDS: Mapping[str, str] = {
    "ambiguous": "several records could be this person",
    "deleted_other_side": "deleted on one side, alive on the other",
    "duplicate": "a second record of somebody who is linked already",
    "flapping": "the field goes back and forth; two systems fight over it",
    "invalid_value": "the other side could not hold the value",
    "missing_field": "the CRM has no such field, or hides it",
    "missing_minimum": "qualified, but the agreed minimum of information is incomplete",
    "not_writable": "the other side does not let the field be written",
    "rejected": "the side refused the write",
    "undone": "restored by an undo; it waits for a change on either side",
    "unmapped_owner": "the owner has no counterpart on the other side",
    "unmapped_value": "the mapping has no pair for the value",
    "unsent": "not sent, or sent without an answer; the next pass looks again and sends it",
}
_VALUE = 50


def command(*, kind: str | None, as_json: bool, limit: int) -> Exit:
    """List the open holds, oldest first."""
    with session.reading() as bench, bench.store.begin() as connection:
        counts = overview.held_by_kind(connection)
        rows = [row for row in holds.open_holds(connection) if kind in (None, row.kind)]
        names = names_of(connection, {row.link_id for row in rows})
    if as_json:
        print_json([_as_json(row, names) for row in rows])
        return Exit.DONE
    if kind is not None and kind not in counts:
        say(f"Nothing is held as {kind}. Kinds in use: {', '.join(counts) or 'none'}.")
        return Exit.DONE
    if not rows:
        say("Nothing is held.", style="green")
        return Exit.DONE
    if kind is None:
        told = [(number, name, WORDS.get(name, "")) for name, number in counts.items()]
        out.print(table(("Things", "Kind", "Meaning"), told, right=(0,)))
    shown = [
        (
            moment(row.first_seen_at),
            names.get(row.link_id, row.link_id),
            f"{row.side} {row.object_type}",
            row.field or "(record)",
            short(plain(row.value), _VALUE) if row.field else None,
            row.why,
            row.remedy,
        )
        for row in rows[:limit]
    ]
    out.print(table(("Since (UTC)", "Who", "Where", "Field", "Value", "Why", "What to do"), shown))
    if len(rows) > limit:
        say(f"… and {len(rows) - limit:,} more (--limit, --kind, --json)", style="dim")
    return Exit.DONE


def _as_json(row: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "link_id": row.link_id,
        "name": names.get(row.link_id),
        "side": row.side,
        "object_type": row.object_type,
        "field": row.field or None,
        "kind": row.kind,
        "value": row.value,
        "why": row.why,
        "remedy": row.remedy,
        "accepted": list(row.accepted),
        "first_seen_at": row.first_seen_at,
        "last_seen_at": row.last_seen_at,
    }
