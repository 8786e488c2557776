"""Consent by e-mail address: an opt-out reaches every record with that address, whoever the record belongs to.

Linked people are merged field by field (``merge.py``); this is for records that no link has decided on.
"""

from collections.abc import Sequence
from typing import Any

from sync_rules.addresses import normal_email
from sync_rules.changes import Bench, Place, change, consent_change, email_target, opt_out_write, update
from sync_rules.mapping_model import FieldSpec, Mapping
from sync_rules.plan import FieldChange, Hold, Write
from sync_rules.records import Record, Side
from sync_rules.state import AddressOptOut

PREFIX = "consent:"
RECONSENT = "reconsent"


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


def plan_opt_in(
    bench: Bench, link_id: str, contact_id: str, email: Any, changes: Sequence[FieldChange]
) -> None:
    """Note that HubSpot shall subscribe somebody again who showed it in Salesforce, or that people have to."""
    address = normal_email(email)
    if not changes or address is None:
        return
    if not bench.mapping.consent.resubscribe_to:
        why = f"{changes[0].why}; the mapping names no subscription to subscribe them to"
        remedy = "Name it under `consent.resubscribe_to`, or subscribe them in HubSpot with the legal basis."
        place = Place(link_id, "hubspot", "contacts")
        hold = Hold(place.link_id, place.side, place.object_type, RECONSENT, why, remedy, changes[0].name)
        bench.found.holds.append(hold)
        return
    bench.found.writes.append(
        Write(
            key=f"hubspot:contacts:{contact_id}:opt_in",
            side="hubspot",
            object_type="contacts",
            operation="opt_in",
            record_id=contact_id,
            link_id=link_id,
            changes=tuple(changes),
            external_key=("email", address),
        )
    )


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
            opt_out_write(
                bench, reached.key, record.id, email, [consent_change(spec, before, why, said_no=True)]
            )
            continue
        place = Place(reached.key, record.side, record.object_type)
        made = change(bench, place, spec, before, True, rule=spec.rule, why=why)
        if made is not None:
            key = f"{record.side}:{record.object_type}:{record.id}:opt_out"
            bench.found.writes.append(update(place, record.id, [made], key=key))
