"""Forms and submissions, marketing e-mail events, page views, by the endpoints that real portals have."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.engagement import EMAIL_EVENT_KINDS, EmailEvent, Form, PageView
from sandbox.hubspot.http import Call, Reply, collection, route
from sandbox.hubspot.object_types import find_object_type
from sandbox.hubspot.payload import as_integer
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.values import iso, parse_datetime, to_ms

Body = dict[str, Any]
MAX_SUBMISSIONS, DEFAULT_SUBMISSIONS = 50, 20
MAX_EMAIL_EVENTS, DEFAULT_EMAIL_EVENTS = 1000, 10
MAX_EVENTS, DEFAULT_EVENTS = 1000, 20
PAGE_VIEW = "e_visited_page"


def marketing_routes(portal: Portal) -> list[Route]:
    return [
        route(portal, "/form-integrations/v1/submissions/forms/{guid}", GET=_submissions),
        route(portal, "/marketing/v3/forms", GET=_forms),
        route(portal, "/marketing/v3/forms/{guid}", GET=_form),
        route(portal, "/email/public/v1/events", GET=_email_events),
        route(portal, "/email/public/v1/campaigns/{campaign_id}", GET=_campaign),
        route(portal, "/events/v3/events/event-types", GET=_event_types),
        route(portal, "/events/v3/events", GET=_events),
    ]


def _require_form(call: Call, guid: str) -> Form:
    call.require("forms")
    form = call.portal.engagement.forms.get(guid)
    if form is None:
        raise errors.not_found(f"No form found with guid {guid}.")
    return form


def _submissions(call: Call) -> Reply:
    form = _require_form(call, call.path("guid"))
    if form.form_type == "blog_comment":
        raise errors.validation("Form type is not allowed.", subCategory="FORM_TYPE_NOT_ALLOWED")
    limit = call.integer("limit", DEFAULT_SUBMISSIONS, MAX_SUBMISSIONS)
    start = call.integer("after", 0)
    newest = sorted(
        call.portal.engagement.submissions[form.guid], key=lambda one: one.submitted_at, reverse=True
    )
    page = newest[start : start + limit]
    more = start + limit < len(newest)
    return Reply(collection([one.wire() for one in page], str(start + limit) if more else None))


def _form_body(form: Form) -> Body:
    return {
        "id": form.guid,
        "name": form.name,
        "formType": form.form_type,
        "createdAt": iso(form.created_at),
        "updatedAt": iso(form.created_at),
        "archived": False,
        "fieldGroups": [
            {
                "groupType": "default_group",
                "richTextType": "text",
                "fields": [
                    {
                        "objectTypeId": "0-1",
                        "name": "email",
                        "label": "Email",
                        "required": True,
                        "hidden": False,
                        "fieldType": "email",
                        "validation": {"blockedEmailDomains": [], "useDefaultBlockList": False},
                    }
                ],
            }
        ],
        "configuration": {
            "language": "en",
            "cloneable": True,
            "editable": True,
            "archivable": True,
            "recaptchaEnabled": False,
            "notifyContactOwner": False,
            "notifyRecipients": [],
            "createNewContactForNewEmail": False,
            "prePopulateKnownValues": True,
            "allowLinkToResetKnownValues": False,
            "lifecycleStages": [],
            "postSubmitAction": {"type": "thank_you", "value": "Thank you."},
        },
        "displayOptions": {
            "renderRawHtml": False,
            "theme": "default_style",
            "submitButtonText": "Submit",
            "style": {},
            "cssClass": "",
        },
        "legalConsentOptions": {"type": "none"},
    }


def _forms(call: Call) -> Reply:
    call.require("forms")
    wanted = set(call.names("formTypes")) or {"hubspot"}
    found = [
        form for form in call.portal.engagement.forms.values() if "all" in wanted or form.form_type in wanted
    ]
    limit, start = call.integer("limit", DEFAULT_SUBMISSIONS, None), call.integer("after", 0)
    page = found[start : start + limit]
    more = start + limit < len(found)
    return Reply(collection([_form_body(form) for form in page], str(start + limit) if more else None))


def _form(call: Call) -> Reply:
    return Reply(_form_body(_require_form(call, call.path("guid"))))


def _email_events(call: Call) -> Reply:
    call.require("content")
    kind = call.query("eventType")
    if kind and kind not in EMAIL_EVENT_KINDS:
        raise errors.validation(f"{kind} is not an e-mail event type.")
    recipient, campaign = call.query("recipient").lower(), call.query("campaignId")
    start, end = call.integer("startTimestamp", 0), call.integer("endTimestamp", 2**62)
    log = call.portal.engagement
    pool: Sequence[EmailEvent] = log.events_by_recipient.get(recipient, []) if recipient else log.email_events
    found = [
        event
        for event in pool
        if (not kind or event.kind == kind)
        and (not campaign or event.campaign_id == campaign)
        and start <= to_ms(event.at) <= end
    ]
    found.sort(key=lambda event: (event.at, event.id), reverse=True)
    limit = call.integer("limit", DEFAULT_EMAIL_EVENTS, MAX_EMAIL_EVENTS)
    offset = call.query("offset")
    position = int(offset, 36) if offset.isascii() and offset.isalnum() else 0
    page = found[position : position + limit]
    reached = position + len(page)
    return Reply(
        {
            "hasMore": reached < len(found),
            "offset": _base36(reached),
            "events": [event.wire(call.portal.portal_id, call.portal.app_id) for event in page],
        }
    )


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"


def _campaign(call: Call) -> Reply:
    call.require("content")
    campaign_id = call.path("campaign_id")
    name = call.portal.engagement.campaigns.get(campaign_id)
    if name is None:
        raise errors.not_found(f"Campaign {campaign_id} does not exist.")
    return Reply(
        {
            "id": int(campaign_id) if campaign_id.isdigit() else campaign_id,
            "appId": call.portal.app_id,
            "appName": "Batch",
            "name": name,
            "subject": name,
            "type": "BATCH_EMAIL",
        }
    )


def _require_events(call: Call) -> None:
    call.require("oauth")
    if call.portal.tier != "enterprise":
        raise errors.tier_required("event analytics")


def _event_types(call: Call) -> Reply:
    _require_events(call)
    return Reply({"eventTypes": [PAGE_VIEW]})


def _events(call: Call) -> Reply:
    _require_events(call)
    kind = find_object_type(call.query("objectType", "contact"))
    if kind is None or kind.name != "contacts":
        raise errors.validation(f"Unable to infer object type from: {call.query('objectType')}")
    event_type = call.query("eventType")
    if event_type and event_type != PAGE_VIEW:
        return Reply(collection([]))
    views = _views(call)
    since, until = _bound(call, "occurredAfter"), _bound(call, "occurredBefore")
    found = sorted(
        (
            one
            for one in views
            if (since is None or to_ms(one.at) >= since) and (until is None or to_ms(one.at) < until)
        ),
        key=_view_order,
    )
    after = call.query("after")
    start = 0
    if after:
        at_ms, _, view_id = after.partition("_")
        start = bisect_left([_view_order(one) for one in found], (as_integer(at_ms, "after"), view_id))
    limit = call.integer("limit", DEFAULT_EVENTS, MAX_EVENTS)
    page = found[start : start + limit]
    following = found[start + limit] if start + limit < len(found) else None
    cursor = None if following is None else f"{to_ms(following.at)}_{following.id}"
    return Reply(collection([one.wire() for one in page], cursor))


def _views(call: Call) -> list[PageView]:
    log, object_id = call.portal.engagement.page_views, call.query("objectId")
    if object_id:
        record = call.portal.record("contacts", object_id)
        return [] if record is None else log.get(record.id, [])
    return [view for views in log.values() for view in views]


def _view_order(view: PageView) -> tuple[int, str]:
    return to_ms(view.at), view.id


def _bound(call: Call, name: str) -> int | None:
    text = call.query(name)
    if not text:
        return None
    moment = parse_datetime(text.replace(" ", "+"))
    if moment is None:
        raise errors.validation(f"{name} is no date: {text}")
    return to_ms(moment)
