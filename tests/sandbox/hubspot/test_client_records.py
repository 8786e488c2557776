"""Records through the real client: what it sends and what it makes of our answers."""

import pytest
from hubspot.crm.contacts.exceptions import ApiException, NotFoundException


def test_a_contact_lives_through_the_client(server):
    api = server.client().crm.contacts.basic_api

    made = api.create({"properties": {"email": "Ada@Example.com", "firstname": "Ada", "do_not_call": True}})
    read = api.get_by_id(made.id, properties=["email", "do_not_call", "jobtitle", "no_such_property"])
    changed = api.update(made.id, {"properties": {"jobtitle": "CTO"}})
    api.archive(made.id)

    assert made.properties["lifecyclestage"] == "lead"
    assert made.properties["hs_object_source_id"] == str(server.portal.app_id)
    assert read.properties["email"] == "ada@example.com"
    assert read.properties["do_not_call"] == "true"
    assert read.properties["jobtitle"] is None
    assert "no_such_property" not in read.properties
    assert changed.properties["jobtitle"] == "CTO"
    assert "email" not in changed.properties
    with pytest.raises(NotFoundException):
        api.get_by_id(made.id)
    assert api.get_by_id(made.id, archived=True).archived is True
    assert [record.id for record in api.get_page(archived=True).results] == [made.id]


def test_reading_by_address_and_with_history_and_associations(server, portal, app_actor):
    client = server.client()
    company = client.crm.companies.basic_api.create({"properties": {"name": "Orbit"}})
    made = client.crm.contacts.basic_api.create(
        {
            "properties": {"email": "a+b@x.com"},
            "associations": [
                {
                    "to": {"id": company.id},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}],
                }
            ],
        }
    )
    server.clock.advance(60)
    client.crm.contacts.basic_api.update(made.id, {"properties": {"jobtitle": "VP"}})
    server.clock.advance(60)
    client.crm.contacts.basic_api.update(made.id, {"properties": {"jobtitle": "CEO"}})

    read = client.crm.contacts.basic_api.get_by_id(
        "A+B@x.com",
        id_property="email",
        properties=["associatedcompanyid"],
        properties_with_history=["jobtitle"],
        associations=["companies"],
    )

    assert read.id == made.id
    assert read.properties["associatedcompanyid"] == company.id
    assert [entry.value for entry in read.properties_with_history["jobtitle"]] == ["CEO", "VP"]
    newest = read.properties_with_history["jobtitle"][0]
    assert (newest.source_type, newest.source_id) == ("INTEGRATION", str(portal.app_id))
    assert {one.type for one in read.associations["companies"].results} == {
        "contact_to_company",
        "contact_to_company_unlabeled",
    }


@pytest.mark.parametrize(
    ("object_name", "properties"),
    [
        ("deals", {"dealname": "Big one", "dealstage": "qualifiedtobuy", "amount": 1200.5}),
        ("companies", {"domain": "https://www.Orbit.example/about"}),
    ],
)
def test_other_objects_through_their_own_packages(server, object_name, properties):
    api = getattr(server.client().crm, object_name).basic_api

    made = api.create({"properties": properties})

    assert api.get_by_id(made.id).id == made.id


@pytest.mark.parametrize(
    ("object_name", "properties"),
    [
        (
            "calls",
            {
                "hs_timestamp": "2026-03-01T08:00:00Z",
                "hs_call_duration": 60000,
                "hs_call_status": "COMPLETED",
            },
        ),
        ("emails", {"hs_timestamp": 1772000000000, "hs_email_direction": "EMAIL"}),
        ("meetings", {"hs_meeting_start_time": "2026-03-01T08:00:00+02:00", "hs_meeting_title": "Demo"}),
        ("notes", {"hs_timestamp": "2026-03-01T08:00:00Z", "hs_note_body": "<p>hi</p>"}),
        (
            "tasks",
            {
                "hs_timestamp": "2026-03-09T08:00:00Z",
                "hs_task_subject": "Call",
                "hs_task_status": "NOT_STARTED",
            },
        ),
    ],
)
def test_activities_are_created_with_their_contact_and_show_on_it(
    server, portal, app_actor, object_name, properties
):
    contact = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)
    type_id = {"calls": 194, "emails": 198, "meetings": 200, "notes": 202, "tasks": 204}[object_name]
    api = getattr(server.client().crm.objects, object_name).basic_api

    made = api.create(
        {
            "properties": properties,
            "associations": [
                {
                    "to": {"id": contact.id},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}],
                }
            ],
        }
    )

    read = api.get_by_id(made.id, properties=["hs_timestamp"])
    assert read.properties["hs_timestamp"].endswith("Z")
    assert portal.associated("contacts", contact.id, object_name) == [made.id]
    assert portal.record("contacts", contact.id).properties["num_notes"] == "1"


def test_activity_without_its_required_properties_is_refused(server):
    with pytest.raises(Exception, match="Error creating CALL"):
        server.client().crm.objects.calls.basic_api.create({"properties": {"hs_call_title": "x"}})


def test_wrong_direction_of_an_inline_association_creates_nothing(server, portal, app_actor):
    contact = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)
    body = {
        "properties": {"hs_timestamp": "2026-03-01T08:00:00Z"},
        "associations": [
            {
                "to": {"id": contact.id},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 193}],
            }
        ],
    }

    answer = server.call("POST", "/crm/v3/objects/calls", body)

    assert answer.status_code == 400
    assert portal.records("calls") == []


def test_same_address_is_a_conflict_that_names_the_existing_id(server):
    api = server.client().crm.contacts.basic_api
    first = api.create({"properties": {"email": "a@x.com"}})

    with pytest.raises(ApiException) as caught:
        api.create({"properties": {"email": " A@X.com "}})

    assert caught.value.status == 409
    assert f"Contact already exists. Existing ID: {first.id}" in caught.value.body


def test_paging_through_everything_gives_each_record_once(server, portal, app_actor):
    made = [portal.create("contacts", {"email": f"p{n}@x.com"}, actor=app_actor).id for n in range(205)]

    found = [record.id for record in server.client().crm.contacts.get_all()]

    assert found == made


def test_history_lists_at_most_fifty_records_a_page(server):
    answer = server.call(
        "GET", "/crm/v3/objects/contacts", query={"limit": 100, "propertiesWithHistory": "email"}
    )

    assert answer.status_code == 400


def test_properties_may_be_joined_by_commas_and_paths_may_end_in_a_slash(server, portal, app_actor):
    contact = portal.create("contacts", {"email": "a@x.com", "firstname": "Ada"}, actor=app_actor)

    joined = server.call("GET", f"/crm/v3/objects/0-1/{contact.id}/", query={"properties": "email,firstname"})

    assert joined.json()["properties"]["firstname"] == "Ada"


@pytest.mark.parametrize("path", ["/crm/v3/objects/contacts/999", "/crm/v3/objects/contacts/abc"])
def test_not_found_texts(server, path):
    answer = server.call("GET", path)

    assert answer.status_code == 404
    if path.endswith("999"):
        assert answer.json()["message"] == "resource not found"
        assert "category" not in answer.json()
    else:
        assert answer.json()["message"] == "Object not found.  objectId are usually numeric."


def test_unknown_type_and_unknown_path(server):
    unknown_type = server.call("GET", "/crm/v3/objects/butterflies")
    unknown_path = server.call("GET", "/crm/v9/nothing")

    assert unknown_type.status_code == 400
    assert unknown_type.json()["message"] == "Unable to infer object type from: butterflies"
    assert unknown_path.status_code == 404
    assert unknown_path.headers["content-type"].startswith("text/html")


def test_an_e_mail_activity_is_gone_for_good_and_a_note_is_not(server, portal, app_actor):
    moment = "2026-03-01T08:00:00Z"
    email = portal.create("emails", {"hs_timestamp": moment, "hs_email_direction": "EMAIL"}, actor=app_actor)
    note = portal.create("notes", {"hs_timestamp": moment}, actor=app_actor)

    assert server.call("DELETE", f"/crm/v3/objects/emails/{email.id}").status_code == 204
    assert server.call("DELETE", f"/crm/v3/objects/notes/{note.id}").status_code == 204
    assert server.call("DELETE", f"/crm/v3/objects/notes/{note.id}").status_code == 204

    assert portal.record("emails", email.id) is None
    assert portal.record("notes", note.id).archived


def test_privacy_deletion_by_address(server, portal, app_actor):
    contact = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)

    server.client().crm.contacts.basic_api.purge({"objectId": "a@x.com", "idProperty": "email"})

    assert portal.record("contacts", contact.id) is None
    assert "a@x.com" in portal.blocked_addresses
