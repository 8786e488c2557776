"""Marketing engagement on every tier: from event endpoints where there are some, else from properties."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.hubspot.marketing import ENGAGEMENT_PROPERTIES, engagement_from_properties
from connectors.results import ChangeRequest

SITE = "https://www.meridian-analytics.example"
BEGIN = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def visitor(hubspot_side):
    """A contact who came by a form, read two pages, and opened and clicked a mail. Answers its id."""
    portal = hubspot_side.portal
    form = portal.add_form("Demo request")
    portal.add_form("Comments", "blog_comment")
    email = "ann@acme.example"

    def later(hours):
        return BEGIN + timedelta(hours=hours)

    contact = portal.submit_form(form.guid, email=email, values={}, page_url=f"{SITE}/demo", at=BEGIN)
    portal.visit_page(contact, f"{SITE}/pricing", at=later(1))
    portal.visit_page(contact, f"{SITE}/pricing", at=later(2))
    portal.visit_page(contact, f"{SITE}/product", at=later(3))
    for kind, hour, url in [
        ("SENT", 4, None),
        ("OPEN", 5, None),
        ("CLICK", 6, f"{SITE}/blog/a"),
        ("OPEN", 7, None),
    ]:
        portal.email_event(
            kind, recipient=email, campaign_id="11", campaign_name="November news", at=later(hour), url=url
        )
    portal.submit_form(form.guid, email=email, values={}, page_url=f"{SITE}/pricing", at=later(8))
    return contact


def seen(events):
    return {(event.kind, (event.at - BEGIN) // timedelta(hours=1), event.detail) for event in events}


def test_properties_and_their_history_tell_every_event(hubspot, visitor):
    request = ChangeRequest("contacts", ("email", *ENGAGEMENT_PROPERTIES), None, ENGAGEMENT_PROPERTIES)
    records = [record for _, page in hubspot.changes([request]) for record in page]
    events = engagement_from_properties(records)
    assert seen(events) == {
        ("form_submission", 0, "Demo request"),
        ("page_view", 1, f"{SITE}/pricing"),
        ("page_view", 2, f"{SITE}/pricing"),
        ("page_view", 3, f"{SITE}/product"),
        ("email_sent_marketing", 4, "November news"),
        ("email_open", 5, "November news"),
        ("email_click", 6, "November news"),
        ("email_open", 7, "November news"),
        ("form_submission", 8, "Demo request"),
    }
    assert {event.contact_id for event in events} == {visitor}
    assert {event.kind for event in engagement_from_properties(records, {"page_view"})} == {"page_view"}
    again = engagement_from_properties(records)
    assert [event.activity_id for event in again] == [event.activity_id for event in events]


def test_without_history_the_first_and_latest_events_are_told(hubspot, visitor):
    records = hubspot.read("contacts", [visitor], ["email", *ENGAGEMENT_PROPERTIES])
    found = {(kind, hour) for kind, hour, _ in seen(engagement_from_properties(records))}
    assert found == {
        ("form_submission", 0),
        ("form_submission", 8),
        ("page_view", 1),
        ("page_view", 3),
        ("email_sent_marketing", 4),
        ("email_open", 5),
        ("email_open", 7),
        ("email_click", 6),
    }


def test_event_endpoints_tell_forms_and_mails_since_a_moment(hubspot, visitor):
    sources = hubspot.marketing()
    forms = sources.form_submissions(BEGIN + timedelta(hours=1))
    assert seen(forms) == {("form_submission", 8, "Demo request")}
    assert {event.email for event in forms} == {"ann@acme.example"}
    assert seen(sources.email_events(BEGIN + timedelta(hours=5))) == {
        ("email_open", 5, "November news"),
        ("email_click", 6, f"{SITE}/blog/a"),
        ("email_open", 7, "November news"),
    }


def test_a_source_that_the_tier_lacks_is_remembered_and_shown(hubspot, visitor):
    sources = hubspot.marketing()
    assert sources.page_views([visitor], BEGIN) is None
    calls = hubspot.usage().calls
    assert sources.page_views([visitor], BEGIN) is None
    assert hubspot.usage().calls == calls
    assert sources.available_sources() == {"forms": True, "email_events": True, "page_views": False}


def test_page_views_are_read_where_the_account_has_them(hubspot_side, visitor):
    hubspot_side.portal.tier = "enterprise"
    sources = hubspot_side.gateway().marketing()
    assert seen(sources.page_views([visitor], BEGIN + timedelta(hours=2))) == {
        ("page_view", 2, f"{SITE}/pricing"),
        ("page_view", 3, f"{SITE}/product"),
    }
