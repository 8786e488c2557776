"""One collections call, taken apart until every record has its own result.

A collection answers 200 with a result per record in order, or one error for a malformed whole. Which writes
go into one, and what follows a lost answer, is ``writing.py``'s work.
"""

import re
from collections.abc import Sequence
from typing import Any

from connectors.errors import AuthError, ConnectorError, MissingPermission, PermanentError
from connectors.paths import segment
from connectors.redaction import redacted, values_in
from connectors.results import RecordWrite, WriteResult
from connectors.retry import Safety
from connectors.salesforce import conditional
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.errors import Complaint, complaints, worth_repeating
from connectors.salesforce.records import wire_value
from connectors.salesforce.schema import Describes

BATCH = 200
_OUR_CODES = {"DUPLICATE_VALUE": "DUPLICATE", "ENTITY_IS_DELETED": "NOT_FOUND", "NOT_FOUND": "NOT_FOUND"}


def send(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    operation: str,
    writes: Sequence[RecordWrite],
    *,
    urgent: bool = False,
) -> dict[str, WriteResult]:
    """Results by key; rows refused by a lock and the like are sent again, with pauses.

    Args:
        operation: ``create``, ``upsert``, ``update``, ``archive`` or ``restore``; all writes of an upsert have the same
            external-key field.
        urgent: the call may use the budget's reserve.

    Raises:
        ConnectorError: the call failed in a way that says nothing about single records.
    """
    results: dict[str, WriteResult] = {}
    pending = list(writes)
    attempts = client.retrier.policy.attempts
    for attempt in range(1, attempts + 1):
        again = []
        for write, reply in _answers(client, describes, sobject, operation, pending, urgent):
            found = complaints(reply.get("errors") or [])
            results[write.key] = _result(write, operation, reply, found)
            if found and worth_repeating(found[0]):
                again.append(write)
        pending = again
        if not pending or attempt == attempts:
            break
        client.retrier.pause(attempt)
    return results


def _answers(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    operation: str,
    writes: Sequence[RecordWrite],
    urgent: bool,
) -> list[tuple[RecordWrite, dict[str, Any]]]:
    try:
        if conditional.wanted(operation, writes):
            return conditional.answers(client, describes, sobject, writes, urgent=urgent)
        return list(zip(writes, _call(client, sobject, operation, writes, urgent), strict=True))
    except (AuthError, MissingPermission):
        raise
    except PermanentError as error:
        if len(writes) == 1:
            return [(writes[0], _as_reply(error))]
        half = len(writes) // 2
        first = _answers(client, describes, sobject, operation, writes[:half], urgent)
        return first + _answers(client, describes, sobject, operation, writes[half:], urgent)


def _call(
    client: SalesforceClient, sobject: str, operation: str, writes: Sequence[RecordWrite], urgent: bool
) -> list[dict[str, Any]]:
    if operation == "restore":
        return client.undelete([str(write.record_id) for write in writes])
    if operation == "archive":
        params = {"ids": ",".join(str(write.record_id) for write in writes), "allOrNone": "false"}
        return list(
            client.call(
                "DELETE",
                "composite/sobjects",
                endpoint="composite/sobjects",
                params=params,
                safety=Safety.IDEMPOTENT_WRITE,
            )
        )
    method, path, endpoint = "PATCH", "composite/sobjects", f"composite/sobjects {sobject}"
    if operation == "create":
        method = "POST"
    elif operation == "upsert" and writes[0].external_key is not None:
        path = f"composite/sobjects/{sobject}/{writes[0].external_key[0]}"
    body = {"allOrNone": False, "records": [_row(sobject, operation, write) for write in writes]}
    return list(
        client.call(
            method,
            path,
            endpoint=endpoint,
            json=body,
            headers=_routing(writes[0]),
            safety=Safety.UNSAFE_WRITE,
            urgent=urgent,
        )
    )


def _routing(write: RecordWrite) -> dict[str, str]:
    """Assignment rules are off for the whole session, or every sync update would re-assign its lead."""
    return {"Sforce-Auto-Assign": "TRUE"} if write.assign_by_rule else {}


def _row(sobject: str, operation: str, write: RecordWrite) -> dict[str, Any]:
    row: dict[str, Any] = {"attributes": {"type": sobject}}
    row.update({name: wire_value(value) for name, value in write.fields.items()})
    if operation == "update":
        row["id"] = write.record_id
    elif operation == "upsert" and write.external_key is not None:
        row[write.external_key[0]] = write.external_key[1]
    return row


def _as_reply(error: ConnectorError) -> dict[str, Any]:
    entry = {"statusCode": error.code, "message": error.message, "fields": list(error.fields)}
    return {"success": False, "errors": [entry]}


def _result(
    write: RecordWrite, operation: str, reply: dict[str, Any], found: Sequence[Complaint]
) -> WriteResult:
    record_id = str(reply["id"]) if reply.get("id") else write.record_id
    if reply.get("success"):
        created = bool(reply.get("created", operation == "create"))
        return WriteResult(
            write.key, True, record_id, created=created, overtaken=reply.get("overtaken") or {}
        )
    first = found[0] if found else Complaint("REFUSED", "", ())
    if operation == "archive" and first.code == "ENTITY_IS_DELETED":
        return WriteResult(write.key, True, write.record_id)
    return WriteResult(
        write.key,
        False,
        first.record_ids[0] if first.record_ids else write.record_id,
        code=_OUR_CODES.get(first.code, first.code or "REFUSED"),
        message=redacted("; ".join(one.message for one in found), values_in(write.fields)),
        fields=blamed(write, found),
    )


def blamed(write: RecordWrite, found: Sequence[Complaint]) -> tuple[str, ...]:
    """The written fields at fault: those named, else those whose API name the text mentions."""
    named = [name for one in found for name in one.fields]
    if not named:
        text = " ".join(one.message for one in found)
        named = [name for name in write.fields if re.search(rf"\b{re.escape(name)}\b", text)]
    return tuple(dict.fromkeys(named))


def alone(client: SalesforceClient, sobject: str, write: RecordWrite) -> WriteResult:
    """The result of a create or upsert sent by itself: it tells which record a duplicate rule found."""
    fields = {name: wire_value(value) for name, value in write.fields.items()}
    if write.external_key is None:
        method, path, endpoint = "POST", f"sobjects/{sobject}/", "sobjects/{type}"
    else:
        name, value = write.external_key
        fields.pop(name, None)
        method, path = "PATCH", f"sobjects/{sobject}/{name}/{segment(value)}"
        endpoint = "sobjects/{type}/{field}/{value}"
    try:
        answer = client.call(
            method,
            path,
            endpoint=endpoint,
            json=fields,
            headers=_routing(write),
            safety=Safety.UNSAFE_WRITE,
        )
    except PermanentError as error:
        found = [Complaint(error.code, error.message, error.fields, error.record_ids)]
        return _result(write, "create", {}, found)
    return _result(write, "create", dict(answer), [])
