"""What can go wrong at a vendor, classed by what to do next.

One small tree for both vendors. Which reply of a vendor means which class is decided in
``hubspot/errors.py`` and ``salesforce/errors.py``; waiting and repeating in ``retry.py``.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.redaction import redacted
from sync_rules.records import Side

if TYPE_CHECKING:
    from connectors.results import RecordWrite


class ConnectorError(Exception):
    """A call to a vendor that did not give what was asked.

    Attributes:
        operation: method and endpoint template, never a path with values (``POST contacts/search``).
        status: the HTTP status, or None when no reply came.
        code: the vendor's own code (``TEN_SECONDLY_ROLLING``, ``INVALID_FIELD``) or ours (``TIMEOUT``).
        fields: API names that the vendor blames.
        record_ids: records that the vendor says are in the way (a duplicate's holder).
        request_id: what the vendor's support asks for (HubSpot's correlationId).
    """

    def __init__(
        self,
        side: Side,
        operation: str,
        *,
        status: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str | None = None,
        remedy: str = "",
        fields: Sequence[str] = (),
        record_ids: Sequence[str] = (),
    ) -> None:
        self.side: Side = side
        self.operation = operation
        self.status = status
        self.code = code
        self.message = redacted(message)
        self.request_id = request_id
        self.remedy = remedy
        self.fields = tuple(fields)
        self.record_ids = tuple(record_ids)
        super().__init__(self._text())

    def _text(self) -> str:
        what = " ".join(str(part) for part in (self.status, self.code) if part)
        text = f"{self.side}: {self.operation} failed" + (f" ({what})" if what else "")
        if self.message:
            text += f": {self.message}"
        if self.request_id:
            text += f" [request {self.request_id}]"
        return f"{text}. {self.remedy}" if self.remedy else text


class RetryableError(ConnectorError):
    """The same call may well succeed later.

    Attributes:
        retry_after_s: the vendor's own hint, or None: back off as usual.
        sent: whether the vendor may have carried the call out before it failed.
    """

    def __init__(
        self,
        side: Side,
        operation: str,
        *,
        retry_after_s: float | None = None,
        sent: bool = False,
        status: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str | None = None,
        remedy: str = "",
        fields: Sequence[str] = (),
    ) -> None:
        self.retry_after_s = retry_after_s
        self.sent = sent
        super().__init__(
            side,
            operation,
            status=status,
            code=code,
            message=message,
            request_id=request_id,
            remedy=remedy,
            fields=fields,
        )


class QuotaExhaustedError(RetryableError):
    """The day's calls are used up (or only the reserve is left): stop now, go on after the reset."""


class SessionExpiredError(RetryableError):
    """The session is over; a new login and the same call may succeed."""


class PermanentError(ConnectorError):
    """The same call will fail again until somebody changes something."""


class AuthError(PermanentError):
    """The credentials are wrong, revoked or blocked."""


class MissingPermission(PermanentError):  # noqa: N818 - the name that the rest of the product uses
    """The credentials are good, but may not do this."""


class OutcomeUnknownError(ConnectorError):
    """A write was sent and no usable answer came: it may or may not have been carried out.

    Attributes:
        writes: the writes in doubt. Read them back before repeating any.
    """

    def __init__(
        self,
        side: Side,
        operation: str,
        *,
        writes: "Sequence[RecordWrite]" = (),
        status: int | None = None,
        code: str = "",
        message: str = "",
        request_id: str | None = None,
    ) -> None:
        self.writes = tuple(writes)
        super().__init__(
            side,
            operation,
            status=status,
            code=code,
            message=message,
            request_id=request_id,
            remedy="Read the records back before repeating the write.",
        )


class ConfigError(Exception):
    """Settings that cannot work. All problems at once, each with its remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))
