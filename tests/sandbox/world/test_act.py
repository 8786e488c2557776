"""What the people do: at believable minutes, as themselves, the same way twice, and with consequences."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.hubspot.records import Actor
from sandbox.world.act import act
from sandbox.world.hours import is_open
from sandbox.world.world import World

Maker = Callable[..., World]
Installer = Callable[..., None]
HandOver = Callable[[World], list[str]]
Counting = Callable[[World], None]
FRIDAY_EVENING = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def test_the_same_hours_give_the_same_events(
    make_world: Maker, install_accord: Installer, hand_over: HandOver, count_touches: Counting
) -> None:
    worlds = [make_world(people=150) for _ in range(2)]
    for world in worlds:
        install_accord(world.org)
        hand_over(world)
    for hours in (5.5, 24, 1):
        one, two = (act(world, hours=hours) for world in worlds)
        assert one == two
        for world in worlds:
            count_touches(world)
    assert worlds[0].portal.snapshot(history=True) == worlds[1].portal.snapshot(history=True)
    assert worlds[0].org.snapshot() == worlds[1].org.snapshot()


def test_the_clock_ends_after_the_hours_and_nothing_is_stamped_outside_them(make_world: Maker) -> None:
    world = make_world(people=150)
    start = world.clock.now()
    report = act(world, hours=26.5)
    end = start + timedelta(hours=26.5)
    assert world.clock.now() == end == report.ended_at
    tasks = [row for row in world.org.rows("Task") if row["CreatedDate"] > start]
    assert len(tasks) >= 30
    assert all(start <= row["SystemModstamp"] <= end for row in tasks)
    touched = [record for record in world.portal.records("contacts") if record.updated_at > start]
    assert touched
    assert all(record.updated_at <= end for record in touched)


def test_reps_and_marketers_work_in_their_business_hours_only(make_world: Maker) -> None:
    world = make_world(people=300)
    start = world.clock.now()
    act(world, hours=24 * 7)
    zones = {rep.user_id: rep.zone for rep in world.roster.reps}
    rows = [row for name in ("Task", "Event", "Opportunity") for row in world.org.rows(name)]
    new = [row for row in rows if row["CreatedDate"] > start]
    assert len(new) > 100
    for row in new:
        assert is_open(zones[row["CreatedById"]], row["CreatedDate"])
    marketers = {f"userId:{marketer.user_id}" for marketer in world.roster.marketers}
    writes = [
        write
        for record in world.portal.records("contacts")
        for write in record.writes
        if write.at > start and write.actor.source_id in marketers
    ]
    assert writes
    assert all(is_open(ZoneInfo("Europe/Berlin"), write.at) for write in writes)


def test_at_the_weekend_only_visitors_come(make_world: Maker) -> None:
    world = make_world(people=300, start=FRIDAY_EVENING)
    act(world, hours=5)
    counts = act(world, hours=48).counts
    assert counts["page_views"] > 0
    assert not {"calls", "emails", "marketer_edits", "rep_edits"} & set(counts)


def test_handed_over_leads_are_called_answered_and_converted(
    make_world: Maker, install_accord: Installer, hand_over: HandOver, count_touches: Counting
) -> None:
    world = make_world(people=300)
    install_accord(world.org)
    handed = hand_over(world)
    total: dict[str, int] = {}
    for _ in range(5 + 2):
        for name, count in act(world, hours=24).counts.items():
            total[name] = total.get(name, 0) + count
        count_touches(world)
    for name in (
        "calls",
        "emails",
        "meetings",
        "follow_ups",
        "accepted",
        "dispositions",
        "conversions",
        "hubspot_calls",
    ):
        assert total[name] > 0, name
    leads = [row for row in world.org.rows("Lead") if row.id in set(handed)]
    answers = {row.get("Accord_Disposition__c") for row in leads}
    assert {"Converted", "Accepted"} <= answers
    assert answers & {"Too soon", "Poor quality", "Go-nowhere"}
    touched = [row for row in leads if world.org.find("Task", "WhoId", row["ConvertedContactId"] or row.id)]
    assert len(touched) >= 0.9 * len(leads)
    for row in leads:
        if row.get("Accord_Disposition__c") in ("Too soon", "Poor quality", "Go-nowhere"):
            assert row.get("Accord_Disposition_Reason__c")
    assert any(row.get("Accord_Objection__c") for row in leads)


def test_an_early_disqualification_is_refused_and_the_touches_follow(
    make_world: Maker, install_accord: Installer, hand_over: HandOver, count_touches: Counting
) -> None:
    world = make_world(people=300)
    install_accord(world.org)
    handed = set(hand_over(world))
    refused = 0
    for _ in range(14):
        refused += act(world, hours=24).counts.get("refused_decisions", 0)
        count_touches(world)
    closed = [
        row
        for row in world.org.rows("Lead")
        if row.id in handed and row["Status"] == "Closed - Not Converted"
    ]
    assert refused > 0
    assert closed
    assert all(row["Accord_Touches_Made__c"] >= 4 for row in closed)


def test_fields_that_reps_may_not_see_are_not_used(make_world: Maker, install_accord: Installer) -> None:
    world = make_world(people=200)
    install_accord(world.org, visible=False)
    counts = act(world, hours=72).counts
    assert counts["calls"] > 0
    assert "dispositions" not in counts
    assert "accepted" not in counts


def test_new_handoffs_come_before_old_leads(
    make_world: Maker, install_accord: Installer, hand_over: HandOver
) -> None:
    world = make_world(people=300)
    act(world, hours=48)
    install_accord(world.org)
    handed = set(hand_over(world))
    start = world.clock.now()
    act(world, hours=24)
    firsts = [
        row["WhoId"] for row in world.org.rows("Task") if row["CreatedDate"] > start and row["IsClosed"]
    ]
    contacts = {row["ConvertedContactId"] for row in world.org.rows("Lead") if row.id in handed}
    assert sum(who in handed | contacts for who in firsts) > 0.6 * len(firsts)


def test_new_people_arrive_every_day(make_world: Maker) -> None:
    world = make_world(people=400)
    known = {record.id for record in world.portal.records("contacts")}
    act(world, hours=24 * 5)
    new = [record for record in world.portal.records("contacts") if record.id not in known]
    # Three workdays of about ten people and a weekend of four each, some of them straight to sales.
    assert 25 <= len(new) <= 50
    assert sum(bool(record.properties.get("recent_conversion_event_name")) for record in new) > 0.5 * len(new)


def test_both_sides_sometimes_edit_the_same_person(make_world: Maker) -> None:
    world = make_world(people=400)
    counts = act(world, hours=24 * 5).counts
    assert counts["collisions"] >= 1
    assert counts["rep_edits"] >= 1


def test_a_call_logged_twice_is_the_same_minute_and_person(make_world: Maker) -> None:
    world = make_world(people=400)
    known = {record.id for record in world.portal.records("calls")}
    act(world, hours=24 * 5)
    tasks = {
        (row["CreatedDate"], str(person["Email"]).lower())
        for row in world.org.rows("Task")
        if row["TaskSubtype"] == "Call"
        and (
            person := world.org.record("Lead" if row["WhoId"].startswith("00Q") else "Contact", row["WhoId"])
        )
    }
    reps = {f"userId:{rep.hubspot_user_id}" for rep in world.roster.reps}
    twice = 0
    for call in world.portal.records("calls"):
        if call.id in known or call.writes[0].actor.source_id not in reps:
            continue
        twice += 1
        contact = world.portal.record("contacts", world.portal.associated("calls", call.id, "contacts")[0])
        assert contact is not None
        assert (call.created_at, contact.properties["email"]) in tasks
    assert twice >= 1


def test_people_bear_what_others_deleted(make_world: Maker) -> None:
    world = make_world(people=200)
    act(world, hours=30)
    for record in world.portal.records("contacts")[::2]:
        world.portal.archive("contacts", record.id, actor=Actor.system("CRM_UI"))
    for row in world.org.rows("Lead")[::2]:
        world.org.delete("Lead", row.id, user_id=world.org.integration_user_id)
    gone = {row.id for row in world.org.rows("Lead", include_deleted=True) if row.deleted}
    start = world.clock.now()
    assert act(world, hours=72).counts["calls"] > 0
    assert not [row for row in world.org.rows("Task") if row["CreatedDate"] > start and row["WhoId"] in gone]


def test_after_a_jump_of_the_clock_nothing_is_stamped_in_the_past(make_world: Maker) -> None:
    world = make_world(people=200)
    act(world, hours=24)
    world.clock.advance(3 * 86400)
    start = world.clock.now()
    before = {record.id: record.version for record in world.portal.records("contacts")}
    act(world, hours=12)
    for record in world.portal.records("contacts"):
        if record.version != before.get(record.id):
            assert record.updated_at >= start


def test_the_hours_must_be_positive(make_world: Maker) -> None:
    with pytest.raises(ValueError):
        act(make_world(people=0), hours=0)
