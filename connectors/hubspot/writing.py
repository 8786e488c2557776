"""Writing HubSpot records: batches, read-back of doubtful ones, associations. One result for each write.

How one batch call is taken apart is ``batch.py``. Opt-outs are no record write: ``consent.py``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from connectors.chunking import chunks, rounds
from connectors.delivery import Results, deliver, done
from connectors.errors import ConnectorError, OutcomeUnknownError, PermanentError
from connectors.hubspot import associations, parents, reading
from connectors.hubspot.batch import Input, send
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.records import holds, wire_value
from connectors.results import RecordWrite, WriteOperation, WriteResult
from connectors.retry import Safety
from sync_rules.records import Record

_TRIES = 3
_JUST_MADE = timedelta(seconds=10)


def write(
    client: HubSpotClient, object_type: str, operation: WriteOperation, writes: Sequence[RecordWrite]
) -> list[WriteResult]:
    """Results in the order of ``writes``; for failures of the vendor as a whole see ``delivery.py``."""
    plain = parents.without_parent(writes) if object_type == "companies" else writes
    results = deliver(
        ([item.write for item in batch], partial(_settle, client, object_type, verb, batch))
        for verb, batch in _batches(object_type, operation, plain)
    )
    if plain is not writes:
        parents.set_parents(client, writes, results)
    _associate(client, object_type, operation, writes, results)
    return [results[write.key] for write in writes]


def _batches(
    object_type: str, operation: WriteOperation, writes: Sequence[RecordWrite]
) -> Iterable[tuple[str, list[Input]]]:
    by_verb: dict[tuple[str, str], list[RecordWrite]] = {}
    for write in writes:
        if operation == "create" and write.external_key is not None:
            by_verb.setdefault(("upsert", write.external_key[0]), []).append(write)
        else:
            by_verb.setdefault((operation, ""), []).append(write)
    number = 0
    for (verb, _), group in by_verb.items():
        for turn in rounds(group, [_identity(write) for write in group]):
            for part in chunks(turn, reading.BATCH):
                batch = []
                for item in part:
                    number += 1
                    batch.append(Input(item, f"w{number}", _body(object_type, verb, item)))
                yield verb, batch


def _identity(write: RecordWrite) -> str:
    """What HubSpot would call a duplicate within one call."""
    if write.record_id is not None:
        return write.record_id
    if write.external_key is not None:
        return write.external_key[1].strip().casefold()
    email = write.fields.get("email")
    return f"email:{str(email).strip().casefold()}" if email else f"write:{write.key}"


def _body(object_type: str, verb: str, write: RecordWrite) -> dict[str, Any]:
    if verb in ("archive", "purge"):
        return {"id": write.record_id}
    properties = {name: wire_value(value) for name, value in write.fields.items()}
    if verb == "update":
        return {"id": write.record_id, "properties": properties}
    if verb == "upsert" and write.external_key is not None:
        name, value = write.external_key
        return {"id": value, "idProperty": name, "properties": {**properties, name: value}}
    body: dict[str, Any] = {"properties": properties}
    if write.associations:
        body["associations"] = associations.inline(object_type, write.associations)
    return body


def _settle(
    client: HubSpotClient,
    object_type: str,
    verb: str,
    batch: Sequence[Input],
    results: Results,
) -> None:
    """Adds a result by key for every input of ``batch``, or as many as there are when it raises."""
    if verb == "archive":
        path = f"/crm/v3/objects/{object_type}/batch/archive"
        body = {"inputs": [dict(item.body) for item in batch]}
        client.call("POST", path, endpoint=path, body=body, safety=Safety.IDEMPOTENT_WRITE)
        results.update({item.write.key: done(item.write) for item in batch})
        return
    if verb == "purge":
        for item in batch:
            _purge(client, object_type, item.write)
            results[item.write.key] = done(item.write)
        return
    # HubSpot refuses an update without properties; such a write may still carry associations.
    empty = [item for item in batch if item.write.record_id is not None and not item.write.fields]
    results.update({item.write.key: done(item.write) for item in empty})
    pending = [item for item in batch if item.write.record_id is None or item.write.fields]
    in_doubt = False
    for attempt in range(1, _TRIES + 1):
        if not pending:
            return
        try:
            answered = send(client, object_type, verb, pending)
        except OutcomeUnknownError:
            answered, in_doubt = {}, True
            # The call may still be under way.
            client.retrier.pause(attempt)
        for item in pending:
            if item.trace_id in answered:
                results[item.write.key] = answered[item.trace_id]
        forgotten = [item for item in pending if _unsettled(verb, results.get(item.write.key), in_doubt)]
        try:
            pending = _read_back(client, object_type, verb, forgotten, results) if forgotten else []
        except ConnectorError as error:
            if in_doubt:
                raise _in_doubt(object_type, verb, forgotten, f"reading back failed: {error}") from error
            raise
    if pending:
        raise _in_doubt(object_type, verb, pending, f"{len(pending)} writes did not take in {_TRIES} tries")


def _purge(client: HubSpotClient, object_type: str, write: RecordWrite) -> None:
    """Delete for good; there is no batch of it. One that is gone is no failure: a lost call may have done it."""
    path = f"/crm/v3/objects/{object_type}/gdpr-delete"
    try:
        client.call(
            "POST", path, endpoint=path, body={"objectId": write.record_id}, safety=Safety.IDEMPOTENT_WRITE
        )
    except PermanentError as error:
        if error.status != 404:
            raise


def _in_doubt(object_type: str, verb: str, batch: Sequence[Input], message: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        "hubspot",
        f"POST {object_type}/batch/{verb}",
        writes=[item.write for item in batch],
        code="OUTCOME_UNKNOWN",
        message=message,
    )


def _unsettled(verb: str, result: WriteResult | None, in_doubt: bool) -> bool:
    """Whether only the record itself can tell what became of a write."""
    if result is None:
        return True
    # An absorbed id is forgotten by a batch update, or called not found; its winner must be looked up.
    if verb == "update" and result.code == "NOT_FOUND":
        return True
    # After a lost answer the record in the way may be the one that the lost call made.
    return in_doubt and result.code == "DUPLICATE"


def _read_back(
    client: HubSpotClient,
    object_type: str,
    verb: str,
    batch: Sequence[Input],
    results: Results,
) -> list[Input]:
    """Settles what the records themselves tell; answers the inputs that must be sent (again)."""
    found = _records_of(client, object_type, batch)
    again = []
    for item in batch:
        write, known = item.write, results.get(item.write.key)
        record = found.get(_identity(write))
        if record is not None and record.id != write.record_id and write.record_id is not None:
            results[write.key] = WriteResult(
                write.key, False, record.id, code="ABSORBED", message="the record was merged into another"
            )
        elif record is not None and _holds_all(write, record):
            made = record.created_at is not None and record.modified_at - record.created_at < _JUST_MADE
            results[write.key] = WriteResult(write.key, True, record.id, created=verb != "update" and made)
        elif record is None and write.record_id is not None:
            results[write.key] = known or WriteResult(
                write.key, False, write.record_id, code="NOT_FOUND", message="the record does not exist"
            )
        elif record is None and _identity(write).startswith("write:"):
            results[write.key] = WriteResult(
                write.key,
                False,
                None,
                code="OUTCOME_UNKNOWN",
                message="the record may have been created; it has no key to look it up by",
            )
        elif known is None:
            again.append(item)
    return again


def _records_of(client: HubSpotClient, object_type: str, batch: Sequence[Input]) -> dict[str, Record]:
    """Records by the identity of their writes; a merged record also under its absorbed ids."""
    by_property: dict[str | None, list[RecordWrite]] = {}
    for item in batch:
        write = item.write
        if write.record_id is not None:
            by_property.setdefault(None, []).append(write)
        elif write.external_key is not None:
            by_property.setdefault(write.external_key[0], []).append(write)
        elif write.fields.get("email"):
            by_property.setdefault("email", []).append(write)
    found: dict[str, Record] = {}
    for name, writes in by_property.items():
        fields = {field for write in writes for field in write.fields} | ({name} if name else set())
        ids = [_identity(write).removeprefix("email:") for write in writes]
        for record in reading.by_ids(client, object_type, ids, fields, id_property=name):
            value = record.id if name is None else str(record.fields.get(name) or "").casefold()
            found["email:" + value if _is_plain_email(name, writes) else value] = record
            found.update({str(old): record for old in record.fields.get("_merged_ids", ())})
    return found


def _is_plain_email(name: str | None, writes: Sequence[RecordWrite]) -> bool:
    return name == "email" and writes[0].external_key is None


def _holds_all(write: RecordWrite, record: Record) -> bool:
    return all(holds(value, record.fields.get(name)) for name, value in write.fields.items())


def _associate(
    client: HubSpotClient,
    object_type: str,
    operation: WriteOperation,
    writes: Sequence[RecordWrite],
    results: Results,
) -> None:
    """Associations that did not travel with a plain create. Refused ones turn the result to not ok."""
    by_type: dict[str, dict[tuple[str, str], list[str]]] = {}
    for write in writes:
        result = results[write.key]
        travelled = operation == "create" and write.external_key is None
        if not result.ok or result.record_id is None or travelled or operation in ("archive", "purge"):
            continue
        for to_type, to_id in write.associations:
            by_type.setdefault(to_type, {}).setdefault((result.record_id, to_id), []).append(write.key)
    for to_type, keys_by_pair in by_type.items():
        reasons: Mapping[tuple[str, str], str]
        try:
            reasons = associations.create(client, object_type, to_type, list(keys_by_pair))
        except ConnectorError as error:
            reasons = dict.fromkeys(keys_by_pair, str(error))
        for pair, reason in reasons.items():
            for key in keys_by_pair[pair]:
                results[key] = replace(results[key], ok=False, code="ASSOCIATION_FAILED", message=reason)
