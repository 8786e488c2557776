"""Custom fields, field-level security, describe, validation, assignment, duplicates."""

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from sandbox.salesforce.rules import DuplicateRule

TEXT = {
    "label": "HubSpot Id",
    "type": "Text",
    "length": 32,
    "unique": True,
    "externalId": True,
    "required": False,
}
EARLY = (
    'AND(ISCHANGED(Status), ISPICKVAL(Status, "Closed - Not Converted"), '
    "BLANKVALUE(Accord_Touches_Made__c, 0) < 4)"
)
REASON = (
    'AND(OR(ISPICKVAL(Accord_Disposition__c, "Poor quality"), '
    'ISPICKVAL(Accord_Disposition__c, "Go-nowhere")), '
    "ISBLANK(TEXT(Accord_Disposition_Reason__c)))"
)


def picklist(label, *values, restricted=True):
    entries = [{"fullName": value, "label": value, "default": False} for value in values]
    value_set = {"restricted": restricted, "valueSetDefinition": {"sorted": False, "value": entries}}
    return {"label": label, "type": "Picklist", "valueSet": value_set}


def add_field(sf, full_name, metadata):
    body = {"FullName": full_name, "Metadata": metadata}
    return sf.toolingexecute("sobjects/CustomField", method="POST", data=body)


def grant(sf, *full_names, edit=True, to=()):
    name = f"Set_{sf.query('SELECT COUNT() FROM PermissionSet')['totalSize']}"
    permission_set = sf.PermissionSet.create({"Name": name, "Label": name})["id"]
    for full_name in full_names:
        sf.FieldPermissions.create({
            "ParentId": permission_set, "SobjectType": full_name.split(".")[0], "Field": full_name,
            "PermissionsRead": True, "PermissionsEdit": edit,
        })  # fmt: skip
    for user_id in to:
        sf.PermissionSetAssignment.create({"AssigneeId": user_id, "PermissionSetId": permission_set})
    return permission_set


def described(sf, sobject):
    return {field["name"]: field for field in getattr(sf, sobject).describe()["fields"]}


def test_a_new_field_is_invisible_until_it_is_granted_even_to_the_admin(served, sf):
    answer = add_field(sf, "Lead.HubSpot_Id__c", TEXT)
    assert set(answer) == {"id", "success", "errors", "warnings", "infos"}
    assert answer["id"].startswith("00N")
    assert "HubSpot_Id__c" not in described(sf, "Lead")
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'HubSpot_Id__c'"):
        sf.query("SELECT HubSpot_Id__c FROM Lead")
    with pytest.raises(SalesforceMalformedRequest, match="No such column"):
        sf.Lead.create({"LastName": "A", "Company": "B", "HubSpot_Id__c": "1"})
    grant(sf, "Lead.HubSpot_Id__c", to=[served.org.integration_user_id])
    field = described(sf, "Lead")["HubSpot_Id__c"]
    assert (field["externalId"], field["unique"], field["idLookup"], field["custom"]) == (
        True,
        True,
        True,
        True,
    )
    assert (field["type"], field["length"], field["updateable"]) == ("string", 32, True)
    assert sf.Lead.upsert("HubSpot_Id__c/1", {"LastName": "A", "Company": "B"}) == 201
    assert not served.org.visible_to(served.rep_id, "Lead", "HubSpot_Id__c")
    assert served.org.visible_to(served.org.integration_user_id, "Lead", "hubspot_id__c")


def test_read_without_edit_shows_but_refuses_writes(served, sf):
    add_field(sf, "Lead.Score__c", {"label": "Score", "type": "Number", "precision": 5, "scale": 0})
    grant(sf, "Lead.Score__c", edit=False, to=[served.org.integration_user_id])
    assert described(sf, "Lead")["Score__c"]["updateable"] is False
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD_FOR_INSERT_UPDATE"):
        sf.Lead.create({"LastName": "A", "Company": "B", "Score__c": 5})


def test_a_grant_can_be_taken_back(served, sf):
    add_field(sf, "Lead.Score__c", {"label": "Score", "type": "Number", "precision": 5, "scale": 0})
    permission_set = grant(sf, "Lead.Score__c", to=[served.org.integration_user_id])
    assert "Score__c" in described(sf, "Lead")
    sf.PermissionSet.delete(permission_set)
    assert "Score__c" not in described(sf, "Lead")
    assert sf.query("SELECT COUNT() FROM FieldPermissions")["totalSize"] == 0


def test_one_activity_field_serves_tasks_and_events(served, sf):
    add_field(sf, "Activity.HubSpot_Activity_Id__c", {**TEXT, "length": 64})
    grant(sf, "Task.HubSpot_Activity_Id__c", to=[served.org.integration_user_id])
    assert sf.Task.upsert("HubSpot_Activity_Id__c/calls:1", {"Subject": "Call"}) == 201
    event = {"StartDateTime": "2026-11-21T10:00:00Z", "DurationInMinutes": 5}
    assert sf.Event.upsert("HubSpot_Activity_Id__c/meetings:1", event) == 201
    assert sf.Task.upsert("HubSpot_Activity_Id__c/calls:1", {"Subject": "Again"}) == 200


@pytest.mark.parametrize(
    ("full_name", "metadata", "code"),
    [
        ("Lead.Bad", TEXT, "INVALID_FULL_NAME"),
        ("Ship.X__c", TEXT, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Lead.X__c", {**TEXT, "type": "Poem"}, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("Lead.X__c", {"label": "X", "type": "Text"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.X__c", {"label": "X", "type": "Checkbox"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.X__c", {"label": "X", "type": "Number"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.X__c", {"label": "X", "type": "Picklist"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Taken__c", TEXT, "DUPLICATE_DEVELOPER_NAME"),
    ],
)
def test_refused_field_definitions(served, sf, full_name, metadata, code):
    served.org.add_field("Lead.Taken__c", {**TEXT, "unique": False})
    with pytest.raises(SalesforceMalformedRequest) as raised:
        add_field(sf, full_name, metadata)
    assert raised.value.content[0]["errorCode"] == code


def test_setup_can_see_what_is_there(served, sf):
    add_field(sf, "Lead.HubSpot_Id__c", TEXT)
    text = "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE TableEnumOrId = 'Lead'"
    found = sf.toolingexecute("query/", params={"q": text})
    assert found["records"][0]["DeveloperName"] == "HubSpot_Id"
    one = sf.toolingexecute("query", params={"q": "SELECT FullName, Metadata FROM CustomField LIMIT 1"})[
        "records"
    ][0]
    assert (one["FullName"], one["Metadata"]["length"]) == ("Lead.HubSpot_Id__c", 32)
    add_field(sf, "Lead.Other__c", {**TEXT, "externalId": False, "unique": False})
    with pytest.raises(SalesforceMalformedRequest, match="no more than one row"):
        sf.toolingexecute("query", params={"q": "SELECT Metadata FROM CustomField"})


def test_a_field_can_be_removed(served, sf):
    field_id = add_field(sf, "Lead.HubSpot_Id__c", TEXT)["id"]
    grant(sf, "Lead.HubSpot_Id__c", to=[served.org.integration_user_id])
    sf.Lead.create({"LastName": "A", "Company": "B", "HubSpot_Id__c": "1"})
    sf.toolingexecute(f"sobjects/CustomField/{field_id}", method="DELETE")
    assert not served.org.has_field("Lead", "HubSpot_Id__c")
    assert "HubSpot_Id__c" not in described(sf, "Lead")
    assert add_field(sf, "Lead.HubSpot_Id__c", TEXT)["success"]


def test_grants_are_checked(served, sf):
    permission_set = grant(sf, to=[served.rep_id])
    base = {
        "ParentId": permission_set,
        "SobjectType": "Lead",
        "PermissionsRead": True,
        "PermissionsEdit": False,
    }
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"):
        sf.FieldPermissions.create({**base, "Field": "Lead.None__c"})
    with pytest.raises(SalesforceMalformedRequest, match="depends on"):
        sf.FieldPermissions.create(
            {**base, "Field": "Lead.Title", "PermissionsRead": False, "PermissionsEdit": True}
        )
    sf.FieldPermissions.create({**base, "Field": "Lead.Title"})
    with pytest.raises(SalesforceMalformedRequest, match="DUPLICATE_VALUE"):
        sf.FieldPermissions.create({**base, "Field": "Lead.Title"})
    with pytest.raises(SalesforceMalformedRequest) as raised:
        sf.PermissionSetAssignment.create({"AssigneeId": served.rep_id, "PermissionSetId": permission_set})
    (error,) = raised.value.content
    assert error["message"] == (
        f"Duplicate PermissionSetAssignment.  Assignee: {served.rep_id[:15]}; "
        f"Permission Set: {permission_set[:15]}"
    )
    assert error["fields"] == ["AssigneeId", "PermissionSetId"]


def test_a_hidden_standard_field_is_gone_from_describe_and_query_alike(served, sf):
    served.org.hide_field("Lead", "HasOptedOutOfEmail")
    assert "HasOptedOutOfEmail" not in described(sf, "Lead")
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
        sf.query("SELECT HasOptedOutOfEmail FROM Lead")
    served.org.show_field("Lead", "HasOptedOutOfEmail")
    assert "HasOptedOutOfEmail" in described(sf, "Lead")


def test_describe_has_the_vendors_keys(sf):
    names = {entry["name"] for entry in sf.describe()["sobjects"]}
    assert {"Lead", "Contact", "Task", "User", "PermissionSet"} <= names
    assert "CustomField" not in names
    fields = described(sf, "Lead")
    assert {len(field) for field in fields.values()} == {57}
    status = fields["Status"]
    assert (status["nillable"], status["defaultedOnCreate"], status["restrictedPicklist"]) == (
        False,
        True,
        False,
    )
    assert status["picklistValues"][0]["value"] == "Open - Not Contacted"
    required = {
        name for name, field in fields.items()
        if field["createable"] and not field["nillable"] and not field["defaultedOnCreate"]
    }  # fmt: skip
    assert required == {"LastName", "Company"}
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert described(sf, "Contact")["OwnerId"]["referenceTo"] == ["User"]


def test_status_objects(sf):
    text = "SELECT ApiName, IsConverted, IsDefault FROM LeadStatus WHERE IsConverted = true"
    assert sf.query(text)["records"][0]["ApiName"] == "Closed - Converted"
    assert (
        sf.query("SELECT ApiName FROM TaskStatus WHERE IsClosed = true")["records"][0]["ApiName"]
        == "Completed"
    )
    won = sf.query("SELECT ApiName, DefaultProbability FROM OpportunityStage WHERE IsWon = true")["records"]
    assert (won[0]["ApiName"], won[0]["DefaultProbability"]) == ("Closed Won", 100.0)


# -- rules --


@pytest.fixture
def ruled(served):
    org = served.org
    org.add_field(
        "Lead.Accord_Touches_Made__c",
        {"label": "T", "type": "Number", "precision": 4, "scale": 0},
        visible_to_all=True,
    )
    org.add_field(
        "Lead.Accord_Disposition__c",
        picklist("D", "Poor quality", "Go-nowhere", "Accepted"),
        visible_to_all=True,
    )
    org.add_field("Lead.Accord_Disposition_Reason__c", picklist("R", "No budget"), visible_to_all=True)
    sf = served.client()
    for name, formula, shown in (("Early", EARLY, "Status"), ("Reason", REASON, None)):
        metadata = {"active": True, "errorConditionFormula": formula, "errorMessage": f"{name}!"}
        if shown:
            metadata["errorDisplayField"] = shown
        body = {"FullName": f"Lead.{name}", "Metadata": metadata}
        assert sf.toolingexecute("sobjects/ValidationRule", method="POST", data=body)["success"]
    return served


def test_an_early_disqualification_is_refused_until_the_touches_are_made(ruled):
    rep = ruled.client(ruled.rep_id)
    lead = rep.Lead.create({"LastName": "A", "Company": "B"})["id"]
    with pytest.raises(SalesforceMalformedRequest) as raised:
        rep.Lead.update(lead, {"Status": "Closed - Not Converted"})
    assert raised.value.content == [
        {"message": "Early!", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": ["Status"]}
    ]
    rep.Lead.update(lead, {"Status": "Closed - Not Converted", "Accord_Touches_Made__c": 4})
    rep.Lead.update(lead, {"Accord_Touches_Made__c": 1})


def test_a_disposition_needs_its_reason_and_a_known_value(ruled):
    rep = ruled.client(ruled.rep_id)
    lead = rep.Lead.create({"LastName": "A", "Company": "B"})["id"]
    with pytest.raises(SalesforceMalformedRequest, match="Reason!"):
        rep.Lead.update(lead, {"Accord_Disposition__c": "Poor quality"})
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"):
        rep.Lead.update(lead, {"Accord_Disposition__c": "Meh"})
    rep.Lead.update(
        lead, {"Accord_Disposition__c": "Poor quality", "Accord_Disposition_Reason__c": "No budget"}
    )


def test_a_rule_can_be_seen_switched_off_and_removed(ruled):
    sf = ruled.client()
    wanted = "Id, ValidationName, Active, EntityDefinition.QualifiedApiName"
    text = f"SELECT {wanted} FROM ValidationRule WHERE ValidationName = 'Early'"
    (rule,) = sf.toolingexecute("query", params={"q": text})["records"]
    assert (rule["Active"], rule["EntityDefinition"]["QualifiedApiName"]) == (True, "Lead")
    metadata = {"active": False, "errorConditionFormula": EARLY, "errorMessage": "no"}
    sf.toolingexecute(f"sobjects/ValidationRule/{rule['Id']}", method="PATCH", data={"Metadata": metadata})
    lead = sf.Lead.create({"LastName": "A", "Company": "B"})["id"]
    assert sf.Lead.update(lead, {"Status": "Closed - Not Converted"}) == 204
    sf.toolingexecute(f"sobjects/ValidationRule/{rule['Id']}", method="DELETE")
    assert sf.toolingexecute("query", params={"q": text})["records"] == []


@pytest.mark.parametrize("formula", ["AND(Nope__c, TRUE)", "FOO(1)", "AND(", "ISCHANGED(1)"])
def test_a_broken_formula_is_refused_when_the_rule_is_saved(sf, formula):
    metadata = {"active": True, "errorConditionFormula": formula, "errorMessage": "no"}
    with pytest.raises(SalesforceMalformedRequest, match="FIELD_INTEGRITY_EXCEPTION"):
        sf.toolingexecute(
            "sobjects/ValidationRule", method="POST", data={"FullName": "Lead.X", "Metadata": metadata}
        )


def test_assignment_takes_leads_away_unless_the_header_forbids_it(served, sf):
    served.org.assignment.owners["france"] = served.rep_id
    mine = served.org.integration_user_id
    kept = sf.Lead.create(
        {"LastName": "A", "Company": "B", "Country": "France"}, headers={"Sforce-Auto-Assign": "FALSE"}
    )
    taken = sf.Lead.create({"LastName": "A", "Company": "B", "Country": "France"})
    assert sf.Lead.get(kept["id"])["OwnerId"] == mine
    assert sf.Lead.get(taken["id"])["OwnerId"] == served.rep_id
    sf.Lead.update(kept["id"], {"Title": "CTO"})
    assert sf.Lead.get(kept["id"])["OwnerId"] == served.rep_id


def test_assignment_needs_no_setting_up_and_leaves_leads_without_country_alone(served, sf):
    assert (
        sf.Lead.get(sf.Lead.create({"LastName": "A", "Company": "B", "Country": "Peru"})["id"])["OwnerId"]
        == served.rep_id
    )
    without = sf.Lead.create({"LastName": "A", "Company": "B"})["id"]
    assert sf.Lead.get(without)["OwnerId"] == served.org.integration_user_id


@pytest.mark.parametrize(("version", "key"), [("51.0", "duplicateResut"), ("59.0", "duplicateResult")])
def test_a_duplicate_is_reported_with_its_match(served, sf, version, key):
    first = sf.Lead.create({"LastName": "A", "Company": "B", "Email": "a@b.example"})["id"]
    served.org.duplicates = DuplicateRule("alert")
    body = {"LastName": "C", "Company": "D", "Email": "A@b.example"}
    answer = served.raw("POST", "sobjects/Lead", json=body, version=version)
    (error,) = answer.json()
    assert (answer.status_code, error["errorCode"]) == (400, "DUPLICATES_DETECTED")
    assert error[key]["matchResults"][0]["matchRecords"][0]["record"]["Id"] == first
    insist = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert served.raw("POST", "sobjects/Lead", json=body, headers=insist).status_code == 201
    served.org.duplicates = DuplicateRule("block")
    assert served.raw("POST", "sobjects/Lead", json=body, headers=insist).status_code == 400


def test_in_a_collection_a_duplicate_does_not_say_of_whom(served, sf):
    sf.Lead.create({"LastName": "A", "Company": "B", "Email": "a@b.example"})
    served.org.duplicates = DuplicateRule("alert")
    record = {"attributes": {"type": "Lead"}, "LastName": "A", "Company": "B", "Email": "a@b.example"}
    (result,) = sf.restful("composite/sobjects", method="POST", json={"records": [record]})
    assert result["errors"] == [
        {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    ]


def test_history_records_tracked_fields_only(served, sf):
    served.org.track_history("Lead", ["Status", "OwnerId"])
    lead = sf.Lead.create({"LastName": "A", "Company": "B"})["id"]
    sf.Lead.update(lead, {"Status": "Working - Contacted", "Title": "CTO"})
    text = f"SELECT Field, OldValue, NewValue, CreatedById FROM LeadHistory WHERE LeadId = '{lead}'"
    (row,) = sf.query(text)["records"]
    assert (row["Field"], row["OldValue"], row["NewValue"]) == (
        "Status",
        "Open - Not Contacted",
        "Working - Contacted",
    )
    with pytest.raises(SalesforceMalformedRequest):
        sf.query("SELECT Id FROM LeadHistory WHERE NewValue = 'x'")
