"""Batch create, update and upsert: what fails as a whole, what fails per input, what is dropped silently.

The routes do caps and envelopes; `writing.py` does the checks of one record.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.hubspot import errors
from sandbox.hubspot.associations import Link
from sandbox.hubspot.errors import HubSpotFault, PropertyProblem
from sandbox.hubspot.payload import as_object
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Actor, Record
from sandbox.hubspot.tables import Table
from sandbox.hubspot.wire import changed_body, full_body
from sandbox.hubspot.writing import Prepared, fault_names_existing

Body = dict[str, Any]
Commit = Callable[[], Body]
LinkParser = Callable[[Table, Body], list[Link]]


@dataclass(slots=True)
class Outcome:
    """`results` in no particular order; `faults` are entries of a 207's `errors[]`."""

    results: list[Body] = field(default_factory=list)
    faults: list[Body] = field(default_factory=list)


def properties_of(one: Mapping[str, Any]) -> dict[str, object]:
    """The `properties` of an input.

    Raises:
        HubSpotFault: 400 when they are no object.
    """
    properties = as_object(one.get("properties"), "properties")
    for name, value in properties.items():
        if isinstance(value, (dict, list)):
            raise errors.validation(f"Invalid input JSON: the value of {name} must be a string.")
    return properties


def create_batch(
    portal: Portal, table: Table, inputs: Sequence[Body], actor: Actor, links: LinkParser
) -> Outcome:
    """Create each input: all or nothing without trace ids, one by one with them."""

    def prepare(one: Body) -> tuple[Prepared, Commit]:
        checked = portal.checked_links(table.kind, links(table, one))
        prepared = portal.writer.prepare_create(table, properties_of(one), actor)

        def commit() -> Body:
            record = portal.commit_create(table, prepared, checked, actor, portal.now())
            return full_body(record, _trace(one))

        return prepared, commit

    return _run(portal, table, inputs, prepare)


def update_batch(portal: Portal, table: Table, inputs: Sequence[Body], actor: Actor) -> Outcome:
    """Update each input by record id or by a custom unique property.

    Absorbed ids and ids that are no numbers vanish from the results without an error; missing ones
    share one error.
    """
    _refuse_duplicates(inputs)
    found: list[Body] = []
    records: dict[int, Record] = {}
    missing: list[Body] = []
    for one in inputs:
        record_id, id_property = str(one.get("id", "")), one.get("idProperty")
        record = _update_target(table, record_id, id_property)
        if record is not None and not record.archived:
            records[id(one)] = record
            found.append(one)
        elif id_property or (record_id.isdigit() and not table.was_absorbed(record_id)):
            missing.append(one)

    def prepare(one: Body) -> tuple[Prepared, Commit]:
        record, sent = records[id(one)], properties_of(one)
        prepared = portal.writer.prepare_update(table, record, sent, actor)

        def commit() -> Body:
            portal.commit_update(table, record, prepared, actor, portal.now())
            return changed_body(record, sent, _trace(one))

        return prepared, commit

    outcome = _run(portal, table, found, prepare)
    if missing:
        traces = [str(one["objectWriteTraceId"]) for one in missing if one.get("objectWriteTraceId")]
        ids = [str(one.get("id", "")) for one in missing]
        outcome.faults.append(errors.missing_records_entry(table.kind.singular, ids, traces))
    return outcome


def upsert_batch(portal: Portal, table: Table, inputs: Sequence[Body], actor: Actor) -> Outcome:
    """Update the record that holds each unique value, or create it; results say which (`new`)."""
    _refuse_duplicates(inputs)
    for one in inputs:
        _require_id_property(table, one.get("idProperty"))

    def prepare(one: Body) -> tuple[Prepared, Commit]:
        name, value, sent = str(one["idProperty"]), str(one.get("id", "")), properties_of(one)
        record = table.owner_of(name, value)
        if record is None:
            prepared = portal.writer.prepare_create(table, {**sent, name: value}, actor)
        else:
            prepared = portal.writer.prepare_update(table, record, sent, actor)

        def commit() -> Body:
            if record is None:
                made = portal.commit_create(table, prepared, (), actor, portal.now())
                return {**full_body(made, _trace(one)), "new": True}
            portal.commit_update(table, record, prepared, actor, portal.now())
            return {**changed_body(record, sent, _trace(one)), "new": False}

        return prepared, commit

    return _run(portal, table, inputs, prepare)


def _run(
    portal: Portal, table: Table, inputs: Sequence[Body], prepare: Callable[[Body], tuple[Prepared, Commit]]
) -> Outcome:
    outcome = Outcome()
    traces = [_trace(one) for one in inputs]
    if inputs and None not in traces and len(set(traces)) == len(traces):
        for one in inputs:
            try:
                outcome.results.append(prepare(one)[1]())
            except HubSpotFault as fault:
                existing = fault_names_existing(fault)
                context = {} if existing is None else {"existingId": [existing]}
                outcome.faults.append(fault.batch_entry(_trace(one), **context))
    else:
        outcome.results = [commit() for commit in _prepare_all(portal, table, inputs, prepare)]
    portal.shuffler.shuffle(outcome.results)
    return outcome


def _prepare_all(
    portal: Portal, table: Table, inputs: Sequence[Body], prepare: Callable[[Body], tuple[Prepared, Commit]]
) -> list[Commit]:
    """Every commit, or the one fault that refuses the whole call."""
    commits: list[Commit] = []
    problems: list[PropertyProblem] = []
    conflicts: list[HubSpotFault] = []
    claimed: set[tuple[str, str]] = set()
    for one in inputs:
        try:
            prepared, commit = prepare(one)
        except HubSpotFault as fault:
            if fault.problems:
                problems.extend(fault.problems)
            elif fault.status == 409:
                conflicts.append(fault)
            else:
                raise
            continue
        for name, value in prepared.values.items():
            if not value or not table.is_unique(name):
                continue
            claim = (name, value.lower())
            if claim in claimed and name == "email":
                conflicts.append(errors.contact_exists(None))
            elif claim in claimed:
                problems.append(
                    PropertyProblem(
                        name,
                        "CONFLICTING_UNIQUE_VALUE",
                        f"The value {value} is used twice in the batch.",
                        value,
                    )
                )
            claimed.add(claim)
        commits.append(commit)
    if problems:
        raise errors.invalid_properties(problems, portal.portal_id)
    if conflicts:
        raise conflicts[0] if len(conflicts) == 1 else errors.contact_exists(None)
    return commits


def _update_target(table: Table, record_id: str, id_property: str | None) -> Record | None:
    if id_property and id_property != "hs_object_id":
        if id_property == "email":
            raise errors.non_unique_id_property(table.kind.type_id)
        _require_id_property(table, id_property)
        return table.owner_of(id_property, record_id)
    return table.get(record_id)


def _require_id_property(table: Table, name: object) -> None:
    if not isinstance(name, str) or name == "hs_object_id" or not table.is_unique(name):
        raise errors.non_unique_id_property(table.kind.type_id)


def _refuse_duplicates(inputs: Sequence[Body]) -> None:
    seen: set[tuple[str, str]] = set()
    repeated: list[str] = []
    for one in inputs:
        key = (str(one.get("idProperty") or ""), str(one.get("id", "")).lower())
        if key in seen:
            repeated.append(str(one.get("id", "")))
        seen.add(key)
    if repeated:
        raise errors.duplicate_batch_ids(list(dict.fromkeys(repeated)))


def _trace(one: Mapping[str, Any]) -> str | None:
    trace = one.get("objectWriteTraceId")
    return None if trace is None else str(trace)
