"""Deletes what the database knows of one person, whatever table it is in, and gives the freed space back.

A table with a column ``link_id``, ``record_id``, ``hubspot_id`` or ``salesforce_id`` is emptied of the person by that
column, so that a table that is added later is covered, too; the others are named here. Published counts stay.
"""

import html
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connectors.store import history, mirror
from connectors.store.engine import Store, chunks, upsert
from connectors.store.erasures import RecordKey
from connectors.store.tables import activity_bases, documents, links, metrics, mirror_keys
from connectors.store.tables import mirror as mirror_table

# What records of these types say of a person besides their own fields.
_NAMING: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("salesforce", "CampaignMember", ("LeadId", "ContactId")),
    ("salesforce", "OpportunityContactRole", ("ContactId",)),
    ("hubspot", "engagement", ("contact_id", "email")),
)
CERTIFICATE = "erasure certificate"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to delete.

    Attributes:
        link_ids: links, those merged into them too.
        records: the person's own records and the activities that name nobody else.
        texts: names, addresses and numbers by which documents are searched.
    """

    link_ids: frozenset[str]
    records: frozenset[RecordKey]
    emails: frozenset[str]
    texts: frozenset[str]


def erase(connection: sa.Connection, person: Person) -> dict[str, int]:
    """Delete the person; returns rows deleted or rewritten by table."""
    count: Counter[str] = Counter()
    records = set(person.records) | _naming(connection, person)
    keys = _keys(connection, person, records)
    people = [record_id for _, kind, record_id in person.records if kind in ("contacts", "Lead", "Contact")]
    for table in _tables(connection):
        if table.name == links.name:
            continue
        if "link_id" in table.columns:
            count[str(table.name)] += _delete(connection, table, table.c.link_id, keys)
        if "record_id" in table.columns:
            count[str(table.name)] += _delete_records(connection, table, records)
        for name in {"hubspot_id", "salesforce_id"} & set(table.columns.keys()):
            count[str(table.name)] += _delete(connection, table, table.c[name], people)
    ids = {record_id for _, _, record_id in records}
    count["mirror_keys"] += _delete(connection, mirror_keys, mirror_keys.c.key, [*ids, *person.emails])
    base_keys = [key for key in keys if ":" in key] + [f"{kind}:{one}" for _, kind, one in records]
    count["activity_bases"] += _delete(connection, activity_bases, activity_bases.c.activity_key, base_keys)
    count["documents"] += _documents(connection, person.texts)
    count["metrics"] += _metrics(connection, person.link_ids)
    count["links"] += _delete(connection, links, links.c.link_id, person.link_ids)
    return {name: number for name, number in sorted(count.items()) if number}


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Every table that the database has, whichever module declares it."""
    found = sa.MetaData()
    found.reflect(connection)
    return found.sorted_tables


def _naming(connection: sa.Connection, person: Person) -> set[RecordKey]:
    ids = {record_id for _, _, record_id in person.records} | person.emails
    found: set[RecordKey] = set()
    for side, object_type, fields in _NAMING:
        for record in mirror.load_all(connection, side, object_type):  # type: ignore[arg-type]
            if any(str(record.fields.get(name)) in ids for name in fields):
                found.add((record.side, object_type, record.id))
    return found


def _keys(connection: sa.Connection, person: Person, records: Iterable[RecordKey]) -> set[str]:
    """Everything that other tables call ``link_id`` of this person: links, activities, roll-ups, single records."""
    keys = set(person.link_ids) | history.activity_keys(connection, person.link_ids)
    for side, object_type, record_id in records:
        keys.add(f"{object_type}:{record_id}")
        keys.add(f"{'h' if side == 'hubspot' else 's'}{record_id}")
        if object_type == "contacts":
            keys |= history.roll_up_keys(connection, f"rollup:{record_id}:")
    kept = {f"{kind}:{one}" for _, kind, one in records}
    # Activities that name others as well stay, with what is known of them.
    return {key for key in keys if ":" not in key or key in kept or key.startswith("rollup:")}


def _delete(
    connection: sa.Connection, table: sa.Table, column: sa.ColumnElement[Any], values: Iterable[Any]
) -> int:
    return sum(
        connection.execute(sa.delete(table).where(column.in_(part))).rowcount
        for part in chunks(sorted(set(values)), 10_000)
    )


def _delete_records(connection: sa.Connection, table: sa.Table, records: Collection[RecordKey]) -> int:
    if not {"side", "object_type"} <= set(table.columns.keys()):
        return _delete(connection, table, table.c.record_id, [one for _, _, one in records])
    groups: dict[tuple[str, str], list[str]] = {}
    for side, object_type, record_id in records:
        groups.setdefault((side, object_type), []).append(record_id)
    return sum(
        connection.execute(
            sa.delete(table).where(
                table.c.side == side, table.c.object_type == object_type, table.c.record_id.in_(part)
            )
        ).rowcount
        for (side, object_type), ids in groups.items()
        for part in chunks(ids, 10_000)
    )


def _documents(connection: sa.Connection, texts: Collection[str]) -> int:
    """Reports that name the person are deleted whole: a page with a hole would be another report."""
    said = {form.casefold() for text in texts for form in (text, html.escape(text)) if len(text) > 3}
    gone = 0
    for row in connection.execute(sa.select(documents)).all():
        if not row.name.startswith(CERTIFICATE) and any(text in row.body.casefold() for text in said):
            chosen = (documents.c.name == row.name) & (documents.c.made_at == row.made_at)
            gone += connection.execute(sa.delete(documents).where(chosen)).rowcount
    return gone


def _metrics(connection: sa.Connection, link_ids: Collection[str]) -> int:
    """Rows about the person leave the stored tables of figures; the counts in them stay."""
    changed = []
    for row in connection.execute(sa.select(metrics)).all():
        kept = [item for item in row.rows if not _about(item, link_ids)]
        if len(kept) != len(row.rows):
            changed.append({**row._mapping, "rows": kept})
    return upsert(connection, metrics, changed)


def _about(item: Mapping[str, Any], link_ids: Collection[str]) -> bool:
    return item.get("person_id") in link_ids


def linked_records(connection: sa.Connection, link_ids: Sequence[str]) -> list[RecordKey]:
    """Every record that the mirror counts to these links."""
    columns = (mirror_table.c.side, mirror_table.c.object_type, mirror_table.c.record_id)
    query = sa.select(*columns).where(mirror_table.c.link_id.in_(list(link_ids)))
    return [(row.side, row.object_type, row.record_id) for row in connection.execute(query)]


def compact(store: Store) -> None:
    """Rewrite the database, so that what was deleted is in no free page of its files either."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            for table in _tables(connection):
                connection.execute(sa.text(f'VACUUM FULL "{table.name}"'))
            return
        connection.execute(sa.text("VACUUM"))
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
