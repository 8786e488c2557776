"""Complaint 16: "last write wins" erases good work, and nobody knows what was lost.

Accord: fields are merged one by one, each by its own rule; a value that loses is kept with its time and author and can
be restored; and a change of the rules is tried on past decisions before it is made.
"""

import json
from pathlib import Path

from connectors.store import merge_decisions
from connectors.store.stored_plans import conflicts_of
from passes.applying.approve import approve
from passes.applying.undo import plan_undo
from sync_rules.mapping import load_mapping, shipped_mapping_text
from sync_rules.replay import Replayed, replay
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

TITLE = "title: {type: text, rule: two_way,"


def _replayed(world: World, text: str) -> Replayed:
    with world.bench.store.begin() as connection:
        past = [one for _, _, one in merge_decisions.since(connection, None)]
    return replay(past, load_mapping(text, source="proposed.yaml"))


def test_fields_are_merged_one_by_one_and_the_loser_is_kept_and_can_be_restored(world: World) -> None:
    [(contact_id, lead_id)] = linked(world, "Vera")
    # The rep corrects the title; ten minutes later an import in HubSpot brings a stale title and a new city.
    world.edit("Lead", lead_id, Title="Chief Data Officer")
    world.later(minutes=10)
    world.edit_contact(contact_id, jobtitle="Employee", city="Bremen")
    world.run()
    # Only fields in dispute are decided; one that only one side changed flows whatever else the record says.
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert world.sf("Lead", lead_id)["Title"] == "Employee"

    with world.bench.store.begin() as connection:
        (lost,) = conflicts_of(connection, world.link_of(contact_id).link.link_id)
    assert (lost.field, lost.rule, lost.winner) == ("title", "two_way", "hubspot")
    assert (lost.losing_value, lost.winning_value) == ("Chief Data Officer", "Employee")
    assert lost.losing_at is not None
    assert lost.losing_actor == world.rep.user_id

    undone = plan_undo(world.bench, f"pass {world._passes}", "undo-1")
    approve(world.bench, undone.plan_id)
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    world.settle()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"


def test_a_change_of_the_rules_is_tried_on_history_first(world: World, tmp_path: Path) -> None:
    pairs = linked(world, "Vera", "Mara", "Nora")
    for contact_id, lead_id in pairs:
        world.edit("Lead", lead_id, Title="Chief Data Officer")
        world.later(minutes=10)
        world.edit_contact(contact_id, jobtitle="Employee")
    world.edit_contact(pairs[0][0], city="Bremen")
    world.settle()
    before = world.portal.records("contacts"), world.leads()
    world.clear_counters()

    shipped = shipped_mapping_text()
    assert _replayed(world, shipped).decided >= 4
    assert _replayed(world, shipped).otherwise == ()
    proposed = shipped.replace(TITLE, "title: {type: text, rule: prefer_salesforce,")
    answer = _replayed(world, proposed)
    (tally,) = [one for one in answer.tallies if one.otherwise]
    assert (tally.field, tally.otherwise, tally.ways) == ("title", 3, ((("hubspot", "salesforce"), 3),))
    assert {one.outcome.value for one in answer.otherwise} == {"Chief Data Officer"}

    file = tmp_path / "proposed.yaml"
    file.write_text(proposed, encoding="utf-8")
    shell = shell_of(world)
    told = json.loads(shell.accord("replay", "--mapping", str(file), "--json").stdout)
    assert told["otherwise"] == 3
    assert {one["link_id"] for one in told["decisions"]} == {
        world.link_of(contact_id).link.link_id for contact_id, _ in pairs
    }
    shown = shell.accord("replay", "--mapping", str(file), "--since", "2026-10-01")
    assert shown.exit_code == 0, shown.output
    assert "3 would have come out otherwise" in shown.stdout
    assert "3 HubSpot → Salesforce" in " ".join(shown.stdout.split())
    assert (
        "No decision is on record"
        in shell.accord("replay", "--mapping", str(file), "--since", "2036-01-01").stdout
    )
    assert shell.accord("replay", "--mapping", str(file), "--since", "yesterday").exit_code == 2
    assert shell.accord("replay", "--mapping", str(tmp_path / "none.yaml")).exit_code == 5
    # Asking writes nothing, and reads no CRM.
    assert world.api_calls == 0
    assert (world.portal.records("contacts"), world.leads()) == before


def test_past_decisions_are_kept_once_each_and_for_a_bounded_time(world: World) -> None:
    [(contact_id, lead_id)] = linked(world, "Vera")
    # A blank that does not erase is looked at by many passes, and is one decision.
    world.edit_contact(contact_id, website="https://nordwerk.example")
    world.settle()
    world.edit("Lead", lead_id, Website=None)
    for city in ("Bremen", "Kiel", "Bremen"):
        world.edit_contact(contact_id, state=city)
        world.run()
    with world.bench.store.begin() as connection:
        websites = [one for _, _, one in merge_decisions.since(connection, None) if one.field == "website"]
    left = [one for one in websites if one.outcome.wins == "nothing"]
    assert len(left) == 1
    world.later(days=91)
    world.run()
    with world.bench.store.begin() as connection:
        assert list(merge_decisions.since(connection, None)) == []
