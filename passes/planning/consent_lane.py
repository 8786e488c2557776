"""Opt-outs beyond the links: records with an address that opted out elsewhere, whatever keeps them unlinked.

Duplicates, people whom an ambiguity holds, and Leads of a shared address have no merge of their own; an opt-out
must reach them all the same. Finding them is here, deciding is ``sync_rules.consent``.
"""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from connectors.store import holds, links, mirror
from connectors.store.tables import links as link_table
from connectors.store.tables import mirror as mirror_table
from passes.context import PassContext
from passes.reading import barred
from sync_rules.consent import PREFIX, key_of, opt_out_fields
from sync_rules.mapping_model import FieldSpec
from sync_rules.normalise import canonical
from sync_rules.record_keys import emails_of
from sync_rules.records import Record, Side
from sync_rules.state import AddressOptOut

_TYPES = ("contacts", "Lead", "Contact")
RecordKey = tuple[Side, str, str]


def unreached(
    context: PassContext, connection: sa.Connection, undecided: Collection[str]
) -> list[AddressOptOut]:
    """Records that have to hear of an opt-out which no merge tells them.

    Args:
        undecided: kinds of hold under which a link is not planned.
    """
    specs = opt_out_fields(context.mapping)
    loose = _loose(connection, undecided)
    if not specs or not loose:
        return []
    records = {
        key: record
        for key, record in mirror.load_many(connection, loose).items()
        if not record.deleted and not record.fields.get(barred.FACT)
    }
    addresses = {email for record in records.values() for email in emails_of(record, context.mapping)}
    found = mirror.find(connection, "person:email", addresses)
    mates = mirror.load_many(connection, {key for keys in found.values() for key in keys})
    linked = mirror.link_ids(connection, mates)
    answer: dict[RecordKey, AddressOptOut] = {}
    for keys in found.values():
        living = [key for key in sorted(keys) if key in mates and _alive(mates[key])]
        said_no = [key for key in living if any(_said_no(mates[key], spec) for spec in specs)]
        for key in living:
            record = mates[key]
            teller = _teller(key, said_no, linked, loose)
            if teller is None or key in said_no or record.fields.get("IsConverted") is True:
                continue
            told_by = mates[teller]
            answer.setdefault(key, AddressOptOut(key_of(record, told_by), record, told_by))
    return [answer[key] for key in sorted(answer)]


def _teller(
    key: RecordKey, said_no: Iterable[RecordKey], linked: dict[RecordKey, str], loose: Collection[RecordKey]
) -> RecordKey | None:
    """A record that opted out and that the merge of a link does not already set against this one."""
    for other in said_no:
        merged = key not in loose and other not in loose and linked.get(key) == linked.get(other)
        if not merged or linked.get(key) is None:
            return other
    return None


def considered(connection: sa.Connection, found: Iterable[AddressOptOut]) -> set[str]:
    """The keys whose holds this plan has looked at: those found, and those that need nothing any more."""
    standing = {row.link_id for row in holds.open_holds(connection) if row.link_id.startswith(PREFIX)}
    return standing | {reached.key for reached in found}


def _loose(connection: sa.Connection, undecided: Collection[str]) -> set[RecordKey]:
    """Living people of no link, of an undecided link, or of a link that has no HubSpot contact."""
    people = sa.and_(mirror_table.c.object_type.in_(_TYPES), sa.not_(mirror_table.c.deleted))
    columns = (mirror_table.c.side, mirror_table.c.object_type, mirror_table.c.record_id)
    query = (
        sa.select(*columns)
        .outerjoin(link_table, link_table.c.link_id == mirror_table.c.link_id)
        .where(
            people,
            sa.or_(
                mirror_table.c.link_id.is_(None),
                sa.and_(mirror_table.c.side == "salesforce", link_table.c.hubspot_id.is_(None)),
            ),
        )
    )
    loose: set[RecordKey] = {(row.side, row.object_type, row.record_id) for row in connection.execute(query)}
    held = {row.link_id for row in holds.open_holds(connection) if row.kind in undecided}
    for row in links.load(connection, held).values():
        if row.link.kind == "person" and row.link.hubspot_id is not None:
            loose.add(("hubspot", "contacts", row.link.hubspot_id))
        if row.link.kind == "person" and row.link.salesforce_id is not None:
            loose.add(("salesforce", row.link.salesforce_type or "", row.link.salesforce_id))
    return loose


def _alive(record: Record) -> bool:
    return not record.deleted and not record.fields.get(barred.FACT)


def _said_no(record: Record, spec: FieldSpec) -> bool:
    target = spec.target(record.object_type)
    return target is not None and canonical(record.fields.get(target), spec, record.side) is True
