"""What judgements were made from is kept as it was known: attributes, late activities, edited and deleted ones."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import judged_inputs
from connectors.store.tables import activities, former_activities
from tests.e2e.laws.world import START, World


def _states(world: World, contact: str) -> list[tuple[datetime, dict[str, Any]]]:
    link_id = world.link_of(contact).link.link_id
    with world.bench.store.begin() as connection:
        return judged_inputs.states(connection, [link_id])[link_id]


def _calls(world: World, table: sa.Table) -> list[Any]:
    with world.bench.store.begin() as connection:
        return list(connection.execute(sa.select(table).where(table.c.kind == "call")))


def test_attributes_are_kept_from_the_records_creation_and_then_as_they_change(world: World) -> None:
    contact = world.asks_for_demo()
    world.run()
    world.settle()
    (first,) = _states(world, contact)
    assert first[0] == START
    assert first[1]["title"] == "VP Data"
    world.edit_contact(contact, jobtitle="Student")
    world.run()
    known_at = world.clock.now()
    world.settle()
    before, after = _states(world, contact)
    assert before == first
    assert (after[0], after[1]["title"]) == (known_at, "Student")
    assert {name for name in after[1] if after[1][name] != before[1][name]} == {"title"}


def test_whoever_comes_later_has_attributes_from_the_pass_that_met_them(world: World) -> None:
    world.run()
    contact = world.asks_for_demo()
    world.later(days=2)
    world.run()
    assert [at for at, _ in _states(world, contact)] == [world.clock.now()]


def test_an_activity_keeps_what_it_said_and_when_that_was_learnt(world: World) -> None:
    contact, lead = world.contact(), world.lead()
    world.settle()
    call = world.org.create(
        "Task",
        {
            "Subject": "Hello",
            "WhoId": lead,
            "OwnerId": world.rep.user_id,
            "Status": "Completed",
            "TaskSubtype": "Call",
        },
        user_id=world.rep.user_id,
    )
    assert world.lead_of(contact) == lead
    world.run()
    learnt_at = world.clock.now()
    world.settle()
    counted = [row for row in _calls(world, activities) if row.copy_of is None]
    assert [(row.detail, row.known_at) for row in counted] == [("Hello", learnt_at)]
    assert _calls(world, former_activities) == []  # writes of our own are no news

    world.edit("Task", call, Subject="Hello again")
    world.run()
    edited_at = world.clock.now()
    (former,) = _calls(world, former_activities)
    assert (former.detail, former.known_at, former.gone_at) == ("Hello", learnt_at, edited_at)
    world.settle()
    world.org.delete("Task", call, user_id=world.rep.user_id)
    world.run()
    assert [row.detail for row in _calls(world, former_activities)] == ["Hello", "Hello again"]
    assert [
        row for row in _calls(world, activities) if row.copy_of is None and row.side == "salesforce"
    ] == []
