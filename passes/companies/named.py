"""Makes the owner map able to read and write fields in which one company names another, above all its parent."""

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from connectors.store import companies
from passes.context import PassContext
from sync_rules.company_ids import CompanyIds
from sync_rules.owners import OwnerMap
from sync_rules.records import Side

_TYPES: Mapping[Side, str] = {"hubspot": "companies", "salesforce": "Account"}


def with_companies(context: PassContext, connection: sa.Connection, owners: OwnerMap) -> OwnerMap:
    """The map with all companies; the same where the mapping has no such field."""
    fields = [one for one in context.mapping.companies.fields.values() if one.type == "company"]
    if not fields:
        return owners
    gone = companies.gone(connection)
    by_id: dict[Side, dict[str, str]] = {"hubspot": {}, "salesforce": {}}
    by_link: dict[Side, dict[str, str]] = {"hubspot": {}, "salesforce": {}}
    for row in companies.linked(connection):
        ids: tuple[tuple[Side, str | None], ...] = (
            ("hubspot", row.hubspot_id), ("salesforce", row.salesforce_id),
        )  # fmt: skip
        for side, record_id in ids:
            if record_id is None:
                continue
            by_id[side][record_id] = row.link_id
            if side == "salesforce":
                by_id[side][record_id[:15]] = row.link_id
            if (side, record_id) not in gone:
                by_link[side][row.link_id] = record_id
    known = CompanyIds(by_id, by_link)
    above: dict[Side, dict[str, str]] = {"hubspot": {}, "salesforce": {}}
    for spec in fields:
        for side, object_type in _TYPES.items():
            if (target := spec.target(object_type)) is None:
                continue
            for record_id, named in companies.naming(connection, side, object_type, target):
                here, there = known.link_of(side, record_id), known.link_of(side, named)
                if here is not None and there is not None:
                    above[side][here] = there
    return replace(owners, companies=replace(known, above=above))
