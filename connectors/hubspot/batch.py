"""One batch write call, taken apart until every input has its own result.

HubSpot answers a batch in one of three ways: all done, a 207 with errors by trace id, or one error for the
whole call that names no input. Which writes go into a batch, and what follows, is ``writing.py``'s work.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import AuthError, ConnectorError, MissingPermission, PermanentError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.errors import blamed_fields, existing_ids, quoted_values, vendor_code
from connectors.hubspot.records import holds
from connectors.redaction import redacted, values_in
from connectors.results import RecordWrite, WriteResult
from connectors.retry import Safety

_OUR_CODES = {"OBJECT_NOT_FOUND": "NOT_FOUND", "CONFLICT": "DUPLICATE"}
# HubSpot accepts a backward stage with a 2xx and leaves the value as it was.
_SILENTLY_REFUSED = ("lifecyclestage",)


@dataclass(frozen=True, slots=True)
class Input:
    """One write as an input of a batch call, found again in the answer by its trace id."""

    write: RecordWrite
    trace_id: str
    body: Mapping[str, Any]


def send(
    client: HubSpotClient, object_type: str, verb: str, inputs: Sequence[Input]
) -> dict[str, WriteResult]:
    """Results by trace id of ``POST .../batch/{verb}``; an input that the answer forgot is absent.

    Raises:
        ConnectorError: the call failed in a way that says nothing about single inputs.
    """
    path = f"/crm/v3/objects/{object_type}/batch/{verb}"
    body = {"inputs": [{**item.body, "objectWriteTraceId": item.trace_id} for item in inputs]}
    try:
        answer = client.call("POST", path, endpoint=path, body=body, safety=Safety.UNSAFE_WRITE)
    except (AuthError, MissingPermission):
        raise
    except PermanentError as error:
        if len(inputs) == 1:
            return {inputs[0].trace_id: _refused_alone(inputs[0].write, error)}
        half = len(inputs) // 2
        first = send(client, object_type, verb, inputs[:half])
        return {**first, **send(client, object_type, verb, inputs[half:])}
    return _matched(inputs, answer, created=verb == "create")


def _matched(inputs: Sequence[Input], answer: Mapping[str, Any], *, created: bool) -> dict[str, WriteResult]:
    by_trace = {item.trace_id: item for item in inputs}
    by_name: dict[str, Input] = {}
    for item in inputs:
        for name in _names(item.write):
            by_name.setdefault(name, item)
    results: dict[str, WriteResult] = {}
    for error in answer.get("errors") or ():
        for item in _blamed(error, by_trace, by_name):
            results[item.trace_id] = _refused(item.write, error)
    for done in answer.get("results") or ():
        # Results come in any order.
        found = by_trace.get(str(done.get("objectWriteTraceId"))) or _by_values(done, by_name)
        if found is not None:
            results[found.trace_id] = _written(found.write, done, created=bool(done.get("new", created)))
    return results


def _names(write: RecordWrite) -> Iterable[str]:
    if write.record_id is not None:
        yield f"id:{write.record_id}"
    elif write.external_key is not None:
        yield f"{write.external_key[0]}:{write.external_key[1].casefold()}"
    elif write.fields.get("email"):
        yield f"email:{str(write.fields['email']).strip().casefold()}"


def _by_values(done: Mapping[str, Any], by_name: Mapping[str, Input]) -> Input | None:
    found = by_name.get(f"id:{done.get('id')}")
    for name, value in (done.get("properties") or {}).items():
        found = found or by_name.get(f"{name}:{str(value).casefold()}")
    return found


def _blamed(
    error: Mapping[str, Any], by_trace: Mapping[str, Input], by_name: Mapping[str, Input]
) -> list[Input]:
    context = error.get("context") or {}
    traced = [by_trace[trace] for trace in context.get("objectWriteTraceId", ()) if trace in by_trace]
    named = [by_name[f"id:{one}"] for one in context.get("ids", ()) if f"id:{one}" in by_name]
    return traced or named


def _written(write: RecordWrite, done: Mapping[str, Any], *, created: bool) -> WriteResult:
    after = done.get("properties") or {}
    left = tuple(
        name
        for name in _SILENTLY_REFUSED
        if name in write.fields and name in after and not holds(write.fields[name], after[name])
    )
    return WriteResult(
        key=write.key,
        ok=True,
        record_id=str(done["id"]),
        created=created,
        code="NOT_APPLIED" if left else None,
        message="HubSpot accepted the write and kept its own value" if left else None,
        fields=left,
    )


def _refused(write: RecordWrite, error: Mapping[str, Any]) -> WriteResult:
    code = vendor_code(error)
    code = _OUR_CODES.get(code, _OUR_CODES.get(str(error.get("category")), code))
    existing = existing_ids(error)
    return WriteResult(
        key=write.key,
        ok=False,
        record_id=existing[0] if existing else write.record_id,
        code=code or "REFUSED",
        message=redacted(str(error.get("message", "")), [*values_in(write.fields), *quoted_values(error)]),
        fields=tuple(name for name in blamed_fields(error) if name in write.fields),
    )


def _refused_alone(write: RecordWrite, error: ConnectorError) -> WriteResult:
    existing = error.record_ids
    code = "NOT_FOUND" if error.status == 404 else _OUR_CODES.get(error.code, error.code)
    return WriteResult(
        key=write.key,
        ok=False,
        record_id=existing[0] if existing else write.record_id,
        code=code or f"HTTP_{error.status}",
        message=error.message,
        fields=tuple(name for name in error.fields if name in write.fields),
    )
