"""The timeline of a HubSpot contact: what the person did, and what marketing and sales did, newest first."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

from sandbox.hubspot.engagement import EmailEvent, PageView, page_title
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Record
from sandbox.pages import formats
from sandbox.pages.views import Icon, TimelineItem

_VISIT_GAP = timedelta(minutes=30)
_EMAIL_EVENTS: Mapping[str, tuple[Icon, str]] = {
    "SENT": ("campaign", "Was sent “{}”"),
    "OPEN": ("email", "Opened “{}”"),
    "CLICK": ("click", "Clicked a link in “{}”"),
    "BOUNCE": ("email", "“{}” bounced"),
    "SPAMREPORT": ("email", "Reported “{}” as spam"),
}
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<br\s*/?>|</p>", re.IGNORECASE)


def timeline_of(
    portal: Portal,
    contact: Record,
    owners: Mapping[str, str],
    label_of: Callable[[str, str, str | None], str | None],
) -> list[TimelineItem]:
    """Everything about one contact.

    Args:
        owners: names by owner id.
        label_of: the label of an option, given object type, property and value.
    """
    log = portal.engagement
    addresses = [contact.properties.get("email") or "", *_more_addresses(contact)]
    items = [
        *_form_items(portal, contact.id),
        *_visits(log.page_views.get(contact.id, [])),
        *(item for address in addresses for item in _email_items(log.events_by_recipient.get(address, []))),
    ]
    for kind in ("calls", "emails", "meetings", "notes", "tasks"):
        for activity_id in portal.associated("contacts", contact.id, kind):
            activity = portal.record(kind, activity_id)
            if activity is not None and not activity.archived:
                items.append(_activity(kind, activity, owners, label_of))
    return sorted(items, key=lambda item: item.at, reverse=True)


def _more_addresses(contact: Record) -> list[str]:
    return [part for part in (contact.properties.get("hs_additional_emails") or "").split(";") if part]


def _form_items(portal: Portal, contact_id: str) -> list[TimelineItem]:
    log = portal.engagement
    return [
        TimelineItem(
            at=submission.submitted_at,
            icon="form",
            title=f"Submitted “{log.forms[submission.form_guid].name}”",
            detail=urlsplit(submission.page_url).path or submission.page_url,
        )
        for submission in log.submissions_by_contact.get(contact_id, [])
    ]


def _visits(views: list[PageView]) -> list[TimelineItem]:
    """Page views, those of one visit together."""
    visits: list[list[PageView]] = []
    for view in sorted(views, key=lambda one: one.at):
        if visits and view.at - visits[-1][-1].at <= _VISIT_GAP:
            visits[-1].append(view)
        else:
            visits.append([view])
    return [_visit(visit) for visit in visits]


def _visit(views: list[PageView]) -> TimelineItem:
    titles = list(dict.fromkeys(page_title(view.url) for view in views))
    title = f"Viewed {titles[0]}" if len(titles) == 1 else f"Viewed {len(titles)} pages"
    came_from = " ".join(
        filter(None, (views[0].campaign and f"campaign {views[0].campaign}", views[0].referrer))
    )
    return TimelineItem(
        at=views[-1].at,
        icon="page",
        title=title,
        detail=formats.paragraph(
            ", ".join(titles) if len(titles) > 1 else None, f"Came from {came_from}" if came_from else None
        ),
    )


def _email_items(events: list[EmailEvent]) -> list[TimelineItem]:
    return [
        TimelineItem(event.at, icon, title.format(event.campaign_name), event.url or "")
        for event in events
        if event.kind in _EMAIL_EVENTS
        for icon, title in (_EMAIL_EVENTS[event.kind],)
    ]


def _activity(
    kind: str,
    record: Record,
    owners: Mapping[str, str],
    label_of: Callable[[str, str, str | None], str | None],
) -> TimelineItem:
    values = record.properties
    facts: list[str | None] = []
    open_activity = False
    icon: Icon
    if kind == "calls":
        icon, title, body = "call", values.get("hs_call_title") or "Call", values.get("hs_call_body")
        length_ms = formats.whole(values.get("hs_call_duration"))
        outcome = label_of(kind, "hs_call_disposition", values.get("hs_call_disposition"))
        facts = [outcome, formats.duration(length_ms / 1000 if length_ms else None)]
    elif kind == "emails":
        icon, title = "email", values.get("hs_email_subject") or "E-mail"
        body = values.get("hs_email_text") or values.get("hs_email_html")
    elif kind == "meetings":
        icon, title, body = (
            "meeting",
            values.get("hs_meeting_title") or "Meeting",
            values.get("hs_meeting_body"),
        )
        facts = [label_of(kind, "hs_meeting_outcome", values.get("hs_meeting_outcome"))]
        open_activity = values.get("hs_meeting_outcome") == "SCHEDULED"
    elif kind == "tasks":
        icon, title, body = "task", values.get("hs_task_subject") or "Task", values.get("hs_task_body")
        open_activity = values.get("hs_task_status") != "COMPLETED"
    else:
        icon, title, body = "note", "Note", values.get("hs_note_body")
    at = formats.parse_moment(values.get("hs_timestamp")) or record.created_at
    return TimelineItem(
        at=at,
        icon=icon,
        title=title,
        detail=formats.paragraph(", ".join(fact for fact in facts if fact), _text(body)),
        by=owners.get(values.get("hubspot_owner_id") or "", ""),
        due=formats.due(at.astimezone(formats.BUSINESS_ZONE)) if open_activity else None,
    )


def _text(body: str | None) -> str:
    """An activity's HTML body as plain text."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", body or "")))
