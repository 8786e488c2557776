"""Reads, by id, fields of known records that were never read: the mapping has brought them since.

Only these fields are taken over and the records keep their stamps, so that nothing else that changed meanwhile passes
for read. What changed is read by ``reading.py``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from connectors.store import mirror
from passes.context import PassContext
from sync_rules.mapping import FieldSpec
from sync_rules.records import Record, Side
from sync_rules.schema import Schemas
from sync_rules.state import CompanyState, PersonState, PlanInput

_PEOPLE, _COMPANIES = ("contacts", "Lead", "Contact"), ("companies", "Account")


def complete(
    context: PassContext, records: Iterable[Record], targets: Mapping[str, Sequence[str]], schemas: Schemas
) -> int:
    """Read what is missing of ``targets`` (API names by object type); answers of how many records it was."""
    missing: dict[tuple[Side, str], dict[str, Record]] = defaultdict(dict)
    names: dict[tuple[Side, str], set[str]] = defaultdict(set)
    for record in records:
        shown = schemas.get(record.object_type, {})
        wanted = [name for name in targets.get(record.object_type, ()) if name in shown]
        lacking = [name for name in wanted if name not in record.fields]
        if lacking and not record.deleted:
            missing[record.side, record.object_type][record.id] = record
            names[record.side, record.object_type].update(lacking)
    for (side, object_type), known in sorted(missing.items()):
        _read(context, side, object_type, known, names[side, object_type])
    return sum(len(known) for known in missing.values())


def _read(
    context: PassContext, side: Side, object_type: str, known: Mapping[str, Record], names: set[str]
) -> None:
    gateway = context.hubspot if side == "hubspot" else context.salesforce
    told = [
        replace(
            known[one.id], fields={name: one.fields[name] for name in names if name in one.fields}, stamps={}
        )
        for one in gateway.read(object_type, sorted(known), sorted(names))
        if one.id in known
    ]
    with context.store.begin() as connection:
        mirror.save(connection, told, mark=False)


def complete_due(context: PassContext, state: PlanInput) -> int:
    """Read what the fields in force lack of the people and companies that are due."""
    mapping = context.mapping
    wanted: dict[str, list[str]] = {}
    groups: tuple[tuple[Sequence[PersonState | CompanyState], Mapping[str, FieldSpec], tuple[str, ...]], ...]
    groups = (
        (state.people, mapping.people.fields, _PEOPLE),
        (state.companies, mapping.companies.fields, _COMPANIES),
    )
    for states, specs, kinds in groups:
        waiting = {name for one in states for name in one.waiting}
        in_force = [spec for name, spec in specs.items() if name not in waiting]
        for kind in kinds:
            wanted[kind] = [target for spec in in_force if (target := spec.target(kind))]
    # A record alone has nobody to agree with; what is created from it starts with what is known.
    both: list[Record] = []
    for states, _, _ in groups:
        for one in states:
            if one.hubspot is not None and one.salesforce is not None:
                both += [one.hubspot, one.salesforce]
    return complete(context, both, wanted, state.schemas)
