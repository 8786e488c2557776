"""Companies as other companies name them: ids by link, which of them are gone, and what stands above what.

Three narrow statements over all companies, so that nobody reads them whole for the sake of an id.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.store.tables import links, mirror
from sync_rules.records import Side


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """The records of one company's link."""

    link_id: str
    hubspot_id: str | None
    salesforce_id: str | None


def linked(connection: sa.Connection) -> list[CompanyRow]:
    """Every living link of a company."""
    query = sa.select(links.c.link_id, links.c.hubspot_id, links.c.salesforce_id).where(
        links.c.kind == "company", links.c.merged_into.is_(None)
    )
    return [CompanyRow(*row) for row in connection.execute(query)]


def gone(connection: sa.Connection) -> set[tuple[Side, str]]:
    """Companies and Accounts that are deleted."""
    query = sa.select(mirror.c.side, mirror.c.record_id).where(
        mirror.c.object_type.in_(("companies", "Account")), mirror.c.deleted
    )
    return {(row.side, row.record_id) for row in connection.execute(query)}


def naming(connection: sa.Connection, side: Side, object_type: str, field: str) -> Iterator[tuple[str, str]]:
    """Living records and the value of one text field, where there is one."""
    value = mirror.c.fields[field].as_string()
    query = sa.select(mirror.c.record_id, value.label("named")).where(
        mirror.c.side == side,
        mirror.c.object_type == object_type,
        sa.not_(mirror.c.deleted),
        value.is_not(None),
    )
    for row in connection.execute(query):
        if row.named not in ("", "null"):
            yield row.record_id, row.named
