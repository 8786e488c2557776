"""Marketing engagement: forms and their submissions, page views, marketing e-mail events.

Holds the event logs and computes the contact properties that follow from them; writing those
properties is the portal's work.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

from sandbox.hubspot.records import Properties
from sandbox.hubspot.values import iso, parse_datetime, to_ms

_SESSION_GAP = timedelta(minutes=30)
_SEARCH_HOSTS = ("google.", "bing.", "duckduckgo.", "ecosia.", "yahoo.")
_SOCIAL_HOSTS = ("linkedin.", "facebook.", "twitter.", "x.com", "youtube.")
EMAIL_EVENT_KINDS = frozenset({
    "SENT", "PROCESSED", "DELIVERED", "OPEN", "CLICK", "BOUNCE", "DEFERRED", "DROPPED", "STATUSCHANGE",
    "SPAMREPORT", "SUPPRESSED",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    guid: str
    name: str
    created_at: datetime
    form_type: str = "hubspot"


@dataclass(frozen=True, slots=True)
class Submission:
    id: str
    form_guid: str
    contact_id: str
    submitted_at: datetime
    page_url: str
    values: tuple[tuple[str, str], ...]

    def wire(self) -> dict[str, Any]:
        return {
            "conversionId": self.id,
            "submittedAt": to_ms(self.submitted_at),
            "pageUrl": self.page_url,
            "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in self.values],
        }


@dataclass(frozen=True, slots=True)
class PageView:
    id: str
    contact_id: str
    url: str
    at: datetime
    referrer: str | None
    campaign: str | None

    def wire(self) -> dict[str, Any]:
        properties = {
            "hs_url": self.url,
            "hs_title": page_title(self.url),
            "hs_base_url": self.url.split("?", 1)[0],
        }
        if self.referrer is not None:
            properties["hs_referrer"] = self.referrer
        if self.campaign is not None:
            properties["hs_utm_campaign"] = self.campaign
        return {
            "id": self.id,
            "objectType": "CONTACT",
            "objectId": self.contact_id,
            "eventType": "e_visited_page",
            "occurredAt": iso(self.at),
            "properties": properties,
        }


@dataclass(frozen=True, slots=True)
class EmailEvent:
    id: str
    kind: str
    recipient: str
    campaign_id: str
    campaign_name: str
    at: datetime
    url: str | None

    def wire(self, portal_id: int, app_id: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "created": to_ms(self.at),
            "type": self.kind,
            "recipient": self.recipient,
            "emailCampaignId": int(self.campaign_id) if self.campaign_id.isdigit() else self.campaign_id,
            "portalId": portal_id,
            "appId": app_id,
            "appName": "Batch",
        }
        if self.url is not None:
            body["url"] = self.url
        return body


class Engagement:
    """The logs. Identifiers are drawn from the portal's generator, so a seed repeats them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.forms: dict[str, Form] = {}
        self.submissions: dict[str, list[Submission]] = {}
        self.submissions_by_contact: dict[str, list[Submission]] = {}
        self.page_views: dict[str, list[PageView]] = {}
        self.email_events: list[EmailEvent] = []
        self.events_by_recipient: dict[str, list[EmailEvent]] = {}
        self.campaigns: dict[str, str] = {}

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def add_form(self, name: str, form_type: str, now: datetime) -> Form:
        form = Form(self.uuid(), name, now, form_type)
        self.forms[form.guid] = form
        self.submissions[form.guid] = []
        return form

    def add_submission(
        self, form: Form, contact_id: str, page_url: str, values: Mapping[str, str], at: datetime
    ) -> Submission:
        made = Submission(self.uuid(), form.guid, contact_id, at, page_url, tuple(values.items()))
        self.submissions[form.guid].append(made)
        self.submissions_by_contact.setdefault(contact_id, []).append(made)
        return made

    def add_page_view(
        self, contact_id: str, url: str, at: datetime, referrer: str | None, campaign: str | None
    ) -> PageView:
        made = PageView(self.uuid(), contact_id, url, at, referrer, campaign)
        self.page_views.setdefault(contact_id, []).append(made)
        return made

    def add_email_event(
        self, kind: str, recipient: str, campaign_id: str, campaign_name: str, at: datetime, url: str | None
    ) -> EmailEvent:
        if kind not in EMAIL_EVENT_KINDS:
            raise ValueError(f"unknown kind of e-mail event: {kind}")
        made = EmailEvent(self.uuid(), kind, recipient, campaign_id, campaign_name, at, url)
        self.email_events.append(made)
        self.events_by_recipient.setdefault(recipient, []).append(made)
        self.campaigns[campaign_id] = campaign_name
        return made

    def move(self, old_contact_id: str, new_contact_id: str) -> None:
        """Give the events of a merged contact to the record that is left."""
        for log in (self.submissions_by_contact, self.page_views):
            _move(log, old_contact_id, new_contact_id)

    def forget(self, contact_id: str, addresses: set[str]) -> None:
        """Drop everything about a person (privacy deletion)."""
        self.submissions_by_contact.pop(contact_id, None)
        self.page_views.pop(contact_id, None)
        for guid, found in self.submissions.items():
            self.submissions[guid] = [one for one in found if one.contact_id != contact_id]
        if any(self.events_by_recipient.pop(address, None) for address in addresses):
            self.email_events = [event for event in self.email_events if event.recipient not in addresses]


def _move(log: dict[str, list[Any]], old_id: str, new_id: str) -> None:
    moved = log.pop(old_id, None)
    if moved:
        log.setdefault(new_id, []).extend(moved)


def page_title(url: str) -> str:
    """A readable title from the last part of a path; the start page is "Home"."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return last.replace("-", " ").capitalize() if last else "Home"


def submission_values(
    stored: Properties, form: Form, page_url: str, at: datetime, distinct_forms: int
) -> dict[str, str]:
    """Computed conversion properties after one more submission."""
    moment, name = iso(at), f"{page_title(page_url)}: {form.name}"
    values = {
        "num_conversion_events": str(int(stored.get("num_conversion_events") or "0") + 1),
        "num_unique_conversion_events": str(distinct_forms),
        "hs_calculated_form_submissions": ";".join(
            part
            for part in (stored.get("hs_calculated_form_submissions"), f"{form.guid}::{to_ms(at)}")
            if part
        ),
    }
    if _later(at, stored.get("recent_conversion_date")):
        values |= {"recent_conversion_date": moment, "recent_conversion_event_name": name}
    if _earlier(at, stored.get("first_conversion_date")):
        values |= {"first_conversion_date": moment, "first_conversion_event_name": name}
    return values


def page_view_values(
    stored: Properties, url: str, at: datetime, referrer: str | None, campaign: str | None
) -> dict[str, str]:
    """Computed analytics properties after one more page view; a pause of 30 minutes begins a session."""
    moment = iso(at)
    views = int(stored.get("hs_analytics_num_page_views") or "0") + 1
    last_seen = parse_datetime(stored.get("hs_analytics_last_timestamp") or "")
    new_session = last_seen is None or at - last_seen > _SESSION_GAP
    visits = int(stored.get("hs_analytics_num_visits") or "0") + (1 if new_session else 0)
    values = {
        "hs_analytics_num_page_views": str(views),
        "hs_analytics_num_visits": str(visits),
        "hs_analytics_average_page_views": str(round(views / max(1, visits))),
    }
    source, detail = traffic_source(referrer, campaign)
    if _earlier(at, stored.get("hs_analytics_first_timestamp")):
        values |= {"hs_analytics_first_timestamp": moment, "hs_analytics_first_url": url,
                   "hs_analytics_first_visit_timestamp": moment}  # fmt: skip
        if referrer is not None:
            values["hs_analytics_first_referrer"] = referrer
        if stored.get("hs_analytics_source") in (None, "OFFLINE"):
            values |= {"hs_analytics_source": source, "hs_analytics_source_data_1": detail}
    if _later(at, stored.get("hs_analytics_last_timestamp")):
        values |= {"hs_analytics_last_timestamp": moment, "hs_analytics_last_url": url}
        if new_session:
            values |= {"hs_analytics_last_visit_timestamp": moment, "hs_latest_source": source,
                       "hs_latest_source_timestamp": moment, "hs_latest_source_data_1": detail}  # fmt: skip
        if referrer is not None:
            values["hs_analytics_last_referrer"] = referrer
    return values


def traffic_source(referrer: str | None, campaign: str | None) -> tuple[str, str]:
    """HubSpot's source category of a visit and its first drill-down."""
    host = urlsplit(referrer).netloc if referrer else ""
    if campaign is not None:
        lowered = campaign.lower()
        if "email" in lowered or "newsletter" in lowered:
            return "EMAIL_MARKETING", campaign
        return ("PAID_SEARCH" if any(part in host for part in _SEARCH_HOSTS) else "OTHER_CAMPAIGNS"), campaign
    if any(part in host for part in _SEARCH_HOSTS):
        return "ORGANIC_SEARCH", "Unknown keywords (SSL)"
    if any(part in host for part in _SOCIAL_HOSTS):
        return "SOCIAL_MEDIA", host
    return ("REFERRALS", host) if host else ("DIRECT_TRAFFIC", "")


def email_event_values(stored: Properties, kind: str, campaign_name: str, at: datetime) -> dict[str, str]:
    """Computed e-mail properties after one marketing e-mail event; most kinds change nothing."""
    moment = iso(at)
    values: dict[str, str] = {}
    if kind == "SENT":
        values |= _first_and_last(stored, "send", at)
        values["hs_email_sends_since_last_engagement"] = _plus_one(
            stored, "hs_email_sends_since_last_engagement"
        )
        if values.get("hs_email_last_send_date") == moment:
            values["hs_email_last_email_name"] = campaign_name
    elif kind == "DELIVERED":
        values["hs_email_delivered"] = _plus_one(stored, "hs_email_delivered")
    elif kind in ("OPEN", "CLICK"):
        stem = kind.lower()
        values[f"hs_email_{stem}"] = _plus_one(stored, f"hs_email_{stem}")
        values |= _first_and_last(stored, stem, at)
        values["hs_email_sends_since_last_engagement"] = "0"
    elif kind == "BOUNCE":
        values["hs_email_bounce"] = _plus_one(stored, "hs_email_bounce")
        values["hs_email_hard_bounce_reason_enum"] = "UNKNOWN_USER"
        values["hs_email_bad_address"] = "true"
    elif kind == "SPAMREPORT":
        values["hs_email_quarantined"] = "true"
    return values


def _first_and_last(stored: Properties, stem: str, at: datetime) -> dict[str, str]:
    values: dict[str, str] = {}
    if _earlier(at, stored.get(f"hs_email_first_{stem}_date")):
        values[f"hs_email_first_{stem}_date"] = iso(at)
    if _later(at, stored.get(f"hs_email_last_{stem}_date")):
        values[f"hs_email_last_{stem}_date"] = iso(at)
    return values


def _plus_one(stored: Properties, name: str) -> str:
    return str(int(stored.get(name) or "0") + 1)


def _later(at: datetime, stored: str | None) -> bool:
    present = parse_datetime(stored or "")
    return present is None or at >= present


def _earlier(at: datetime, stored: str | None) -> bool:
    present = parse_datetime(stored or "")
    return present is None or at < present
