"""Counters of the traffic that each simulated vendor received.

Requests are counted by endpoint template (``POST /crm/v3/objects/{type}/search``), by status, and as
API calls, which is what the vendor would bill. Nothing here knows ASGI or answers a request.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Vendor = Literal["hubspot", "salesforce"]

# A segment in braces stands for anything and is shown as it is written here; "=" stands for anything and
# is shown as it came, because its few values (batch actions, grant endpoints) are worth telling apart.
_HUBSPOT_TEMPLATES = (
    "/account-info/v3/api-usage/daily/private-apps",
    "/communication-preferences/v3/status/email/{email}",
    "/communication-preferences/v4/statuses/{email}",
    "/communication-preferences/v4/statuses/{email}/unsubscribe-all",
    "/communication-preferences/=/=",
    "/crm/v3/lists/search",
    "/crm/v3/lists/{list}",
    "/crm/v3/lists/{list}/memberships",
    "/crm/v3/lists/{list}/memberships/=",
    "/crm/v3/lists/object-type-id/{type}/name/{name}",
    "/crm/v3/lists/records/{type}/{id}/memberships",
    "/crm/v3/lists/records/memberships/batch/read",
    "/crm/v3/objects/{type}",
    "/crm/v3/objects/{type}/search",
    "/crm/v3/objects/{type}/merge",
    "/crm/v3/objects/{type}/gdpr-delete",
    "/crm/v3/objects/{type}/{id}",
    "/crm/v3/objects/{type}/batch/=",
    "/crm/v3/objects/{type}/{id}/associations/{to}",
    "/crm/v3/objects/{type}/{id}/associations/{to}/{id}/{label}",
    "/crm/v3/owners",
    "/crm/v3/owners/{id}",
    "/crm/v3/properties/{type}",
    "/crm/v3/properties/{type}/groups",
    "/crm/v3/properties/{type}/{name}",
    "/crm/v3/properties/{type}/groups/{name}",
    "/crm/v3/properties/{type}/batch/=",
    "/crm/v4/associations/{from}/{to}/labels",
    "/crm/v4/associations/{from}/{to}/batch/=",
    "/crm/v4/associations/{from}/{to}/batch/=/=",
    "/crm/v4/objects/{from}/{id}/associations/{to}",
    "/crm/v4/objects/{from}/{id}/associations/{to}/{id}",
    "/crm/v4/objects/{from}/{id}/associations/default/{to}/{id}",
    "/email/public/v1/events",
    "/email/public/v1/campaigns",
    "/email/public/v1/campaigns/{id}",
    "/events/v3/events",
    "/events/v3/events/event-types",
    "/form-integrations/v1/submissions/forms/{form}",
    "/marketing/v3/forms",
    "/marketing/v3/forms/{form}",
    "/oauth/v1/access-tokens/{token}",
    "/oauth/v1/refresh-tokens/{token}",
)
_SALESFORCE_DATA_TEMPLATES = (
    "",
    "/sobjects",
    "/sobjects/{sobject}",
    "/sobjects/{sobject}/describe",
    "/sobjects/{sobject}/updated",
    "/sobjects/{sobject}/deleted",
    "/sobjects/{sobject}/{id}",
    "/sobjects/{sobject}/{field}/{value}",
    "/query",
    "/query/{locator}",
    "/queryAll",
    "/queryAll/{locator}",
    "/search",
    "/limits",
    "/limits/recordCount",
    "/composite",
    "/composite/=",
    "/composite/sobjects/{sobject}",
    "/composite/sobjects/{sobject}/{field}",
    "/tooling/query",
    "/tooling/sobjects/{sobject}",
    "/tooling/sobjects/{sobject}/{id}",
    "/jobs/=",
    "/jobs/=/{job}",
    "/jobs/=/{job}/=",
)
_SALESFORCE_TEMPLATES = (
    "/services/data",
    *("/services/data/{version}" + tail for tail in _SALESFORCE_DATA_TEMPLATES),
    "/services/oauth2/=",
    "/services/Soap/=/{version}",
    "/services/Soap/=/{version}/{org}",
    "/id/{org}/{user}",
)
_IDENTIFIER = re.compile(r"\d+|[0-9a-fA-F-]{32,36}|(?=\w*\d)\w{15,18}|\S*@\S*")
_SOAP_OPERATION = re.compile(rb"<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)")


def _is_open(segment: str) -> bool:
    return segment == "=" or segment.startswith("{")


def _by_length(templates: Iterable[str]) -> dict[int, list[list[str]]]:
    grouped: dict[int, list[list[str]]] = {}
    for template in templates:
        segments = template.split("/")[1:]
        grouped.setdefault(len(segments), []).append(segments)
    for candidates in grouped.values():
        # A template with a literal where another has a placeholder is the more exact one.
        candidates.sort(key=lambda segments: [_is_open(segment) for segment in segments])
    return grouped


_TEMPLATES: Mapping[Vendor, dict[int, list[list[str]]]] = {
    "hubspot": _by_length(_HUBSPOT_TEMPLATES),
    "salesforce": _by_length(_SALESFORCE_TEMPLATES),
}


def _fits(template: list[str], segments: list[str]) -> bool:
    return all(
        _is_open(ours) or ours.lower() == theirs.lower()
        for ours, theirs in zip(template, segments, strict=True)
    )


def endpoint_of(vendor: Vendor, path: str) -> str:
    """The template of a request's path, without method; an unknown path keeps its words and loses its ids."""
    segments = path.rstrip("/").split("/")[1:]
    for template in _TEMPLATES[vendor].get(len(segments), ()):
        if _fits(template, segments):
            shown = (theirs if ours == "=" else ours for ours, theirs in zip(template, segments, strict=True))
            return "/" + "/".join(shown)
    return "/" + "/".join("{id}" if _IDENTIFIER.fullmatch(segment) else segment for segment in segments)


def soap_operation(body: bytes) -> str | None:
    """The operation of a SOAP envelope (``login``, ``convertLead``), or None if there is none."""
    match = _SOAP_OPERATION.search(body)
    return match.group(1).decode() if match else None


def is_billed(vendor: Vendor, path: str, operation: str | None) -> bool:
    """Whether the vendor would count this request against the account's calls: all but logging in."""
    if vendor == "hubspot":
        return not path.startswith("/oauth/")
    return not path.startswith("/services/oauth2/") and operation != "login"


@dataclass
class Traffic:
    """Thread-safe counters of one vendor."""

    vendor: Vendor
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _endpoints: Counter[str] = field(default_factory=Counter)
    _statuses: Counter[int] = field(default_factory=Counter)
    _dropped: int = 0
    _api_calls: int = 0

    def note_request(self, method: str, path: str, body: bytes) -> None:
        """Count a request that has arrived in full, whatever becomes of it."""
        operation = soap_operation(body) if path.lower().startswith("/services/soap/") else None
        endpoint = f"{method} {endpoint_of(self.vendor, path)}" + (f" {operation}" if operation else "")
        with self._lock:
            self._endpoints[endpoint] += 1
            self._api_calls += is_billed(self.vendor, path, operation)

    def note_within(self, writes: Iterable[tuple[str, str]]) -> None:
        """Show the writes inside a composite request as well; they are part of its one call."""
        with self._lock:
            for method, path in writes:
                self._endpoints[f"{method} {endpoint_of(self.vendor, path)}"] += 1

    def note_status(self, status: int) -> None:
        """Count the status of a reply that was begun."""
        with self._lock:
            self._statuses[status] += 1

    def note_drop(self) -> None:
        """Count a connection that was closed without a reply."""
        with self._lock:
            self._dropped += 1

    @property
    def api_calls(self) -> int:
        """Calls the vendor would bill, since the last ``clear``."""
        with self._lock:
            return self._api_calls

    @property
    def requests(self) -> dict[str, int]:
        """Requests by ``METHOD template``, most frequent first."""
        with self._lock:
            return dict(self._endpoints.most_common())

    def clear(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._endpoints.clear()
            self._statuses.clear()
            self._dropped = self._api_calls = 0

    def snapshot(self) -> dict[str, Any]:
        """JSON-able: ``{"api_calls", "requests", "by_endpoint", "by_status", "dropped"}``."""
        with self._lock:
            return {
                "api_calls": self._api_calls,
                "requests": self._endpoints.total(),
                "by_endpoint": dict(self._endpoints.most_common()),
                "by_status": {str(status): count for status, count in sorted(self._statuses.items())},
                "dropped": self._dropped,
            }


@dataclass
class Counters:
    """The traffic of both vendors."""

    hubspot: Traffic = field(default_factory=lambda: Traffic("hubspot"))
    salesforce: Traffic = field(default_factory=lambda: Traffic("salesforce"))

    def of(self, vendor: Vendor) -> Traffic:
        """The counters of one vendor."""
        return self.hubspot if vendor == "hubspot" else self.salesforce

    @property
    def api_calls(self) -> int:
        """Billed calls to both vendors together."""
        return self.hubspot.api_calls + self.salesforce.api_calls

    def clear(self) -> None:
        """Start both again from zero."""
        self.hubspot.clear()
        self.salesforce.clear()
