"""What people call a link: a person's or a company's name; an activity is called by its record.

A record that nobody could link yet goes by the id of the link that it would begin.
"""

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa

from connectors.store import links, mirror
from connectors.store.evidence import RecordKey
from passes import persons
from sync_rules.identity import record_id_of
from sync_rules.records import Record, Side

_NAMED: Mapping[tuple[Side, str], tuple[str, ...]] = {
    ("hubspot", "companies"): ("name",),
    ("hubspot", "contacts"): ("firstname", "lastname"),
    ("salesforce", "Account"): ("Name",),
    ("salesforce", "Lead"): ("FirstName", "LastName"),
    ("salesforce", "Contact"): ("FirstName", "LastName"),
}
_COMPANY_NAME = {"hubspot": "name", "salesforce": "Name"}


def names_of(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, str]:
    """Names by link id; ids of neither a link nor a record that would begin one are absent."""
    wanted = set(link_ids)
    rows = links.load(connection, wanted)
    people = persons.load(connection, [row for row in rows.values() if row.link.kind == "person"])
    answer = {person.link_id: persons.name_of(person) for person in people}
    companies = [row.link for row in rows.values() if row.link.kind == "company"]
    records = mirror.load_many(
        connection,
        [
            key
            for link in companies
            for key in (
                ("hubspot", "companies", link.hubspot_id or ""),
                ("salesforce", "Account", link.salesforce_id or ""),
            )
        ],
    )
    for link in companies:
        found = records.get(("hubspot", "companies", link.hubspot_id or "")) or records.get(
            ("salesforce", "Account", link.salesforce_id or "")
        )
        if found is not None and (name := found.fields.get(_COMPANY_NAME[found.side])):
            answer[link.link_id] = str(name)
    return answer | _unlinked(connection, wanted - answer.keys())


def _unlinked(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, str]:
    """Names of records that belong to no link."""
    keys: dict[RecordKey, str] = {}
    for link_id in link_ids:
        for side, object_type in _NAMED:
            record_id = record_id_of(link_id, object_type)
            if record_id != link_id:
                keys[side, object_type, record_id] = link_id
    found = mirror.load_many(connection, keys)
    names = {key: " ".join(_parts(record, _NAMED[key[:2]])) for key, record in found.items()}
    return {keys[key]: name for key, name in names.items() if name}


def _parts(record: Record, fields: Iterable[str]) -> Iterator[str]:
    for name in fields:
        if value := record.fields.get(name):
            yield str(value)
