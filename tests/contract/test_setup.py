"""Setup: everything that is missing is named, added once, and visible to us afterwards."""

import pytest

from connectors import setup
from connectors.errors import ConfigError
from connectors.results import RecordWrite


def test_setup_adds_what_is_missing_and_a_second_run_finds_nothing(hubspot, salesforce, salesforce_side):
    lacking = setup.missing(hubspot, salesforce)
    assert {item.kind for item in lacking} == {
        "group",
        "property",
        "list",
        "field",
        "permission set",
        "field access",
        "assignment",
        "rule",
    }
    assert setup.install(hubspot, salesforce, lacking) == lacking
    assert setup.missing(hubspot, salesforce) == []
    assert setup.install(hubspot, salesforce) == []
    assert hubspot.schema("contacts")["salesforce_lead_id"].unique
    assert hubspot.schema("calls")["salesforce_activity_id"].unique
    for kind, name in [("Lead", "Accord_Stage__c"), ("Contact", "Accord_Objection__c")]:
        assert salesforce.schema(kind)[name].writable_on_update
    for kind in ("Task", "Event"):
        assert salesforce.schema(kind)["HubSpot_Activity_Id__c"].unique
    org, rep = salesforce_side.org, salesforce_side.rep_id
    assert org.visible_to(rep, "Lead", "Accord_Score__c")
    with pytest.raises(Exception, match="Accord_Score__c"):
        org.update("Lead", salesforce_side.lead(), {"Accord_Score__c": 99}, user_id=rep)


def test_setup_goes_on_where_an_interrupted_one_stopped(hubspot, salesforce, salesforce_side):
    salesforce_side.fail(path="*/tooling/sobjects/CustomField", skip=10, status=400, times=None, body=[])
    with pytest.raises(Exception, match="CustomField"):
        setup.install(hubspot, salesforce)
    salesforce_side.faults.clear()
    setup.install(hubspot, salesforce)
    assert setup.missing(hubspot, salesforce) == []


def test_a_property_of_another_type_is_a_conflict_and_nothing_is_added(hubspot, salesforce, hubspot_side):
    hubspot_side.portal.add_property(
        "contacts",
        {
            "name": "accord_score",
            "label": "Score",
            "groupName": "contactinformation",
            "type": "string",
            "fieldType": "text",
        },
    )
    with pytest.raises(ConfigError, match="accord_score") as caught:
        setup.install(hubspot, salesforce)
    assert len(caught.value.problems) == 1
    assert not hubspot_side.portal.has_property("contacts", "accord_stage")


def test_a_missing_option_is_added_and_the_present_ones_stay(hubspot, salesforce, hubspot_side):
    options = [{"label": "Lead", "value": "lead", "displayOrder": 0, "hidden": False}]
    options.append({"label": "Ours", "value": "ours", "displayOrder": 1, "hidden": False})
    hubspot_side.portal.add_property(
        "contacts",
        {
            "name": "accord_stage",
            "label": "Stage",
            "groupName": "contactinformation",
            "type": "enumeration",
            "fieldType": "select",
            "options": options,
        },
    )
    setup.install(hubspot, salesforce)
    assert set(hubspot.schema("contacts")["accord_stage"].options) == {
        "lead",
        "ours",
        "go-nowhere",
        "MQL",
        "SQL",
    }


def test_the_installed_rules_refuse_what_the_agreement_forbids(hubspot, salesforce, salesforce_side):
    setup.install(hubspot, salesforce)
    lead = salesforce_side.lead()

    def refused(**fields):
        return salesforce.write("Lead", "update", [RecordWrite("k", lead, None, fields)])[0].code

    assert refused(Status="Closed - Not Converted") == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert refused(Accord_Disposition__c="Poor quality") == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert refused(Accord_Touches_Made__c=4) is None
    assert refused(Status="Closed - Not Converted") is None
    assert refused(Accord_Disposition__c="Poor quality", Accord_Disposition_Reason__c="No need") is None


def test_access_that_is_too_narrow_is_widened(hubspot, salesforce, salesforce_side):
    setup.install(hubspot, salesforce)
    org = salesforce_side.org
    ours = org.find("PermissionSet", "Name", "Accord_Integration")[0]["Id"]
    grants = [
        row
        for row in org.find("FieldPermissions", "ParentId", ours)
        if row["Field"] == "Lead.Accord_Stage__c"
    ]
    admin = org.integration_user_id
    org.update("FieldPermissions", grants[0]["Id"], {"PermissionsEdit": False}, user_id=admin)
    assert [(item.kind, item.name) for item in setup.missing(hubspot, salesforce)] == [
        ("field access", "Accord_Stage__c")
    ]
    setup.install(hubspot, salesforce)
    assert setup.missing(hubspot, salesforce) == []
