"""The routing policy sets the owner at the handoff, keeps its reason, and fights nobody."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connectors.store import assignments
from sandbox.faults import PersonalEdit
from sla_rules.routing.loading import load_routing
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World

TERRITORIES = "  - {id: all, team: inside}\n"


def policy_text(world: World, *, more: str = "", members: str = "", territories: str = TERRITORIES) -> str:
    first, second = world.rep.email, world.colleague.email
    members = members or f"      - owner: {first}\n      - owner: {second}\n"
    return (
        'title: Test\nversion: "1"\nenabled: true\n'
        f"{more}teams:\n  inside:\n    members:\n{members}territories:\n{territories}fallback: queue:Unassigned Leads\n"
    )


def switch_on(world: World, **parts: str) -> None:
    """The managers agree on a policy; the next pass has it."""
    read_policy(world, policy_text(world, **parts))


def read_policy(world: World, text: str) -> None:
    contracts = world.bench.open("edit").contracts
    world.bench.close()
    world.reads = replace(contracts, routing=load_routing(text, source="routing.yaml"), routing_text=text)
    world.bench = world.open_bench()


def arrive(world: World, number: int, **properties: str) -> list[str]:
    """So many people ask for a demo, each of another company."""
    return [
        world.asks_for_demo(f"p{index}@firm{index}.example", lastname=f"P{index}", **properties)
        for index in range(number)
    ]


def owner_of(world: World, contact_id: str) -> str:
    return str(world.sf("Lead", str(world.lead_of(contact_id)))["OwnerId"])


def assigned(world: World, contact_id: str) -> Any:
    link_id = world.link_of(contact_id).link.link_id
    with world.bench.store.begin() as connection:
        return assignments.of_links(connection, [link_id])[link_id]


def test_nothing_happens_while_it_is_switched_off(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    with world.bench.store.begin() as connection:
        assert assignments.unsettled(connection) == []
    assert owner_of(world, contact_id) != world.rep.user_id


def test_new_leads_are_created_with_their_owner_in_turns_and_hubspot_hears(world: World) -> None:
    switch_on(world)
    people = arrive(world, 4)
    world.run()
    owners = [owner_of(world, one) for one in people]
    assert sorted(owners) == sorted([world.rep.user_id, world.colleague.user_id] * 2)
    world.run()
    kept = [assigned(world, one) for one in people]
    assert {row.state for row in kept} == {"done"}
    assert all(row.reason.startswith("territory all: is next in inside") for row in kept)
    reps = {
        world.rep.user_id: world.rep.email.lower(),
        world.colleague.user_id: world.colleague.email.lower(),
    }
    assert [world.hs(one)["accord_sales_owner"] for one in people] == [reps[owner] for owner in owners]
    # The clocks run for who has them now.
    world.settle()
    world.clear_counters()
    world.run()
    assert world.writes() == {}
    assert world.api_calls <= 20
    assert [owner_of(world, one) for one in people] == owners


def test_a_dry_run_and_the_pass_after_it_say_the_same(world: World) -> None:
    switch_on(world)
    people = arrive(world, 3)
    world.run(dry_run=True)
    proposed = [assigned(world, one).owner for one in people]
    world.run(dry_run=True)
    assert [assigned(world, one).owner for one in people] == proposed
    world.run()
    world.run()
    assert [assigned(world, one).owner for one in people] == proposed
    assert {assigned(world, one).state for one in people} == {"done"}


def test_an_owner_in_hubspot_is_kept_and_the_reason_is_on_record(world: World) -> None:
    switch_on(world)
    contact_id = world.asks_for_demo(hubspot_owner_id=str(world.roster.reps[2].owner_id))
    world.settle()
    assert owner_of(world, contact_id) == world.roster.reps[2].user_id
    row = assigned(world, contact_id)
    assert row.state == "left"
    assert "in HubSpot; left to them" in row.reason


def test_a_lead_of_the_integration_user_or_intake_is_given_and_a_reps_is_not(world: World) -> None:
    switch_on(world, more="intake: [queue:Unassigned Leads]\n")
    taken = world.roster.reps[2]
    found = {}
    for name, owner in (
        ("ours", world.org.integration_user_id),
        ("intake", world.roster.queue_id),
        ("taken", taken.user_id),
    ):
        contact_id = world.asks_for_demo(f"{name}@{name}.example", lastname=name)
        lead_id = world.org.create(
            "Lead",
            {"LastName": name, "Company": name, "Email": f"{name}@{name}.example", "OwnerId": owner},
            user_id=world.org.integration_user_id,
        )
        found[name] = (contact_id, lead_id)
    world.run()
    mine = {world.rep.user_id, world.colleague.user_id}
    assert {world.sf("Lead", found[name][1])["OwnerId"] for name in ("ours", "intake")} == mine
    assert world.sf("Lead", found["taken"][1])["OwnerId"] == taken.user_id
    row = assigned(world, found["taken"][0])
    assert (row.state, row.owner) == ("left", taken.email.lower())
    # HubSpot has the same owner within the pass.
    by_id = {rep.user_id: rep.owner_id for rep in (world.rep, world.colleague)}
    for name in ("ours", "intake"):
        now = world.sf("Lead", found[name][1])["OwnerId"]
        assert world.hs(found[name][0])["hubspot_owner_id"] == str(by_id[now])
    world.settle()


def test_what_somebody_else_changes_afterwards_stays_for_good(world: World) -> None:
    switch_on(world)
    (contact_id,) = arrive(world, 1)
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    other = world.roster.reps[2]
    world.edit("Lead", lead_id, OwnerId=other.user_id)
    world.settle()
    row = assigned(world, contact_id)
    assert (row.state, row.owner) == ("left", other.email.lower())
    assert row.reason.startswith("given to ")
    told = shell_of(world).json("explain", contact_id)["assignment"]
    assert (told["state"], told["reason"]) == ("left", row.reason)
    assert "since then it belongs to" in shell_of(world).accord("explain", contact_id).stdout
    # Not even from the queue does Accord take them again.
    world.edit("Lead", lead_id, OwnerId=world.roster.queue_id)
    world.settle()
    assert world.sf("Lead", lead_id)["OwnerId"] == world.roster.queue_id


@pytest.mark.parametrize("during", ["before the pass", "under the write"])
def test_another_router_that_is_faster_wins(world: World, during: str) -> None:
    switch_on(world)
    contact_id = world.asks_for_demo()
    lead_id = world.org.create(
        "Lead",
        {"LastName": "Brandt", "Company": "Nordwerk AG", "Email": "vera.brandt@nordwerk.example"},
        user_id=world.org.integration_user_id,
    )
    world.run(dry_run=True)
    assert assigned(world, contact_id).state == "proposed"
    other = world.roster.reps[2]
    if during == "before the pass":
        world.edit("Lead", lead_id, OwnerId=other.user_id)
    else:
        edit = PersonalEdit(
            vendor="salesforce", object_type="Lead", record_id=lead_id, fields={"OwnerId": other.user_id},
            user=world.rep.user_id,
        )  # fmt: skip
        world.fault("salesforce", path="*/sobjects*", method="PATCH", edit=edit.model_dump())
    world.settle()
    assert world.sf("Lead", lead_id)["OwnerId"] == other.user_id
    assert assigned(world, contact_id).state == "left"
    assert world.hs(contact_id)["hubspot_owner_id"] == str(other.owner_id)


def test_a_pass_that_is_undone_gives_nobody_away_again(world: World) -> None:
    switch_on(world)
    contact_id = world.asks_for_demo()
    fields = {"LastName": "Brandt", "Company": "Nordwerk AG", "Email": "vera.brandt@nordwerk.example"}
    lead_id = world.org.create("Lead", fields, user_id=world.org.integration_user_id)
    world.run()
    assert world.sf("Lead", lead_id)["OwnerId"] in {world.rep.user_id, world.colleague.user_id}
    assert shell_of(world).accord("undo", "last", "--yes").exit_code == 0
    for _ in range(2):
        world.run()
        assert world.sf("Lead", lead_id)["OwnerId"] == world.org.integration_user_id
    # Somebody takes the Lead: that counts.
    world.edit("Lead", lead_id, OwnerId=world.roster.reps[2].user_id)
    world.settle()
    assert world.sf("Lead", lead_id)["OwnerId"] == world.roster.reps[2].user_id
    assert assigned(world, contact_id).state == "left"


def test_nobody_away_or_full_gets_one_and_the_queue_waits_for_them(world: World) -> None:
    absent = f"owners:\n  - owner: {world.rep.email}\n    absences: [{{first: 2026-10-05, last: 2026-10-05}}]"
    world.change_sla({"owners: []": absent})
    full = f"      - owner: {world.rep.email}\n      - {{owner: {world.colleague.email}, capacity: 2}}\n"
    switch_on(world, members=full)
    people = arrive(world, 3)
    world.run()
    owners = [owner_of(world, one) for one in people]
    assert owners.count(world.colleague.user_id) == 2
    (waiting,) = [one for one in people if owner_of(world, one) == world.roster.queue_id]
    assert assigned(world, waiting).reason == "nobody of inside is free: 1 away, 1 at capacity"
    world.settle()
    # She is back: the one in the queue is hers.
    world.later(days=1)
    world.settle()
    assert owner_of(world, waiting) == world.rep.user_id
    assert assigned(world, waiting).state == "done"


def test_the_next_of_a_company_goes_to_who_has_it(world: World) -> None:
    switch_on(world)
    company = world.portal.create(
        "companies", {"name": "Nordwerk AG", "domain": "nordwerk.example"}, actor=world.marketer
    )
    first = world.asks_for_demo("a@nordwerk.example")
    world.portal.associate("contacts", first, "companies", company.id)
    arrive(world, 2)
    world.settle()
    others = [world.asks_for_demo(f"b{n}@nordwerk.example", lastname=f"B{n}") for n in range(3)]
    for one in others:
        world.portal.associate("contacts", one, "companies", company.id)
    world.settle()
    assert {owner_of(world, one) for one in others} == {owner_of(world, first)}
    assert "same company" in assigned(world, others[0]).reason


def test_territories_decide_by_what_is_known(world: World) -> None:
    members = (
        f"      - owner: {world.rep.email}\n  abroad:\n    members:\n      - owner: {world.colleague.email}\n"
    )
    territories = (
        "  - {id: home, team: inside, country: [DE], employees: {at_least: 200}}\n"
        "  - {id: world, team: abroad, region: EMEA}\n"
    )
    switch_on(world, members=members, territories=territories)
    home = world.asks_for_demo("h@home.example", lastname="Home")
    small = world.asks_for_demo("s@small.example", lastname="Small", employee_count="150")
    world.run()
    assert owner_of(world, home) == world.rep.user_id
    assert owner_of(world, small) == world.colleague.user_id
    assert assigned(world, home).territory == "home"


def test_whom_sales_got_before_is_not_given_away_when_it_is_switched_on(world: World) -> None:
    before = world.asks_for_demo()
    world.settle()
    had = owner_of(world, before)
    switch_on(world, more="intake: [queue:Unassigned Leads]\n")
    world.settle()
    assert owner_of(world, before) == had


@pytest.mark.parametrize("share_by", ["turns", "score"])
def test_shares_follow_the_weights(make_world: Callable[..., World], share_by: str) -> None:
    world = make_world()
    members = f"      - {{owner: {world.rep.email}, weight: 3}}\n      - owner: {world.colleague.email}\n"
    text = policy_text(world, members=members).replace(
        "    members:", f"    share_by: {share_by}\n    members:"
    )
    read_policy(world, text)
    people = arrive(world, 8)
    world.run()
    got = [owner_of(world, one) for one in people].count(world.rep.user_id)
    assert got == 6
