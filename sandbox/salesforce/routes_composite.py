"""Composite and batch: several calls in one request, with references between them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.salesforce.calls import Call, Reply
from sandbox.salesforce.errors import SalesforceFault

_MOST_SUBREQUESTS = 25
_MOST_QUERIES = 5
_REFERENCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*\Z")
_REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")
_STRICT_SINCE = 52.0
Dispatch = Callable[[Call], Reply]


class _HaltError(Exception):
    """Leaves the transaction of an allOrNone request."""


class _BadReferenceError(Exception):
    """A reference to a value that is not there."""


def _parse_url(call: Call, url: str, *, prefix: str) -> Call:
    parts = urlsplit(url)
    path = parts.path
    if not path.startswith(prefix):
        raise SalesforceFault("INVALID_INPUT", f"Invalid URL: {url}")
    segments = tuple(unquote(segment) for segment in path[len(prefix) :].split("/") if segment)
    version = segments[0].lstrip("v") if segments else ""
    if not segments or not segments[0].startswith("v") or not version.replace(".", "", 1).isdigit():
        raise SalesforceFault("INVALID_INPUT", f"Invalid URL: {url}")
    params = dict(parse_qsl(parts.query, keep_blank_values=True))
    return call.within(path=segments[1:], params=params, version=float(version))


def _check(call: Call, subrequests: Any) -> list[dict[str, Any]]:
    if not isinstance(subrequests, list) or not subrequests:
        raise SalesforceFault("REQUIRED_FIELD_MISSING", "compositeRequest is required")
    if len(subrequests) > _MOST_SUBREQUESTS:
        text = f"The composite request exceeds the limit of {_MOST_SUBREQUESTS} subrequests"
        raise SalesforceFault("INVALID_INPUT", text)
    seen: set[str] = set()
    for subrequest in subrequests:
        reference = str(subrequest.get("referenceId", ""))
        if call.version >= _STRICT_SINCE and not _REFERENCE_ID.match(reference):
            text = (
                f"Provided referenceId ('{reference}') must start with a letter or a number, and it can "
                "contain only letters, numbers and underscores ('_')."
            )
            raise SalesforceFault("JSON_PARSER_ERROR", text)
        if reference in seen:
            raise SalesforceFault("JSON_PARSER_ERROR", f"Duplicate referenceId: {reference}")
        seen.add(reference)
    heavy = [
        one
        for one in subrequests
        if re.search(r"/(query|queryAll|composite/sobjects)\b", str(one.get("url")))
    ]
    if len(heavy) > _MOST_QUERIES:
        text = f"The composite request exceeds the limit of {_MOST_QUERIES} query and collection subrequests"
        raise SalesforceFault("INVALID_INPUT", text)
    return subrequests


def composite(call: Call, dispatch: Dispatch) -> Reply:
    """``POST composite``: in order, one API call, all or none if asked."""
    body = call.record_body()
    subrequests = _check(call, body.get("compositeRequest"))
    all_or_none = bool(body.get("allOrNone", False))
    answers: dict[str, Any] = {}
    failed: set[str] = set()
    results: list[dict[str, Any]] = []
    try:
        with call.org.transaction():
            for subrequest in subrequests:
                result = _answer(call, subrequest, answers, failed, dispatch)
                results.append(result)
                _check_success(result, all_or_none=all_or_none)
    except _HaltError:
        results = _rolled_back(subrequests, results)
    return Reply(200, {"compositeResponse": results})


def _check_success(result: dict[str, Any], *, all_or_none: bool) -> None:
    if all_or_none and _unsuccessful(result):
        raise _HaltError


def _unsuccessful(result: dict[str, Any]) -> bool:
    body = result["body"]
    collection = isinstance(body, list) and any(
        isinstance(one, dict) and one.get("success") is False for one in body
    )
    return bool(result["httpStatusCode"] >= 300 and result["httpStatusCode"] != 304) or collection


def _answer(
    call: Call, subrequest: dict[str, Any], answers: dict[str, Any], failed: set[str], dispatch: Dispatch
) -> dict[str, Any]:
    reference = str(subrequest.get("referenceId", ""))
    try:
        url = _resolve(str(subrequest.get("url", "")), answers)
        body = _resolve(subrequest.get("body"), answers)
    except _BadReferenceError as bad:
        failed.add(reference)
        text = f"Invalid reference specified. No value for {bad} found"
        fault = SalesforceFault("PROCESSING_HALTED", text)
        return _result(reference, Reply(400, [{"errorCode": fault.code, "message": fault.message}]))
    headers = {
        **call.headers,
        **{k.lower(): str(v) for k, v in (subrequest.get("httpHeaders") or {}).items()},
    }
    try:
        inner = _parse_url(call, url, prefix="/services/data/")
        method = str(subrequest.get("method", "GET")).upper()
        reply = dispatch(inner.within(method=method, body=body, headers=headers))
    except SalesforceFault as fault:
        reply = Reply(fault.status_code, [{"errorCode": fault.code, "message": fault.message}])
    if reply.status < 300:
        answers[reference] = reply.body
    else:
        failed.add(reference)
    return _result(reference, reply)


def _result(reference: str, reply: Reply) -> dict[str, Any]:
    return {
        "body": reply.body, "httpHeaders": reply.headers, "httpStatusCode": reply.status,
        "referenceId": reference,
    }  # fmt: skip


def _rolled_back(subrequests: list[dict[str, Any]], results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every subrequest but the failed one is halted; a collection keeps its body, success and all."""
    text = "The transaction was rolled back since another operation in the same transaction failed."
    halted = Reply(400, [{"errorCode": "PROCESSING_HALTED", "message": text}])
    shown = [
        _result(result["referenceId"], halted) if result is not results[-1] else result for result in results
    ]
    rest = subrequests[len(results) :]
    return shown + [_result(str(one.get("referenceId", "")), halted) for one in rest]


def _resolve(value: Any, answers: dict[str, Any]) -> Any:
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole is not None:
            return _lookup(whole, answers)
        return _REFERENCE.sub(lambda found: str(_lookup(found, answers)), value)
    if isinstance(value, list):
        return [_resolve(item, answers) for item in value]
    if isinstance(value, dict):
        return {key: _resolve(item, answers) for key, item in value.items()}
    return value


def _lookup(found: re.Match[str], answers: dict[str, Any]) -> Any:
    name, path = found.group(1), found.group(2)
    if name not in answers:
        raise _BadReferenceError(name + path)
    value = answers[name]
    for step in re.findall(r"\.([A-Za-z0-9_]+)|\[(\d+)\]", path):
        value = _step(value, *step)
        if value is None:
            raise _BadReferenceError(name + path)
    return value


def _step(value: Any, key: str, index: str) -> Any:
    if index:
        return value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    if not isinstance(value, dict):
        return None
    return next((held for name, held in value.items() if name.lower() == key.lower()), None)


def batch(call: Call, dispatch: Dispatch) -> Reply:
    """``POST composite/batch``: independent calls, each counted."""
    body = call.record_body()
    requests = body.get("batchRequests")
    if not isinstance(requests, list) or not 1 <= len(requests) <= _MOST_SUBREQUESTS:
        raise SalesforceFault("INVALID_INPUT", f"batchRequests takes 1 to {_MOST_SUBREQUESTS} requests")
    call.org.usage.count(len(requests) - 1)
    results: list[dict[str, Any]] = []
    halt = bool(body.get("haltOnError", False))
    for request in requests:
        if halt and any(result["statusCode"] >= 400 for result in results):
            fault = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted"}]
            results.append({"statusCode": 412, "result": fault})
            continue
        inner = _parse_url(call, str(request.get("url", "")).removeprefix("/services/data/"), prefix="")
        method = str(request.get("method", "GET")).upper()
        reply = dispatch(inner.within(method=method, body=request.get("richInput")))
        results.append({"statusCode": reply.status, "result": reply.body})
    return Reply(200, {"hasErrors": any(one["statusCode"] >= 400 for one in results), "results": results})
