"""Complaint 2: records stop and nobody hears; the log is green, and the data wrong for a week.

Accord's answer: what was not written is a row with owner, age, cause and remedy; silence, age and the share of refused
writes are checks that fail; and a page that could not be read is read by the next pass.
"""

from cli import held
from cli.held import Wanted
from connectors.errors import ConnectorError
from tests.e2e.laws.world import World

_RULE = {
    "active": True,
    "errorConditionFormula": 'City = "Bielefeld"',
    "errorMessage": "There is no such town.",
}


def test_a_refused_write_is_a_row_that_somebody_owns_and_many_raise_an_alarm(world: World) -> None:
    ids = [world.asks_for_demo(f"p{n}@nordwerk.example", lastname=f"Nr {n}") for n in range(22)]
    world.settle()
    world.org.add_validation_rule("Lead.No_Bielefeld", _RULE)
    for contact_id in ids[:8]:
        world.edit_contact(contact_id, city="Bielefeld")
    for contact_id in ids[8:]:
        world.edit_contact(contact_id, city="Bremen")
    accepted = world.finding("reconciliation", "writes_accepted")
    assert not accepted.holds
    assert "8 of 22" in accepted.why
    with world.bench.store.begin() as connection:
        rows = held.gather(world.bench.open("looking"), connection, Wanted(kind="rejected"))
    assert len(rows) == 8
    for row in rows:
        assert row.owner == "sales ops"
        assert "There is no such town." in row.why
        assert row.remedy
        assert row.field == "city"
    world.later(days=15)
    ageing = world.finding("reconciliation", "holds_not_ageing")
    assert not ageing.holds
    assert ageing.figures["oldest unsynced hours"] > 15 * 24
    assert world.finding("reconciliation", "writes_accepted").figures["refused share"] >= 0


def test_a_side_that_falls_quiet_is_told(world: World) -> None:
    for day in range(9):
        world.contact(f"p{day}@nordwerk.example", lastname=f"Nr {day}")
        world.run()
        world.later(hours=24)
    assert world.finding("reconciliation", "volume_as_usual").holds
    world.later(hours=70)
    silent = world.finding("reconciliation", "volume_as_usual")
    assert not silent.holds
    assert "nothing new from hubspot for 70 hours" in silent.why
    world.contact("again@nordwerk.example", lastname="Again")
    assert world.finding("reconciliation", "volume_as_usual").holds


def test_a_page_that_could_not_be_read_is_loud_and_is_read_by_the_next_pass(world: World) -> None:
    world.asks_for_demo("first@nordwerk.example", lastname="First")
    world.settle()
    contact_id = world.asks_for_demo("second@nordwerk.example", lastname="Second")
    world.fault(
        "hubspot", path="/crm/v3/objects/contacts/batch/read", status=400, body={"message": "no"}, times=1
    )
    failed = False
    try:
        world.run()
    except ConnectorError:
        failed = True
    assert failed, "a pass that could not read is no green pass"
    assert world.lead_of(contact_id) is None
    world.run()
    assert world.lead_of(contact_id)
