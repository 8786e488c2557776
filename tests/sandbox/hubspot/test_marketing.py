"""Forms, page views, e-mail events and opt-outs, with what they leave on the contact."""

from datetime import timedelta

import pytest

from sandbox.hubspot.portal import HubSpotFault

DEMO, PRICING = "https://m.example/demo", "https://m.example/pricing"


@pytest.fixture
def ada(portal, app_actor):
    return portal.create("contacts", {"email": "ada@x.com"}, actor=app_actor)


def test_a_submission_makes_the_contact_and_counts(server, portal):
    form, guide = portal.add_form("Demo request"), portal.add_form("Guide download")
    contact_id = portal.submit_form(
        form.guid, email="New@x.com", values={"firstname": "Neo", "budget": "much"}, page_url=DEMO
    )
    server.clock.advance(60)
    again = portal.submit_form(guide.guid, email="new@x.com", values={}, page_url="https://m.example/guide")
    portal.submit_form(guide.guid, email="new@x.com", values={}, page_url="https://m.example/guide")

    values = portal.record("contacts", contact_id).properties
    assert again == contact_id
    assert values["firstname"] == "Neo"
    assert values["hs_object_source"] == "FORM"
    assert (values["num_conversion_events"], values["num_unique_conversion_events"]) == ("3", "2")
    assert values["first_conversion_event_name"] == "Demo: Demo request"
    assert values["recent_conversion_event_name"] == "Guide: Guide download"
    assert values["recent_conversion_date"] == "2026-03-02T09:01:00Z"


def test_submissions_come_newest_first_in_pages(server, portal):
    form = portal.add_form("Demo request")
    for n in range(23):
        server.clock.advance(1)
        portal.submit_form(form.guid, email=f"p{n}@x.com", values={"firstname": f"P{n}"}, page_url=DEMO)
    path = f"/form-integrations/v1/submissions/forms/{form.guid}"

    first = server.call("GET", path).json()
    rest = server.call("GET", path, query={"after": first["paging"]["next"]["after"]}).json()

    assert {"name": "email", "value": "p22@x.com", "objectTypeId": "0-1"} in first["results"][0]["values"]
    assert first["results"][0]["pageUrl"] == DEMO
    assert (len(first["results"]), len(rest["results"]), "paging" in rest) == (20, 3, False)
    assert server.call("GET", path, query={"limit": 51}).status_code == 400


def test_forms_through_the_client_and_by_type(server, portal):
    form = portal.add_form("Demo request")
    comment = portal.add_form("Blog comment", "blog_comment")
    api = server.client().marketing.forms.forms_api

    assert [one.name for one in api.get_page().results] == ["Demo request"]
    assert len(api.get_page(form_types=["all"]).results) == 2
    assert api.get_by_id(form.guid).name == "Demo request"
    refused = server.call("GET", f"/form-integrations/v1/submissions/forms/{comment.guid}")
    assert (refused.status_code, refused.json()["subCategory"]) == (400, "FORM_TYPE_NOT_ALLOWED")


def test_page_views_make_sessions_and_sources(server, portal, ada):
    start = portal.now()
    portal.visit_page(ada.id, DEMO, at=start, referrer="https://www.google.com/")
    portal.visit_page(ada.id, PRICING, at=start + timedelta(minutes=5))
    portal.visit_page(ada.id, PRICING, at=start + timedelta(hours=2), campaign="spring")
    portal.visit_page(ada.id, "https://m.example/", at=start + timedelta(hours=1))

    values = ada.properties
    assert (values["hs_analytics_num_page_views"], values["hs_analytics_num_visits"]) == ("4", "2")
    assert values["hs_analytics_source"] == "ORGANIC_SEARCH"
    assert values["hs_latest_source"] == "OTHER_CAMPAIGNS"
    assert (values["hs_analytics_first_url"], values["hs_analytics_last_url"]) == (DEMO, PRICING)
    assert values["hs_analytics_last_timestamp"] == "2026-03-02T11:00:00Z"
    assert [entry.source_type for entry in ada.history["hs_analytics_last_url"]] == ["ANALYTICS"] * 2


def test_page_view_events_need_enterprise(server, portal, ada):
    start = portal.now()
    for minute in range(5):
        portal.visit_page(ada.id, PRICING, at=start + timedelta(minutes=minute))
    api = server.client().events.events_api

    with pytest.raises(Exception, match="403"):
        api.get_page(object_type="contact", object_id=int(ada.id), event_type="e_visited_page")
    portal.tier = "enterprise"
    first = api.get_page(object_type="contact", object_id=int(ada.id), event_type="e_visited_page", limit=3)
    rest = api.get_page(
        object_type="contact",
        object_id=int(ada.id),
        event_type="e_visited_page",
        after=first.paging.next.after,
    )
    later = api.get_page(
        object_type="contact", event_type="e_visited_page", occurred_after=start + timedelta(minutes=4)
    )

    assert [len(page.results) for page in (first, rest, later)] == [3, 2, 1]
    assert first.results[0].properties["hs_url"] == PRICING


def test_mail_events_by_address_and_time_and_on_the_contact(server, portal, ada):
    start = portal.now()
    mail = {"recipient": "Ada@x.com", "campaign_id": "501", "campaign_name": "Spring news"}
    for minute, kind in enumerate(["SENT", "DELIVERED", "OPEN", "OPEN", "CLICK"]):
        portal.email_event(
            kind, **mail, at=start + timedelta(minutes=minute), url=PRICING if kind == "CLICK" else None
        )
    portal.email_event("SENT", recipient="other@x.com", campaign_id="501", campaign_name="Spring news")
    path = "/email/public/v1/events"

    page = server.call("GET", path, query={"recipient": "ada@x.com", "limit": 2}).json()
    rest = server.call(
        "GET", path, query={"recipient": "ada@x.com", "limit": 9, "offset": page["offset"]}
    ).json()
    opens = server.call("GET", path, query={"eventType": "OPEN"}).json()
    since = server.call("GET", path, query={"startTimestamp": page["events"][1]["created"]}).json()

    assert [event["type"] for event in page["events"]] == ["CLICK", "OPEN"]
    assert (page["hasMore"], rest["hasMore"], len(rest["events"])) == (True, False, 3)
    assert page["events"][0]["url"] == PRICING
    assert (len(opens["events"]), len(since["events"])) == (2, 2)
    values = ada.properties
    assert (values["hs_email_open"], values["hs_email_click"], values["hs_email_delivered"]) == (
        "2",
        "1",
        "1",
    )
    assert values["hs_email_last_email_name"] == "Spring news"
    assert values["hs_email_last_click_date"] == "2026-03-02T09:04:00Z"
    assert server.call("GET", "/email/public/v1/campaigns/501").json()["name"] == "Spring news"


def test_unknown_kinds_of_mail_event_are_a_mistake_of_the_caller(portal):
    with pytest.raises(ValueError, match="PIGEON"):
        portal.email_event("PIGEON", recipient="a@x.com", campaign_id="1", campaign_name="n")


def test_opting_out_of_everything(server, portal, ada):
    path = "/communication-preferences/v4/statuses/Ada@x.com/unsubscribe-all"
    before = server.call("GET", path, query={"channel": "EMAIL"}).json()["results"]

    answer = server.call("POST", path, query={"channel": "EMAIL"})

    assert before == []
    assert answer.json()["results"] == []
    assert ada.properties["hs_email_optout"] == "true"
    assert ada.history["hs_email_optout"][0].source_type == "INTEGRATION"
    after = server.call("GET", path, query={"channel": "EMAIL"}).json()["results"]
    assert after[0]["wideStatusType"] == "PORTAL_WIDE"
    assert server.call("POST", path).status_code == 400
    written = server.call(
        "PATCH", f"/crm/v3/objects/contacts/{ada.id}", {"properties": {"hs_email_optout": "false"}}
    )
    assert written.json()["errors"][0]["code"] == "READ_ONLY_VALUE"


def test_opting_out_twice_bumps_nothing(server, portal, ada, app_actor):
    portal.unsubscribe_all("ada@x.com", actor=app_actor)
    modified = ada.properties["lastmodifieddate"]
    server.clock.advance(60)

    portal.unsubscribe_all("ada@x.com", actor=app_actor)

    assert ada.properties["lastmodifieddate"] == modified


def test_who_left_by_themselves_is_not_brought_back(server, portal, ada, app_actor, marketer):
    subscribe = {"subscriptionId": 87501, "statusState": "SUBSCRIBED", "channel": "EMAIL"}
    path = "/communication-preferences/v4/statuses/ada@x.com"
    portal.unsubscribe_all("ada@x.com", actor=app_actor)

    assert server.call("POST", path, subscribe).status_code == 200
    assert ada.properties["hs_email_optout"] == "false"
    portal.unsubscribe_all("ada@x.com", actor=type(app_actor).system("EMAIL"))
    assert server.call("POST", path, subscribe).status_code == 400
    assert ada.properties["hs_email_optout"] == "true"


def test_subscriptions_through_the_client(server, portal, ada):
    preferences = server.client().communication_preferences

    definitions = preferences.definition_api.get_page().subscription_definitions
    left = preferences.status_api.unsubscribe(
        {"emailAddress": "ada@x.com", "subscriptionId": definitions[0].id}
    )
    statuses = preferences.status_api.get_email_status("ada@x.com").subscription_statuses

    assert left.status == "NOT_SUBSCRIBED"
    assert {one.id: one.status for one in statuses}[definitions[0].id] == "NOT_SUBSCRIBED"
    assert ada.properties[f"hs_email_optout_{definitions[0].id}"] == "true"


def test_a_contact_made_after_its_address_opted_out_is_opted_out(portal, app_actor):
    portal.unsubscribe_all("late@example.com", actor=app_actor)
    contact = portal.create("contacts", {"email": "late@example.com"}, actor=app_actor)
    assert contact.properties["hs_email_optout"] == "true"


def test_the_opt_out_follows_a_changed_address(portal, ada, app_actor):
    portal.unsubscribe_all("ada@x.com", actor=app_actor)

    portal.update("contacts", ada.id, {"email": "ada@new.example"}, actor=app_actor)

    assert portal.subscriptions.opted_out("ada@new.example") is not None


def test_a_page_view_needs_a_contact(portal):
    with pytest.raises(HubSpotFault):
        portal.visit_page("77", PRICING)
