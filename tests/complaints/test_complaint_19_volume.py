"""Complaint 19: "Backlogs and cursor holes at volume."

A cursor has a held-back end, an overlap and ids for ties: whatever the clocks say and however many records share one
stamp, none is lost. A hot lead overtakes a backlog that came before it.
"""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.hubspot import search
from connectors.hubspot.records import moment
from connectors.store import mirror
from connectors.store.tables import journal
from passes.reading import mirroring
from tests.e2e.laws.world import World

BACKLOG = 410


def _in_mirror(world: World) -> dict[str, object]:
    with world.bench.store.begin() as connection:
        records = mirror.load_all(connection, "hubspot", "contacts")
    return {record.id: record.modified_at for record in records if not record.deleted}


def test_complaint_19_a_hot_lead_overtakes_a_mass_update_of_one_moment(world: World) -> None:
    addresses = [f"p{n}@nordwerk.example" for n in range(BACKLOG)]
    ids = [world.contact(one, lastname=f"Nr {n}") for n, one in enumerate(addresses)]
    for n, one in enumerate(addresses):
        world.lead(one, LastName=f"Nr {n}")
    world.settle()
    for contact_id in ids:
        world.edit_contact(contact_id, city="Bremen")
    hot = world.asks_for_demo("vera@hafen.example", lastname="Vera", company="Hafen AG")
    world.run()
    assert {row["City"] for row in world.leads() if row["LastName"] != "Vera"} == {"Bremen"}
    with world.bench.store.begin() as connection:
        rows = connection.execute(
            journal.select().where(
                journal.c.plan_id == f"pass {world._passes}", journal.c.side == "salesforce"
            )
        ).all()
    sent = sorted(rows, key=lambda row: row.write_id)
    assert len(sent) > BACKLOG
    assert (sent[0].operation, sent[0].record_id) == ("create", world.lead_of(hot))


changes = st.lists(
    st.tuples(
        st.integers(0, 420),  # seconds since the last of these
        st.integers(0, 9),  # records that come
        st.sampled_from([0, 0, 1, 30, 299, 599]),  # seconds by which their stamps are older than their coming
        st.sampled_from(["read", "edit", "archive", "nothing"]),
    ),
    min_size=3,
    max_size=10,
)


@settings(max_examples=10, deadline=None)
@given(steps=changes)
def test_complaint_19_no_record_is_lost_whatever_the_clocks_and_ties(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int, str]]
) -> None:
    """Pages of three, so that a handful of records is a backlog and four of one stamp are many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PAGE", 3)
        patch.setitem(mirroring.PAGE, "hubspot", 3)
        patch.setattr(mirroring, "_CLOSING_PAGES", 1)
        world = World(f"sqlite:///{tmp_path_factory.mktemp('ties') / 'accord.db'}", install=False)
        try:
            _live_through(world, steps)
        finally:
            world.stop()


def _live_through(world: World, steps: list[tuple[int, int, int, str]]) -> None:
    made: list[str] = []

    def read() -> None:
        world._passes += 1
        world.bench.run(
            lambda context: mirroring.read_changes(context, "hubspot", ("contacts",)),
            "hubspot_people",
            f"{world._passes}",
        )

    read()
    for seconds, number, late, then in steps:
        world.later(seconds=seconds)
        stamp = world.clock.now() - timedelta(seconds=late)
        for _ in range(number):
            values = {"email": f"p{len(made)}@nordwerk.example", "lastname": "P"}
            made.append(world.portal.create("contacts", values, actor=world.marketer, at=stamp).id)
        living = [one for one in made if world.portal.record("contacts", one) is not None]
        if then == "edit" and living:
            world.edit_contact(living[len(living) // 2], city=f"Town {len(made)}")
        if then == "archive" and living:
            world.portal.archive("contacts", living[0], actor=world.marketer)
        if then in ("read", "archive"):
            read()
    # Enough for what was left open to be closed, a page at a time.
    for _ in range(12):
        world.later(minutes=6)
        read()
    shown = {record.id: record.properties["lastmodifieddate"] for record in world.portal.records("contacts")}
    there = {record_id: moment(text) for record_id, text in shown.items()}
    known = _in_mirror(world)
    assert {one: known.get(one) for one in there} == there
