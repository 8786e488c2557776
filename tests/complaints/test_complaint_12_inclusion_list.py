"""Complaint 12: the inclusion list is stuck or leaky, and whoever is off it gets no more updates, either way.

Accord's answer: the filter is a rule, evaluated in each pass; entering and leaving are events with a reason; leaving
never cuts off updates, opt-outs or feedback; and `accord explain` names the clause.
"""

from typing import Any

import sqlalchemy as sa

from connectors.store.tables import stage_history
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World


def _explained(world: World, who: str) -> Any:
    return shell_of(world).json("explain", who)


def test_the_clause_that_keeps_somebody_out_is_named_and_passing_it_is_enough(world: World) -> None:
    lead = world.contact("lead@nordwerk.example", jobtitle="Clerk", employee_count="20", industry="Retail")
    student = world.contact("student@nordwerk.example", jobtitle="Student", lastname="Klein")
    short = world.asks_for_demo("short@nordwerk.example", lastname="Kurz", company="")
    world.settle()
    assert "mapping, admission.stages: MQL, SQL" in " ".join(_explained(world, lead)["syncing"])
    told = " ".join(_explained(world, student)["syncing"])
    assert "lead definition, disqualify: is a student, intern or apprentice" in told
    told = " ".join(_explained(world, short)["syncing"])
    assert "mapping, admission.minimum: email, last_name, company" in told
    # Nobody has to be touched or enrolled: whoever meets the rule goes over in the next pass.
    world.edit_contact(lead, jobtitle="VP Data", employee_count="500", industry="Technology")
    world.demo_request("lead@nordwerk.example")
    world.edit_contact(short, company="Nordwerk AG")
    world.run()
    assert world.lead_of(lead)
    assert world.lead_of(short)
    assert world.lead_of(student) is None


def test_leaving_the_filter_is_an_event_and_cuts_nothing_off(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, jobtitle="Student")
    world.settle()
    assert world.hs(contact_id)["accord_stage"] == "go-nowhere"
    with world.bench.store.begin() as connection:
        query = sa.select(stage_history.c.previous_stage, stage_history.c.stage).order_by(stage_history.c.at)
        moves = [tuple(row) for row in connection.execute(query)]
    assert moves[-1] == ("SQL", "go-nowhere")
    # Values, consent and what sales says keep flowing, both ways.
    world.edit_contact(contact_id, city="Bremen")
    world.portal.unsubscribe_all("vera.brandt@nordwerk.example", actor=world.marketer)
    world.edit("Lead", lead_id, Status="Working - Contacted", Accord_Objection__c="too dear")
    world.settle()
    lead, contact = world.sf("Lead", lead_id), world.hs(contact_id)
    assert (lead["City"], lead["HasOptedOutOfEmail"], lead["Title"]) == ("Bremen", True, "Student")
    assert (contact["accord_objection"], contact["accord_sales_status"]) == (
        "too dear",
        "Working - Contacted",
    )
    assert "Yes: both records exist" in " ".join(_explained(world, contact_id)["syncing"])


def test_whom_sales_enters_is_judged_by_the_same_rules(world: World) -> None:
    """Records made in Salesforce do not bypass the definition; who is made in HubSpot is a rule of its own."""
    lead_id = world.lead(
        "otto@suedwerk.example", FirstName="Otto", LastName="Klein", Company="Südwerk", Title="Student"
    )
    nameless = world.lead(None, FirstName="No", LastName="Mail", Company="Südwerk")
    world.settle()
    assert world.sf("Lead", lead_id)["Accord_Stage__c"] == "go-nowhere"
    told = " ".join(_explained(world, nameless)["syncing"])
    assert "Not in HubSpot. The clause: mapping, admission.create_in_hubspot: with_email." in told
