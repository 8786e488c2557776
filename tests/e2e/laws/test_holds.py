"""Holds are typed, have somebody to act, age visibly, and go by themselves once they can."""

from collections.abc import Callable

from cli import held
from cli.held import HeldLine, Wanted
from tests.e2e.laws.world import World


def _lines(world: World, **wanted: object) -> list[HeldLine]:
    with world.bench.store.begin() as connection:
        return held.gather(world.bench.open("looking"), connection, Wanted(**wanted))  # type: ignore[arg-type]


def test_a_word_goes_over_by_itself_once_the_mapping_has_a_pair_for_it(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, industry="Basket weaving", city="Kiel")
    world.settle()
    hold = world.held("industry")
    assert (hold.kind, hold.value) == ("unmapped_value", "Basket weaving")
    assert "Manufacturing" in hold.accepted
    assert world.sf("Lead", lead_id)["City"] == "Kiel"
    world.remap({
        "{hubspot: Machinery, salesforce: Manufacturing}":
        "{hubspot: Machinery, salesforce: Manufacturing}\n"
        "          - {hubspot: Basket weaving, salesforce: Manufacturing}",
    })  # fmt: skip
    world.run()
    assert world.sf("Lead", lead_id)["Industry"] == "Manufacturing"
    assert world.holds() == []


def test_holds_are_found_by_side_owner_age_and_person(world: World) -> None:
    vera = world.asks_for_demo()
    otto = world.asks_for_demo("otto@suedwerk.example", firstname="Otto", lastname="Klein")
    world.settle()
    world.edit_contact(vera, jobtitle="Chief " * 30)
    world.run()
    world.later(days=2)
    world.edit_contact(otto, industry="Basket weaving")
    world.run()
    (long, unmapped) = _lines(world)
    assert (long.kind, long.name, long.field, long.age_hours > 48) == (
        "invalid_value", "Vera Brandt", "title", True,
    )  # fmt: skip
    assert (unmapped.kind, unmapped.owner) == ("unmapped_value", "admin")
    assert "@" in long.owner, "what a record says is its owner's to correct"
    assert _lines(world, owner="record owner") == _lines(world, owner=long.owner) == [long]
    assert _lines(world, older_than_days=1) == [long]
    assert _lines(world, person="otto@suedwerk.example") == [unmapped]
    assert _lines(world, side="salesforce", kind="unmapped_value") == [unmapped]
    assert _lines(world, side="hubspot") == []


def test_a_hold_that_comes_back_begins_its_age_anew(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    world.edit_contact(contact_id, jobtitle="Chief " * 30)
    world.run()
    world.later(days=3)
    world.edit_contact(contact_id, jobtitle="VP")
    world.run()
    world.later(hours=2)
    world.edit_contact(contact_id, jobtitle="Chief " * 30)
    world.run()
    (line,) = _lines(world)
    assert line.age_hours < 1


def test_a_queue_that_ages_or_grows_fails_its_check(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={"more_than: 100": "more_than: 2"})
    ids = [world.asks_for_demo(f"p{n}@nordwerk.example", lastname=f"Nr {n}") for n in range(3)]
    world.settle()
    world.later(days=2)
    for contact_id in ids[:2]:
        world.edit_contact(contact_id, industry="Basket weaving")
    assert world.finding("reconciliation", "holds_not_ageing").holds
    world.edit_contact(ids[2], industry="Basket weaving")
    grown = world.finding("reconciliation", "holds_not_ageing")
    assert not grown.holds
    assert "3 unmapped_value (admin)" in grown.why
    world.later(days=2)
    assert world.finding("reconciliation", "holds_not_ageing").holds
    world.later(days=15)
    old = world.finding("reconciliation", "holds_not_ageing")
    assert not old.holds
    assert "more than 14 days: 3 unmapped_value" in old.why
