"""The calls that carry a batch of writes out, and what each vendor needs to hear besides the fields.

Nothing is stored here: what became of the writes is ``apply.py``'s to keep.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.results import RecordWrite, WriteResult
from connectors.store import mirror
from connectors.store.journal import JournalRow
from passes.applying import outcomes, races
from passes.context import PassContext
from sync_rules.owners import ASSIGNMENT_RULES
from sync_rules.plan import Write
from sync_rules.plan_computed import CLEAR_THEN_SET
from sync_rules.planner import takeovers
from sync_rules.price import left_to_assignment_rules


def send(context: PassContext, batch: Sequence[JournalRow]) -> list[WriteResult]:
    """Results in the order of ``batch``, whose writes are of one kind."""
    first = batch[0].write
    if first.operation == "opt_out":
        address = {row.write.key: str((row.write.external_key or ("", ""))[1]) for row in batch}
        by_address = {result.key: result for result in context.hubspot.opt_out(sorted(set(address.values())))}
        return [replace(by_address[email], key=key) for key, email in address.items()]
    if first.operation == "opt_in":
        return [_opt_in(context, row.write) for row in batch]
    read_at = _read_at(context, batch)
    writes = [
        RecordWrite(
            key=row.write.key,
            record_id=row.write.record_id,
            external_key=row.write.external_key,
            fields=row.write.fields,
            associations=row.write.associations,
            assign_by_rule=_by_rule(context, row.write),
            expected=races.expected(row.write),
            unmodified_since=read_at.get(row.write.record_id or ""),
        )
        for row in batch
    ]
    gateway = context.hubspot if first.side == "hubspot" else context.salesforce
    # To both vendors a deletion that follows another is a deletion.
    operation = "archive" if first.operation == "delete" else first.operation
    results = gateway.write(first.object_type, operation, writes)
    return races.notice(context, writes, first.object_type, results) if first.side == "hubspot" else results


def _opt_in(context: PassContext, write: Write) -> WriteResult:
    email = str((write.external_key or ("", ""))[1])
    wanted = context.mapping.consent.resubscribe_to
    return replace(context.hubspot.opt_in(email, wanted, write.changes[0].why), key=write.key)


def _read_at(context: PassContext, batch: Sequence[JournalRow]) -> dict[str, datetime]:
    """When each record was last changed as far as we know; what we have just made was changed by nobody else."""
    first = batch[0].write
    if first.side != "salesforce" or first.operation != "update":
        return {}
    ids = [row.write.record_id for row in batch if row.write.record_id is not None]
    with context.store.begin() as connection:
        stamps = mirror.stamps_of(connection, first.side, first.object_type, ids)
    return {record_id: at for record_id, at in stamps.items() if at > outcomes.NEVER}


def _by_rule(context: PassContext, write: Write) -> bool:
    """A new Lead without an owner would land on the integration user; the org's own rules know better."""
    return context.mapping.owners.fallback == ASSIGNMENT_RULES and left_to_assignment_rules(write)


def clear_first(context: PassContext, batch: Sequence[JournalRow]) -> None:
    """What goes only in two steps, to blank and then to the new value.

    HubSpot's lifecycle stage where it goes back, and an address that another contact of the batch takes over.
    """
    leaving = {left for _, left in takeovers(row.write for row in batch)}
    back = [
        RecordWrite(
            key=row.write.key, record_id=row.write.record_id, external_key=None, fields={change.target: None}
        )
        for row in batch
        for change in row.write.changes
        if change.rule == CLEAR_THEN_SET or (change.name == "email" and row.write.key in leaving)
    ]
    if back:
        context.hubspot.write(batch[0].write.object_type, "update", back)
