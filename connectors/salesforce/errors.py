"""Which reply of Salesforce means which class of error. Pure: a status and a body in, an error out.

Messages are in the org user's language: only codes decide.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import (
    AuthError,
    ConnectorError,
    MissingPermission,
    PermanentError,
    QuotaExhaustedError,
    RetryableError,
    SessionExpiredError,
)
from connectors.redaction import redacted, values_in

_DAY_S = 86_400.0
# Certainly not carried out: the platform refused the transaction or never began it.
_RETRYABLE_UNDONE = {
    "UNABLE_TO_LOCK_ROW",
    "QUERY_TIMEOUT",
    "TOO_MANY_APEX_REQUESTS",
    "SERVER_UNAVAILABLE",
    "REQUEST_RUNNING_TOO_LONG",
}
_RETRYABLE_DOUBTFUL = {"UNKNOWN_EXCEPTION"}
_FORBIDDEN = {
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "API_DISABLED_FOR_ORG",
    "API_CURRENTLY_DISABLED",
    "FUNCTIONALITY_NOT_ENABLED",
}
# The name of the limit is not translated, the sentence round it is.
_SHORT_LIVED_LIMIT = "Concurrent"
_REMEDIES = {
    "INVALID_FIELD": "Grant the integration user field-level security on the field, or correct its name.",
    "INVALID_TYPE": "Grant the integration user the object, or correct its name.",
    "MALFORMED_QUERY": "Report this query: it should never have been built.",
    "UNSUPPORTED_API_VERSION": "Set a newer API version.",
    "GONE": "Set a newer API version.",
}
_QUERY_CODES = {"MALFORMED_QUERY", "INVALID_FIELD", "INVALID_TYPE", "INVALID_QUERY_FILTER_OPERATOR"}
_AFTER_EXCERPT = re.compile(r"ERROR at Row:\d+:Column:\d+\s*")
_HOLDER = re.compile(r"\b([a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?)\s*$")
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One entry of an error body, whichever of Salesforce's shapes it came in."""

    code: str
    message: str
    fields: tuple[str, ...]
    record_ids: tuple[str, ...] = ()


def complaints(content: object) -> list[Complaint]:
    """The entries of an error body: an array, an object, or nothing usable (a proxy's page)."""
    entries: Iterable[Any] = content if isinstance(content, list) else [content]
    found = []
    for entry in entries:
        if isinstance(entry, Mapping):
            # Collections say statusCode, everything else errorCode, OAuth error.
            code = entry.get("errorCode") or entry.get("statusCode") or entry.get("error") or ""
            text = entry.get("message") or entry.get("error_description") or ""
            fields = tuple(str(name) for name in entry.get("fields") or ())
            found.append(Complaint(str(code), _speakable(str(code), str(text)), fields, _in_the_way(entry)))
    return found


def _in_the_way(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the records that a duplicate rule found, or that hold a unique value."""
    # Old API versions misspell the key.
    found = entry.get("duplicateResult") or entry.get("duplicateResut") or {}
    matches = [
        match for result in found.get("matchResults") or () for match in result.get("matchRecords") or ()
    ]
    ids = [str(match["record"]["Id"]) for match in matches if (match.get("record") or {}).get("Id")]
    if (entry.get("errorCode") or entry.get("statusCode")) == "DUPLICATE_VALUE":
        # The holder's id is told only at the end of the text, in its short form.
        holder = _HOLDER.search(str(entry.get("message") or ""))
        ids += [id18(holder.group(1))] if holder else []
    return tuple(dict.fromkeys(ids))


def _speakable(code: str, text: str) -> str:
    # Query errors quote the query, values included; what follows the excerpt names the fault.
    if code in _QUERY_CODES:
        after = _AFTER_EXCERPT.split(text, maxsplit=1)
        return after[1] if len(after) == 2 else ("" if "SELECT" in text.upper() else text)
    return text


def classify(operation: str, status: int, content: object, *, sent: object = None) -> ConnectorError:
    """The error that a reply with this HTTP status means.

    Args:
        operation: method and endpoint template, for the message.
        content: parsed JSON, or the text if it was none.
        sent: the request's body, whose values the reply may quote; they are not repeated.
    """
    found = complaints(content)
    first = found[0] if found else Complaint("", "", ())
    code = first.code or ("PRECONDITION_FAILED" if status == 412 else "")
    message = redacted(first.message, values_in(sent)) or ("" if found else "the reply is not JSON")

    def permanent(kind: type[PermanentError], remedy: str) -> ConnectorError:
        return kind(
            "salesforce",
            operation,
            status=status,
            code=code,
            message=message,
            fields=first.fields,
            record_ids=first.record_ids,
            remedy=remedy,
        )

    def retryable(kind: type[RetryableError], *, sent: bool, hint_s: float | None = None) -> ConnectorError:
        return kind(
            "salesforce",
            operation,
            status=status,
            code=code,
            message=message,
            fields=first.fields,
            sent=sent,
            retry_after_s=hint_s,
            remedy="Salesforce may recover by itself; the next pass tries again.",
        )

    if code == "INVALID_SESSION_ID":
        return retryable(SessionExpiredError, sent=False, hint_s=0.0)
    if status == 401:
        return permanent(AuthError, "Check the Salesforce credentials and the app's policies.")
    if code == "REQUEST_LIMIT_EXCEEDED" and _SHORT_LIVED_LIMIT not in message:
        return QuotaExhaustedError(
            "salesforce",
            operation,
            status=status,
            code=code,
            message=message,
            retry_after_s=_DAY_S,
            remedy="The org's API calls of the last 24 hours are used up: go on later or raise the limit.",
        )
    if code in _RETRYABLE_UNDONE or code == "REQUEST_LIMIT_EXCEEDED" or status == 429:
        return retryable(RetryableError, sent=False)
    if code in _RETRYABLE_DOUBTFUL or status >= 500:
        return retryable(RetryableError, sent=True)
    if code in _FORBIDDEN or status == 403:
        return permanent(MissingPermission, "Grant the integration user access (permission set, sharing).")
    return permanent(PermanentError, _REMEDIES.get(code, ""))


def worth_repeating(complaint: Complaint) -> bool:
    """Whether one record's refusal inside a collection goes away by itself."""
    nested_lock = complaint.code.startswith("CANNOT_") and "UNABLE_TO_LOCK_ROW" in complaint.message
    return complaint.code in _RETRYABLE_UNDONE or nested_lock


def id18(record_id: str) -> str:
    """The 18-character form of an id; one of 18 is given back as it is."""
    if len(record_id) != 15:
        return record_id
    checksum = ""
    for start in (0, 5, 10):
        block = record_id[start : start + 5]
        checksum += _CHECKSUM[sum(1 << place for place, sign in enumerate(block) if "A" <= sign <= "Z")]
    return record_id + checksum
