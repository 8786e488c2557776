"""Each team sees the other's work where it works, within one pass: the loop that the agreement lives by."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.salesforce.errors import SalesforceFault
from tests.e2e.laws.world import World


def test_sales_answer_is_on_the_hubspot_contact_within_one_pass(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit(
        "Lead",
        lead_id,
        Status="Working - Contacted",
        Accord_Disposition__c="Poor quality",
        Accord_Disposition_Reason__c="No budget",
        Accord_Objection__c="They bought a tool last year.",
    )
    world.run()
    seen = world.hs(contact_id)
    assert seen["accord_disposition"] == "Poor quality"
    assert seen["accord_disposition_reason"] == "No budget"
    assert seen["accord_objection"] == "They bought a tool last year."
    assert seen["accord_sales_status"] == "Working - Contacted"
    assert seen["hs_lead_status"] == "IN_PROGRESS"


def test_a_new_lead_comes_with_stage_score_reasons_and_deadline(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.run()
    lead = world.sf("Lead", str(world.lead_of(contact_id)))
    now = world.clock.now()
    assert lead["Accord_Stage__c"] == "SQL"
    assert lead["Accord_Score__c"] == int(str(world.hs(contact_id)["accord_score"]))
    assert "asked for a demo" in lead["Accord_Reasons__c"]
    assert lead["Accord_Handoff_At__c"] == now
    assert lead["Accord_First_Touch_Due__c"] == now + timedelta(hours=1)
    assert (lead["Accord_Touches_Made__c"], lead["Accord_SLA_Status__c"]) == (0, "pending")
    assert "Demo request" in lead["Accord_Marketing_Context__c"]


def test_hubspot_hears_of_the_handoff_only_when_it_has_happened(world: World) -> None:
    contact_id = world.asks_for_demo()
    rule = {
        "active": True,
        "description": "closed",
        "errorConditionFormula": 'Company = "Nordwerk AG"',
        "errorMessage": "Closed today.",
    }
    world.org.add_validation_rule("Lead.Closed", rule)
    world.settle()
    assert world.hs(contact_id)["accord_handoff_at"] is None
    assert world.hs(contact_id)["accord_stage"] == "SQL"
    world.org.validation_rules.clear()
    world.later(hours=25)
    world.settle()
    lead = world.sf("Lead", str(world.lead_of(contact_id)))
    told = datetime.fromisoformat(str(world.hs(contact_id)["accord_handoff_at"]))
    assert told.astimezone(UTC) == lead["Accord_Handoff_At__c"]
    assert lead["Accord_SLA_Status__c"] == "pending"


def test_a_first_touch_in_time_is_seen_by_both_teams(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    world.later(minutes=20)
    call = {
        "Subject": "Intro",
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "Status": "Completed",
        "WhoId": lead_id,
        "OwnerId": world.rep.user_id,
    }
    at = world.clock.now()
    world.org.create("Task", call, user_id=world.rep.user_id)
    world.run()
    lead, contact = world.sf("Lead", lead_id), world.hs(contact_id)
    assert lead["Accord_First_Touch_At__c"] == at
    assert (lead["Accord_Touches_Made__c"], lead["Accord_Touches_Owed__c"]) == (1, 3)
    assert contact["accord_first_touch_at"] == at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert contact["accord_touches"] == "1"


def test_the_lifecycle_stage_goes_forward_only(world: World) -> None:
    contact_id = world.asks_for_demo()
    customer = world.contact("kunde@nordwerk.example", lifecyclestage="customer")
    world.settle()
    assert world.hs(contact_id)["lifecyclestage"] == "salesqualifiedlead"
    world.edit_contact(contact_id, jobtitle="Student")
    world.run()
    assert world.hs(contact_id)["accord_stage"] == "go-nowhere"
    assert world.hs(contact_id)["lifecyclestage"] == "salesqualifiedlead"
    assert world.hs(customer)["lifecyclestage"] == "customer"


def test_an_early_disqualification_is_refused_where_it_is_made(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    with pytest.raises(SalesforceFault, match="FIELD_CUSTOM_VALIDATION_EXCEPTION"):
        world.edit("Lead", lead_id, Status="Closed - Not Converted")
