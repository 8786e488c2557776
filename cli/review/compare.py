"""A case as values: the record and its candidates side by side, and in what they differ."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from connectors.store import mirror
from passes.linking.review import Item
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.normalise import Unreadable, canonical
from sync_rules.records import Record
from sync_rules.review import Place

RecordKey = tuple[Any, str, str]
KEYS: Mapping[str, str] = {
    "hubspot_id": "names the HubSpot id",
    "lead_id": "names the Lead's id",
    "contact_id": "names the Contact's id",
    "account_id": "names the Account's id",
    "email": "same e-mail",
    "former_email": "an address that the person had",
    "phone_last_name": "same phone and last name",
    "domain": "same domain",
    "name_country": "same name and country",
    "decision": "somebody said so",
    "conversion": "a Lead was converted into it",
    "merge": "records were merged into it",
}
"""Kinds of keys in words."""


def load(connection: sa.Connection, items: list[Item]) -> dict[Place, Record]:
    """Every record that the cases speak of."""
    places = {place for item in items for place in _places(item)}
    found = mirror.load_many(connection, [(one.side, one.object_type, one.id) for one in places])
    return {
        place: found[key] for place in places if (key := (place.side, place.object_type, place.id)) in found
    }


def _places(item: Item) -> list[Place]:
    case = item.case
    across = [place for one in case.options for place in (one.record, one.linked_to) if place is not None]
    return [case.record, *across, *case.rivals]


def values(record: Record | None, mapping: SyncMapping) -> dict[str, str]:
    """What the record says in the mapping's words, blanks left out."""
    if record is None:
        return {}
    company = record.object_type in ("companies", "Account")
    specs = mapping.companies.fields if company else mapping.people.fields
    answer = {}
    for name, spec in specs.items():
        target = spec.target(record.object_type)
        raw = record.fields.get(target) if target is not None else None
        if raw in (None, "", False, "false"):
            continue
        value = canonical(raw, spec, record.side, region=mapping.default_region)
        answer[name] = str(value.raw if isinstance(value, Unreadable) else value)
    if record.created_at is not None:
        answer["created"] = f"{record.created_at:%Y-%m-%d}"
    return answer


def as_json(item: Item, records: Mapping[Place, Record], mapping: SyncMapping) -> dict[str, Any]:
    """A case for a script; ``decision`` is to be filled in for ``decide``."""
    case = item.case
    mine = values(records.get(case.record), mapping)
    candidates = []
    for rank, option in enumerate(case.options):
        theirs = values(records.get(option.record), mapping)
        candidates.append(
            {
                **asdict(option.record),
                "keys": list(option.keys),
                "linked_to": asdict(option.linked_to) if option.linked_to is not None else None,
                "picked_by_order": rank == 0,
                "values": theirs,
                "differs": {
                    name: [mine.get(name), theirs.get(name)]
                    for name in sorted(mine.keys() | theirs.keys())
                    if mine.get(name) != theirs.get(name)
                },
            }
        )
    return {
        "link": item.name,
        "kind": item.kind,
        "evidence": case.evidence,
        "why": item.why,
        "since": item.since,
        "record": {**asdict(case.record), "values": mine},
        "candidates": candidates,
        "rivals": [asdict(one) for one in case.rivals],
        "proposal": {**asdict(case.proposal), "text": case.proposal.text} if case.proposal else None,
        "decision": None,
        "candidate": case.options[0].record.id if case.options else None,
    }
