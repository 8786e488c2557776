"""Complaint 20: "No feedback, and no SLA that holds": no reasons, averages that hide the tail, reps blamed for delay.

Accord refuses a rejection without a reason where it is made, counts reasons by source, campaign and criterion, shows
median and 95th percentile, splits the delay into sync, routing and human, and puts both halves side by side.
"""

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from connectors.store import runs
from passes.numbers import measure
from sandbox.salesforce.errors import SalesforceFault
from tests.e2e.laws.world import World

REASON = "Accord_Disposition_Reason__c"
REFUSED = "Closed - Not Converted"


def handed_over(world: World, number: int, source: str) -> str:
    """The Lead of a person who asked for a demo."""
    contact_id = world.asks_for_demo(
        f"p{number}@nordwerk.example", lastname=f"Nr {number}", lead_source=source
    )
    world.settle()
    return str(world.lead_of(contact_id))


def call(world: World, lead_id: str) -> None:
    """A rep calls now."""
    task = {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
    values = {**task, "WhoId": lead_id, "OwnerId": world.rep.user_id}
    world.org.create("Task", values, user_id=world.rep.user_id)


def month(world: World) -> measure.Metrics:
    """The running month's figures."""
    return measure.compute(world.bench.open("look"), "month")


def test_complaint_20_a_no_needs_a_reason_and_the_agreed_touches(world: World) -> None:
    lead_id = handed_over(world, 1, "webinar")
    with pytest.raises(SalesforceFault, match="FIELD_CUSTOM_VALIDATION_EXCEPTION"):
        world.edit("Lead", lead_id, Accord_Disposition__c="Poor quality")
    with pytest.raises(SalesforceFault, match="FIELD_CUSTOM_VALIDATION_EXCEPTION"):
        world.edit("Lead", lead_id, Status=REFUSED)
    for _ in range(4):
        world.later(minutes=30)
        call(world, lead_id)
    world.run()
    world.edit("Lead", lead_id, Status=REFUSED, Accord_Disposition__c="Poor quality", **{REASON: "No budget"})
    world.run()
    assert world.sf("Lead", lead_id)["Status"] == REFUSED


def test_complaint_20_reasons_are_rolled_up_by_source_campaign_and_criterion(world: World) -> None:
    answers = {
        1: ("webinar", "No budget"),
        2: ("webinar", "No budget"),
        3: ("content", "No need"),
        4: ("content", ""),
    }
    for number, (source, reason) in answers.items():
        lead_id = handed_over(world, number, source)
        said = {"Accord_Disposition__c": "Poor quality", REASON: reason} if reason else {
            "Accord_Disposition__c": "Accepted"
        }  # fmt: skip
        world.edit("Lead", lead_id, **said)
    world.settle()
    figures = month(world)
    assert figures.rejections.rows() == [("No budget", 2, 2 / 3), ("No need", 1, 1 / 3)]
    by = figures.rejected_by
    sources = by.filter(pl.col("dimension") == "source").drop("dimension").rows()
    assert sources == [("webinar", 2, 2, 1.0, "No budget", 2), ("content", 2, 1, 0.5, "No need", 1)]
    campaigns = by.filter(pl.col("dimension") == "campaign")
    assert campaigns["people"].sum() == 3
    asked = by.filter((pl.col("dimension") == "criterion") & (pl.col("group") == "asked_to_talk"))
    assert asked.select("answered", "rejected", "reason", "people").rows() == [
        (4, 3, "No budget", 2),
        (4, 3, "No need", 1),
    ]


def test_complaint_20_the_tail_shows_and_each_delay_has_its_owner(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={"fallback: assignment rules": "fallback: queue:Unassigned Leads"})
    ids = [world.asks_for_demo(f"p{number}@nordwerk.example", lastname=f"Nr {number}") for number in range(8)]
    world.settle()
    leads = [str(world.lead_of(contact_id)) for contact_id in ids]
    # Half an hour nobody owns them; then seven are called within minutes and one only after four hours.
    world.later(minutes=30)
    for lead_id in leads:
        world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    world.run()
    world.later(minutes=5)
    for lead_id in leads[:-1]:
        call(world, lead_id)
    world.later(hours=4)
    call(world, leads[-1])
    world.settle()
    figures = month(world)
    (touch,) = figures.first_touch.filter(pl.col("which") == "period").to_dicts()
    assert touch["p95_minutes"] > touch["p50_minutes"] + 60
    parts = {row["part"]: row for row in figures.delays.to_dicts()}
    assert set(parts) == {"sync", "routing", "human"}
    assert parts["routing"]["p50_minutes"] >= 30
    # What a rep answers for begins when a rep owns the lead.
    assert parts["human"]["p50_minutes"] < 30
    assert parts["human"]["p95_minutes"] > 60


def test_complaint_20_both_halves_stand_side_by_side_and_a_breach_is_named(world: World) -> None:
    lead_id = handed_over(world, 1, "webinar")
    world.later(hours=3)
    world.settle()
    lead = world.sf("Lead", lead_id)
    assert lead["Accord_SLA_Status__c"] == "breached"
    assert lead["Accord_First_Touch_Due__c"] < world.clock.now() - timedelta(hours=1)
    figures = month(world)
    verdicts = {(row["team"], row["commitment"]): row["verdict"] for row in figures.attainment.to_dicts()}
    assert verdicts["sales", "first_touch"] == "missed"
    assert ("marketing", "minimum_information") in verdicts
    assert ("marketing", "qualified_leads") in verdicts
    context = world.bench.open("look")
    measure.scorecard(context)
    with context.store.begin() as connection:
        page = runs.latest_document(connection, measure.SCORECARD)
    assert page is not None
    for half in ("Marketing", "Sales", "Nr 1"):
        assert half in page.body
