"""Complaint 06: duplicates multiply on the first switch-on: 280,000 records Friday, 60,000 duplicates Monday.

Answer: the first pass only plans, and says how many match, would be created and are unclear, with samples; a cap on
creates stops it even then; who is unclear waits for a person and is never guessed into a new record.
"""

from collections import Counter
from collections.abc import Callable

from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World

TIGHT = {"create: {absolute: 1000, share: 0.5, floor: 100}": "create: {absolute: 5}"}


def _two_grown_systems(world: World) -> None:
    """Nine people whom both have, in other letters; one whom sales has twice; three of marketing, qualified."""
    for number in range(9):
        world.contact(f"p{number}@nordwerk.example", firstname=f"P{number}")
        world.lead(f"P{number}@Nordwerk.Example", FirstName=f"P{number}")
    world.lead("p0@nordwerk.example", FirstName="P0")
    for number in range(3):
        world.asks_for_demo(f"new{number}@suedwerk.example", firstname=f"N{number}")


def test_complaint_06_the_first_pass_counts_and_writes_nothing(world: World) -> None:
    _two_grown_systems(world)
    world.clear_counters()
    results = world.run(approve=False)
    assert results["sync_plan"].texts["status"] == "stopped"
    assert world.writes() == {}
    assert (len(world.leads()), len(world.contacts())) == (10, 12)
    meeting = results["sync_plan"].texts["first meeting"]
    for words in ("person by e-mail", "salesforce Lead", "duplicate"):
        assert words in meeting
    # And once a person has agreed, nobody is there twice but who was before.
    world.settle()
    addresses = Counter(str(row["Email"]).lower() for row in world.leads())
    assert addresses.pop("p0@nordwerk.example") == 2
    assert set(addresses.values()) == {1}
    assert (len(world.leads()), len(world.contacts())) == (13, 12)
    shell = shell_of(world)
    (unclear,) = shell.json("review-links")
    assert unclear["proposal"]["operation"] == "merge"


def test_complaint_06_more_creates_than_the_cap_stop_before_the_first(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mapping=TIGHT)
    _two_grown_systems(world)
    world.run()
    for number in range(6):
        world.asks_for_demo(f"wave{number}@suedwerk.example")
    world.clear_counters()
    stopped = world.run(approve=False)["sync_plan"]
    assert "create Lead: 6 planned" in stopped.findings[0].why
    assert world.writes() == {}
