"""The back-fill of one new field: what its first merge would write for everybody who is linked already.

The same merge, checks and holds as any pass makes, of this field alone. Which fields are new is ``new_fields.py``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sync_rules.changes import Bench, Findings, update_record
from sync_rules.mapping_model import Mapping as SyncMapping
from sync_rules.new_fields import FieldKey
from sync_rules.owners import OwnerMap
from sync_rules.plan import Plan
from sync_rules.plan_fields import Pairing, agree, merge_link, pairing
from sync_rules.records import Record
from sync_rules.schema import Schemas
from sync_rules.state import CompanyState, PersonState

State = PersonState | CompanyState


@dataclass(frozen=True, slots=True)
class Survey:
    """A back-fill in figures.

    Attributes:
        people: links (of people, or of companies) that are to get the field; ``agree`` of them do already.
        unread: those of whom a side's value is not known yet.
        to_hubspot, to_salesforce: values that would be written there.
        conflicts: values that would be overwritten by others.
    """

    people: int
    unread: int
    agree: int
    to_hubspot: int
    to_salesforce: int
    conflicts: int
    held: int


def plan_back_fill(
    states: Sequence[State],
    key: FieldKey,
    mapping: SyncMapping,
    owners: OwnerMap,
    schemas: Schemas,
    *,
    now: datetime,
) -> Plan:
    """The writes that bring the field into agreement; links of which a side's value was not read are left out."""
    bench = Bench(mapping, owners, schemas, now, Findings())
    pairings = _pairings(mapping, key)
    in_agreement = 0
    for state in states:
        hubspot, salesforce = state.hubspot, state.salesforce
        if hubspot is None or salesforce is None or not _is_read(state, pairings):
            continue
        before = bench.found.size
        merged = merge_link(
            bench, pairings[salesforce.object_type], state.link, hubspot, salesforce, {}, state.frozen_fields,
            salesforce_writable=salesforce.fields.get("IsConverted") is not True, undone=state.undone,
        )  # fmt: skip
        agree(bench, state.link, merged.settled)
        update_record(bench, state.link.link_id, hubspot, merged.hubspot)
        update_record(bench, state.link.link_id, salesforce, merged.salesforce)
        in_agreement += bench.found.size == before
    found = bench.found
    return Plan(
        made_at=now,
        writes=tuple(sorted(found.writes, key=lambda write: (write.side, write.object_type, write.key))),
        holds=tuple(found.holds),
        conflicts=tuple(found.conflicts),
        agreements=tuple(found.agreements),
        considered=len(states),
        in_agreement=in_agreement,
        decisions=tuple(found.decisions),
    )


def survey(states: Sequence[State], key: FieldKey, mapping: SyncMapping, plan: Plan) -> Survey:
    """The figures of a plan made from ``states``."""
    pairings = _pairings(mapping, key)
    sides = Counter(write.side for write in plan.writes)
    return Survey(
        people=len(states),
        unread=sum(not _is_read(state, pairings) for state in states),
        agree=plan.in_agreement,
        to_hubspot=sides["hubspot"],
        to_salesforce=sides["salesforce"],
        conflicts=len(plan.conflicts),
        held=len(plan.holds),
    )


def concerned(state: State, key: FieldKey, mapping: SyncMapping) -> bool:
    """Whether the field is still to be brought into agreement for this link."""
    hubspot, salesforce = state.hubspot, state.salesforce
    if hubspot is None or salesforce is None or hubspot.deleted or salesforce.deleted:
        return False
    has_field = bool(_pairings(mapping, key)[salesforce.object_type].rows)
    return has_field and state.base is not None and key[1] not in state.base


def targets(mapping: SyncMapping, key: FieldKey) -> Mapping[str, tuple[str, ...]]:
    """API names of the field by object type."""
    answer: dict[str, set[str]] = {}
    for kind, pair in _pairings(mapping, key).items():
        for row in pair.rows:
            answer.setdefault(pair.hubspot_type, set()).add(row.hubspot)
            answer.setdefault(kind, set()).add(row.salesforce)
    return {object_type: tuple(sorted(names)) for object_type, names in answer.items()}


def _is_read(state: State, pairings: Mapping[str, Pairing]) -> bool:
    """Whether both sides' values are known."""
    pair = pairings[state.salesforce.object_type] if state.salesforce is not None else None
    return pair is not None and all(
        _has(state.hubspot, row.hubspot) and _has(state.salesforce, row.salesforce) for row in pair.rows
    )


def _has(record: Record | None, target: str) -> bool:
    return record is not None and target in record.fields


def _pairings(mapping: SyncMapping, key: FieldKey) -> dict[str, Pairing]:
    """This field alone, by Salesforce object type; the country by which phone numbers are read stays known."""
    kind, name = key
    if kind == "company":
        made = {"Account": pairing(mapping.companies.fields.values(), "companies", "Account")}
    else:
        fields = mapping.people.fields.values()
        made = {object_type: pairing(fields, "contacts", object_type) for object_type in ("Lead", "Contact")}
    return {
        object_type: replace(pair, rows=tuple(row for row in pair.rows if row.name == name))
        for object_type, pair in made.items()
    }
