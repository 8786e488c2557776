"""Values that Accord takes off both records, because they tell of a turn that is over.

Which they are is decided by the caller; here only what to write for it.
"""

from collections.abc import Iterator, Sequence

from sync_rules.changes import Bench, Place, change, hold_flapping
from sync_rules.plan import FieldChange
from sync_rules.records import Record
from sync_rules.state import PersonState


def kept(state: PersonState, merged: Sequence[FieldChange]) -> list[FieldChange]:
    """What the merge would write, without the fields that are withdrawn."""
    return [made for made in merged if made.name not in state.withdrawn]


def withdrawals(bench: Bench, state: PersonState, record: Record) -> Iterator[FieldChange]:
    """A blank for each withdrawn field that the record still has a value in."""
    place = Place(state.link.link_id, record.side, record.object_type)
    for name in sorted(state.withdrawn):
        spec = bench.mapping.people.fields.get(name)
        target = spec.target(record.object_type) if spec is not None else None
        if spec is None or target is None or not record.fields.get(target):
            continue
        if name in state.frozen_fields:
            hold_flapping(bench, place, name, None)
            continue
        why = "of the turn before: handed over again"
        made = change(bench, place, spec, record.fields[target], None, rule="accord", why=why)
        if made is not None:
            yield made
