"""Follows conversions and merges: links, decisions and evidence go where the records went.

What becomes of the links is decided in ``sync_rules.links``; finding people is ``link.py``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from connectors.store import absorb, decisions, evidence, holds, links, mirror
from connectors.store.evidence import Evidence, RecordKey
from passes.context import PassContext
from sync_rules.external_ids import id18
from sync_rules.identity import new_link_id
from sync_rules.links import LinkChange, follow
from sync_rules.plan import Hold
from sync_rules.records import Link, LinkKind, Record
from sync_rules.review import AMBIGUOUS, UNDECIDED, Case, case_of_move

REMEDY = "Merge the records, or say who is who: `accord review-links`."


def follow_all(
    context: PassContext, connection: sa.Connection, kind: LinkKind, changed: Sequence[Record], now: datetime
) -> list[LinkChange]:
    """Carry over the links of records that were converted, merged or absorbed."""
    told = _with_chains(connection, [record for record in changed if next_of(record)])
    if not told:
        return []
    concerned = links_of(connection, [key for record in told for key in _concerned(record)])
    changes = follow(list(concerned.values()), told)
    noted: list[Evidence] = []
    for change in changes:
        if change.after is not None:
            links.save(connection, [change.after], now=now)
            mirror.assign(connection, dict.fromkeys(evidence.records_of(change.after), change.after.link_id))
            noted.append(Evidence(change.after, change.cause, change.after.evidence, change.why))
        elif change.into is not None:
            absorb.absorb(connection, change.before.link_id, change.into)
        if change.kind == "ambiguous":
            case = case_of_move(change)
            holds.add(connection, [hold(change.before.link_id, case, change.why, AMBIGUOUS)], now=now)
    evidence.add(connection, noted, pass_id=context.pass_id, now=now)
    moved = {old: target[2] for record in told for old, target in next_of(record).items()}
    pairs = [
        (link.hubspot_id, link.salesforce_id)
        for change in changes
        if (link := change.after) is not None
        and link.hubspot_id is not None
        and link.salesforce_id is not None
    ]
    decisions.move(connection, kind, moved, pairs, now=now)
    _bury(connection, told, now)
    return changes


def absorbed_in(records: Iterable[Record]) -> set[RecordKey]:
    """The HubSpot records that went up in these; HubSpot never says of them that they are gone."""
    return {
        (record.side, record.object_type, old)
        for record in records
        if record.side == "hubspot"
        for old in next_of(record)
    }


def _bury(connection: sa.Connection, told: Sequence[Record], now: datetime) -> None:
    """Make absorbed HubSpot records tombstones that name their winner, as Salesforce's are."""
    winners = {old: record for record in told if record.side == "hubspot" for old in next_of(record)}
    found = mirror.load_many(connection, absorbed_in(told))
    buried = [
        replace(one, fields={**one.fields, "_master_id": winners[one.id].id}, deleted=True, stamps={})
        for one in found.values()
        if not one.deleted
    ]
    mirror.save(connection, buried, mark=False)
    mirror.index(connection, {(one.side, one.object_type, one.id): () for one in buried})
    for one in buried:
        # What is held of the link's other half, which lost its partner, goes on standing.
        own = (one.side, one.object_type)
        for kind in sorted(UNDECIDED):
            holds.release(connection, [new_link_id(one)], kind, now=now, of=own)


def next_of(record: Record) -> dict[str, RecordKey]:
    """Where records went, by old id: what this one was converted or merged into, or what it absorbed."""
    fields = record.fields
    if record.side == "hubspot":
        winner: RecordKey = ("hubspot", record.object_type, record.id)
        return {str(old): winner for old in fields.get("_merged_ids") or () if str(old) != record.id}
    own = id18(record.id)
    if (
        record.object_type == "Lead"
        and fields.get("IsConverted") is True
        and fields.get("ConvertedContactId")
    ):
        return {own: ("salesforce", "Contact", id18(str(fields["ConvertedContactId"])))}
    if master := fields.get("_master_id"):
        return {own: ("salesforce", record.object_type, id18(str(master)))}
    return {}


def _with_chains(connection: sa.Connection, told: list[Record]) -> list[Record]:
    """With what was told earlier of the records into which these went: those may have gone on since."""
    known = {(record.side, record.object_type, record.id): record for record in told}
    asked = set(known)
    wanted = {target for record in told for target in next_of(record).values()}
    while wanted := wanted - asked:
        asked |= wanted
        found = mirror.load_many(connection, wanted)
        further = {key: record for key, record in found.items() if next_of(record)}
        known |= further
        wanted = {target for record in further.values() for target in next_of(record).values()}
    return list(known.values())


def _concerned(record: Record) -> Iterable[RecordKey]:
    yield record.side, record.object_type, record.id
    for old, target in next_of(record).items():
        yield record.side, record.object_type, old
        yield target


def links_of(connection: sa.Connection, keys: Iterable[RecordKey]) -> dict[str, Link]:
    """The living links of these records, by link id."""
    ids = set(mirror.link_ids(connection, keys).values())
    rows = links.load(connection, ids)
    return {link_id: row.link for link_id, row in rows.items() if not row.merged}


def hold(link_id: str, case: Case, why: str, kind: str) -> Hold:
    """The hold of an undecided record."""
    remedy = (
        REMEDY
        if case.proposal is None
        else f"{case.proposal.text}; or say who is who: `accord review-links`."
    )
    return Hold(link_id, case.record.side, case.record.object_type, kind, why, remedy, value=case.as_json())
