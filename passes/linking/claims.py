"""Which records carry an id that is not theirs: somebody told apart from it, or another half of a linked record.

Both ids are unique in their CRM and the keys of upserts, so a record can get its own only once nobody else has it.
What is done about it is ``sync_rules.plan_references``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.store import decisions, mirror
from connectors.store.evidence import RecordKey, records_of
from sync_rules.external_ids import HUBSPOT_ID_IN, SALESFORCE_ID_PROPERTY, id18, same_id
from sync_rules.records import Link, LinkKind, Record

_ACROSS: Mapping[LinkKind, tuple[str, tuple[str, ...]]] = {
    "person": ("contacts", ("Lead", "Contact")),
    "company": ("companies", ("Account",)),
}
_NAMED_BY = {"Lead": "lead_id", "Contact": "contact_id", "Account": "account_id"}


@dataclass(frozen=True, slots=True)
class Claims:
    """What stands between a link's records and their ids.

    Attributes:
        apart: ids across from which one of the records was told apart.
        claimed_by: other records that carry the id of one of them.
    """

    apart: frozenset[str] = frozenset()
    claimed_by: tuple[Record, ...] = ()


def of_links(
    connection: sa.Connection, kind: LinkKind, links: Sequence[Link], records: Iterable[Record | None]
) -> dict[str, Claims]:
    """By link id, for every link given; ``records`` are those that the links name."""
    by_id = {record.id: record for record in records if record is not None}
    own = {link.link_id: {key[2] for key in records_of(link)} for link in links}
    told = decisions.apart_from(connection, kind, {one for ids in own.values() for one in ids})
    apart = {link_id: {one for mine in ids for one in told.get(mine, ())} for link_id, ids in own.items()}
    others = _told_apart(connection, kind, {one for ids in apart.values() for one in ids})
    rivals = _rivals(connection, kind, [link for link in links if _lacks(link, by_id)])
    answer = {}
    for link in links:
        mine = own[link.link_id]
        claims = [others[one] for one in sorted(apart[link.link_id]) if one in others]
        claims += [record for one in sorted(mine) for record in rivals.get(one, ())]
        standing = {r.id: r for r in claims if r.id not in mine and mine & set(carried(r).values())}
        answer[link.link_id] = Claims(frozenset(apart[link.link_id]), tuple(standing.values()))
    return answer


def carried(record: Record) -> dict[str, str]:
    """The ids of the other side that a record carries, by field."""
    names = (
        SALESFORCE_ID_PROPERTY.values() if record.side == "hubspot" else [HUBSPOT_ID_IN[record.object_type]]
    )
    return {name: id18(str(record.fields[name])) for name in names if record.fields.get(name)}


def _told_apart(connection: sa.Connection, kind: LinkKind, ids: set[str]) -> dict[str, Record]:
    if not ids:
        return {}
    hubspot_type, sobjects = _ACROSS[kind]
    keys: list[RecordKey] = [("hubspot", hubspot_type, one) for one in ids]
    keys += [("salesforce", sobject, one) for sobject in sobjects for one in ids]
    return {record.id: record for record in mirror.load_many(connection, keys).values() if _writable(record)}


def _writable(record: Record) -> bool:
    return not record.deleted and record.fields.get("IsConverted") is not True


def _lacks(link: Link, records: Mapping[str, Record]) -> bool:
    """Whether a record of a whole link does not yet name the other."""
    if link.hubspot_id is None or link.salesforce_id is None or link.salesforce_type is None:
        return False
    hubspot, salesforce = records.get(link.hubspot_id), records.get(link.salesforce_id)
    named = hubspot is None or hubspot.fields.get(SALESFORCE_ID_PROPERTY[link.salesforce_type])
    names = salesforce is None or salesforce.fields.get(HUBSPOT_ID_IN[link.salesforce_type])
    return not (
        named is True
        or names is True
        or (same_id(str(named), link.salesforce_id) and str(names) == link.hubspot_id)
    )


def _rivals(connection: sa.Connection, kind: LinkKind, links: Sequence[Link]) -> dict[str, list[Record]]:
    """Records that carry an id of these links' records, by that id."""
    wanted: dict[str, set[str]] = {}
    for link in links:
        wanted.setdefault("hubspot_id", set()).add(link.hubspot_id or "")
        name = _NAMED_BY[link.salesforce_type or ""]
        wanted.setdefault(name, set()).add(id18(link.salesforce_id or ""))
    found: dict[str, set[RecordKey]] = {}
    for name, ids in wanted.items():
        for one, keys in mirror.find(connection, f"{kind}:{name}", ids).items():
            found.setdefault(one, set()).update(keys)
    records = mirror.load_many(connection, {key for keys in found.values() for key in keys})
    return {
        one: [
            record for key in sorted(keys) if (record := records.get(key)) is not None and _writable(record)
        ]
        for one, keys in found.items()
    }
