"""Which reply of HubSpot means which class of error. Pure: a status, headers and a body in, an error out."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.errors import (
    AuthError,
    ConnectorError,
    MissingPermission,
    PermanentError,
    QuotaExhaustedError,
    RetryableError,
)
from connectors.redaction import redacted, values_in

# HubSpot documents no Retry-After on a 429; these are the windows' own lengths.
_WAIT_BY_POLICY_S = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}
_DAY_S = 86_400.0
_LOCKED_WAIT_S = 2.0
_EXISTING_ID = re.compile(r"Existing ID: (\d+)")
_NEEDS_SUPPORT = {522, 525, 526}


def parsed(body: object) -> dict[str, Any]:
    """The error envelope, or ``{}`` when the body is no JSON object (a proxy's HTML page, nothing)."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return {}
    return dict(body) if isinstance(body, Mapping) else {}


def blamed_fields(envelope: Mapping[str, Any]) -> tuple[str, ...]:
    """Property names that an error envelope, or one entry of a batch's ``errors``, blames; no repeats."""
    names: list[str] = []
    for part in (envelope, *_entries(envelope.get("errors"))):
        context = part.get("context")
        if isinstance(context, Mapping):
            for key in ("propertyName", "propertyNames"):
                value = context.get(key, ())
                names.extend([value] if isinstance(value, str) else [str(name) for name in value])
    names.extend(_names_in_text(str(envelope.get("message", ""))))
    return tuple(dict.fromkeys(names))


def existing_ids(envelope: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the records in the way of a duplicate; a single create tells them only in its text."""
    context = envelope.get("context")
    told = context.get("existingId", ()) if isinstance(context, Mapping) else ()
    told = [told] if isinstance(told, (str, int)) else told
    found = [str(one) for one in told] or _EXISTING_ID.findall(str(envelope.get("message", "")))
    return tuple(dict.fromkeys(found))


def quoted_values(envelope: Mapping[str, Any]) -> list[str]:
    """The values of properties that an error envelope repeats."""
    entries = _entries(_listed(str(envelope.get("message", ""))))
    return [str(entry["propertyValue"]) for entry in entries if entry.get("propertyValue")]


def _names_in_text(message: str) -> Iterable[str]:
    return [str(entry["name"]) for entry in _entries(_listed(message)) if "name" in entry]


def _listed(message: str) -> object:
    # Batches may carry the structured form only as JSON text after this sentence.
    _, found, text = message.partition("Property values were not valid: ")
    try:
        return json.loads(text) if found else None
    except ValueError:
        return None


def _entries(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def vendor_code(envelope: Mapping[str, Any]) -> str:
    """The most telling code of an envelope: the first entry's code, its category, or the rate policy."""
    if envelope.get("policyName"):
        return str(envelope["policyName"])
    for entry in _entries(envelope.get("errors")):
        if entry.get("code"):
            return str(entry["code"])
    for key in ("category", "errorType", "status"):
        value = envelope.get(key)
        if value and value != "error":
            return str(value)
    return ""


def classify(
    operation: str,
    status: int,
    body: object,
    headers: Mapping[str, str] | None = None,
    *,
    sent: object = None,
) -> ConnectorError:
    """The error that a reply with this HTTP status (not 2xx) means.

    Args:
        operation: method and endpoint template, for the message.
        body: text, bytes or parsed JSON.
        sent: the request's body, whose values the reply may quote; they are not repeated.
    """
    envelope = parsed(body)
    code = vendor_code(envelope)
    message = redacted(str(envelope.get("message", "")), [*values_in(sent), *quoted_values(envelope)]) or (
        "" if envelope else "the reply is not JSON"
    )
    request_id = envelope.get("correlationId") or envelope.get("requestId")
    request = str(request_id) if request_id else None
    hint_s = _retry_after_s(headers)

    def permanent(kind: type[PermanentError], remedy: str) -> ConnectorError:
        return kind(
            "hubspot",
            operation,
            status=status,
            code=code,
            message=message,
            request_id=request,
            remedy=remedy,
            fields=blamed_fields(envelope),
            record_ids=existing_ids(envelope),
        )

    def retryable(wait_s: float | None, *, sent: bool) -> ConnectorError:
        return RetryableError(
            "hubspot",
            operation,
            status=status,
            code=code,
            message=message,
            request_id=request,
            retry_after_s=wait_s,
            sent=sent,
            remedy="HubSpot may recover by itself; the next pass tries again.",
        )

    if status == 429:
        if code == "DAILY" or "daily limit" in message:
            return QuotaExhaustedError(
                "hubspot",
                operation,
                status=status,
                code=code,
                message=message,
                request_id=request,
                retry_after_s=hint_s or _DAY_S,
                remedy="The day's calls are used up: go on after midnight in the account's time zone.",
            )
        # Without a policy the longer window is the safe guess.
        return retryable(hint_s or _WAIT_BY_POLICY_S.get(code, 10.0), sent=False)
    if status == 423:
        return retryable(hint_s or _LOCKED_WAIT_S, sent=False)
    if status == 477:
        return retryable(hint_s, sent=False)
    if status >= 500 and status not in _NEEDS_SUPPORT:
        return retryable(hint_s, sent=True)
    if status in _NEEDS_SUPPORT:
        return permanent(PermanentError, "HubSpot's edge cannot reach its origin: ask HubSpot's support.")
    if status == 401:
        return permanent(AuthError, "Check the HubSpot access token: wrong, expired or rotated.")
    if status == 403:
        scopes = _scopes(envelope)
        remedy = f"Grant the app: {', '.join(scopes)}." if scopes else "The app or the tier may not do this."
        return permanent(MissingPermission, remedy)
    return permanent(PermanentError, "")


def _retry_after_s(headers: Mapping[str, str] | None) -> float | None:
    value = (headers or {}).get("Retry-After")
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None


def _scopes(envelope: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for entry in _entries(envelope.get("errors")):
        context = entry.get("context")
        if isinstance(context, Mapping):
            for value in context.values():
                found.extend(str(scope) for scope in value) if isinstance(value, list) else None
    return found
