"""The owner whom the routing policy wants on a Salesforce record, as a change like any other.

Who that is comes with the person's state; whether the record may be given away was decided there.
"""

from collections.abc import Sequence
from dataclasses import replace

from sync_rules.changes import Bench, Place, change
from sync_rules.mapping_model import FieldSpec, Mapping
from sync_rules.plan import FieldChange
from sync_rules.records import Record
from sync_rules.state import PersonState


def owner_field(mapping: Mapping, object_type: str) -> FieldSpec | None:
    """The mapped field that says who owns a Lead or Contact."""
    return next(
        (
            spec
            for spec in mapping.people.fields.values()
            if spec.type == "owner" and spec.rule != "dont_sync" and spec.target(object_type)
        ),
        None,
    )


def at_creation(
    bench: Bench, state: PersonState, place: Place, start: Sequence[FieldChange]
) -> list[FieldChange]:
    """What a record starts with, its owner being the one assigned."""
    spec = owner_field(bench.mapping, place.object_type)
    if state.assigned_owner is None or spec is None:
        return list(start)
    made = change(
        bench, place, spec, None, state.assigned_owner, rule=spec.rule, why=f"assigned: {state.assigned_why}"
    )
    if made is None:
        return list(start)
    return [*(one for one in start if one.name != spec.name), made]


def in_place(bench: Bench, state: PersonState, salesforce: Record) -> tuple[Record, FieldChange | None]:
    """The record as it will be, for the merge to go by, and the change that makes it so.

    A field that was undone or that two systems fight over is left alone.
    """
    spec = owner_field(bench.mapping, salesforce.object_type)
    if state.assigned_owner is None or spec is None or spec.name in {*state.frozen_fields, *state.undone}:
        return salesforce, None
    target = spec.target(salesforce.object_type) or ""
    before = salesforce.fields.get(target)
    if before is not None and bench.owners.key_of("salesforce", str(before)) == state.assigned_owner:
        return salesforce, None
    place = Place(state.link.link_id, "salesforce", salesforce.object_type)
    made = change(
        bench,
        place,
        spec,
        before,
        state.assigned_owner,
        rule=spec.rule,
        why=f"assigned: {state.assigned_why}",
    )
    if made is None:
        return salesforce, None
    return replace(salesforce, fields={**salesforce.fields, target: made.after}), made
