"""The ids by which the two records of a link name each other: set where they lack, cleared where they are wrong."""

from collections.abc import Iterable, Sequence
from typing import Any

from sync_rules.changes import Bench, update_record
from sync_rules.external_ids import HUBSPOT_ID_IN, SALESFORCE_ID_PROPERTY, id18, same_id
from sync_rules.plan import FieldChange, Hold
from sync_rules.plan_fields import NOT_READ
from sync_rules.records import Link, Record

SEPARATING = "separating"
"""The kind of hold of a record that waits for another one to lose its id."""


def references(
    bench: Bench, link: Link, record: Record, apart: Iterable[str], claimed_by: Sequence[Record]
) -> list[FieldChange]:
    """The other side's id, where an existing record lacks it or has another, and foreign ids cleared.

    While another record of this side has the id, which is unique, that one loses it first.
    """
    changes = _back_reference(bench, link, record)
    if changes and (rivals := [one for one in claimed_by if one.side == record.side]):
        release(bench, link, rivals)
        _wait(bench, link, record, rivals, changes[0].name)
        changes = []
    return changes + told_apart(bench, link, record, apart)


def claimed(bench: Bench, link: Link, record: Record, claimed_by: Sequence[Record]) -> bool:
    """Whether an upsert by this record's id would hit another record; that one loses the id first."""
    rivals = [one for one in claimed_by if one.side != record.side]
    if rivals:
        release(bench, link, rivals)
        _wait(bench, link, record, rivals, None)
    return bool(rivals)


def release(bench: Bench, link: Link, rivals: Iterable[Record]) -> None:
    """Take the ids of a link's records out of other records that carry them."""
    own = {link.hubspot_id, link.salesforce_id, link.lead_id} - {None}
    why = "the id belongs to another record"
    for record in rivals:
        changes = [
            FieldChange(target, target, before, None, None, "link", why)
            for target, before in _carried(link, record).items()
            if id18(str(before)) in own
        ]
        update_record(bench, link.link_id, record, changes)


def _wait(bench: Bench, link: Link, record: Record, rivals: Iterable[Record], name: str | None) -> None:
    whom = ", ".join(f"{one.object_type} {one.id}" for one in rivals)
    why = f"{whom} still carries the id of {record.object_type} {record.id}"
    remedy = "Nothing to do: the id is taken out there first, and the next pass goes on."
    bench.found.holds.append(
        Hold(link.link_id, record.side, record.object_type, SEPARATING, why, remedy, field=name)
    )


def _carried(link: Link, record: Record) -> dict[str, Any]:
    if record.side == "salesforce":
        targets = [HUBSPOT_ID_IN[record.object_type]]
    else:
        kinds = ("Lead", "Contact") if link.kind == "person" else ("Account",)
        targets = [SALESFORCE_ID_PROPERTY[kind] for kind in kinds]
    return {name: record.fields[name] for name in targets if record.fields.get(name)}


def _back_reference(bench: Bench, link: Link, record: Record) -> list[FieldChange]:
    """The other side's id, where an existing record lacks it or has another."""
    if link.hubspot_id is None or link.salesforce_id is None or link.salesforce_type is None:
        return []
    if record.side == "hubspot":
        target, wanted = SALESFORCE_ID_PROPERTY[link.salesforce_type], link.salesforce_id
    else:
        target, wanted = HUBSPOT_ID_IN[record.object_type], link.hubspot_id
    before = record.fields.get(target, NOT_READ)
    if before is NOT_READ or same_id(before, wanted):
        return []
    schema = bench.schemas.get(record.object_type)
    if schema is not None and target not in schema:
        return []
    return [FieldChange(target, target, before, wanted, wanted, "link", f"linked by {link.evidence}")]


def told_apart(bench: Bench, link: Link, record: Record, apart: Iterable[str]) -> list[FieldChange]:
    """Ids on a record that name somebody from whom a person told it apart, cleared."""
    foreign = set(apart) - {link.hubspot_id, link.salesforce_id, link.lead_id}
    if not foreign:
        return []
    schema = bench.schemas.get(record.object_type)
    return [
        FieldChange(target, target, before, None, None, "link", "a person said that the two are not one")
        for target, before in _carried(link, record).items()
        if id18(str(before)) in foreign and (schema is None or target in schema)
    ]
