"""Values that Accord computes, and HubSpot's lifecycle stage that follows from them, as changes of a record.

Whether a person exists on a side at all is decided elsewhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sync_rules.changes import Bench, Place, change, fits, hold_flapping
from sync_rules.mapping_model import ComputedSpec
from sync_rules.normalise import READERS, Reader
from sync_rules.plan import FieldChange
from sync_rules.records import Record, Side
from sync_rules.state import PersonState

CLEAR_THEN_SET: Final = "clear_then_set"
"""The rule of a lifecycle change that goes backwards: the pass must first write blank, in an earlier call."""

# Computed values arrive as Python values; these types are brought to their exact canonical form first.
_EXACT = frozenset({"text", "number", "date", "datetime", "boolean", "email"})


@dataclass(frozen=True, slots=True)
class _Computed:
    spec: ComputedSpec
    read: Reader
    targets: Mapping[str, str]


class ComputedPlanner:
    """Compares wanted with present values; what is the same for all people is prepared once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._specs = {
            name: _Computed(spec, READERS[spec.type], _targets(spec))
            for name, spec in bench.mapping.people.computed.items()
        }
        self._ranks = {stage: rank for rank, stage in enumerate(bench.mapping.lifecycle.order)}

    def changes(
        self, state: PersonState, side: Side, record: Record | None, kind: str = ""
    ) -> list[FieldChange]:
        """Computed values that differ from what ``record`` has; all that are not blank when it is created."""
        bench = self._bench
        object_type = record.object_type if record is not None else kind
        place = Place(state.link.link_id, side, object_type, creating=record is None)
        changes: list[FieldChange] = []
        for name, given in state.computed.items():
            computed = self._specs.get(name)
            if computed is None:
                raise ValueError(f"computed value {name!r} is not under `computed` in the mapping")
            target = computed.targets.get(object_type)
            if target is None or (record is not None and name in state.proposed):
                continue
            before = record.fields.get(target) if record is not None else None
            if before == given and type(before) is type(given):
                continue
            spec = computed.spec
            wanted = computed.read(given, spec, side, bench.owners, None) if spec.type in _EXACT else given
            if before is None and wanted is None:
                continue
            if record is not None and computed.read(before, spec, side, bench.owners, None) == wanted:
                continue
            if name in state.frozen_fields:
                hold_flapping(bench, place, name, wanted)
                continue
            why = f"{name} is now {'blank' if wanted is None else getattr(wanted, 'raw', wanted)}"
            made = change(bench, place, spec, before, wanted, rule="accord", why=why)
            if made is not None:
                changes.append(made)
        return changes

    def lifecycle(self, state: PersonState, hubspot: Record | None) -> Iterator[FieldChange]:
        """HubSpot's lifecycle stage follows the stage forward; backwards only when told, and marked."""
        wanted = self._bench.mapping.lifecycle.stages.get(state.computed.get("stage", ""))
        if wanted is None or (hubspot is not None and "lifecyclestage" not in hubspot.fields):
            return
        place = Place(state.link.link_id, "hubspot", "contacts", creating=hubspot is None)
        before = hubspot.fields["lifecyclestage"] if hubspot is not None else None
        have, want = self._ranks.get(before) if before else -1, self._ranks[wanted]
        # A stage that the list does not know is the portal's own; its place is unknown.
        if have is None or have == want or (have > want and not state.lifecycle_back):
            return
        if have > want and "lifecyclestage" in state.frozen_fields:
            hold_flapping(self._bench, place, "lifecyclestage", wanted)
            return
        if fits(self._bench, place, "lifecyclestage", "lifecyclestage", wanted):
            rule, why = "accord", f"stage is now {state.computed['stage']}"
            if have > want:
                rule, why = CLEAR_THEN_SET, f"{why}, a step back"
            yield FieldChange("lifecyclestage", "lifecyclestage", before, wanted, wanted, rule, why)


def _targets(spec: ComputedSpec) -> dict[str, str]:
    found = ((kind, spec.target(kind)) for kind in ("contacts", "Lead", "Contact"))
    return {kind: target for kind, target in found if target is not None}
