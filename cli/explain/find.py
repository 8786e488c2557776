"""Finds the person whom somebody means: by e-mail, by a record's id on either side, or by a link's id."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from connectors.store import links, mirror
from connectors.store.tables import links as link_table
from sync_rules.addresses import normal_email
from sync_rules.external_ids import id18
from sync_rules.records import Record, Side

RecordKey = tuple[Side, str, str]
_TYPES: tuple[tuple[Side, str], ...] = (
    ("hubspot", "contacts"),
    ("salesforce", "Lead"),
    ("salesforce", "Contact"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Who could be meant.

    Attributes:
        link_ids: living links, the likeliest first.
        unlinked: records that match and belong to no link.
        came_from: the signpost that was followed, when the given link was merged into another.
    """

    link_ids: tuple[str, ...]
    unlinked: tuple[Record, ...] = ()
    came_from: str | None = None


def find(connection: sa.Connection, who: str) -> Found:
    """Everybody whom ``who`` may mean; nobody gives empty tuples."""
    text = who.strip()
    if "@" in text:
        email = normal_email(text) or text.lower()
        keys = mirror.find(connection, "person:email", [email]).get(email, [])
    else:
        found = _signposts(connection, text)
        if found is not None:
            return found
        keys = [(side, kind, id18(text) if side == "salesforce" else text) for side, kind in _TYPES]
    return _of_records(connection, keys, text)


def _signposts(connection: sa.Connection, link_id: str) -> Found | None:
    """The link itself, or the one that it was merged into."""
    seen: list[str] = []
    while link_id not in seen:
        seen.append(link_id)
        query = sa.select(link_table.c.merged_into).where(
            link_table.c.link_id == link_id, link_table.c.kind == "person"
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.merged_into is None:
            return Found((link_id,), came_from=seen[0] if len(seen) > 1 else None)
        link_id = row.merged_into
    return None


def _of_records(connection: sa.Connection, keys: Iterable[RecordKey], text: str) -> Found:
    records = mirror.load_many(connection, keys)
    assigned = mirror.link_ids(connection, records)
    link_ids = list(dict.fromkeys(assigned[key] for key in sorted(records) if key in assigned))
    # A converted Lead's id leads to the person whom it became.
    link_ids += (row.link.link_id for row in links.by_record(connection, salesforce_id=id18(text)))
    known = links.load(connection, link_ids).values()
    living = [row for row in known if not row.merged and row.link.kind == "person"]
    order = {link_id: rank for rank, link_id in enumerate(link_ids)}
    living.sort(key=lambda row: (row.link.salesforce_id is None, order[row.link.link_id]))
    unlinked = tuple(records[key] for key in sorted(records) if key not in assigned)
    return Found(tuple(row.link.link_id for row in living), unlinked)
