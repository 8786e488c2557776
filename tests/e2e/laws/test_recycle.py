"""Too soon is not never: a person whom sales sends back rests, and comes again by something new that they do."""

from datetime import timedelta

import polars as pl
import pytest

from connectors.store import frames
from connectors.store.tables import clocks, dispositions, handoffs, stage_history
from tests.e2e.laws.world import World

EMAIL = "vera.brandt@nordwerk.example"
BACK = {"Accord_Disposition__c": "Too soon", "Accord_Disposition_Reason__c": "Bad timing"}


def rows(world: World, table, contact_id: str) -> pl.DataFrame:
    """The contact's rows of a history, the oldest first."""
    link_id = world.link_of(contact_id).link.link_id
    with world.bench.store.begin() as connection:
        frame = frames.read(connection, table, link_ids=[link_id])
    return frame.sort("handed_off_at" if "handed_off_at" in frame.columns else "at")


def lead(world: World, contact_id: str) -> dict:
    """The contact's Lead as the rep sees it."""
    return world.sf("Lead", str(world.lead_of(contact_id)))


@pytest.fixture
def sent_back(world: World) -> str:
    """An SQL whom the rep worked on and sent back as too soon, after a pass."""
    contact_id = world.asks_for_demo()
    world.settle()
    world.edit(
        "Lead",
        str(world.lead_of(contact_id)),
        Status="Working - Contacted",
        **BACK,
        Accord_Objection__c="“Come back after the merger.”",
    )
    world.run()
    return contact_id


def test_too_soon_goes_back_on_both_sides_within_one_pass(world: World, sent_back: str) -> None:
    contact, record = world.hs(sent_back), lead(world, sent_back)
    until = record["Accord_Cool_Off_Until__c"]
    assert contact["accord_stage"] == record["Accord_Stage__c"] == "lead"
    assert (
        contact["lifecyclestage"] == "lead"
    )  # from salesqualifiedlead, which HubSpot never takes back by itself
    assert record["Accord_Recycled__c"] == 1
    assert timedelta(days=59) < until - world.clock.now() <= timedelta(days=60)
    assert "sales said “Too soon”" in record["Accord_Reasons__c"]
    assert f"cool-off until {until:%Y-%m-%d}" in str(contact["accord_reason"])
    assert contact["accord_cool_off_until"] == until.strftime("%Y-%m-%dT%H:%M:%SZ")
    world.clear_counters()
    world.settle()
    assert world.writes() == {}


def test_nothing_qualifies_during_the_cool_off_and_new_behaviour_does_after_it(
    world: World, sent_back: str
) -> None:
    world.later(days=57)
    world.demo_request(EMAIL)
    world.settle()
    assert lead(world, sent_back)["Accord_Stage__c"] == "lead"
    assert len(rows(world, handoffs, sent_back)) == 1
    # The second request is 3 days old when the cool-off ends: it is new, and it counts.
    world.later(days=3, hours=1)
    world.settle()
    record, contact = lead(world, sent_back), world.hs(sent_back)
    assert record["Accord_Stage__c"] == "SQL"
    assert contact["lifecyclestage"] == "salesqualifiedlead"
    handed = rows(world, handoffs, sent_back)
    assert len(handed) == 2
    assert record["Accord_Handoff_At__c"] == handed["handed_off_at"][1].replace(microsecond=0)
    assert handed["qualified_at"][1] > handed["handed_off_at"][0]


def test_a_second_handoff_has_new_clocks_and_an_open_lead_without_the_old_answer(
    world: World, sent_back: str
) -> None:
    first = rows(world, clocks, sent_back)
    world.later(days=61)
    world.demo_request(EMAIL)
    world.settle()
    record, contact = lead(world, sent_back), world.hs(sent_back)
    assert record["Status"] == "Open - Not Contacted"
    assert [record[name] for name in (*BACK, "Accord_Objection__c")] == [None, None, None]
    assert contact["accord_disposition"] is None
    assert contact["accord_cool_off_until"] is None
    assert (record["Accord_Recycled__c"], record["Accord_SLA_Status__c"]) == (1, "pending")
    assert record["Accord_Touches_Owed__c"] == 4
    at = rows(world, handoffs, sent_back)["handed_off_at"][-1]
    again = rows(world, clocks, sent_back).filter(pl.col("handed_off_at") == at)
    assert set(again["status"]) == {"pending"}
    # What was is kept: the first turn's clocks, the answer in the rep's words, each stage.
    kept = rows(world, clocks, sent_back).filter(pl.col("handed_off_at") < at)
    assert kept.select("commitment", "status", "due_at").equals(
        first.select("commitment", "status", "due_at")
    )
    said = rows(world, dispositions, sent_back)
    assert said["note"][0] == "“Come back after the merger.”"
    assert rows(world, stage_history, sent_back)["stage"].to_list() == ["SQL", "lead", "SQL"]
    world.clear_counters()
    world.settle()
    assert world.writes() == {}


def test_what_was_done_before_does_not_bring_anybody_back(world: World, sent_back: str) -> None:
    """A shorter cool-off than the window of the demo request: by that alone they would be an SQL again."""
    world.change_sla({"cool_off: 60 days": "cool_off: 7 days", "version: 2026-01": "version: 2026-02"})
    world.settle()
    world.later(days=8)
    world.settle()
    record = lead(world, sent_back)
    assert record["Accord_Stage__c"] == "lead"
    assert len(rows(world, handoffs, sent_back)) == 1
    assert "sales said" not in record["Accord_Reasons__c"]
    # Who they are counts as before.
    assert record["Accord_Score__c"] > 0


def test_after_the_agreed_number_of_times_nobody_comes_again(world: World, sent_back: str) -> None:
    for _ in range(3):
        world.later(days=61)
        world.demo_request(EMAIL)
        world.settle()
        world.edit("Lead", str(world.lead_of(sent_back)), **BACK)
        world.settle()
    record = lead(world, sent_back)
    assert (record["Accord_Recycled__c"], record["Accord_Cool_Off_Until__c"]) == (4, None)
    assert "not handed over again" in record["Accord_Reasons__c"]
    world.later(days=400)
    world.demo_request(EMAIL)
    world.settle()
    assert lead(world, sent_back)["Accord_Stage__c"] == "lead"
    assert len(rows(world, handoffs, sent_back)) == 4


@pytest.mark.parametrize(("said", "stage"), [("Poor quality", "lead"), ("Go-nowhere", "go-nowhere")])
def test_a_rejected_lead_does_not_come_back_at_once(world: World, said: str, stage: str) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    answer = {"Accord_Disposition__c": said, "Accord_Disposition_Reason__c": "No need"}
    world.edit("Lead", str(world.lead_of(contact_id)), **answer)
    world.settle()
    world.later(days=30)
    world.demo_request(EMAIL)
    world.settle()
    assert lead(world, contact_id)["Accord_Stage__c"] == stage
    assert len(rows(world, handoffs, contact_id)) == 1


def test_an_answer_taken_back_is_as_if_never_given(world: World, sent_back: str) -> None:
    world.edit("Lead", str(world.lead_of(sent_back)), Accord_Disposition__c="Accepted")
    world.settle()
    record = lead(world, sent_back)
    assert (record["Accord_Stage__c"], record["Accord_Cool_Off_Until__c"]) == ("SQL", None)
    assert world.hs(sent_back)["lifecyclestage"] == "salesqualifiedlead"
    assert len(rows(world, handoffs, sent_back)) == 1


def test_a_customer_keeps_their_lifecycle_stage(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    world.edit_contact(contact_id, lifecyclestage="customer")
    world.edit("Lead", str(world.lead_of(contact_id)), **BACK)
    world.settle()
    assert world.hs(contact_id)["accord_stage"] == "lead"
    assert world.hs(contact_id)["lifecyclestage"] == "customer"
