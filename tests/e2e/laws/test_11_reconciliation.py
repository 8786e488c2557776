"""Law 11: everybody handed over is in one class, by day and source, and nobody is left over."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from connectors.store import account
from connectors.store.tables import cursors, links, reconciliation
from tests.e2e.laws.world import World


def _daily(world: World) -> dict[tuple[str, str], dict[str, int]]:
    with world.bench.store.begin() as connection:
        rows = account.daily(connection)
    return {
        (row.day, row.source): {
            name: number for name, number in row._mapping.items() if isinstance(number, int) and number
        }
        for row in rows
    }


def _places(world: World) -> dict[str, tuple[Any, ...]]:
    columns = [reconciliation.c[name] for name in ("link_id", "linked", "day", "source", "class", "reason")]
    with world.bench.store.begin() as connection:
        return {row.link_id: tuple(row)[1:] for row in connection.execute(sa.select(*columns))}


def test_each_day_and_source_adds_up(world: World) -> None:
    world.asks_for_demo("one@nordwerk.example", lead_source="webinar")
    world.asks_for_demo("two@nordwerk.example", lead_source="webinar", company="")
    world.contact("three@nordwerk.example", lead_source="partner", jobtitle="Student")
    world.lead("sales@suedwerk.example", LastName="Sales", Company="Südwerk")
    world.settle()
    world.later(days=1)
    world.asks_for_demo("four@nordwerk.example", lead_source="webinar", lastname="Vier")
    converted = world.asks_for_demo("five@nordwerk.example", lead_source="web_form", lastname="Fünf")
    world.settle()
    world.convert(str(world.lead_of(converted)))
    world.settle()
    assert _daily(world) == {
        ("2026-10-05", "webinar"): {"handed_over": 2, "received": 1, "held": 1},
        ("2026-10-05", "partner"): {"handed_over": 1, "filtered": 1},
        ("2026-10-06", "webinar"): {"handed_over": 1, "received": 1},
        ("2026-10-06", "web_form"): {"handed_over": 1, "converted_or_merged": 1},
    }


def test_a_person_moves_from_class_to_class_and_stays_in_their_day(world: World) -> None:
    held = world.asks_for_demo(company="")
    world.settle()
    assert _daily(world) == {("2026-10-05", "webinar"): {"handed_over": 1, "held": 1}}
    world.later(days=2)
    world.edit_contact(held, company="Nordwerk AG")
    world.settle()
    assert _daily(world) == {("2026-10-05", "webinar"): {"handed_over": 1, "received": 1}}


def test_only_those_who_changed_are_looked_at_and_the_account_is_that_of_everybody(
    make_world: Callable[..., World],
) -> None:
    world = make_world(people=30, scenario="default", seed=5)
    world.settle()
    world.run()
    assert world.last["reconciliation"].figures["people looked at"] < 15
    known = _places(world)
    assert len(known) > 20
    with world.bench.store.begin() as connection:
        connection.execute(sa.delete(reconciliation))
    world.remap({"more_than: 100": "more_than: 99"})
    world.run()
    assert world.last["reconciliation"].figures["people looked at"] >= len(known)
    assert _places(world) == known
    assert world.last["reconciliation"].figures["remainder"] == 0
    for sums in _daily(world).values():
        assert sums["handed_over"] == sum(sums.values()) - sums["handed_over"]


def test_whoever_has_no_place_at_all_is_found_and_counted(world: World) -> None:
    """The check does not trust the account: it looks from the mirror."""
    world.asks_for_demo()
    world.settle()
    with world.bench.store.begin() as connection:
        connection.execute(sa.delete(reconciliation))
        connection.execute(sa.update(links).values(account_due=False))
        connection.execute(sa.delete(cursors).where(cursors.c.name == "accounted to mirror version"))
    finding = world.finding("reconciliation", "remainder_is_zero")
    assert (finding.holds, finding.figures["remainder"]) == (False, 1)
