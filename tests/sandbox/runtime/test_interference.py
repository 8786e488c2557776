"""People who edit in the middle of a request, batches that are done by half, pages that move under the reader."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.distort import first_half, rearranged, writes_within
from sandbox.faults import FaultRule
from sandbox.hubspot.portal import Actor
from sandbox.launch import Sandbox, start_sandbox

START = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with start_sandbox(
        seed=11, people=0, scenario="empty", start=START, frozen=True, search_lag_s=0.0
    ) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.reset()


def _hubspot(sandbox: Sandbox, path: str, body: dict[str, Any]) -> requests.Response:
    there = sandbox.hubspot
    headers = {"Authorization": f"Bearer {there.access_token}"}
    return requests.post(there.base_url + path, json=body, headers=headers, timeout=10)


def _salesforce(sandbox: Sandbox, path: str, body: dict[str, Any] | None) -> requests.Response:
    there, org = sandbox.salesforce, sandbox.org
    headers = {"Authorization": f"Bearer {org.token_of(org.integration_user_id)}"}
    url = f"{there.base_url}/services/data/v63.0/{path}"
    if body is None:
        return requests.get(url, headers=headers, timeout=10)
    return requests.post(url, json=body, headers=headers, timeout=10)


def _contact(sandbox: Sandbox, city: str = "Kiel") -> str:
    properties = {"email": f"{city}@a.example".lower(), "city": city}
    return sandbox.portal.create("contacts", properties, actor=Actor.user(7)).id


@pytest.mark.parametrize(
    ("when", "now", "before"), [("before", "Bremen", "Emden"), ("after", "Emden", "Bremen")]
)
def test_a_person_edits_just_before_or_after_the_vendor_works(
    sandbox: Sandbox, when: str, now: str, before: str
) -> None:
    contact_id = _contact(sandbox)
    edit = {
        "vendor": "hubspot",
        "object_type": "contacts",
        "record_id": contact_id,
        "fields": {"city": "Emden"},
        "user": "7",
    }
    rule = {"vendor": "hubspot", "path": "*/batch/update", "edit": edit, "edit_when": when}
    sandbox.faults.add(FaultRule.model_validate(rule))
    body = {"inputs": [{"id": contact_id, "properties": {"city": "Bremen"}}]}
    assert _hubspot(sandbox, "/crm/v3/objects/contacts/batch/update", body).status_code == 200
    body = {"inputs": [{"id": contact_id}], "properties": ["city"], "propertiesWithHistory": ["city"]}
    (record,) = _hubspot(sandbox, "/crm/v3/objects/contacts/batch/read", body).json()["results"]
    newest, second, _ = record["propertiesWithHistory"]["city"]
    assert (newest["value"], second["value"]) == (now, before)
    assert {entry["sourceType"] for entry in (newest, second)} == {"CRM_UI", "INTEGRATION"}


def test_a_rep_edits_in_the_middle_of_a_call_to_the_other_vendor(sandbox: Sandbox) -> None:
    org = sandbox.org
    rep = sandbox.world.roster.reps[0].user_id
    lead = org.create("Lead", {"LastName": "Brandt", "Company": "Nordwerk"}, user_id=rep)
    edit = {
        "vendor": "salesforce",
        "object_type": "Lead",
        "record_id": lead,
        "fields": {"City": "Kiel"},
        "user": rep,
    }
    for _ in range(2):
        sandbox.faults.add(FaultRule.model_validate({"vendor": "hubspot", "path": "*/search", "edit": edit}))
    assert _hubspot(sandbox, "/crm/v3/objects/contacts/search", {"filterGroups": []}).status_code == 200
    assert org.record("Lead", lead)["City"] == "Kiel"
    org.delete("Lead", lead, user_id=rep)
    assert _hubspot(sandbox, "/crm/v3/objects/contacts/search", {"filterGroups": []}).status_code == 200


def test_half_of_a_batch_is_done_and_the_answer_lost(sandbox: Sandbox) -> None:
    ids = [_contact(sandbox, city) for city in ("Kiel", "Bremen", "Emden")]
    rule = {"vendor": "hubspot", "path": "*/batch/update", "part": True, "drop": "after"}
    sandbox.faults.add(FaultRule.model_validate(rule))
    body = {"inputs": [{"id": one, "properties": {"city": "Jena"}} for one in ids]}
    with pytest.raises(requests.ConnectionError):
        _hubspot(sandbox, "/crm/v3/objects/contacts/batch/update", body)
    shown = [sandbox.portal.record("contacts", one).properties["city"] for one in ids]  # type: ignore[union-attr]
    assert shown == ["Jena", "Bremen", "Emden"]


@pytest.mark.parametrize(("how", "places"), [("reversed", [2, 1, 0]), ("repeated", [0, 1, 2, 2])])
def test_pages_come_in_another_order_or_with_a_repeat(sandbox: Sandbox, how: str, places: list[int]) -> None:
    ids = [_contact(sandbox, city) for city in ("Kiel", "Bremen", "Emden")]
    body = {"filterGroups": [], "sorts": ["hs_object_id"]}
    sandbox.faults.add(FaultRule.model_validate({"vendor": "hubspot", "path": "*/search", "rows": how}))
    answer = _hubspot(sandbox, "/crm/v3/objects/contacts/search", body).json()
    assert [item["id"] for item in answer["results"]] == [ids[place] for place in places]


def test_small_pages_and_forgotten_locators(sandbox: Sandbox) -> None:
    rep = sandbox.world.roster.reps[0].user_id
    for number in range(3):
        sandbox.org.create("Lead", {"LastName": f"Brandt {number}", "Company": "Nordwerk"}, user_id=rep)
    sandbox.org.cursors.most_rows = 2
    first = _salesforce(sandbox, "query/?q=SELECT+Id+FROM+Lead", None).json()
    assert (len(first["records"]), first["done"]) == (2, False)
    sandbox.org.cursors.evictions = 1
    locator = first["nextRecordsUrl"].partition("v63.0/")[2]
    reply = _salesforce(sandbox, locator, None)
    assert (reply.status_code, reply.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_a_rule_for_writes_meets_those_inside_a_composite_request(sandbox: Sandbox) -> None:
    rep = sandbox.world.roster.reps[0].user_id
    lead = sandbox.org.create("Lead", {"LastName": "Brandt", "Company": "Nordwerk"}, user_id=rep)
    url = f"/services/data/v63.0/sobjects/Lead/{lead}"
    requests_within = [
        {"method": "GET", "url": url, "referenceId": "a"},
        {"method": "PATCH", "url": url, "referenceId": "b", "body": {"City": "Kiel"}},
    ]
    body = {"allOrNone": False, "compositeRequest": requests_within}
    sandbox.faults.add(
        FaultRule.model_validate({"vendor": "salesforce", "path": "*/sobjects/Lead/*", "status": 503})
    )
    sandbox.counters.clear()
    assert _salesforce(sandbox, "composite", body).status_code == 503
    assert _salesforce(sandbox, "composite", body).status_code == 200
    assert sandbox.counters.salesforce.requests["PATCH /services/data/{version}/sobjects/{sobject}/{id}"] == 2
    assert sandbox.counters.salesforce.api_calls == 2


def test_what_is_no_batch_and_no_page_stays_as_it_is() -> None:
    assert first_half(b"not json") == b"not json"
    assert first_half(b'{"inputs":[1]}') == b'{"inputs":[1]}'
    assert rearranged(b"<html>", "reversed") == b"<html>"
    assert writes_within("salesforce", "/services/data/v63.0/composite", b"[]") == []
    assert writes_within("hubspot", "/composite", b'{"compositeRequest":[{"method":"PATCH"}]}') == []
