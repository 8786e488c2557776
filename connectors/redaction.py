"""What vendors say, without secrets and personal data: the one place where a foreign text is made fit to keep.

Foreign texts go into errors, holds, the journal, logs and a scheduler's pages; they quote what was sent to them.
"""

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

SECRET, EMAIL, PHONE, VALUE = "‹secret›", "‹e-mail›", "‹phone›", "‹value›"
_LONGEST_TEXT = 300
_EMAIL = re.compile(r"[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\w)\+\d[\d ()./-]{6,}\d")
_SECRET = re.compile(
    r"(?i)bearer\s+\S+|pat-[a-z0-9]+-[\w-]{8,}|\b00D\w{12,15}![\w.]+"
    r"|hooks\.slack\.com/services/\S+"
    r"""|(?<=token=)\S+|(?<=secret=)\S+|(?<=password=)\S+|//[^/\s:@]+:[^/\s@]+(?=@)"""
)
_RECORD_ID = re.compile(r"(?=.*\d)[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
# Keys of request bodies whose values are names of things, never people's data.
_NAMES = frozenset(
    {
        "attributes", "id", "Id", "idProperty", "objectWriteTraceId", "type", "types", "method", "referenceId",
        "propertyName", "operator", "sorts", "properties", "propertiesWithHistory", "after", "FullName",
    }
)  # fmt: skip
_SHORTEST_VALUE, _LONG_VALUE = 3, 40

_known: set[str] = set()
_lock = threading.Lock()


def remember_secrets(*secrets: str | None) -> None:
    """Texts that must never be shown from now on in this process, whatever surrounds them."""
    with _lock:
        _known.update(secret for secret in secrets if secret and len(secret) >= 6)


def redacted(text: str, values: Iterable[str] = ()) -> str:
    """``text`` without secrets, addresses, phone numbers and ``values``; one line, at most 300 characters.

    Args:
        values: what was sent, and might be quoted; see ``values_in``.
    """
    plain = " ".join(text.split())
    with _lock:
        secrets = sorted(_known, key=len, reverse=True)
    for secret in secrets:
        plain = plain.replace(secret, SECRET)
    plain = _PHONE.sub(PHONE, _EMAIL.sub(EMAIL, _SECRET.sub(SECRET, plain)))
    for value in sorted({" ".join(value.split()) for value in values}, key=len, reverse=True):
        plain = _without(plain, value)
    return plain if len(plain) <= _LONGEST_TEXT else plain[: _LONGEST_TEXT - 1] + "…"


def _without(text: str, value: str) -> str:
    if len(value) < _SHORTEST_VALUE or _RECORD_ID.fullmatch(value):
        return text
    if len(value) > _LONG_VALUE:
        # A long value may come cut or escaped: nothing that follows its beginning is kept.
        return re.sub(rf"{re.escape(value[: _LONG_VALUE // 2])}.*", VALUE, text)
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", VALUE, text)


def values_in(body: object) -> Iterator[str]:
    """The values of records and filters in a request's body, not the names of fields and operators."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            if key == "properties" and isinstance(value, Mapping):
                yield from _leaves(value)
            elif key not in _NAMES:
                yield from values_in(value)
    else:
        yield from _leaves(body)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from values_in(item)


def quiet_wire_logs() -> None:
    """Keep the libraries' logs of requests, replies and rows off, whatever level an application sets for all.

    They show paths, bodies and rows, which hold addresses, values and (asking who a token belongs to) the token itself.
    """
    for name in (
        "urllib3",
        "hubspot",
        "simple_salesforce",
        "requests",
        "sqlalchemy.engine",
        "sqlalchemy.pool",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)
