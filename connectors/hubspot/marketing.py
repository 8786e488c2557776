"""What marketing's audience did, on every tier: from event endpoints where the account has them, and from
contact properties with their history where it has not.

Answers events; whose touches count and what they are worth is decided in ``sla_rules``.
"""

import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from connectors.errors import MissingPermission, PermanentError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.reading import pages
from connectors.hubspot.records import EPOCH, HISTORY_FACT, epoch_ms, moment
from connectors.paths import segment
from connectors.results import EngagementEvent
from sync_rules.records import Record

T = TypeVar("T")
_EMAIL_KINDS = {"OPEN": "email_open", "CLICK": "email_click", "SENT": "email_sent_marketing"}
# (kind, property with the moment, property with the detail)
_DERIVED = (
    ("form_submission", "first_conversion_date", "first_conversion_event_name"),
    ("form_submission", "recent_conversion_date", "recent_conversion_event_name"),
    ("email_sent_marketing", "hs_email_last_send_date", "hs_email_last_email_name"),
    ("email_open", "hs_email_first_open_date", "hs_email_last_email_name"),
    ("email_open", "hs_email_last_open_date", "hs_email_last_email_name"),
    ("email_click", "hs_email_last_click_date", "hs_email_last_email_name"),
    ("page_view", "hs_analytics_first_timestamp", "hs_analytics_first_url"),
    ("page_view", "hs_analytics_last_timestamp", "hs_analytics_last_url"),
)
ENGAGEMENT_PROPERTIES: tuple[str, ...] = tuple(
    sorted({name for _, when, what in _DERIVED for name in (when, what)})
)
# What each event endpoint tells; for the kinds of a source that is not there, use the properties.
SOURCES: dict[str, frozenset[str]] = {
    "forms": frozenset({"form_submission"}),
    "email_events": frozenset(_EMAIL_KINDS.values()),
    "page_views": frozenset({"page_view"}),
}
ALL_KINDS = frozenset().union(*SOURCES.values())


class MarketingSources:
    """The event endpoints of one account. One that answers 403 is remembered as not available."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._available: dict[str, bool] = {}
        self._campaigns: dict[str, str] = {}

    def available_sources(self) -> dict[str, bool]:
        """By source, whether the account has it; asks only for sources not used before, one call each."""
        probes: dict[str, Callable[[], object]] = {
            "forms": lambda: self._forms(limit=1),
            "email_events": lambda: self._client.call(
                "GET", "/email/public/v1/events", endpoint="/email/public/v1/events", query=[("limit", "1")]
            ),
            "page_views": lambda: self._client.call(
                "GET", "/events/v3/events/event-types", endpoint="/events/v3/events/event-types"
            ),
        }
        for source in SOURCES:
            if source not in self._available:
                self._if_available(source, probes[source])
        with self._lock:
            return dict(self._available)

    def _if_available(self, source: str, read: Callable[[], T]) -> T | None:
        if self._available.get(source) is False:
            return None
        try:
            value = read()
        except MissingPermission:
            with self._lock:
                self._available[source] = False
            return None
        with self._lock:
            self._available[source] = True
        return value

    def _forms(self, *, limit: int = 100) -> list[dict[str, Any]]:
        # Without formTypes only one of the kinds of form is listed.
        query = [("limit", str(limit)), ("formTypes", "all")]
        return list(pages(self._client, "/marketing/v3/forms/", "/marketing/v3/forms", query))

    def form_submissions(self, since: datetime | None) -> list[EngagementEvent] | None:
        """Submissions at or after ``since``, by e-mail address; None: the account has no such source."""

        def read() -> list[EngagementEvent]:
            bound = since or EPOCH
            return [event for form in self._forms() for event in self._submissions_of(form, bound)]

        return self._if_available("forms", read)

    def _submissions_of(self, form: Mapping[str, Any], since: datetime) -> Iterator[EngagementEvent]:
        endpoint = "/form-integrations/v1/submissions/forms/{guid}"
        path = endpoint.replace("{guid}", segment(str(form["id"])))
        try:
            for raw in pages(self._client, path, endpoint, [("limit", "50")]):
                at = moment(str(raw["submittedAt"]))
                if at < since:
                    # The listing is newest first.
                    return
                values = {str(one.get("name")): one.get("value") for one in raw.get("values") or ()}
                email = values.get("email")
                if email:
                    yield EngagementEvent(
                        activity_id=f"form:{raw.get('conversionId')}",
                        kind="form_submission",
                        at=at,
                        detail=str(form.get("name") or form["id"]),
                        contact_id=None,
                        email=str(email).strip().lower(),
                        source="forms",
                    )
        except PermanentError as error:
            # Some kinds of form (blog comments) have no submissions to give.
            if error.status != 400:
                raise

    def email_events(self, since: datetime | None) -> list[EngagementEvent] | None:
        """Marketing mails sent, opened, clicked at or after ``since``, by address; None: no such source."""

        def read() -> list[EngagementEvent]:
            return list(self._email_events(since or EPOCH))

        return self._if_available("email_events", read)

    def _email_events(self, since: datetime) -> Iterator[EngagementEvent]:
        path, offset = "/email/public/v1/events", None
        while True:
            query = [("limit", "1000"), ("startTimestamp", str(epoch_ms(since)))]
            query += [("offset", offset)] if offset else []
            answer = self._client.call("GET", path, endpoint=path, query=query)
            for raw in answer.get("events") or ():
                kind = _EMAIL_KINDS.get(str(raw.get("type")))
                if kind is not None and raw.get("recipient"):
                    yield EngagementEvent(
                        activity_id=f"mail:{raw['id']}",
                        kind=kind,
                        at=moment(str(raw["created"])),
                        detail=str(raw["url"]) if raw.get("url") else self._campaign(raw),
                        contact_id=None,
                        email=str(raw["recipient"]).strip().lower(),
                        source="email_events",
                    )
            if not answer.get("hasMore") or str(answer.get("offset")) == offset:
                return
            offset = str(answer["offset"])

    def _campaign(self, raw: Mapping[str, Any]) -> str | None:
        """The name of an event's campaign, asked for once; its number if HubSpot no longer has it."""
        number = str(raw.get("emailCampaignId") or "")
        if number and number not in self._campaigns:
            endpoint = "/email/public/v1/campaigns/{id}"
            try:
                found = self._client.call("GET", endpoint.replace("{id}", segment(number)), endpoint=endpoint)
            except PermanentError as error:
                if error.status != 404:
                    raise
                found = {}
            with self._lock:
                self._campaigns[number] = str(found.get("name") or found.get("subject") or number)
        return self._campaigns.get(number)

    def page_views(self, contact_ids: Iterable[str], since: datetime | None) -> list[EngagementEvent] | None:
        """Page views of these contacts at or after ``since``, one call per contact; None: no such source."""

        def read() -> list[EngagementEvent]:
            return [event for one in contact_ids for event in self._views_of(one, since or EPOCH)]

        return self._if_available("page_views", read)

    def _views_of(self, contact_id: str, since: datetime) -> Iterator[EngagementEvent]:
        query = [
            ("objectType", "contact"),
            ("objectId", contact_id),
            ("eventType", "e_visited_page"),
            ("occurredAfter", since.isoformat(timespec="milliseconds").replace("+00:00", "Z")),
            ("limit", "100"),
        ]
        for raw in pages(self._client, "/events/v3/events/", "/events/v3/events", query):
            properties = raw.get("properties") or {}
            yield EngagementEvent(
                activity_id=f"view:{raw['id']}",
                kind="page_view",
                at=moment(str(raw["occurredAt"])),
                detail=properties.get("hs_url") or properties.get("hs_page_url") or properties.get("url"),
                contact_id=contact_id,
                email=None,
                source="page_views",
            )


def engagement_from_properties(
    records: Iterable[Record], kinds: Container[str] = ALL_KINDS
) -> list[EngagementEvent]:
    """Events of these kinds told by contacts' computed properties and, where it was read, their history.

    Each value of a date property is one event; the same moment of the same kind is told once. Without
    history (fact ``_history``) only first and latest events can be known.
    """
    events: dict[str, EngagementEvent] = {}
    wanted = [derived for derived in _DERIVED if derived[0] in kinds]
    for record in records:
        history = record.fields.get(HISTORY_FACT) or {}
        for kind, when, what in wanted:
            details = _values(record, history, what)
            for stamp, value in _values(record, history, when):
                at = moment(value)
                detail = _detail_at(details, stamp, at)
                if kind == "form_submission" and detail is not None:
                    # HubSpot puts the page's title before the form's name.
                    detail = detail.rpartition(": ")[2]
                key = f"{kind}:{record.id}:{epoch_ms(at)}"
                if key not in events or (events[key].detail is None and detail is not None):
                    events[key] = EngagementEvent(
                        activity_id=key,
                        kind=kind,
                        at=at,
                        detail=detail,
                        contact_id=record.id,
                        email=record.fields.get("email"),
                        source="contact_properties",
                    )
    return sorted(events.values(), key=lambda event: (event.at, event.activity_id))


def _values(record: Record, history: Mapping[str, Any], name: str) -> list[tuple[datetime | None, str]]:
    entries = [(moment(str(at)), str(value)) for at, value in history.get(name) or () if value]
    if entries:
        return [(at, value) for at, value in entries]
    value = record.fields.get(name)
    return [(None, str(value))] if value else []


def _detail_at(
    details: list[tuple[datetime | None, str]], stamp: datetime | None, at: datetime
) -> str | None:
    """The detail that was set with this event: the latest entry not after it, else the oldest known."""
    moment_set = stamp or at
    earlier = [value for set_at, value in details if set_at is None or set_at <= moment_set]
    if earlier:
        return earlier[0]
    return details[-1][1] if details else None
