"""Edits that people made between our read and our write: found after the write, decided again, put back.

What a write replaced the connectors tell; what becomes of it is ``sync_rules.overtaken``'s decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from connectors.budget import urgent_calls
from connectors.results import Overtaken, RecordWrite, WriteResult
from connectors.store import links, mirror
from connectors.store.journal import JournalRow
from passes import persons
from passes.companies.named import with_companies
from passes.context import PassContext
from sync_rules.mapping_model import FieldSpec
from sync_rules.normalise import READERS
from sync_rules.overtaken import PEOPLE, PUT_BACK, put_back, watched
from sync_rules.owners import OwnerMap
from sync_rules.plan import Conflict, FieldChange, Write
from sync_rules.plan_fields import stamp_of
from sync_rules.records import Record, Side, Stamp, other
from sync_rules.stored import from_json


@dataclass(slots=True)
class Decided:
    """What follows from overtaken edits.

    Attributes:
        writes: edits to be put back.
        conflicts: edits that lost.
    """

    writes: list[Write] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def expected(write: Write) -> dict[str, Any] | None:
    """The raw values that this write believes to stand where it writes what people decide; None: it writes none."""
    if write.side == "salesforce" and write.operation == "create":
        # Keyed by the external id: what is there already was read, and is no create.
        return None
    return watched(write) or None


def notice(
    context: PassContext, writes: Sequence[RecordWrite], object_type: str, results: Sequence[WriteResult]
) -> list[WriteResult]:
    """The results of writes to HubSpot with what each has replaced; reading that may use the budget's reserve."""
    done = {result.key: result.record_id for result in results if result.ok and result.record_id is not None}
    with urgent_calls():
        found = context.hubspot.overtaken(object_type, done, writes)
    return [replace(one, overtaken=found[one.key]) if one.key in found else one for one in results]


def look_after(context: PassContext, stale: Sequence[JournalRow]) -> list[tuple[Write, WriteResult]]:
    """What interrupted updates of HubSpot have replaced, if they were carried out."""
    answer: list[tuple[Write, WriteResult]] = []
    kinds = {row.write.object_type for row in stale if row.write.side == "hubspot"}
    for object_type in sorted(kinds):
        rows = [
            row
            for row in stale
            if row.write.object_type == object_type
            and row.write.record_id is not None
            and row.write.operation == "update"
            and expected(row.write)
        ]
        writes = [
            RecordWrite(
                f"{row.write_id}", row.write.record_id, None, row.write.fields, expected=expected(row.write)
            )
            for row in rows
        ]
        results = [WriteResult(write.key, True, write.record_id) for write in writes]
        found = notice(context, writes, object_type, results) if writes else []
        answer += [(row.write, result) for row, result in zip(rows, found, strict=True) if result.overtaken]
    return answer


def unfinished(stale: Sequence[JournalRow]) -> list[Write]:
    """Edits whose putting back was interrupted: to be put back once more, which changes nothing if they are."""
    return [row.write for row in stale if row.write.key.endswith(PUT_BACK)]


def decide(
    context: PassContext, connection: sa.Connection, done: Sequence[tuple[Write, WriteResult]]
) -> Decided:
    """Decide every overtaken edit again, as the merge would have with all that is known now."""
    decided = Decided()
    told = [(write, result) for write, result in done if result.overtaken]
    if not told:
        return decided
    owners = with_companies(context, connection, persons.load_owner_map(context, connection))
    sources = _sources(connection, [write for write, _ in told])
    for write, result in told:
        specs = (
            context.mapping.people.fields if write.object_type in PEOPLE else context.mapping.companies.fields
        )
        back: list[FieldChange] = []
        for change in write.changes:
            one = result.overtaken.get(change.target)
            spec = specs.get(change.name)
            if one is None or spec is None:
                continue
            outcome = _again(context, write, change, spec, one, sources.get(write.link_id), owners)
            if isinstance(outcome, Conflict):
                decided.conflicts.append(outcome)
            elif outcome is not None:
                back.append(outcome)
        if back:
            decided.writes.append(_write_back(write, result, back))
    return decided


def _write_back(write: Write, result: WriteResult, back: Sequence[FieldChange]) -> Write:
    return replace(
        write,
        key=f"{write.key.removesuffix(PUT_BACK)}{PUT_BACK}",
        operation="update",
        record_id=result.record_id or write.record_id,
        external_key=None,
        associations=(),
        changes=tuple(back),
    )


def _again(
    context: PassContext,
    write: Write,
    change: FieldChange,
    spec: FieldSpec,
    one: Overtaken,
    source: Record | None,
    owners: OwnerMap,
) -> FieldChange | Conflict | None:
    def canonical(raw: Any) -> Any:
        return READERS[spec.type](raw, spec, write.side, owners, context.mapping.default_region)

    target = spec.target(source.object_type) if source is not None else None
    source_stamp = (
        stamp_of(source, target)
        if source is not None and target is not None
        else Stamp(at=context.now(), certain=False, actor=None)
    )
    return put_back(
        write,
        change,
        spec,
        before=canonical(change.before),
        written=from_json(change.value, spec.type),
        edited=canonical(one.value),
        edited_raw=one.value,
        edited_stamp=Stamp(at=one.at, certain=True, actor=one.actor),
        source_stamp=source_stamp,
    )


def _sources(connection: sa.Connection, writes: Sequence[Write]) -> dict[str, Record]:
    """The record on the other side of each write, by link."""
    rows = links.load(connection, {write.link_id for write in writes})
    keys: dict[tuple[Side, str, str], str] = {}
    for write in writes:
        row = rows.get(write.link_id)
        if row is None:
            continue
        link, side = row.link, other(write.side)
        if side == "hubspot" and link.hubspot_id is not None:
            kind = "contacts" if write.object_type in PEOPLE else "companies"
            keys[(side, kind, link.hubspot_id)] = write.link_id
        elif side == "salesforce" and link.salesforce_id is not None and link.salesforce_type is not None:
            keys[(side, link.salesforce_type, link.salesforce_id)] = write.link_id
    return {keys[key]: record for key, record in mirror.load_many(connection, keys).items()}
