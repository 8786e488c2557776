"""What a write stores, refuses, ignores and leaves in the history."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.hubspot.portal import Actor, HubSpotFault


@pytest.mark.parametrize(
    ("name", "sent", "stored"),
    [
        ("email", "  Ada.B@X.Com ", "ada.b@x.com"),
        ("employee_count", 47, "47"),
        ("employee_count", 47.0, "47"),
        ("employee_count", "47.5", "47.5"),
        ("do_not_call", True, "true"),
        ("do_not_call", "FALSE", "false"),
        ("closedate", "2024-02-14T09:45:00+01:00", "2024-02-14T08:45:00Z"),
        ("closedate", 1707900300054, "2024-02-14T08:45:00.054Z"),
        ("lead_source", "trade_show", "trade_show"),
        ("jobtitle", " kept as sent ", " kept as sent "),
        ("hs_legal_basis", "Consent;Legitimate interest", "Consent;Legitimate interest"),
    ],
)
def test_values_are_normalised(portal, app_actor, name, sent, stored):
    contact = portal.create("contacts", {"firstname": "A", name: sent}, actor=app_actor)

    assert contact.properties[name] == stored


@pytest.mark.parametrize(
    ("name", "sent", "code"),
    [
        ("no_such", "x", "PROPERTY_DOESNT_EXIST"),
        ("hs_email_optout", "true", "READ_ONLY_VALUE"),
        ("hs_object_id", "5", "READ_ONLY_VALUE"),
        ("email", "not an address", "INVALID_EMAIL"),
        ("employee_count", "many", "INVALID_INTEGER"),
        ("lead_source", "Trade Show", "INVALID_OPTION"),
        ("lead_source", "trade_show ", "LEADING_TRAILING_WHITESPACE"),
        ("do_not_call", "yes", "INVALID_OPTION"),
        ("closedate", "1/1/1", "INVALID_LONG"),
        ("hubspot_owner_id", "12345", "INVALID_OPTION"),
        ("jobtitle", "x" * 65_537, "PROPERTY_VALUE_TOO_LONG"),
    ],
)
def test_refused_values_say_why_in_structure_and_write_nothing(server, portal, app_actor, name, sent, code):
    contact = portal.create("contacts", {"firstname": "A"}, actor=app_actor)

    answer = server.call(
        "PATCH", f"/crm/v3/objects/contacts/{contact.id}", {"properties": {"firstname": "B", name: sent}}
    )

    body = answer.json()
    assert answer.status_code == 400
    assert body["category"] == "VALIDATION_ERROR"
    assert body["message"].startswith("Property values were not valid: [{")
    assert [(e["code"], e["context"]["propertyName"]) for e in body["errors"]] == [(code, [name])]
    assert contact.properties["firstname"] == "A"


def test_all_bad_properties_are_named_at_once(server):
    answer = server.call(
        "POST",
        "/crm/v3/objects/contacts",
        {"properties": {"email": "bad", "no_such": "1", "lead_source": "?"}},
    )

    assert len(answer.json()["errors"]) == 3


def test_date_values_must_be_midnight(portal, app_actor):
    portal.add_property(
        "contacts",
        {
            "name": "birthday",
            "label": "B",
            "groupName": "contactinformation",
            "type": "date",
            "fieldType": "date",
        },
    )
    contact = portal.create("contacts", {"firstname": "A", "birthday": 1579132800000}, actor=app_actor)

    assert contact.properties["birthday"] == "2020-01-16"
    with pytest.raises(HubSpotFault, match=r"1579179660000 is at 13:1:0\.0 UTC, not midnight!"):
        portal.update("contacts", contact.id, {"birthday": 1579179660000}, actor=app_actor)


def test_null_leaves_alone_and_empty_clears(server, portal, app_actor):
    contact = portal.create("contacts", {"firstname": "A", "jobtitle": "VP", "phone": "1"}, actor=app_actor)
    path = f"/crm/v3/objects/contacts/{contact.id}"

    server.call("PATCH", path, {"properties": {"jobtitle": None, "phone": ""}})

    read = server.call(
        "GET", path, query={"properties": "jobtitle,phone", "propertiesWithHistory": "phone"}
    ).json()
    assert read["properties"]["jobtitle"] == "VP"
    assert read["properties"]["phone"] is None
    assert [entry["value"] for entry in read["propertiesWithHistory"]["phone"]] == ["", "1"]


def test_nothing_to_update_is_an_error_but_only_nulls_are_not(server, portal, app_actor):
    contact = portal.create("contacts", {"firstname": "A"}, actor=app_actor)
    path = f"/crm/v3/objects/contacts/{contact.id}"

    assert server.call("PATCH", path, {"properties": {}}).status_code == 400
    assert server.call("PATCH", path, {"properties": {"jobtitle": None}}).status_code == 200


def test_an_identical_value_moves_nothing(server, portal, app_actor):
    contact = portal.create("contacts", {"email": "a@x.com", "jobtitle": "VP"}, actor=app_actor)
    modified = contact.properties["lastmodifieddate"]
    server.clock.advance(60)

    portal.update("contacts", contact.id, {"jobtitle": "VP", "email": "A@x.com"}, actor=app_actor)

    assert contact.properties["lastmodifieddate"] == modified
    assert len(contact.history["jobtitle"]) == 1


def test_history_tells_people_apps_and_hubspot_apart(server, portal, app_actor, marketer):
    contact = portal.create("contacts", {"email": "a@x.com", "jobtitle": "VP"}, actor=app_actor)
    path = f"/crm/v3/objects/contacts/{contact.id}"
    server.clock.advance(60)
    server.call("PATCH", path, {"properties": {"jobtitle": "CEO"}}, token=marketer.token)
    form = portal.add_form("Demo request")
    server.clock.advance(60)
    portal.submit_form(
        form.guid, email="a@x.com", values={"jobtitle": "Founder"}, page_url="https://m.example/demo"
    )

    entries = server.call("GET", path, query={"propertiesWithHistory": "jobtitle"}).json()[
        "propertiesWithHistory"
    ]["jobtitle"]

    assert [(e["value"], e["sourceType"], e.get("sourceId")) for e in entries] == [
        ("Founder", "FORM", None),
        ("CEO", "CRM_UI", f"userId:{marketer.user_id}"),
        ("VP", "INTEGRATION", str(portal.app_id)),
    ]
    assert entries[1]["updatedByUserId"] == marketer.user_id
    assert entries[0]["timestamp"] == "2026-03-02T09:02:00Z"


def test_the_past_can_be_written(portal, app_actor):
    then = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    contact = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor, at=then)
    portal.update("contacts", contact.id, {"jobtitle": "VP"}, actor=app_actor, at=then + timedelta(hours=1))

    assert contact.properties["createdate"] == "2026-01-05T08:30:00Z"
    assert contact.properties["lastmodifieddate"] == "2026-01-05T09:30:00Z"
    assert contact.history["jobtitle"][0].timestamp == then + timedelta(hours=1)
    with pytest.raises(ValueError, match="aware"):
        portal.update("contacts", contact.id, {"jobtitle": "X"}, actor=app_actor, at=datetime(2026, 1, 6))  # noqa: DTZ001


def test_lifecycle_goes_back_only_through_empty(server, portal, app_actor):
    contact = portal.create(
        "contacts", {"email": "a@x.com", "lifecyclestage": "opportunity"}, actor=app_actor
    )
    path = f"/crm/v3/objects/contacts/{contact.id}"
    modified = contact.properties["lastmodifieddate"]
    server.clock.advance(5)

    back = server.call("PATCH", path, {"properties": {"lifecyclestage": "lead"}})

    assert (back.status_code, back.json()["properties"]["lifecyclestage"]) == (200, "opportunity")
    assert contact.properties["lastmodifieddate"] == modified
    server.call("PATCH", path, {"properties": {"lifecyclestage": ""}})
    server.call("PATCH", path, {"properties": {"lifecyclestage": "lead"}})
    assert contact.properties["lifecyclestage"] == "lead"
    assert contact.properties["hs_v2_date_entered_lead"] == "2026-03-02T09:00:05Z"


def test_sub_second_times_keep_their_fraction(portal, app_actor):
    at = datetime(2026, 3, 1, 8, 0, 0, 54_321, tzinfo=UTC)

    contact = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor, at=at)

    assert contact.properties["createdate"] == "2026-03-01T08:00:00.054Z"


def test_checkbox_values_append_after_a_leading_semicolon(portal, app_actor):
    contact = portal.create("contacts", {"email": "a@x.com", "hs_legal_basis": "Consent"}, actor=app_actor)

    portal.update("contacts", contact.id, {"hs_legal_basis": ";Legitimate interest"}, actor=app_actor)

    assert contact.properties["hs_legal_basis"] == "Consent;Legitimate interest"


def test_two_contacts_cannot_hold_one_unique_value(server, portal, app_actor):
    portal.add_property(
        "contacts",
        {"name": "salesforce_lead_id", "label": "L", "groupName": "contactinformation", "type": "string",
         "fieldType": "text", "hasUniqueValue": True},
    )  # fmt: skip
    first = portal.create("contacts", {"email": "a@x.com", "salesforce_lead_id": "00Q1"}, actor=app_actor)
    second = portal.create("contacts", {"email": "b@x.com"}, actor=app_actor)

    answer = server.call(
        "PATCH", f"/crm/v3/objects/contacts/{second.id}", {"properties": {"salesforce_lead_id": "00Q1"}}
    )
    taken = server.call(
        "PATCH", f"/crm/v3/objects/contacts/{second.id}", {"properties": {"email": "a@x.com"}}
    )
    by_value = server.call("GET", "/crm/v3/objects/contacts/00Q1", query={"idProperty": "salesforce_lead_id"})

    assert answer.json()["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    assert (taken.status_code, taken.json()["category"]) == (409, "CONFLICT")
    assert by_value.json()["id"] == first.id


def test_an_archived_contact_frees_its_address_and_comes_back_only_while_it_is_free(portal, app_actor):
    first = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)
    portal.archive("contacts", first.id, actor=app_actor)
    second = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)

    with pytest.raises(HubSpotFault, match="Contact already exists"):
        portal.restore("contacts", first.id, actor=app_actor)
    portal.archive("contacts", second.id, actor=app_actor)
    assert portal.restore("contacts", first.id, actor=app_actor).archived is False
    assert portal.contact_by_email("a@x.com") is first


def test_headers_of_a_logged_mail_fill_the_address_properties(portal, app_actor):
    headers = (
        '{"from":{"email":"rep@m.example","firstName":"Rep"},"to":[{"email":"a@x.com"},{"email":"b@x.com"}]}'
    )

    mail = portal.create(
        "emails",
        {"hs_timestamp": 1772000000000, "hs_email_direction": "EMAIL", "hs_email_headers": headers},
        actor=app_actor,
    )

    assert mail.properties["hs_email_from_email"] == "rep@m.example"
    assert mail.properties["hs_email_to_email"] == "a@x.com;b@x.com"


def test_one_seed_gives_one_account(server, portal, app_actor):
    def fill():
        portal.reset()
        form = portal.add_form("Demo request")
        portal.submit_form(form.guid, email="a@x.com", values={}, page_url="https://m.example/demo")
        portal.create("companies", {"name": "Orbit"}, actor=Actor.user(5))
        return portal.snapshot(history=True), portal.access_token

    assert fill() == fill()
