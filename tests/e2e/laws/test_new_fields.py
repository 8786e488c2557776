"""A field that the mapping gains is neither filled unasked nor forgotten: offered, counted, priced, and filled."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from connectors.store import mapped_fields
from passes.applying.approve import approve
from passes.applying.undo import plan_undo
from passes.planning.back_fill import decline, plan_back_fill
from sync_rules.mapping import shipped_mapping_text
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World

LINKEDIN = "    linkedin: {type: text, rule: dont_sync, hubspot: linkedin_url}\n"
FAX = "    fax: {type: text, rule: two_way, blank: clear_if_newer, hubspot: fax, lead: Fax, contact: Fax}\n"
KEY = ("person", "fax")


def _remap(world: World, mapping: dict[str, str]) -> None:
    """The admin changes the mapping's file; the next worker reads it."""
    world.bench.close()
    world._mapping = mapping
    world.bench = world.open_bench()


def _offer(results: dict[str, Any]) -> Any:
    found = [one for one in results["sync_plan"].findings if one.name == "new_fields_filled"]
    return found[0] if found else None


@pytest.fixture
def people(world: World) -> list[tuple[str, str]]:
    """Seven linked people, six of whom have a fax on one side or both, from before it was mapped."""
    sides = [("1", None), ("2", None), (None, "3"), ("4", "4"), ("5", "55"), (None, None), ("7", "77")]
    pairs = []
    for n, (ours, theirs) in enumerate(sides):
        email = f"p{n}@nordwerk.example"
        contact_id = world.contact(email, lastname=f"P{n}", **({"fax": ours} if ours else {}))
        fields = {"LastName": f"P{n}", "HubSpot_Contact_Id__c": contact_id} | (
            {"Fax": theirs} if theirs else {}
        )
        pairs.append((contact_id, world.lead(email, **fields)))
    world.settle()
    _remap(world, {LINKEDIN: LINKEDIN + FAX})
    return pairs


def test_a_new_field_is_offered_with_counts_and_price_and_left_alone(
    world: World, people: list[tuple[str, str]]
) -> None:
    before = [(world.hs(one)["fax"], world.sf("Lead", other)["Fax"]) for one, other in people]
    world.clear_counters()
    results = world.run(approve=False)
    offer = _offer(results)
    assert not offer.holds
    assert offer.tolerable
    assert "7 linked people never agreed on it" in offer.why
    assert "2 conflicts" in offer.why
    assert "`accord back-fill fax`" in offer.why
    assert world.writes() == {}
    # A person's edit of the record does not make the field flow unasked, and nothing is asked twice.
    world.edit_contact(people[0][0], city="Bremen")
    world.settle()
    world.clear_counters()
    assert _offer(world.run()) is not None
    assert world.writes() == {}
    assert [(world.hs(one)["fax"], world.sf("Lead", other)["Fax"]) for one, other in people] == before
    # Somebody who is linked from now on has it at once.
    contact_id = world.asks_for_demo("new@nordwerk.example", fax="9")
    world.settle()
    assert world.sf("Lead", str(world.lead_of(contact_id)))["Fax"] == "9"


def test_its_back_fill_is_planned_priced_carried_out_journalled_and_undone(
    world: World, people: list[tuple[str, str]]
) -> None:
    offered = _offer(world.run())
    made = plan_back_fill(world.bench, KEY, "back-fill-1")
    told = made.survey
    figures = {name: told[name] for name in ("people", "unread", "agree", "conflicts", "held")}
    assert figures == {"people": 7, "unread": 0, "agree": 2, "conflicts": 2, "held": 0}
    assert told["to_hubspot"] + told["to_salesforce"] == 5
    assert f"{told['price']['salesforce']} Salesforce API calls" in offered.why
    world.clear_counters()
    results = approve(world.bench, "back-fill-1")
    calls = {
        side: results["applied_writes"].figures[f"{side}_api_calls"] for side in ("hubspot", "salesforce")
    }
    # A new worker asks HubSpot once which app it is, to know its own writes by.
    assert calls == {**told["price"], "hubspot": told["price"]["hubspot"] + 1}
    faxes = [(world.hs(one)["fax"], world.sf("Lead", other)["Fax"]) for one, other in people]
    assert all((one or None) == other for one, other in faxes)
    assert [one for one, _ in faxes[:4]] == ["1", "2", "3", "4"]
    assert {one.field for one in world.losses()} >= {"fax"}

    assert _offer(world.run()) is None
    world.edit("Lead", people[5][1], Fax="6")
    world.settle()
    assert world.hs(people[5][0])["fax"] == "6"
    undone = plan_undo(world.bench, "back-fill-1", "undo-1")
    approve(world.bench, undone.plan_id)
    assert world.sf("Lead", people[0][1])["Fax"] is None
    world.settle()
    assert world.sf("Lead", people[0][1])["Fax"] is None


def test_a_back_fill_beyond_the_caps_waits_for_its_approval(
    world: World, people: list[tuple[str, str]]
) -> None:
    email = "    email: {absolute: 500, share: 0.1, floor: 50}\n"
    cap = {email: f"{email}    fax: {{absolute: 1}}\n"}
    _remap(world, {LINKEDIN: LINKEDIN + FAX, **cap})
    world.run()
    made = plan_back_fill(world.bench, KEY, "back-fill-1")
    assert made.tripped
    world.run()
    approve(world.bench, "back-fill-1")
    assert world.sf("Lead", people[0][1])["Fax"] == "1"
    assert _offer(world.run()) is None


def test_without_a_back_fill_records_take_part_as_they_change(
    world: World, people: list[tuple[str, str]]
) -> None:
    world.run()
    decline(world.bench, KEY, "back-fill-none")
    world.settle()
    assert world.sf("Lead", people[0][1])["Fax"] is None
    world.edit_contact(people[1][0], city="Bremen")
    world.settle()
    assert world.sf("Lead", people[0][1])["Fax"] is None
    assert world.sf("Lead", people[1][1])["Fax"] == "2"


def test_consent_does_not_wait_for_a_decision(make_world: Callable[..., World]) -> None:
    consent = "    do_not_call:\n      type: boolean\n      rule: most_restrictive\n"
    silent = consent.replace("most_restrictive", "dont_sync")
    world = make_world(mapping={consent: silent})
    contact_id = world.contact(do_not_call="true")
    lead_id = world.lead(HubSpot_Contact_Id__c=contact_id)
    world.settle()
    assert world.sf("Lead", lead_id)["DoNotCall"] is False
    _remap(world, {})
    world.settle()
    assert world.sf("Lead", lead_id)["DoNotCall"] is True


def test_a_field_that_is_mapped_elsewhere_is_new_again(world: World, people: list[tuple[str, str]]) -> None:
    world.run()
    plan_back_fill(world.bench, KEY, "back-fill-1")
    approve(world.bench, "back-fill-1")
    world.run()
    _remap(world, {LINKEDIN: FAX.replace("hubspot: fax", "hubspot: linkedin_url")})
    offer = _offer(world.run())
    assert "7 linked people never agreed on it" in offer.why
    with world.bench.store.begin() as connection:
        assert [one.key for one in mapped_fields.waiting(connection)] == [KEY]
    assert world.sf("Lead", people[0][1])["Fax"] == "1"


def test_the_command_lists_shows_asks_and_fills(
    world: World, people: list[tuple[str, str]], tmp_path: Path
) -> None:
    world.run()
    file = tmp_path / "mapping.yaml"
    file.write_text(shipped_mapping_text().replace(LINKEDIN, LINKEDIN + FAX), encoding="utf-8")
    shell = shell_of(world)

    def accord(*words: str, answer: str = "") -> Result:
        return shell.accord(*words, answer=answer, mapping=str(file))

    (listed,) = json.loads(accord("back-fill", "--json").stdout)["waiting"]
    assert (listed["field"], listed["survey"]["people"], listed["survey"]["conflicts"]) == ("fax", 7, 2)
    (told,) = json.loads(accord("status", "--json").stdout)["new_fields"]
    assert told["people"] == 7
    assert "`accord back-fill fax`" in " ".join(accord("status").stdout.split())
    assert "fax" in accord("back-fill").stdout

    declined = accord("back-fill", "fax", answer="n\n")
    assert declined.exit_code == 1
    assert "2 agree already" in declined.stdout
    assert world.sf("Lead", people[0][1])["Fax"] is None
    done = accord("back-fill", "fax", "--yes")
    assert done.exit_code == 0, done.output
    assert "5 records written" in done.stdout
    assert world.sf("Lead", people[0][1])["Fax"] == "1"
    assert "No field waits" in accord("back-fill").stdout
    assert accord("back-fill", "fax").exit_code == 1
