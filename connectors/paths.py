"""Values that become part of a URL's path: ids only in the shape of ids, everything else percent-encoded."""

import re
from urllib.parse import quote

from connectors.errors import PermanentError

_SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")


def salesforce_id(record_id: str, operation: str) -> str:
    """The id, if it is one.

    Raises:
        PermanentError: it has another shape; nothing was sent.
    """
    if not _SALESFORCE_ID.fullmatch(record_id):
        raise PermanentError(
            "salesforce",
            operation,
            code="MALFORMED_ID",
            message="the record's id has not the shape of an id",
            remedy="Correct the id where it is kept.",
        )
    return record_id


def segment(value: str) -> str:
    """The value as one segment of a path: no slash, dot-dot, question mark or line end gets through."""
    # A segment of dots only would be resolved away.
    return quote(value, safe="").replace(".", "%2E") if set(value) <= {"."} else quote(value, safe="")
