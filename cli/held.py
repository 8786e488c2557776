"""``accord holds``: what is held back, since when, why, who has to act, and what they can do about it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cli import session
from cli.console import moment, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.explain.find import find
from cli.naming import names_of
from connectors.store import holds, links, overview
from passes import persons
from passes.context import PassContext
from sync_rules.hold_rules import RECORD_OWNER, owner_of
from sync_rules.identity import new_link_id
from sync_rules.mapping import HoldRules

WORDS: Mapping[str, str] = {
    "ambiguous": "several records could be this person",
    "deferred": "waits for the day's API calls; opt-outs have a reserve and do not wait",
    "deleted_other_side": "deleted on one side, alive on the other",
    "drifted": "the field became something else in its CRM, and does not sync meanwhile",
    "duplicate": "a second record of somebody who is linked already",
    "erased": "a person who was erased on request has come in again",
    "flapping": "the field goes back and forth; two systems fight over it",
    "invalid_value": "the other side could not hold the value",
    "missing_field": "the CRM has no such field, or hides it",
    "missing_minimum": "qualified, but the agreed minimum of information is incomplete",
    "not_writable": "the other side does not let the field be written",
    "parent_cycle": "the parent company stands below its child on the other side",
    "parent_not_linked": "the parent company is not linked to one on the other side",
    "reconsent": "somebody agreed to e-mail again in Salesforce; HubSpot has to be told by a person",
    "rejected": "the side refused the write",
    "separating": "told apart from another record that still carries its id",
    "undone": "restored by an undo; it waits for a change on either side",
    "unmapped_owner": "the owner has no counterpart on the other side",
    "unmapped_value": "the mapping has no pair for the value",
    "unsent": "not sent, or sent without an answer; the next pass looks again and sends it",
}
_VALUE = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which holds are asked for; None is any.

    Attributes:
        owner: a kind of owner (``admin``), or the address of the person who owns the record.
        person: whatever ``accord explain`` takes.
    """

    kind: str | None = None
    side: str | None = None
    owner: str | None = None
    older_than_days: float | None = None
    person: str | None = None

    @property
    def everything(self) -> bool:
        """Nothing is left out."""
        return self == Wanted()


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One open hold with what is known besides.

    Attributes:
        owner: who has to act; of a record's owner the address, when it is known.
        accepted: the values that the side would take, or the mapping could translate.
    """

    link_id: str
    name: str | None
    side: str
    object_type: str
    field: str | None
    kind: str
    value: Any
    why: str
    remedy: str
    accepted: tuple[str, ...]
    owner: str
    first_seen_at: datetime
    last_seen_at: datetime
    age_hours: float


def command(wanted: Wanted, *, as_json: bool, limit: int) -> Exit:
    """List the open holds, oldest first."""
    with session.reading() as bench, bench.store.begin() as connection:
        counts = overview.held_by_kind(connection)
        lines = gather(bench.open("holds"), connection, wanted)
    if as_json:
        print_json([asdict(line) for line in lines])
        return Exit.DONE
    if wanted.kind is not None and wanted.kind not in counts:
        say(f"Nothing is held as {wanted.kind}. Kinds in use: {', '.join(counts) or 'none'}.")
        return Exit.DONE
    if not lines:
        if wanted.everything:
            say("Nothing is held.", style="green")
        else:
            say(f"Nothing of that is held; {sum(counts.values()):,} other things are.")
        return Exit.DONE
    if wanted.kind is None:
        tally = Counter((line.kind, line.owner) for line in lines)
        told = [(number, kind, owner, WORDS.get(kind, "")) for (kind, owner), number in tally.most_common()]
        out.print(table(("Things", "Kind", "Whose", "Meaning"), told, right=(0,)))
    out.print(table(_HEAD, (_cells(line) for line in lines[:limit])))
    if len(lines) > limit:
        more = "--limit, --kind, --side, --owner, --older-than-days, --person, --json"
        say(f"… and {len(lines) - limit:,} more ({more})", style="dim")
    return Exit.DONE


def gather(context: PassContext, connection: sa.Connection, wanted: Wanted) -> list[HeldLine]:
    """The open holds that are asked for, oldest first."""
    of = None
    if wanted.person is not None:
        found = find(connection, wanted.person)
        of = {*found.link_ids, *(new_link_id(record) for record in found.unlinked)}
    since = None
    if wanted.older_than_days is not None:
        since = context.now() - timedelta(days=wanted.older_than_days)
    rows = [
        row
        for row in holds.open_holds(connection, of)
        if wanted.kind in (None, row.kind)
        and wanted.side in (None, row.side)
        and (since is None or row.first_seen_at < since)
    ]
    link_ids = {row.link_id for row in rows}
    names = names_of(connection, link_ids)
    addresses = _record_owners(context, connection, link_ids)
    lines = [_line(context, row, names, addresses) for row in rows]
    return [
        line for line in lines if wanted.owner in (None, line.owner, owner_of(line.kind, _rules(context)))
    ]


def _rules(context: PassContext) -> HoldRules:
    return context.mapping.holds


def _record_owners(
    context: PassContext, connection: sa.Connection, link_ids: Iterable[str]
) -> dict[str, str]:
    """The address of whoever owns each person's record, Salesforce's owner first."""
    owners = persons.load_owner_map(context, connection)
    rows = [row for row in links.load(connection, link_ids).values() if row.link.kind == "person"]
    return {
        person.link_id: owner
        for person in persons.load(connection, rows)
        if (
            owner := persons.owner_of(person.living_salesforce, owners)
            or persons.owner_of(person.living_hubspot, owners)
        )
    }


def _line(context: PassContext, row: Any, names: Mapping[str, str], addresses: Mapping[str, str]) -> HeldLine:
    owner = owner_of(row.kind, _rules(context))
    return HeldLine(
        link_id=row.link_id,
        name=names.get(row.link_id),
        side=row.side,
        object_type=row.object_type,
        field=row.field or None,
        kind=row.kind,
        value=row.value,
        why=row.why,
        remedy=row.remedy,
        accepted=tuple(row.accepted),
        owner=addresses.get(row.link_id, owner) if owner == RECORD_OWNER else owner,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        age_hours=round((context.now() - row.first_seen_at).total_seconds() / 3600, 1),
    )


_HEAD = ("Since (UTC)", "Age", "Whose", "Who", "Where", "Field", "Value", "Why", "What to do")


def _cells(line: HeldLine) -> tuple[Any, ...]:
    remedy = f"{line.remedy} Accepted: {', '.join(line.accepted)}." if line.accepted else line.remedy
    return (
        moment(line.first_seen_at),
        f"{line.age_hours:.0f} h" if line.age_hours < 48 else f"{line.age_hours / 24:.0f} d",
        line.owner,
        line.name or line.link_id,
        f"{line.side} {line.object_type}",
        line.field or "(record)",
        short(plain(line.value), _VALUE) if line.field else None,
        line.why,
        remedy,
    )
