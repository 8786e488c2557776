"""What people call a link: a person's or a company's name; an activity is called by its record."""

from collections.abc import Iterable

import sqlalchemy as sa

from connectors.store import links, mirror
from passes import persons

_COMPANY_NAME = {"hubspot": "name", "salesforce": "Name"}


def names_of(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, str]:
    """Names by link id; ids that are no link's are absent."""
    rows = links.load(connection, link_ids)
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
    return answer
