"""Finds everybody who might be the other half of changed records, in few statements.

By the keys that the records carry, by addresses that people had before, by ids of records that were merged or
converted since, and by what people decided. Which of them it is, is ``sync_rules.identity``.
"""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from connectors.store import evidence, links, mirror
from connectors.store.evidence import RecordKey
from passes import persons
from passes.attribution import opportunities
from passes.context import PassContext
from passes.linking.moves import next_of
from sync_rules.candidates import Candidate
from sync_rules.decisions import Decisions
from sync_rules.external_ids import id18
from sync_rules.owners import OwnerMap
from sync_rules.record_keys import Key, KeyKind, keys_of
from sync_rules.records import LinkKind, Record

_TYPE_OF: Mapping[str, str] = {"lead_id": "Lead", "contact_id": "Contact", "account_id": "Account"}
_KIND_OF: Mapping[str, KeyKind] = {"Lead": "lead_id", "Contact": "contact_id", "Account": "account_id"}


def find(
    context: PassContext,
    connection: sa.Connection,
    kind: LinkKind,
    records: Sequence[Record],
    standing: Decisions,
) -> list[Candidate]:
    """Everybody across whom any key leads to, the records themselves with what was true of them before."""
    by_kind: dict[str, set[str]] = {}
    for record in records:
        for key in keys_of(record, context.mapping):
            by_kind.setdefault(key[0], set()).add(key[1])
    found: set[RecordKey] = {(r.side, r.object_type, r.id) for r in records}
    for name, texts in by_kind.items():
        for matches in mirror.find(connection, f"{kind}:{name}", texts).values():
            found.update(matches)
    found.update(_decided(kind, records, standing))
    former = _former(connection, kind, by_kind, records)
    found.update(former)
    candidates = mirror.load_many(connection, found)
    owners = persons.load_owner_map(context, connection)
    busy = _with_open_opportunity(connection, candidates.values())
    return [
        Candidate(
            record,
            record.id in busy,
            _owner_active(record, owners),
            tuple(dict.fromkeys(former.get(key, ()))),
        )
        for key, record in candidates.items()
    ]


def _decided(kind: LinkKind, records: Iterable[Record], standing: Decisions) -> Iterable[RecordKey]:
    if not standing.same:
        return
    mine = {id18(record.id) if record.side == "salesforce" else record.id for record in records}
    types = ("Lead", "Contact") if kind == "person" else ("Account",)
    for hubspot_id, salesforce_id in standing.same:
        if salesforce_id in mine:
            yield "hubspot", "contacts" if kind == "person" else "companies", hubspot_id
        if hubspot_id in mine:
            yield from (("salesforce", object_type, salesforce_id) for object_type in types)


def _former(
    connection: sa.Connection, kind: LinkKind, by_kind: Mapping[str, set[str]], records: Sequence[Record]
) -> dict[RecordKey, list[Key]]:
    """Records by what was true of them before: addresses of their people, ids that went up in theirs."""
    keys: dict[RecordKey, list[Key]] = {}
    for name, object_type in _TYPE_OF.items():
        for named, now in _gone_on(connection, object_type, by_kind.get(name, ())).items():
            keys.setdefault(now, []).append((_KIND_OF[object_type], named))
    if kind == "company":
        return keys
    had = evidence.who_had(connection, by_kind.get("email", ()))
    own = mirror.link_ids(connection, [(r.side, r.object_type, r.id) for r in records])
    had |= evidence.emails_had(connection, set(own.values()))
    for row in links.load(connection, had).values():
        if not row.merged:
            for record in evidence.records_of(row.link):
                keys.setdefault(record, []).extend(("former_email", one) for one in had[row.link.link_id])
    return keys


def _gone_on(connection: sa.Connection, object_type: str, ids: Iterable[str]) -> dict[str, RecordKey]:
    """The records that named ones were converted or merged into, over any number of steps, by named id."""
    at: dict[str, RecordKey] = {named: ("salesforce", object_type, named) for named in ids}
    moved: dict[str, RecordKey] = {}
    # As many rounds as a chain is long; a chain that bites its tail ends with the ids that it has seen.
    seen: set[tuple[str, RecordKey]] = set()
    while at:
        known = mirror.load_many(connection, set(at.values()))
        further = {
            named: target
            for named, key in at.items()
            if key in known and (target := next_of(known[key]).get(key[2])) is not None
        }
        at = {named: key for named, key in further.items() if (named, key) not in seen}
        seen |= set(at.items())
        moved |= at
    return moved


def _with_open_opportunity(connection: sa.Connection, records: Iterable[Record]) -> set[str]:
    contacts = [record.id for record in records if record.object_type == "Contact"]
    found = opportunities.of_contacts(connection, contacts)
    return {one for one, deals in found.items() if any(not deal.is_closed for deal in deals)}


def _owner_active(record: Record, owners: OwnerMap) -> bool:
    key = persons.owner_of(record, owners)
    return key is None or key not in owners.inactive[record.side]
