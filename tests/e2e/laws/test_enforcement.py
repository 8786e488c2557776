"""What the SLA forbids is refused where people work, in step with its file; what slips in is seen and dealt with."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from connectors import setup
from connectors.salesforce import tooling
from sandbox.salesforce.customising import save_rule
from sandbox.salesforce.errors import SalesforceFault
from tests.e2e.laws.world import World

EARLY = "Accord_No_Early_Disqualification"
REFUSED = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
CLOSED = "Closed - Not Converted"


def _lead(world: World) -> tuple[str, str]:
    contact_id = world.asks_for_demo()
    world.settle()
    return contact_id, str(world.lead_of(contact_id))


def _switched_off(world: World) -> None:
    """Somebody with a bulk tool switches the rules off."""
    for rule_id, rule in world.org.validation_rules.items():
        world.org.validation_rules[rule_id] = replace(rule, active=False)


def _lacking(world: World) -> list[tuple[str, str, str]]:
    context = world.bench.open("look")
    found = setup.missing(context.hubspot, context.salesforce, context.contracts.sla)
    return [(item.kind, item.object_type, item.name) for item in found]


def _install(world: World) -> None:
    context = world.bench.open("setup")
    setup.install(context.hubspot, context.salesforce, sla=context.contracts.sla)


def test_a_disqualification_is_refused_before_the_touches_but_for_the_agreed_reasons(world: World) -> None:
    _, lead_id = _lead(world)
    with pytest.raises(SalesforceFault, match=REFUSED):
        world.edit("Lead", lead_id, Status=CLOSED)
    answer = {"Accord_Disposition__c": "Go-nowhere", "Accord_Disposition_Reason__c": "Competitor"}
    world.edit("Lead", lead_id, Status=CLOSED, **answer)
    world.run()
    assert world.sf("Lead", lead_id)["Accord_Early_Disqualification__c"] is None


def test_another_agreement_makes_other_rules_and_setup_keeps_them_in_step(
    make_world: Callable[..., World],
) -> None:
    world = make_world()
    assert _lacking(world) == []
    world.run()
    world.change_sla(
        {"at least 4 touches": "at least 2 touches", "note_needed: []": "note_needed: [Poor quality]"}
    )
    assert ("rule change", "Lead", EARLY) in _lacking(world)
    finding = world.finding("salesforce_people", "sla_rules_in_step")
    assert not finding.holds
    assert EARLY in finding.why
    assert "accord setup" in finding.why
    _install(world)
    assert _lacking(world) == []
    world.later(minutes=61)
    assert world.finding("salesforce_people", "sla_rules_in_step").holds
    lead_id = world.lead()
    with pytest.raises(SalesforceFault, match="2 touches"):
        world.edit("Lead", lead_id, Status=CLOSED)
    answer = {"Accord_Disposition__c": "Poor quality", "Accord_Disposition_Reason__c": "No need"}
    with pytest.raises(SalesforceFault, match="objection"):
        world.edit("Lead", lead_id, **answer)
    world.edit("Lead", lead_id, **answer, Accord_Objection__c="They are three people.")


def test_a_rule_edited_by_hand_is_put_back_and_one_not_agreed_any_more_goes(
    make_world: Callable[..., World],
) -> None:
    world = make_world()
    client = world.bench.open("look").salesforce.client
    (rule,) = tooling.validation_rules(client, [EARLY])
    softened = {**tooling.rule_metadata(client, rule.rule_id), "errorConditionFormula": "false"}
    author = world.org.integration_user_id
    save_rule(world.org, f"Lead.{EARLY}", softened, author, rule_id=rule.rule_id)
    assert _lacking(world) == [("rule change", "Lead", EARLY)]
    _install(world)
    world.change_sla({"reason_needed: [Too soon, Poor quality, Go-nowhere]": "reason_needed: []"})
    assert {kind for kind, _, _ in _lacking(world)} == {"rule to remove"}
    _install(world)
    assert _lacking(world) == []
    world.edit("Lead", world.lead(), Accord_Disposition__c="Go-nowhere")


def test_an_early_disqualification_that_slipped_in_is_flagged_on_both_sides(world: World) -> None:
    contact_id, lead_id = _lead(world)
    _switched_off(world)
    world.edit("Lead", lead_id, Status=CLOSED)
    world.settle()
    flag = "disqualified after 0 of 4 touches, on 2026-10-05"
    assert world.sf("Lead", lead_id)["Accord_Early_Disqualification__c"] == flag
    assert world.hs(contact_id)["accord_early_disqualification"] == flag
    assert world.sf("Lead", lead_id)["Status"] == CLOSED
    assert world.sf("Lead", lead_id)["Accord_SLA_Status__c"] == "breached"


def test_by_policy_it_is_reopened_once_and_told_to_both_sides(make_world: Callable[..., World]) -> None:
    world = make_world(sla={"on_early_disqualification: flag": "on_early_disqualification: reopen"})
    contact_id, lead_id = _lead(world)
    rules = dict(world.org.validation_rules)
    _switched_off(world)
    world.edit("Lead", lead_id, Status=CLOSED)
    world.run(dry_run=True)
    assert world.sf("Lead", lead_id)["Status"] == CLOSED  # a plan row first, like every write
    world.settle()
    assert world.sf("Lead", lead_id)["Status"] == "Open - Not Contacted"
    assert world.sf("Lead", lead_id)["Accord_Early_Disqualification__c"]
    assert world.hs(contact_id)["hs_lead_status"] in {"NEW", "OPEN"}
    # With the touches made it may be closed, and stays so.
    world.org.validation_rules.update(rules)
    for _ in range(4):
        world.later(hours=1)
        call = {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
        owner = {"WhoId": lead_id, "OwnerId": world.rep.user_id}
        world.org.create("Task", {**call, **owner}, user_id=world.rep.user_id)
    world.settle()
    world.edit("Lead", lead_id, Status=CLOSED)
    world.settle()
    assert world.sf("Lead", lead_id)["Status"] == CLOSED


def test_a_lead_that_slipped_in_without_a_reason_still_syncs(world: World) -> None:
    contact_id, lead_id = _lead(world)
    rules = dict(world.org.validation_rules)
    _switched_off(world)
    world.edit("Lead", lead_id, Accord_Disposition__c="Poor quality")
    world.org.validation_rules.update(rules)
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.settle()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    assert world.holds() == []
