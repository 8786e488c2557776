"""Law 9: a pass that would do more than its caps stops before the first write, and a person approves."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.store import journal
from passes.applying.approve import approve
from sync_rules.mapping import Cap
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

CAPS = "create: {absolute: 1000, share: 0.5, floor: 100}"


def _finding(results: dict[str, Any]) -> Any:
    (finding,) = results["sync_plan"].findings
    return finding


def test_the_first_pass_on_a_pair_only_plans(world: World) -> None:
    contact_id = world.asks_for_demo()
    results = world.run(approve=False)
    assert world.writes() == {}
    assert not _finding(results).holds
    assert "first pass" in _finding(results).why
    assert "Lead" in results["sync_plan"].texts["plan"]
    # Asking again does not wear the guard down.
    world.run(approve=False)
    assert world.writes() == {}
    world.run(approve=True)
    assert world.lead_of(contact_id)
    # Once is enough.
    world.edit_contact(contact_id, city="Bremen")
    world.run(approve=False)
    assert world.sf("Lead", str(world.lead_of(contact_id)))["City"] == "Bremen"


def test_a_dry_run_writes_nothing_and_does_not_count_as_the_first_pass(world: World) -> None:
    world.asks_for_demo()
    results = world.run(approve=True, dry_run=True)
    assert world.writes() == {}
    assert "Lead" in results["sync_plan"].texts["plan"]
    assert not _finding(world.run(approve=False)).holds


@pytest.mark.parametrize("operation", ["create", "update", "blank", "opt_out"])
def test_each_cap_stops_the_pass_before_its_first_write(
    make_world: Callable[..., World], operation: str
) -> None:
    changes = {
        "create": {CAPS: "create: {absolute: 2}"},
        "update": {"update: {absolute: 20000, share: 0.95, floor: 250}": "update: {absolute: 2}"},
        "blank": {"blank: {absolute: 500, share: 0.1, floor: 50}": "blank: {absolute: 2}"},
        "opt_out": {"opt_out: {absolute: 500, share: 0.1, floor: 50}": "opt_out: {absolute: 2}"},
    }[operation]
    world = make_world(mapping=changes)
    emails = [f"p{n}@nordwerk.example" for n in range(3)]
    contacts = [world.contact(email, mobilephone=f"+49170123456{n}") for n, email in enumerate(emails)]
    leads = [world.lead(email) for email in emails]
    world.settle()
    if operation == "create":
        for n in range(3):
            world.lead(f"new{n}@nordwerk.example", LastName=f"New {n}")
    for contact_id, lead_id in zip(contacts, leads, strict=True):
        if operation == "update":
            world.edit_contact(contact_id, city="Bremen")
        elif operation == "blank":
            world.edit_contact(contact_id, mobilephone="")
        elif operation == "opt_out":
            world.edit("Lead", lead_id, HasOptedOutOfEmail=True)
    world.clear_counters()
    finding = _finding(world.run(approve=False))
    assert not finding.holds
    assert operation in finding.why
    assert world.writes() == {}
    # The plan is kept, and nothing is forgotten meanwhile.
    with world.bench.store.begin() as connection:
        plan = journal.latest_plan(connection)
        assert plan.status == "stopped"
        assert journal.counts(connection, plan.plan_id)["planned"] >= 3
    assert not _finding(world.run(approve=False)).holds
    world.run(approve=True)
    assert world.writes() != {}
    world.run()
    if operation == "create":
        assert len(world.contacts()) == 6
    elif operation == "update":
        assert {row["City"] for row in world.leads()} == {"Bremen"}
    elif operation == "blank":
        assert {row["MobilePhone"] for row in world.leads()} == {None}
    else:
        assert {contact.get("hs_email_optout") for contact in world.contacts()} == {"true"}


def test_nothing_is_ever_deleted(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.org.delete("Lead", lead_id, user_id=world.rep.user_id)
    world.run()
    assert len(world.contacts()) == 1
    assert not [name for name in world.writes() if "DELETE" in name or "archive" in name or "gdpr" in name]


def test_caps_of_one_pass_can_be_given_with_it(world: World) -> None:
    for n in range(3):
        world.lead(f"p{n}@nordwerk.example")
    world.run(approve=True)
    for n in range(3, 6):
        world.lead(f"p{n}@nordwerk.example")
    caps = world.bench.open("caps").mapping.caps.model_copy(update={"create": Cap(absolute=1)})
    assert not _finding(world.run(approve=False, caps=caps)).holds
    assert _finding(world.run(approve=False)).holds
    assert len(world.contacts()) == 6


def test_a_cap_on_one_field_stops_what_the_other_caps_let_pass(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={"owner: {absolute: 2000, share: 0.25, floor: 100}": "owner: {absolute: 1}"})
    pairs = linked(world, "Vera", "Mara", "Nora")
    for _, lead_id in pairs[:2]:
        world.edit("Lead", lead_id, OwnerId=world.colleague.user_id)
    world.clear_counters()
    finding = _finding(world.run(approve=False))
    assert "change owner of contacts: 2 planned, at most 1" in finding.why
    assert "`caps.fields.owner`" in finding.why
    assert world.writes() == {}
    approve(world.bench, finding.texts["plan id"])
    moved = [world.hs(contact_id)["hubspot_owner_id"] for contact_id, _ in pairs]
    assert moved == [world.colleague.owner_id, world.colleague.owner_id, world.rep.owner_id]


def test_a_stopped_first_pass_tells_who_was_matched_who_would_be_created_and_who_is_unclear(
    world: World,
) -> None:
    met = world.contact("met@nordwerk.example", lastname="Met")
    world.lead("met@nordwerk.example", LastName="Met")
    world.lead("met@nordwerk.example", LastName="Met")
    new = world.asks_for_demo("new@nordwerk.example", lastname="New")
    world.lead("sales@suedwerk.example", LastName="Sales")
    finding = _finding(world.run(approve=False))
    assert not finding.holds
    met_link, new_link = world.link_of(met).link.link_id, world.link_of(new).link.link_id
    told = finding.texts["first meeting"]
    assert f"| match | person by e-mail | 1 | {met_link} |" in told
    assert f"| create | salesforce Lead | 1 | {new_link} |" in told
    assert "| create | hubspot contacts | 1 |" in told
    assert "| ambiguous | salesforce Lead, duplicate | 1 |" in told
    # The plan, its price and the one command that approves it are with the failed check.
    command = f"accord apply {finding.texts['plan id']}"
    assert command in finding.why
    assert command in finding.texts["approve with"]
    assert "| Lead | create | 1 |" in finding.texts["plan"]
    assert "API calls to write it" in finding.texts["price"]
    assert "@" not in "".join(finding.texts.values())
    approve(world.bench, finding.texts["plan id"])
    assert "first meeting" not in world.run()["sync_plan"].texts
