"""Batches: whole-call failures, 207s, silent drops, shuffled results."""

import pytest

from sandbox.hubspot.portal import HubSpotFault

BASE = "/crm/v3/objects/contacts/batch"


def inputs(*rows):
    return {"inputs": list(rows)}


@pytest.fixture
def two(portal, app_actor):
    return [portal.create("contacts", {"email": f"{name}@x.com"}, actor=app_actor) for name in "ab"]


@pytest.mark.parametrize("action", ["read", "create", "update", "upsert", "archive"])
def test_a_hundred_and_one_inputs_are_too_many(server, action):
    answer = server.call("POST", f"{BASE}/{action}", inputs(*({"id": str(n)} for n in range(101))))

    assert answer.status_code == 400


def test_creating_without_trace_ids_is_all_or_nothing(server, portal, two):
    answer = server.call(
        "POST",
        f"{BASE}/create",
        inputs({"properties": {"email": "new@x.com"}}, {"properties": {"email": "bad"}}),
    )
    conflict = server.call(
        "POST",
        f"{BASE}/create",
        inputs({"properties": {"email": "new@x.com"}}, {"properties": {"email": "A@x.com"}}),
    )
    several = server.call(
        "POST",
        f"{BASE}/create",
        inputs({"properties": {"email": "a@x.com"}}, {"properties": {"email": "b@x.com"}}),
    )
    among_themselves = server.call(
        "POST",
        f"{BASE}/create",
        inputs({"properties": {"email": "n@x.com"}}, {"properties": {"email": "N@x.com"}}),
    )

    assert answer.status_code == 400
    assert conflict.json()["message"] == f"Contact already exists. Existing ID: {two[0].id}"
    assert (several.status_code, several.json()["message"]) == (409, "Contact already exists")
    assert among_themselves.status_code == 409
    assert len(portal.records("contacts")) == 2


def test_creating_with_trace_ids_tells_each_outcome(server, portal, two):
    answer = server.call(
        "POST",
        f"{BASE}/create",
        inputs(
            {"properties": {"email": "new@x.com"}, "objectWriteTraceId": "t1"},
            {"properties": {"email": "a@x.com"}, "objectWriteTraceId": "t2"},
            {"properties": {"no_such": "1", "email": "z@x.com"}, "objectWriteTraceId": "t3"},
        ),
    )

    body = answer.json()
    assert answer.status_code == 207
    assert [row["objectWriteTraceId"] for row in body["results"]] == ["t1"]
    faults = {fault["context"]["objectWriteTraceId"][0]: fault for fault in body["errors"]}
    assert faults["t2"]["category"] == "CONFLICT"
    assert faults["t2"]["context"]["existingId"] == [two[0].id]
    assert faults["t3"]["category"] == "VALIDATION_ERROR"
    assert body["numErrors"] == 2


def test_the_client_sees_created_and_partly_created_batches(server):
    api = server.client().crm.contacts.batch_api

    whole = api.create(inputs({"properties": {"email": "n@x.com"}}))
    partly = api.create(
        inputs(
            {"properties": {"email": "n@x.com"}, "objectWriteTraceId": "1"},
            {"properties": {"email": "m@x.com"}, "objectWriteTraceId": "2"},
        )
    )

    assert len(whole.results) == 1
    assert partly.num_errors == 1
    assert partly.errors[0].context["objectWriteTraceId"] == ["1"]


def test_reading_finds_some_and_lists_the_rest_in_one_error(server, two):
    answer = server.call(
        "POST",
        f"{BASE}/read",
        {**inputs({"id": two[0].id}, {"id": "77"}, {"id": "78"}), "properties": ["email"]},
    )
    by_email = server.call(
        "POST", f"{BASE}/read", {**inputs({"id": "B@x.com"}), "idProperty": "email", "properties": []}
    )

    assert answer.status_code == 207
    assert [row["properties"]["email"] for row in answer.json()["results"]] == ["a@x.com"]
    (fault,) = answer.json()["errors"]
    assert fault["context"]["ids"] == ["77", "78"]
    assert fault["message"].startswith("Could not get some CONTACT objects")
    assert [row["id"] for row in by_email.json()["results"]] == [two[1].id]


def test_results_come_in_no_particular_order(server, portal, app_actor):
    ids = [portal.create("contacts", {"email": f"{n}@x.com"}, actor=app_actor).id for n in range(30)]

    answer = server.call("POST", f"{BASE}/read", inputs(*({"id": one} for one in ids)))

    found = [row["id"] for row in answer.json()["results"]]
    assert found != ids
    assert sorted(found) == sorted(ids)


def test_updating_reports_missing_ids_and_drops_addresses_silently(server, two):
    answer = server.call(
        "POST",
        f"{BASE}/update",
        inputs(
            {"id": two[0].id, "properties": {"jobtitle": "VP"}},
            {"id": "77", "properties": {"jobtitle": "VP"}},
            {"id": "b@x.com", "properties": {"jobtitle": "VP"}},
        ),
    )

    assert answer.status_code == 207
    assert [row["id"] for row in answer.json()["results"]] == [two[0].id]
    assert answer.json()["errors"][0]["context"]["ids"] == ["77"]
    assert two[1].properties.get("jobtitle") is None


def test_updating_fails_as_a_whole_for_one_bad_property_and_per_input_with_traces(server, two):
    rows = [
        {"id": two[0].id, "properties": {"jobtitle": "VP"}},
        {"id": two[1].id, "properties": {"employee_count": "many"}},
    ]

    whole = server.call("POST", f"{BASE}/update", inputs(*rows))
    untouched = dict(two[0].properties)
    traced = server.call(
        "POST",
        f"{BASE}/update",
        inputs(*({**row, "objectWriteTraceId": str(n)} for n, row in enumerate(rows))),
    )

    assert whole.status_code == 400
    assert "jobtitle" not in untouched
    assert traced.status_code == 207
    assert two[0].properties["jobtitle"] == "VP"


def test_twice_the_same_id_refuses_the_whole_call(server, two):
    row = {"id": two[0].id, "properties": {"jobtitle": "VP"}}

    answer = server.call("POST", f"{BASE}/update", inputs(row, row))

    assert answer.status_code == 400
    assert (
        answer.json()["message"] == f"Duplicate IDs found in batch input: [{two[0].id}]. IDs must be unique"
    )
    assert answer.json()["context"]["ids"] == [two[0].id]


def test_updating_by_address_is_refused(server, two):
    answer = server.call(
        "POST",
        f"{BASE}/update",
        inputs({"id": "a@x.com", "idProperty": "email", "properties": {"jobtitle": "x"}}),
    )

    assert answer.status_code == 400
    assert "Unable to perform update/upsert by non-unique 0-1 property" in answer.json()["message"]


def test_upsert_by_address_creates_and_updates(server, portal, two):
    answer = server.client().crm.contacts.batch_api.upsert(
        inputs(
            {"id": "A@x.com", "idProperty": "email", "properties": {"jobtitle": "VP"}},
            {"id": "new@x.com", "idProperty": "email", "properties": {"jobtitle": "CTO"}},
        )
    )

    assert {row.id: row.new for row in answer.results}[two[0].id] is False
    assert portal.contact_by_email("new@x.com").properties["jobtitle"] == "CTO"


def test_upsert_by_a_property_that_is_not_unique_is_refused(server):
    answer = server.call(
        "POST",
        "/crm/v3/objects/deals/batch/upsert",
        inputs({"id": "x", "idProperty": "dealname", "properties": {}}),
    )

    assert answer.status_code == 400


def test_activities_upsert_by_their_own_unique_property(server, portal, app_actor):
    portal.add_property(
        "calls",
        {"name": "salesforce_activity_id", "label": "S", "groupName": "call", "type": "string",
         "fieldType": "text", "hasUniqueValue": True},
    )  # fmt: skip
    body = inputs(
        {
            "id": "00T1",
            "idProperty": "salesforce_activity_id",
            "properties": {"hs_timestamp": "2026-03-01T08:00:00Z"},
        }
    )

    first = server.call("POST", "/crm/v3/objects/calls/batch/upsert", body)
    second = server.call("POST", "/crm/v3/objects/calls/batch/upsert", body)

    assert (first.json()["results"][0]["new"], second.json()["results"][0]["new"]) == (True, False)
    assert len(portal.records("calls")) == 1


def test_archiving_ignores_unknown_ids(server, portal, two):
    answer = server.call("POST", f"{BASE}/archive", inputs({"id": two[0].id}, {"id": "77"}))

    assert answer.status_code == 204
    assert [one.id for one in portal.records("contacts")] == [two[1].id]
    with pytest.raises(HubSpotFault):
        portal.update("contacts", two[0].id, {"jobtitle": "x"}, actor=None)
