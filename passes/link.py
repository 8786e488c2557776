"""Finds out which changed records are one person or one company, and follows conversions and merges."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from connectors.store import absorb, cursors, holds, links, mirror
from passes import deletions, opportunities, persons
from passes.context import PassContext
from passes.step import StepResult
from sync_rules.external_ids import id18
from sync_rules.identity import Candidate, Resolution, new_link_id, record_id_of, resolve
from sync_rules.links import LinkChange, follow
from sync_rules.owners import OwnerMap
from sync_rules.plan import Hold
from sync_rules.record_keys import keys_of
from sync_rules.records import Link, LinkKind, Record, Side

_TYPES: dict[LinkKind, list[tuple[Side, str]]] = {
    "person": [("hubspot", "contacts"), ("salesforce", "Lead"), ("salesforce", "Contact")],
    "company": [("hubspot", "companies"), ("salesforce", "Account")],
}
_AMBIGUOUS, _DUPLICATE = "ambiguous", "duplicate"
RecordKey = tuple[Side, str, str]


def people(context: PassContext) -> StepResult:
    """Link the companies and people whose records changed since this step last ran."""
    now = context.now()
    figures: dict[str, float] = {}
    with context.store.begin() as connection:
        contacts = opportunities.index_changes(connection, now=now)
        kinds: tuple[LinkKind, ...] = ("company", "person")
        for kind in kinds:
            for name, number in _link_kind(context, connection, kind, now).items():
                figures[f"{kind} {name}"] = number
        _company_moved(connection, now)
        keys: list[RecordKey] = [("salesforce", "Contact", one) for one in sorted(contacts)]
        mirror.mark_due(connection, mirror.link_ids(connection, keys).values(), plan=False)
    return StepResult(figures=figures)


def _link_kind(
    context: PassContext, connection: sa.Connection, kind: LinkKind, now: datetime
) -> dict[str, int]:
    cursor = f"linked {kind} to mirror version"
    changed, reached = mirror.since(connection, cursors.get(connection, cursor) or 0, _TYPES[kind])
    counts = {
        "records looked at": len(changed),
        "converted": 0,
        "merged": 0,
        "new": 0,
        "joined": 0,
        "held": 0,
    }
    if changed:
        changed += _undecided(connection, kind, changed)
        mirror.index(
            connection,
            {(r.side, r.object_type, r.id): _keys(context, kind, r) for r in changed},
            prefix=f"{kind}:",
        )
        for change in _follow(connection, changed, now):
            counts["converted" if change.kind == "converted" else "merged"] += 1
        if kind == "person":
            deletions.settle(context, connection, changed, now)
        for resolution in _resolve(context, connection, kind, changed, now):
            if resolution.outcome in {"new", "joined"}:
                counts[resolution.outcome] += 1
            elif resolution.outcome in {"hold", "duplicate"}:
                counts["held"] += 1
    cursors.put(connection, cursor, reached, now=now)
    return counts


def _undecided(connection: sa.Connection, kind: LinkKind, changed: Sequence[Record]) -> list[Record]:
    """Records that were held undecided: what changed elsewhere may decide them."""
    standing = [row for row in holds.open_holds(connection) if row.kind in (_AMBIGUOUS, _DUPLICATE)]
    standing = [row for row in standing if (row.side, row.object_type) in _TYPES[kind]]
    known = links.load(connection, (row.link_id for row in standing))
    wanted = set()
    for row in standing:
        link = known[row.link_id].link if row.link_id in known else None
        stored = None if link is None else link.hubspot_id if row.side == "hubspot" else link.salesforce_id
        record_id = stored or record_id_of(row.link_id, row.object_type)
        wanted.add((row.side, row.object_type, record_id))
    wanted -= {(record.side, record.object_type, record.id) for record in changed}
    return list(mirror.load_many(connection, wanted).values())


def _keys(context: PassContext, kind: LinkKind, record: Record) -> list[tuple[str, str]]:
    if record.deleted:
        return []
    keys: list[tuple[str, str]] = list(keys_of(record, context.mapping))
    if kind == "person":
        employer = record.fields.get("associatedcompanyid") or record.fields.get("AccountId")
        if employer:
            keys.append(("employer", str(employer)))
    return keys


def _company_moved(connection: sa.Connection, now: datetime) -> None:
    """People whose company changed have to be judged again: its size and industry are theirs."""
    cursor = "employers seen to mirror version"
    done = cursors.get(connection, cursor) or 0
    companies, reached = mirror.since(connection, done, _TYPES["company"])
    found = mirror.find(connection, "person:employer", [record.id for record in companies])
    keys = {key for keys in found.values() for key in keys}
    mirror.mark_due(connection, mirror.link_ids(connection, keys).values(), plan=False)
    cursors.put(connection, cursor, reached, now=now)


# ---- conversions and merges


def _follow(connection: sa.Connection, changed: Sequence[Record], now: datetime) -> list[LinkChange]:
    told = [record for record in changed if _moves(record)]
    if not told:
        return []
    concerned = _links_of(connection, [key for record in told for key in _concerned(record)])
    changes = follow(list(concerned.values()), told)
    for change in changes:
        if change.after is not None:
            links.save(connection, [change.after], now=now)
            mirror.assign(connection, dict.fromkeys(_records_of(change.after), change.after.link_id))
        elif change.into is not None:
            absorb.absorb(connection, change.before.link_id, change.into)
        if change.kind == "ambiguous":
            holds.add(
                connection, [_hold(change.before.link_id, "salesforce", "Contact", change.why)], now=now
            )
    return changes


def _moves(record: Record) -> bool:
    fields = record.fields
    if record.side == "hubspot":
        return bool(fields.get("_merged_ids"))
    return bool(fields.get("_master_id")) or fields.get("IsConverted") is True


def _concerned(record: Record) -> Iterable[RecordKey]:
    fields = record.fields
    yield record.side, record.object_type, record.id
    if record.side == "hubspot":
        for absorbed in fields.get("_merged_ids") or ():
            yield "hubspot", record.object_type, str(absorbed)
        return
    if fields.get("ConvertedContactId"):
        yield "salesforce", "Contact", id18(str(fields["ConvertedContactId"]))
    if fields.get("_master_id"):
        yield "salesforce", record.object_type, id18(str(fields["_master_id"]))


# ---- who is who


def _resolve(
    context: PassContext, connection: sa.Connection, kind: LinkKind, changed: Sequence[Record], now: datetime
) -> list[Resolution]:
    owners = persons.load_owner_map(context, connection)
    found: set[RecordKey] = set()
    by_kind: dict[str, set[str]] = {}
    for record in changed:
        for name, key in _keys(context, kind, record):
            by_kind.setdefault(name, set()).add(key)
    for name, keys in by_kind.items():
        if name != "employer":
            for matches in mirror.find(connection, f"{kind}:{name}", keys).values():
                found.update(matches)
    records = mirror.load_many(connection, found)
    busy = _with_open_opportunity(connection, records.values())
    candidates = [
        Candidate(record, record.id in busy, _owner_active(record, owners)) for record in records.values()
    ]
    known = _links_of(connection, [*found, *((r.side, r.object_type, r.id) for r in changed)])
    resolutions = resolve(changed, candidates, known.values(), context.mapping)
    gone = [new_link_id(record) for record in changed if record.deleted]
    for undecided in (_AMBIGUOUS, _DUPLICATE):
        holds.release(connection, gone, undecided, now=now)
    _store(connection, resolutions, known, now)
    return resolutions


def _store(
    connection: sa.Connection, resolutions: Sequence[Resolution], known: dict[str, Link], now: datetime
) -> None:
    changed: dict[str, Link] = {}
    assigned: dict[RecordKey, str | None] = {}
    held: list[Hold] = []
    settled: dict[tuple[Side, str] | None, set[str]] = {}
    for resolution in resolutions:
        record = resolution.record
        if resolution.outcome in {"hold", "duplicate"}:
            kind = _AMBIGUOUS if resolution.outcome == "hold" else _DUPLICATE
            link_id = resolution.link.link_id if resolution.link else new_link_id(record)
            held.append(_hold(link_id, record.side, record.object_type, resolution.why, kind))
            continue
        if resolution.link is None:
            continue
        settled.setdefault(_decided(resolution), set()).update((resolution.link.link_id, new_link_id(record)))
        if known.get(resolution.link.link_id) != resolution.link:
            changed[resolution.link.link_id] = resolution.link
        assigned[(record.side, record.object_type, record.id)] = resolution.link.link_id
        if resolution.chosen is not None:
            chosen = resolution.chosen
            assigned[(chosen.side, chosen.object_type, chosen.id)] = resolution.link.link_id
    links.save(connection, changed.values(), now=now)
    mirror.assign(connection, assigned)
    for resolution in resolutions:
        if resolution.retired is not None and resolution.link is not None:
            absorb.absorb(connection, resolution.retired, resolution.link.link_id)
    for kind in (_AMBIGUOUS, _DUPLICATE):
        for of, link_ids in settled.items():
            holds.release(connection, link_ids, kind, now=now, of=of)
    holds.add(connection, held, now=now)


def _decided(resolution: Resolution) -> tuple[Side, str] | None:
    """Which undecided holds of the person an answer ends: all (None), or those of this record's kind only.

    That nobody matches a record does not say to whom a record belongs that two people claim.
    """
    link = resolution.link
    if link is not None and link.hubspot_id is not None and link.salesforce_id is not None:
        return None
    return resolution.record.side, resolution.record.object_type


def _hold(link_id: str, side: Side, object_type: str, why: str, kind: str = _AMBIGUOUS) -> Hold:
    remedy = "Merge the records, or correct the ids or addresses that make them look like one person."
    return Hold(link_id, side, object_type, kind, why, remedy)


def _links_of(connection: sa.Connection, keys: Iterable[RecordKey]) -> dict[str, Link]:
    ids = set(mirror.link_ids(connection, keys).values())
    rows = links.load(connection, ids)
    return {link_id: row.link for link_id, row in rows.items() if not row.merged}


def _records_of(link: Link) -> Iterable[RecordKey]:
    hubspot_type = "contacts" if link.kind == "person" else "companies"
    if link.hubspot_id is not None:
        yield "hubspot", hubspot_type, link.hubspot_id
    if link.salesforce_id is not None and link.salesforce_type is not None:
        yield "salesforce", link.salesforce_type, link.salesforce_id
    if link.lead_id is not None:
        yield "salesforce", "Lead", link.lead_id


def _with_open_opportunity(connection: sa.Connection, records: Iterable[Record]) -> set[str]:
    contacts = [record.id for record in records if record.object_type == "Contact"]
    found = opportunities.of_contacts(connection, contacts)
    return {one for one, deals in found.items() if any(not deal.is_closed for deal in deals)}


def _owner_active(record: Record, owners: OwnerMap) -> bool:
    key = persons.owner_of(record, owners)
    return key is None or key not in owners.inactive[record.side]
