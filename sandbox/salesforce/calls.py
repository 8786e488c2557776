"""One REST call and its reply, apart from HTTP, so that composite requests can make calls too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.org import Org
from sandbox.salesforce.writes import WriteOptions


@dataclass(frozen=True, slots=True)
class Call:
    """A request below ``/services/data/vNN.N/``.

    ``path`` holds the decoded segments; ``headers`` have lower-case names; ``body`` is parsed JSON or None.
    """

    org: Org
    method: str
    path: tuple[str, ...]
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    user_id: str
    version: float

    @property
    def root(self) -> str:
        return f"/services/data/v{self.version:.1f}"

    @property
    def options(self) -> WriteOptions:
        """How this caller's headers want writes handled."""
        assign = self.headers.get("sforce-auto-assign", "TRUE").strip().lower() != "false"
        insist = self.headers.get("sforce-duplicate-rule-header", "").replace(" ", "").lower()
        return WriteOptions(
            api=True,
            auto_assign=assign,
            allow_duplicates="allowsave=true" in insist,
            api_version=self.version,
        )

    def record_body(self) -> dict[str, Any]:
        """The body as an object. Raises JSON_PARSER_ERROR."""
        if not isinstance(self.body, dict):
            raise SalesforceFault(
                "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
            )
        return self.body

    def within(self, **changes: Any) -> "Call":
        """The same caller's other request."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, JSON body (None for an empty one) and headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[..., Reply]


def fault_reply(fault: SalesforceFault) -> Reply:
    """The array that a single-record or query resource answers with."""
    shown: dict[str, Any] = {**fault.extra, "message": fault.message, "errorCode": fault.code}
    if fault.fields is not None:
        shown["fields"] = fault.fields
    return Reply(fault.status_code, [shown])


def fault_result(fault: SalesforceFault, record_id: str | None = None) -> dict[str, Any]:
    """The per-record result of a collection."""
    shown: dict[str, Any] = {} if record_id is None else {"id": record_id}
    error = {"statusCode": fault.code, "message": fault.message, "fields": fault.fields or []}
    return {**shown, "success": False, "errors": [error]}
