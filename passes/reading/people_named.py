"""Whom a raw activity names: record ids as the sides give them, and their keys in the mirror."""

from collections.abc import Iterable

from sync_rules.external_ids import id18
from sync_rules.records import Record, Side


def people_of(record: Record) -> list[str]:
    """The record ids of the people that a raw activity names."""
    if record.side == "hubspot":
        return [str(one) for one in record.fields.get("_contacts") or ()]
    who = record.fields.get("WhoId")
    return [id18(str(who))] if who else []


def person_keys(side: Side, record_ids: Iterable[str]) -> list[tuple[Side, str, str]]:
    """Mirror keys of people; Salesforce ids say by their prefix what they are."""
    if side == "hubspot":
        return [("hubspot", "contacts", one) for one in record_ids]
    return [("salesforce", "Lead" if one.startswith("00Q") else "Contact", one) for one in record_ids]
