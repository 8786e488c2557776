"""The queue on the terminal or as JSON, with filters; and the decisions made so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rich.text import Text

from cli import session
from cli.console import moment, out, plain, print_json, say, short, table
from cli.exits import Exit
from cli.review import compare
from cli.review.compare import KEYS, load, values
from connectors.store import decisions
from passes.linking import review
from passes.linking.review import Item
from sync_rules.addresses import normal_email
from sync_rules.external_ids import id18
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.record_keys import keys_of
from sync_rules.records import Record
from sync_rules.review import Place

_VALUE = 34
_FIRST = ("email", "first_name", "last_name", "company", "title", "phone", "name", "domain", "created")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are asked for; None is any.

    Attributes:
        person: an e-mail address or a record's or link's id.
    """

    kind: str | None = None
    evidence: str | None = None
    side: str | None = None
    older_than_days: float | None = None
    person: str | None = None


def command(wanted: Wanted, *, check: bool, as_json: bool, limit: int) -> Exit:
    """List who waits for a decision, oldest first."""
    with session.reading() as bench, bench.store.begin() as connection:
        context = bench.open("review")
        mapping = context.mapping
        items = review.queue(connection)
        records = load(connection, items)
        oldest = None
        if wanted.older_than_days is not None:
            oldest = context.now() - timedelta(days=wanted.older_than_days)
        asked = [
            item
            for item in items
            if (oldest is None or item.since < oldest) and _is_wanted(item, wanted, records, mapping)
        ]
    if as_json:
        print_json([compare.as_json(item, records, mapping) for item in asked])
    elif not asked:
        say(
            "Nobody waits for a decision." if not items else "None of those who wait is like that.",
            style="green",
        )
    else:
        for item in asked[:limit]:
            _show(item, records, mapping)
        if len(asked) > limit:
            say(f"… and {len(asked) - limit:,} more (--limit, filters, --json)", style="dim")
        say(
            f"{len(asked):,} to decide. accord review-links accept LINK [CANDIDATE] · reject LINK [CANDIDATE …]"
        )
    return Exit.NO if check and asked else Exit.DONE


def decided(*, as_json: bool, limit: int) -> Exit:
    """List the latest decisions."""
    with session.reading() as bench, bench.store.begin() as connection:
        rows = decisions.latest(connection, limit)
    if as_json:
        print_json([dict(row._mapping) for row in rows])
        return Exit.DONE
    if not rows:
        say("Nothing has been decided yet.")
        return Exit.DONE
    head = ("At (UTC)", "By", "Decision", "HubSpot", "Salesforce", "Means", "Until (UTC)")
    told = [
        (
            moment(row.at), row.made_by, row.made_how, row.hubspot_id, row.salesforce_id,
            "one and the same" if row.verdict == "same" else "not the same", moment(row.revoked_at),
        )
        for row in rows
    ]  # fmt: skip
    out.print(table(head, told))
    return Exit.DONE


def _is_wanted(item: Item, wanted: Wanted, records: Mapping[Place, Record], mapping: SyncMapping) -> bool:
    case = item.case
    if wanted.kind not in (None, item.kind) or wanted.side not in (None, case.record.side):
        return False
    if wanted.evidence not in (None, case.evidence):
        return False
    if wanted.person is None:
        return True
    text = wanted.person.strip()
    places = [case.record, *(one.record for one in case.options), *case.rivals]
    if "@" not in text:
        return item.name == text or any(place.id in (text, id18(text)) for place in places)
    email = normal_email(text)
    return any(("email", email) in keys_of(records[place], mapping) for place in places if place in records)


def _show(item: Item, records: Mapping[Place, Record], mapping: SyncMapping) -> None:
    case = item.case
    out.print(Text(f"{item.name}  {item.kind} since {moment(item.since)} UTC", style="bold"))
    say(f"  {plain(item.why)}.")
    shown = [case.record, *(option.record for option in case.options), *case.rivals]
    columns = [values(records.get(place), mapping) for place in shown]
    names = [name for name in _FIRST if any(name in column for column in columns)]
    names += sorted({name for column in columns for name in column} - set(names))
    differing = [
        name for name in names if name in _FIRST or len({column.get(name) for column in columns}) > 1
    ]
    head = ["", *(f"{place.object_type} {place.id}" for place in shown)]
    picks = {option.record: rank for rank, option in enumerate(case.options)}
    rows: list[list[Text | str]] = [["", *(_role(place, case.record, picks) for place in shown)]]
    why = {option.record: ", ".join(KEYS.get(key, key) for key in option.keys) for option in case.options}
    rows.append(["why", *(why.get(place, "") for place in shown)])
    linked = {one.record: one.linked_to for one in case.options if one.linked_to is not None}
    if linked:
        rows.append(["linked to", *(linked[place].id if place in linked else "" for place in shown)])
    for name in differing:
        style = "yellow" if len({column.get(name) for column in columns}) > 1 else "dim"
        cells = [Text(short(plain(column.get(name)), _VALUE), style=style) for column in columns]
        rows.append([name, *cells])
    out.print(table(head, rows))
    if case.proposal is not None:
        say(f"  Proposed: {case.proposal.text}. It closes by itself once that is done.")
    out.print()


def _role(place: Place, record: Place, picks: Mapping[Place, int]) -> Text:
    if place == record:
        return Text("undecided", style="bold")
    if place not in picks:
        return Text("claims the same", style="dim")
    return Text("Accord's order picks this", style="green") if picks[place] == 0 else Text("candidate")
