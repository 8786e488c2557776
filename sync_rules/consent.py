"""Consent by e-mail address: an opt-out reaches every record with that address, whoever the record belongs to.

Linked people are merged field by field (``merge.py``); this is for records that no link has decided on.
"""

from sync_rules.changes import Bench, Place, change, email_target, opt_out_change, opt_out_write, update
from sync_rules.mapping_model import FieldSpec, Mapping
from sync_rules.records import Record, Side
from sync_rules.state import AddressOptOut

PREFIX = "consent:"


def key_of(record: Record, teller: Record) -> str:
    """What the writes and holds of ``record`` go by while ``teller`` has opted out."""
    return f"{PREFIX}{record.object_type}:{record.id}:{teller.object_type}:{teller.id}"


def teller_of(key: str) -> tuple[Side, str, str] | None:
    """The record that opted out, by a key of ``key_of``; None for any other key."""
    if not key.startswith(PREFIX):
        return None
    *_, object_type, record_id = key.split(":")
    return "hubspot" if object_type == "contacts" else "salesforce", object_type, record_id


def opt_out_fields(mapping: Mapping) -> list[FieldSpec]:
    """The consent fields that belong to an e-mail address and not to a record."""
    return [spec for spec in mapping.people.fields.values() if spec.hubspot_write == "opt_out"]


def plan_opt_out(bench: Bench, reached: AddressOptOut) -> None:
    """Note the opt-out of one record."""
    record = reached.record
    why = f"its e-mail address opted out on {reached.teller.object_type} {reached.teller.id}"
    for spec in opt_out_fields(bench.mapping):
        target = spec.target(record.object_type)
        if target is None:
            continue
        before = record.fields.get(target)
        if record.side == "hubspot":
            email = record.fields.get(email_target(bench.mapping, record.object_type))
            opt_out_write(bench, reached.key, record.id, email, [opt_out_change(spec, before, why)])
            continue
        place = Place(reached.key, record.side, record.object_type)
        made = change(bench, place, spec, before, True, rule=spec.rule, why=why)
        if made is not None:
            key = f"{record.side}:{record.object_type}:{record.id}:opt_out"
            bench.found.writes.append(update(place, record.id, [made], key=key))
