"""Writing Salesforce records: collections, read-back of doubtful ones. One result for each write.

How one collections call is taken apart is ``collection.py``.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from connectors.chunking import chunks, rounds
from connectors.delivery import Results, deliver, done
from connectors.errors import ConnectorError, OutcomeUnknownError
from connectors.results import RecordWrite, WriteOperation, WriteResult
from connectors.salesforce import collection, reading
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.records import holds
from connectors.salesforce.schema import Describes
from sync_rules.records import Record

_TRIES = 3
_MOST_SENT_ALONE = 25


def write(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    operation: WriteOperation,
    writes: Sequence[RecordWrite],
    *,
    urgent: bool = False,
) -> list[WriteResult]:
    """Results in the order of ``writes``; for failures of the vendor as a whole see ``delivery.py``."""
    results = deliver(
        (batch, partial(_settle, client, describes, sobject, verb, batch, urgent))
        for verb, batch in _batches(operation, writes)
    )
    return [results[write.key] for write in writes]


def _batches(
    operation: WriteOperation, writes: Sequence[RecordWrite]
) -> Iterable[tuple[str, list[RecordWrite]]]:
    by_verb: dict[tuple[str, str, bool], list[RecordWrite]] = {}
    for write in writes:
        if operation == "create" and write.external_key is not None:
            by_verb.setdefault(("upsert", write.external_key[0], write.assign_by_rule), []).append(write)
        else:
            by_verb.setdefault((operation, "", write.assign_by_rule), []).append(write)
    for (verb, _, _), group in by_verb.items():
        for turn in rounds(group, [_identity(write) for write in group]):
            for part in chunks(turn, collection.BATCH):
                yield verb, part


def _identity(write: RecordWrite) -> str:
    """What Salesforce would call a duplicate within one call."""
    if write.record_id is not None:
        # The first 15 characters identify; the other three only add a checksum.
        return f"id:{write.record_id[:15]}"
    if write.external_key is not None:
        return f"key:{write.external_key[1].strip().casefold()}"
    return f"write:{write.key}"


def _settle(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    verb: str,
    batch: Sequence[RecordWrite],
    urgent: bool,
    results: Results,
) -> None:
    """Adds a result for every write of ``batch``, or as many as there are when it raises."""
    idle = [write for write in batch if verb == "update" and not write.fields]
    results.update({write.key: done(write) for write in idle})
    pending = [write for write in batch if verb != "update" or write.fields]
    for attempt in range(1, _TRIES + 1):
        if not pending:
            return
        try:
            results.update(collection.send(client, describes, sobject, verb, pending, urgent=urgent))
        except OutcomeUnknownError:
            # The call may still be under way.
            client.retrier.pause(attempt)
            unsettled = [write for write in pending if write.key not in results]
            try:
                pending = _read_back(client, describes, sobject, unsettled, results)
            except ConnectorError as error:
                raise _in_doubt(sobject, unsettled, f"reading back failed: {error}") from error
            continue
        _learn_matches(client, sobject, pending, results)
        return
    if pending:
        raise _in_doubt(sobject, pending, f"{len(pending)} writes got no answer in {_TRIES} tries")


def _learn_matches(
    client: SalesforceClient, sobject: str, batch: Sequence[RecordWrite], results: Results
) -> None:
    matched = [write for write in batch if results[write.key].code == "DUPLICATES_DETECTED"]
    for write in matched[:_MOST_SENT_ALONE]:
        if write.record_id is None:
            results[write.key] = collection.alone(client, sobject, write)


def _in_doubt(sobject: str, writes: Sequence[RecordWrite], message: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        "salesforce", f"write {sobject}", writes=writes, code="OUTCOME_UNKNOWN", message=message
    )


def _read_back(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    batch: Sequence[RecordWrite],
    results: Results,
) -> list[RecordWrite]:
    """Settles what the records themselves tell; answers the writes that must be sent again."""
    found = _records_of(client, describes, sobject, batch)
    again = []
    for write in batch:
        record = found.get(_identity(write))
        if record is not None and _holds_all(write, record):
            created = write.record_id is None and record.created_at == record.modified_at
            results[write.key] = WriteResult(write.key, True, record.id, created=created)
        elif record is None and write.record_id is None and write.external_key is None:
            results[write.key] = WriteResult(
                write.key,
                False,
                None,
                code="OUTCOME_UNKNOWN",
                message="the record may have been created; it has no key to look it up by",
            )
        else:
            again.append(write)
    return again


def _records_of(
    client: SalesforceClient, describes: Describes, sobject: str, batch: Sequence[RecordWrite]
) -> dict[str, Record]:
    fields = sorted({name for write in batch for name in write.fields})
    found: dict[str, Record] = {}
    ids = [write.record_id for write in batch if write.record_id is not None]
    if ids:
        for record in reading.by_ids(client, describes, sobject, ids, fields):
            found[f"id:{record.id[:15]}"] = record
    by_field: dict[str, list[str]] = {}
    for write in batch:
        if write.record_id is None and write.external_key is not None:
            by_field.setdefault(write.external_key[0], []).append(write.external_key[1])
    for field, values in by_field.items():
        for record in reading.by_key(client, describes, sobject, field, values, fields):
            found[f"key:{str(record.fields.get(field) or '').casefold()}"] = record
    return found


def _holds_all(write: RecordWrite, record: Record) -> bool:
    return all(holds(value, record.fields.get(name)) for name, value in write.fields.items())
