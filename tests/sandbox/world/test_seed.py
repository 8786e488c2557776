"""What a seeded world holds: the promised shares, the promised dirt, and the same for the same seed."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from sandbox.hubspot.records import Record
from sandbox.world.companies import COMPETITORS
from sandbox.world.profiles import draw_profile
from sandbox.world.scenario import DEFAULT, Kind, scenario_named
from sandbox.world.titles import TARGET_FUNCTIONS, TARGET_SENIORITIES
from sandbox.world.world import World

Maker = Callable[..., World]
SEEDS = [1, 42, 2026]


def _moments(world: World) -> Iterator[datetime]:
    for rows in (world.org.rows(name, include_deleted=True) for name in ("Lead", "Contact", "Task", "Event")):
        for row in rows:
            yield from (row[name] for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp"))
    for record in world.portal.records("contacts"):
        yield from (record.created_at, record.updated_at)
        yield from (write.at for write in record.writes)


def test_the_same_seed_gives_the_same_world(make_world: Maker) -> None:
    one, two = make_world(seed=11, people=120), make_world(seed=11, people=120)
    assert one.portal.snapshot(history=True) == two.portal.snapshot(history=True)
    assert one.org.snapshot() == two.org.snapshot()


def test_another_seed_gives_other_people(make_world: Maker) -> None:
    one, two = make_world(seed=11, people=60), make_world(seed=12, people=60)
    assert not set(one.profiles) & set(two.profiles) or set(one.profiles) != set(two.profiles)


def test_one_more_person_changes_nobody_else(make_world: Maker) -> None:
    small, large = make_world(people=80), make_world(people=81)
    for email in small.profiles:
        before, after = small.contact_of(email), large.contact_of(email)
        if before is None or after is None or small.profiles[email] != large.profiles[email]:
            continue
        volatile = {"hs_object_id", "associatedcompanyid", "hs_all_contact_vids", "hs_calculated_merged_vids",
                    "hs_calculated_form_submissions", "hs_merged_object_ids", "hubspot_owner_id"}  # fmt: skip
        assert {k: v for k, v in before.properties.items() if k not in volatile} == {
            k: v for k, v in after.properties.items() if k not in volatile
        }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sides_hold_their_shares(make_world: Maker, seed: int) -> None:
    world = make_world(seed=seed, people=400)
    contacts, leads = len(world.portal.records("contacts")), len(world.org.rows("Lead"))
    both = sum(
        1
        for record in world.portal.records("contacts")
        if (email := record.properties.get("email")) and world.org.find("Lead", "Email", email)
    )
    assert 0.60 <= contacts / 400 <= 0.75
    assert 0.42 <= leads / 400 <= 0.60
    assert both >= 0.15 * 400
    assert 6 <= len(world.roster.reps) <= 12


def _shows_interest(record: Record, now: datetime) -> bool:
    month = (now - timedelta(days=30)).isoformat()
    names = ("recent_conversion_date", "hs_analytics_last_timestamp", "hs_email_last_click_date")
    return any((record.properties.get(name) or "") >= month for name in names)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fifth_of_the_contacts_is_what_meridian_looks_for(make_world: Maker, seed: int) -> None:
    world = make_world(seed=seed, people=400)
    now, found = world.clock.now(), 0
    contacts = world.portal.records("contacts")
    for record in contacts:
        profile = world.profiles.get(record.properties.get("email") or "")
        if profile is None or not profile.is_target or not record.properties.get("jobtitle"):
            continue
        assert profile.title.function in TARGET_FUNCTIONS
        assert profile.title.seniority in TARGET_SENIORITIES
        enough = int(record.properties.get("employee_count") or "0") >= 50
        found += enough and _shows_interest(record, now)
    assert found >= 0.20 * len(contacts)


@pytest.mark.parametrize("seed", SEEDS)
def test_somebody_looked_at_pricing_or_asked_for_a_demo_within_the_last_day(
    make_world: Maker, seed: int
) -> None:
    world = make_world(seed=seed, people=400)
    since = world.clock.now() - timedelta(hours=24)
    views = [
        view for found in world.portal.engagement.page_views.values() for view in found if view.at > since
    ]
    assert sum(view.url.endswith("/pricing") for view in views) >= 10


@pytest.mark.parametrize("scenario", ["default", "dirty"])
def test_every_kind_of_dirt_is_there(make_world: Maker, scenario: str) -> None:
    world = make_world(people=300, scenario=scenario)
    there = Counter(person.profile.kind for person in world.people)
    assert all(there[kind] >= 2 for kind in Kind)
    shares = scenario_named(scenario).kinds
    for kind, share in shares.items():
        assert abs(there[kind] - share * 300) <= 0.5 * share * 300 + 3


def test_the_dirt_reaches_both_stores(make_world: Maker) -> None:
    world = make_world(people=500)
    contacts = [record.properties for record in world.portal.records("contacts")]
    addresses = [address for one in contacts if (address := one.get("email"))]
    leads = world.org.rows("Lead")
    lead_addresses = Counter(str(lead["Email"]).lower() for lead in leads if lead["Email"])
    assert any("+" in address for address in addresses)
    assert any(
        address.endswith(("mailinator.com", "yopmail.com", "guerrillamail.com")) for address in addresses
    )
    assert any(address.endswith(COMPETITORS[0][1]) for address in addresses)
    assert any("stud" in address for address in addresses)
    assert any(one.get("firstname") in ("asdf", "Test", "none", "Mickey", ".") for one in contacts)
    assert len(addresses) < len(contacts)
    assert any(not one.get("company") for one in contacts)
    assert max(lead_addresses.values()) >= 2
    assert any(lead["Company"] == "[not provided]" for lead in leads)
    assert len({one.get("country") for one in contacts}) > 20
    assert {lead["Industry"] for lead in leads} & {"Tech", "Mfg", "N/A", "Health Care", "Software & SaaS"}
    assert any(one.get("hs_email_optout") == "true" for one in contacts)
    assert any(lead["HasOptedOutOfEmail"] for lead in leads)
    assert any(one.get("hs_merged_object_ids") for one in contacts)
    assert any(lead["MasterRecordId"] for lead in world.org.rows("Lead", include_deleted=True))
    assert any(lead["IsConverted"] for lead in leads)
    owners = {lead["OwnerId"] for lead in leads}
    assert {world.roster.former_user_id, world.roster.queue_id} <= owners
    assert any(one.get("hubspot_owner_id") == world.roster.stray_owner_id for one in contacts)
    former = world.org.record("User", world.roster.former_user_id)
    assert former is not None
    assert not former["IsActive"]


def test_changed_addresses_show_in_the_history_and_salesforce_keeps_the_old_one(make_world: Maker) -> None:
    world = make_world(people=500)
    changed = [person for person in world.people if person.profile.kind is Kind.CHANGED_ADDRESS]
    seen = 0
    for person in changed:
        contact = world.contact_of(person.profile.email or "")
        if contact is not None and len(contact.history_of("email")) == 2:
            seen += 1
            assert contact.history_of("email")[1].value == (person.profile.old_email or "").lower()
            assert world.org.find("Lead", "Email", person.profile.old_email)
    assert seen >= 3


def test_all_times_are_aware_and_none_lies_ahead(make_world: Maker) -> None:
    world = make_world(people=200)
    now = world.clock.now()
    moments = list(_moments(world))
    assert len(moments) > 2000
    assert all(moment.tzinfo is not None and moment <= now for moment in moments)


def test_history_is_thirty_days_deep(make_world: Maker) -> None:
    world = make_world(people=300)
    now = world.clock.now()
    ages = [(now - record.created_at).total_seconds() / 86400 for record in world.portal.records("contacts")]
    assert max(ages) <= 45
    assert min(ages) < 3
    assert sum(age > 15 for age in ages) > 0.25 * len(ages)
    worked = [task["CreatedDate"] for task in world.org.rows("Task")]
    assert len(worked) > 100


def test_quiet_worlds_are_small_and_clean(make_world: Maker) -> None:
    world = make_world(people=300, scenario="quiet")
    contacts = [record.properties for record in world.portal.records("contacts")]
    assert 20 <= len(contacts) <= 40
    assert {person.profile.kind for person in world.people} == {Kind.PLAIN}
    assert all(one.get("email") and one.get("jobtitle") and one.get("company") for one in contacts)
    assert not any(one.get("hs_email_optout") == "true" for one in contacts)
    owners = {lead["OwnerId"] for lead in world.org.rows("Lead")}
    assert owners <= {rep.user_id for rep in world.roster.reps}


def test_empty_worlds_hold_the_staff_only(make_world: Maker) -> None:
    world = make_world(people=300, scenario="empty")
    assert not world.portal.records("contacts")
    assert not world.portal.records("companies")
    assert not world.org.rows("Lead")
    assert len(world.roster.reps) >= 6
    assert len(world.portal.owners.all()) >= 10


@pytest.mark.parametrize(("people", "scenario"), [(-1, "default"), (10, "no such")])
def test_impossible_worlds_are_refused(make_world: Maker, people: int, scenario: str) -> None:
    with pytest.raises(ValueError):
        make_world(people=people, scenario=scenario)


def test_profiles_do_not_depend_on_how_many_there_are() -> None:
    assert [draw_profile(3, DEFAULT, index) for index in range(50)] == [
        draw_profile(3, DEFAULT, index) for index in reversed(range(50))
    ][::-1]
