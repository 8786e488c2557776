"""From a wanted canonical value to one field of a write, or to a hold of that field alone.

The checks that a side would make are made here first, so that one bad value never costs the record its good
ones. What is wanted is decided elsewhere.
"""

import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync_rules.addresses import normal_email
from sync_rules.decided import Decided
from sync_rules.mapping_model import FieldSpec, Mapping, ValueSpec
from sync_rules.normalise import CannotWrite, to_raw
from sync_rules.owners import OwnerMap
from sync_rules.plan import Agreement, Conflict, FieldChange, Hold, Write
from sync_rules.records import Record, Side
from sync_rules.schema import Schemas

_EMAIL = re.compile(r"[^\s@,;:()<>\"\[\]\\]+@(?:[\w](?:[\w-]*[\w])?\.)+[\w](?:[\w-]*[\w])+")

_REMEDIES = {
    "invalid_value": "Correct the value at its source; it goes over by itself then.",
    "unmapped_value": "Add it to the field's `values` in the mapping, or change it at its source.",
    "unmapped_owner": "Give the owner an active user with that e-mail, or add them to `owners.overrides`.",
    "not_writable": "Give the integration edit access to the field, or map it `dont_sync`.",
    "drifted": "Change the field back, or correct its `type` in the mapping; it goes on by itself then.",
    "missing_field": "Run `accord setup`, or take the field out of the mapping.",
    "parent_not_linked": "Make the parent on the other side too, with the same domain or name and country; it "
    "goes over by itself once the two are linked.",
    "parent_cycle": "Decide which of the two stands above the other and correct the parent in one system; it "
    "goes on by itself then.",
    "flapping": "Find what else writes the field (a flow, a workflow, another tool) and stop it, or map it "
    "with another rule; the field goes on by itself once it has been quiet.",
}


Drifted = AnyMapping[tuple[str, str], str]


@dataclass(slots=True)
class Findings:
    """What planning has come to so far; the only thing here that grows."""

    writes: list[Write] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Writes, holds and conflicts together."""
        return len(self.writes) + len(self.holds) + len(self.conflicts)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every decision of one plan is made with."""

    mapping: Mapping
    owners: OwnerMap
    schemas: Schemas
    now: datetime
    found: Findings
    drifted: Drifted = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """The record that a value would be written to; ``creating`` when it does not exist yet."""

    link_id: str
    side: Side
    object_type: str
    creating: bool = False


def change(
    bench: Bench, place: Place, spec: ValueSpec, before: Any, value: Any, *, rule: str, why: str
) -> FieldChange | None:
    """The field to write, or None after noting why it is held (or that there is nothing to say there)."""
    target = spec.target(place.object_type)
    if target is None:
        return None
    try:
        after = to_raw(value, spec, place.side, owners=bench.owners)
    except CannotWrite as cannot:
        if cannot.kind != "queue_elsewhere":
            hold_field(bench, place, spec.name, cannot.kind, cannot.why, value, cannot.accepted)
        return None
    if not fits(bench, place, spec.name, target, after, email=spec.type == "email"):
        return None
    return FieldChange(spec.name, target, before, after, value, rule, why)


def fits(bench: Bench, place: Place, name: str, target: str, after: Any, *, email: bool = False) -> bool:
    """Whether the side will take the raw value; if not, the field is held."""
    problem = _problem(bench, place, target, after)
    if problem is None and email and isinstance(after, str) and not _EMAIL.fullmatch(after):
        problem = ("invalid_value", "the value is not an e-mail address", ())
    if problem is None:
        return True
    kind, why, accepted = problem
    hold_field(bench, place, name, kind, why, after, accepted)
    return False


def _problem(bench: Bench, place: Place, target: str, after: Any) -> tuple[str, str, tuple[str, ...]] | None:
    if (why := bench.drifted.get((place.object_type, target))) is not None:
        return "drifted", f"{place.object_type}.{target} {why}", ()
    schema = bench.schemas.get(place.object_type)
    if schema is None:
        return None
    known = schema.get(target)
    if known is None:
        return "missing_field", f"{place.object_type} has no field {target}, or hides it", ()
    if not (known.writable_on_create if place.creating else known.writable_on_update):
        return "not_writable", f"{place.object_type}.{target} cannot be written", ()
    if not isinstance(after, str):
        return None
    if known.max_length is not None and len(after) > known.max_length:
        why = f"{len(after)} characters, and {place.object_type}.{target} takes {known.max_length}"
        return "invalid_value", why, ()
    if known.restricted and known.options:
        parts = after.split(";") if known.type == "multi_picklist" else [after]
        if any(part not in known.options for part in parts):
            why = f"{place.object_type}.{target} does not have this value"
            return "invalid_value", why, known.options
    return None


def hold_field(
    bench: Bench, place: Place, name: str, kind: str, why: str, value: Any, accepted: tuple[str, ...] = ()
) -> None:
    """Note that one field is not written; the rest of the record is."""
    remedy = _REMEDIES.get(kind, "")
    shown = getattr(value, "raw", value)
    hold = Hold(place.link_id, place.side, place.object_type, kind, why, remedy, name, shown, accepted)
    bench.found.holds.append(hold)


def hold_flapping(bench: Bench, place: Place, name: str, value: Any) -> None:
    """Note that a field is not written because two systems fight over it."""
    flaps = bench.mapping.flaps
    why = f"changed more than {flaps.limit} times in {flaps.window_hours} hours"
    hold_field(bench, place, name, "flapping", why, value)


def hold_record(bench: Bench, place: Place, kind: str, why: str, remedy: str) -> None:
    """Note that a whole record is not written."""
    bench.found.holds.append(Hold(place.link_id, place.side, place.object_type, kind, why, remedy))


def update(place: Place, record_id: str, changes: list[FieldChange], *, key: str | None = None) -> Write:
    """The write of some fields of an existing record."""
    return Write(
        key=key or f"{place.side}:{place.object_type}:{record_id}",
        side=place.side,
        object_type=place.object_type,
        operation="update",
        record_id=record_id,
        link_id=place.link_id,
        changes=tuple(changes),
    )


def update_record(bench: Bench, link_id: str, record: Record, changes: list[FieldChange]) -> None:
    """Note the write of some fields of ``record``, if there are any."""
    if changes:
        bench.found.writes.append(update(Place(link_id, record.side, record.object_type), record.id, changes))


def consent_change(spec: FieldSpec, before: Any, why: str, *, said_no: bool) -> FieldChange:
    """The opt-out, or its end, as HubSpot's property will show it."""
    after = "true" if said_no else "false"
    return FieldChange(spec.name, spec.target("contacts") or "", before, after, said_no, spec.rule, why)


def opt_out_write(
    bench: Bench, link_id: str, record_id: str | None, email: Any, changes: list[FieldChange]
) -> bool:
    """Whether an opt-out is noted; HubSpot opts out an address and not a record, and knows no way back."""
    wanted = tuple(made for made in changes if made.value is True)
    if not wanted:
        return False
    address = normal_email(email)
    if address is None:
        why = "HubSpot opts out an e-mail address, and this contact has none"
        remedy = "Give the contact an e-mail address."
        hold_record(bench, Place(link_id, "hubspot", "contacts"), "invalid_value", why, remedy)
        return False
    bench.found.writes.append(
        Write(
            key=f"hubspot:contacts:{record_id or f'new:{link_id}'}:opt_out",
            side="hubspot",
            object_type="contacts",
            operation="opt_out",
            record_id=record_id,
            link_id=link_id,
            changes=wanted,
            external_key=("email", address),
        )
    )
    return True


def email_target(mapping: Mapping, object_type: str) -> str:
    """The API name of the e-mail field, or "" if the mapping has none there."""
    spec = mapping.people.fields.get("email")
    return (spec.target(object_type) if spec else None) or ""
