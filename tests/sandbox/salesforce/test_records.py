"""Single records: writing, reading, upserting, locking, refusing."""

from datetime import UTC, date, datetime

import pytest
from simple_salesforce import format_soql
from simple_salesforce.exceptions import (
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from sandbox.salesforce.org import SalesforceFault

EXTERNAL = {"label": "HubSpot Id", "type": "Text", "length": 32, "unique": True, "externalId": True}


@pytest.fixture
def lead(sf):
    return sf.Lead.create({"LastName": "Ito", "Company": "Acme"})["id"]


def code_of(raised):
    return raised.value.content[0]["errorCode"]


def test_create_answers_201_with_location(served):
    answer = served.raw("POST", "sobjects/Lead/", json={"LastName": "Ito", "Company": "Acme"})
    assert answer.status_code == 201
    body = answer.json()
    assert body == {"id": body["id"], "success": True, "errors": []}
    assert len(body["id"]) == 18
    assert answer.headers["Location"] == f"/services/data/v59.0/sobjects/Lead/{body['id']}"
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/100000"


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("LastName", "  Ito \n", "Ito"),
        ("FirstName", "", None),
        ("FirstName", "   ", None),
        ("Email", "A.B@Example.COM", "a.b@example.com"),
        ("Phone", " (030) 12-34 ", "(030) 12-34"),
        ("AnnualRevenue", 12.5, 13.0),
        ("NumberOfEmployees", "12", 12),
        ("DoNotCall", "true", True),
        ("LeadSource", "web", "Web"),
        ("LeadSource", "Carrier pigeon", "Carrier pigeon"),
    ],
)
def test_values_are_normalised_on_save(sf, lead, field, sent, stored):
    sf.Lead.update(lead, {field: sent})
    assert sf.Lead.get(lead)[field] == stored


def test_datetimes_come_back_in_utc_without_colon(served, sf):
    served.org.add_field("Lead.At__c", {"label": "At", "type": "DateTime"}, visible_to_all=True)
    lead_id = sf.Lead.create({"LastName": "A", "Company": "B", "At__c": "2026-01-02T03:04:05.678+02:00"})[
        "id"
    ]
    found = sf.Lead.get(lead_id)
    assert found["At__c"] == "2026-01-02T01:04:05.000+0000"
    assert found["CreatedDate"] == "2026-11-20T09:30:00.000+0000"


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({"Company": None}, "REQUIRED_FIELD_MISSING", ["Company"]),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG", ["FirstName"]),
        ({"Email": "not-an-email"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ({"Nope__c": 1}, "INVALID_FIELD", None),
        ({"ConvertedDate": "2026-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["ConvertedDate"]),
        ({"Title": 5}, "JSON_PARSER_ERROR", None),
        ({"AnnualRevenue": "much"}, "JSON_PARSER_ERROR", None),
        ({"DoNotCall": "perhaps"}, "INVALID_TYPE_ON_FIELD_IN_RECORD", ["DoNotCall"]),
        ({"OwnerId": "banana"}, "MALFORMED_ID", ["OwnerId"]),
        ({"OwnerId": "0055g0000009999AAA"[:15]}, "INVALID_CROSS_REFERENCE_KEY", ["OwnerId"]),
        ({"Id": "00Q5g0000004C92EAE"}, "INVALID_FIELD", ["Id"]),
        ({"NumberOfEmployees": 10**9}, "NUMBER_OUTSIDE_VALID_RANGE", ["NumberOfEmployees"]),
    ],
)
def test_refusals_carry_code_and_fields(served, sf, lead, fields, code, named):
    answer = served.raw("PATCH", f"sobjects/Lead/{lead}", json=fields)
    error = answer.json()[0]
    assert (answer.status_code, error["errorCode"], error.get("fields")) == (400, code, named)


def test_patching_is_converted_is_refused(served, lead):
    answer = served.raw("PATCH", f"sobjects/Lead/{lead}", json={"IsConverted": True})
    assert answer.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_update_answers_204_with_nothing_and_moves_the_stamp_even_without_a_change(served, lead):
    served.clock.advance(90)
    answer = served.raw("PATCH", f"sobjects/Lead/{lead}", json={})
    assert (answer.status_code, answer.content) == (204, b"")
    row = served.org.record("Lead", lead)
    assert row["SystemModstamp"] == row["LastModifiedDate"] == datetime(2026, 11, 20, 9, 31, 30, tzinfo=UTC)
    assert row["CreatedDate"] < row["SystemModstamp"]


def test_null_clears_and_a_missing_key_leaves(sf, lead):
    sf.Lead.update(lead, {"Title": "CTO", "City": "Bonn"})
    sf.Lead.update(lead, {"Title": None})
    found = sf.Lead.get(lead)
    assert (found["Title"], found["City"]) == (None, "Bonn")


def test_names_are_read_without_regard_to_case_and_ids_in_both_lengths(served, sf):
    lead_id = served.raw("POST", "sobjects/lead", json={"lastname": "A", "COMPANY": "B"}).json()["id"]
    assert served.raw("GET", f"sobjects/LEAD/{lead_id[:15]}?fields=lastname").json() == {
        "attributes": {"type": "Lead", "url": f"/services/data/v59.0/sobjects/Lead/{lead_id}"},
        "LastName": "A",
        "Id": lead_id,
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("sobjects/Lead/001000000000001AAA", 400, "MALFORMED_ID"),
        ("sobjects/Lead/00Q5g00000zzzzz", 404, "NOT_FOUND"),
        ("sobjects/Foo/00Q5g00000zzzzz", 404, "NOT_FOUND"),
        ("sobjects/Lead/Nope__c/1", 404, "NOT_FOUND"),
        ("sobjects/Lead/Title/1", 404, "NOT_FOUND"),
        ("nothing/here", 404, "NOT_FOUND"),
    ],
)
def test_wrong_places(served, path, status, code):
    answer = served.raw("GET", path)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_a_wrong_method_says_what_is_allowed(served):
    answer = served.raw("PATCH", "sobjects/Lead/Id/", json={})
    assert answer.status_code == 405
    assert answer.json()[0]["message"] == "HTTP Method 'PATCH' not allowed. Allowed are GET,HEAD,POST"


def test_broken_json_is_a_parser_error(served):
    answer = served.raw("POST", "sobjects/Lead", data=b'{"LastName": NaN}')
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_delete_then_delete_again(served, sf, lead):
    assert sf.Lead.delete(lead) == 204
    with pytest.raises(SalesforceResourceNotFound) as raised:
        sf.Lead.delete(lead)
    assert code_of(raised) == "ENTITY_IS_DELETED"
    assert sf.query("SELECT Id FROM Lead")["totalSize"] == 0
    kept = sf.query("SELECT Id, IsDeleted FROM Lead", include_deleted=True)["records"]
    assert kept[0]["IsDeleted"] is True
    served.org.undelete("Lead", lead, user_id=served.rep_id)
    assert sf.Lead.get(lead)["Id"] == lead


def test_deleting_a_contact_takes_its_activities_along_and_undelete_brings_them_back(served, sf):
    contact = sf.Contact.create({"LastName": "A"})["id"]
    sf.Task.create({"WhoId": contact, "Subject": "Call"})
    sf.Contact.delete(contact)
    assert sf.query("SELECT COUNT() FROM Task")["totalSize"] == 0
    served.org.undelete("Contact", contact, user_id=served.rep_id)
    assert sf.query("SELECT COUNT() FROM Task")["totalSize"] == 1


# -- upsert --


@pytest.fixture
def keyed(served):
    for sobject in ("Lead", "Contact"):
        served.org.add_field(f"{sobject}.HubSpot_Id__c", EXTERNAL, visible_to_all=True)
    return served


def test_upsert_creates_then_updates(keyed, sf):
    path = "sobjects/Lead/HubSpot_Id__c/hs%2F1%20x"
    first = keyed.raw("PATCH", path, json={"LastName": "A", "Company": "B"})
    again = keyed.raw("PATCH", path, json={"LastName": "C"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (again.status_code, again.json()) == (200, {**first.json(), "created": False})
    assert sf.Lead.get(first.json()["id"])["HubSpot_Id__c"] == "hs/1 x"
    assert keyed.raw("PATCH", path, json={}, version="45.0").status_code == 204


def test_upsert_by_the_real_client(keyed, sf):
    assert sf.Lead.upsert("HubSpot_Id__c/7", {"LastName": "A", "Company": "B"}) == 201
    assert sf.Lead.upsert("HubSpot_Id__c/7", {"LastName": "A"}) == 200
    assert sf.Lead.get_by_custom_id("hubspot_id__c", "7")["LastName"] == "A"


@pytest.mark.parametrize("key", ["HubSpot_Id__c", "Id"])
def test_upsert_refuses_its_key_in_the_body(keyed, key):
    answer = keyed.raw(
        "PATCH", "sobjects/Lead/HubSpot_Id__c/1", json={"LastName": "A", "Company": "B", key: "1"}
    )
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_FIELD")


def test_upsert_by_an_email_that_two_have_is_300(served, sf):
    ids = {sf.Lead.create({"LastName": n, "Company": "B", "Email": "a@b.example"})["id"] for n in "xy"}
    with pytest.raises(SalesforceMoreThanOneRecord):
        sf.Lead.upsert("Email/A@B.example", {"LastName": "z"})
    answer = served.raw("PATCH", "sobjects/Lead/Email/A@B.example", json={"LastName": "z"})
    assert answer.status_code == 300
    assert {url.rsplit("/", 1)[1] for url in answer.json()} == ids


def test_upsert_with_update_only_does_not_create(keyed):
    answer = keyed.raw("PATCH", "sobjects/Lead/HubSpot_Id__c/1?updateOnly=true", json={"LastName": "A"})
    assert answer.status_code == 404


def test_a_unique_value_is_refused_with_the_holders_15_character_id(keyed, sf):
    sf.Lead.upsert("HubSpot_Id__c/7", {"LastName": "A", "Company": "B"})
    holder = sf.query(format_soql("SELECT Id FROM Lead WHERE HubSpot_Id__c = {}", "7"))["records"][0]["Id"]
    with pytest.raises(SalesforceMalformedRequest) as raised:
        sf.Lead.create({"LastName": "C", "Company": "D", "HubSpot_Id__c": "7"})
    assert code_of(raised) == "DUPLICATE_VALUE"
    assert raised.value.content[0]["message"].endswith(f"id: {holder[:15]}")


def test_a_lookup_by_external_id(served, sf):
    served.org.add_field("Account.HubSpot_Id__c", EXTERNAL, visible_to_all=True)
    account = sf.Account.create({"Name": "Acme", "HubSpot_Id__c": "c1"})["id"]
    contact = sf.Contact.create({"LastName": "A", "Account": {"HubSpot_Id__c": "c1"}})["id"]
    assert sf.Contact.get(contact)["AccountId"] == account
    with pytest.raises(SalesforceMalformedRequest):
        sf.Contact.create({"LastName": "A", "Account": {"HubSpot_Id__c": "none"}})


# -- conditional requests --


def test_if_unmodified_since_refuses_a_newer_record(served, sf, lead):
    since = {"If-Unmodified-Since": "Fri, 20 Nov 2026 09:30:00 GMT"}
    assert sf.Lead.update(lead, {"Title": "a"}, headers=since) == 204
    served.clock.advance(1)
    sf.Lead.update(lead, {"Title": "b"})
    with pytest.raises(SalesforceGeneralError) as raised:
        sf.Lead.update(lead, {"Title": "c"}, headers=since)
    assert raised.value.status == 412
    assert sf.Lead.get(lead)["Title"] == "b"
    assert (
        served.raw(
            "PATCH", f"sobjects/Lead/{lead}", json={}, headers={"If-Unmodified-Since": "x"}
        ).status_code
        == 400
    )


def test_if_modified_since_answers_304(served, lead):
    headers = {"If-Modified-Since": "Fri, 20 Nov 2026 09:30:00 GMT"}
    assert served.raw("GET", f"sobjects/Lead/{lead}", headers=headers).status_code == 304


# -- activities --


def test_a_finished_task_gets_its_completion_time_and_loses_it_when_reopened(served, sf, lead):
    task = sf.Task.create({"WhoId": lead, "Subject": "Call", "Status": "Completed", "TaskSubtype": "Call"})[
        "id"
    ]
    found = sf.Task.get(task)
    assert (found["IsClosed"], found["CompletedDateTime"]) == (True, "2026-11-20T09:30:00.000+0000")
    sf.Task.update(task, {"Status": "In Progress"})
    assert sf.Task.get(task)["CompletedDateTime"] is None


def test_a_leads_task_cannot_also_relate_to_an_account(sf, lead):
    account = sf.Account.create({"Name": "Acme"})["id"]
    with pytest.raises(SalesforceMalformedRequest):
        sf.Task.create({"WhoId": lead, "WhatId": account})


def test_an_event_knows_its_end_and_due_date(sf, lead):
    event = sf.Event.create(
        {"WhoId": lead, "StartDateTime": "2026-11-21T10:00:00Z", "DurationInMinutes": 45}
    )["id"]
    found = sf.Event.get(event)
    assert found["EndDateTime"] == "2026-11-21T10:45:00.000+0000"
    assert (found["ActivityDate"], found["ActivityDateTime"]) == (
        "2026-11-21",
        "2026-11-21T10:00:00.000+0000",
    )


def test_old_closed_tasks_leave_query_but_not_query_all(served, sf, lead):
    sf.Task.create({"WhoId": lead, "Status": "Completed", "ActivityDate": "2026-11-01"})
    served.clock.advance(366 * 86400)
    assert sf.query("SELECT Id FROM Task")["totalSize"] == 0
    assert sf.query("SELECT IsArchived FROM Task", include_deleted=True)["records"][0]["IsArchived"] is True


def test_a_campaign_counts_its_members_and_refuses_a_second_membership(sf, lead):
    campaign = sf.Campaign.create({"Name": "Expo", "BudgetedCost": 1000.5, "ActualCost": 900})["id"]
    member = sf.CampaignMember.create({"CampaignId": campaign, "LeadId": lead, "Status": "Responded"})["id"]
    assert sf.CampaignMember.get(member)["HasResponded"] is True
    assert sf.CampaignMember.get(member)["FirstRespondedDate"] == "2026-11-20"
    found = sf.Campaign.get(campaign)
    assert (found["NumberOfLeads"], found["NumberOfResponses"], found["BudgetedCost"]) == (1, 1, 1000.5)
    with pytest.raises(SalesforceMalformedRequest) as raised:
        sf.CampaignMember.create({"CampaignId": campaign, "LeadId": lead})
    assert code_of(raised) == "DUPLICATE_VALUE"


def test_an_opportunity_derives_its_state_from_its_stage(sf):
    deal = sf.Opportunity.create(
        {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-31", "Amount": 1000}
    )["id"]
    sf.Opportunity.update(deal, {"StageName": "Closed Won"})
    found = sf.Opportunity.get(deal)
    assert (found["IsWon"], found["IsClosed"], found["Probability"], found["ExpectedRevenue"]) == (
        True,
        True,
        100,
        1000,
    )
    assert sf.query("SELECT StageName FROM OpportunityHistory")["records"][0]["StageName"] == "Closed Won"


# -- the python side --


def test_people_write_in_the_past_and_naive_times_are_refused(served):
    at = datetime(2026, 10, 1, 8, tzinfo=UTC)
    lead_id = served.org.create("Lead", {"LastName": "A", "Company": "B"}, user_id=served.rep_id, at=at)
    assert served.org.record("Lead", lead_id)["CreatedDate"] == at
    with pytest.raises(ValueError, match="aware"):
        served.org.update("Lead", lead_id, {}, user_id=served.rep_id, at=datetime(2026, 10, 1))  # noqa: DTZ001


def test_an_inactive_user_cannot_become_owner(served, sf, lead):
    gone = served.org.add_user(email="x@y.example", first_name="X", last_name="Y", active=False)
    with pytest.raises(SalesforceMalformedRequest) as raised:
        sf.Lead.update(lead, {"OwnerId": gone})
    assert code_of(raised) == "INACTIVE_OWNER_OR_USER"


def test_a_queue_owns_leads_but_not_contacts(served, sf, lead):
    queue = served.org.add_group("Inbound")
    sf.Lead.update(lead, {"OwnerId": queue})
    found = sf.query("SELECT Owner.Type, Owner.Name, Owner.Email FROM Lead")["records"][0]["Owner"]
    assert (found["Type"], found["Name"], found["Email"]) == ("Queue", "Inbound", None)
    with pytest.raises(SalesforceMalformedRequest):
        sf.Contact.create({"LastName": "A", "OwnerId": queue})


def test_reset_and_snapshot(served, sf, lead):
    shot = served.org.snapshot()
    assert [row["LastName"] for row in shot["Lead"]] == ["Ito"]
    user = served.org.integration_user_id
    served.org.reset()
    assert (served.org.snapshot()["Lead"], served.org.integration_user_id) == ([], user)
    assert served.client().query("SELECT Id FROM Lead")["totalSize"] == 0


def test_faults_reach_python_callers_with_code_and_status(served):
    with pytest.raises(SalesforceFault) as raised:
        served.org.create("Lead", {"LastName": "A"}, user_id=served.rep_id)
    assert (raised.value.code, raised.value.fields, raised.value.status_code) == (
        "REQUIRED_FIELD_MISSING", ["Company"], 400,
    )  # fmt: skip


def test_birthdate_and_close_date_are_pure_dates(served, sf):
    contact = sf.Contact.create({"LastName": "A", "Birthdate": "1990-02-03"})["id"]
    assert served.org.record("Contact", contact)["Birthdate"] == date(1990, 2, 3)
    with pytest.raises(SalesforceMalformedRequest):
        sf.Contact.update(contact, {"Birthdate": "1990-02-03T00:00:00Z"})


def test_an_account_cannot_stand_below_itself(sf):
    top = sf.Account.create({"Name": "Top"})["id"]
    below = sf.Account.create({"Name": "Below", "ParentId": top})["id"]
    with pytest.raises(SalesforceMalformedRequest, match="CIRCULAR_DEPENDENCY"):
        sf.Account.update(top, {"ParentId": below})
