"""Law 6: nothing is lost on the way and nothing invented: ties, pages, late commits, failed reads, deletions."""

import pytest

from connectors.errors import ConnectorError
from connectors.store import mirror
from passes.reading import mirroring
from tests.e2e.laws.world import World

MANY = 205  # a page of HubSpot's search holds 200


def _known(world: World, side: str, object_type: str) -> int:
    with world.bench.store.begin() as connection:
        return len(mirror.load_all(connection, side, object_type))  # type: ignore[arg-type]


def test_hundreds_of_contacts_changed_in_one_moment_are_all_read_and_written(world: World) -> None:
    """More than a search page and two write batches, all with one time stamp."""
    ids = [world.contact(f"p{n}@nordwerk.example", lastname=f"Nr {n}") for n in range(MANY)]
    for n in range(MANY):
        world.lead(f"p{n}@nordwerk.example", LastName=f"Nr {n}")
    world.settle()
    for contact_id in ids:
        world.edit_contact(contact_id, city="Bremen")
    world.run()
    assert {row["City"] for row in world.leads()} == {"Bremen"}
    assert len(world.leads()) == len(world.contacts()) == MANY


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_a_record_that_becomes_visible_late_is_read_all_the_same(world: World, side: str) -> None:
    world.contact("first@nordwerk.example")
    world.run()
    then = world.clock.now()
    world.later(minutes=3)
    world.contact("second@nordwerk.example")
    world.lead("third@nordwerk.example")
    world.run(minutes=1)
    # A long transaction: stamped before what the last pass saw, visible only now.
    if side == "hubspot":
        values = {"email": "late@nordwerk.example", "lastname": "Late"}
        world.portal.create("contacts", values, actor=world.marketer, at=then)
    else:
        fields = {"LastName": "Late", "Company": "Nordwerk", "Email": "late@nordwerk.example"}
        world.org.create("Lead", fields, user_id=world.rep.user_id, at=then)
    world.settle()
    assert any(contact["email"] == "late@nordwerk.example" for contact in world.contacts())
    assert _known(world, "hubspot", "contacts") == 4


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_a_record_that_shows_up_late_among_hundreds_is_read_all_the_same(
    world: World, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More lately stamped records than a page: they are counted, and closed by some pages at a time."""
    monkeypatch.setitem(mirroring.PAGE, "salesforce", 50)
    world.contact("first@nordwerk.example")
    world.run(minutes=30)
    ids = [world.contact(f"p{n}@nordwerk.example", lastname=f"Nr {n}") for n in range(MANY)]
    world.later(minutes=1)
    then = world.clock.now()
    world.later(minutes=1)
    for n in range(MANY):
        world.lead(f"p{n}@nordwerk.example", LastName=f"Nr {n}")
    world.contact("last@nordwerk.example")
    world.run(minutes=1)
    world.run(minutes=1)
    # One goes and one comes: the count is the same, and only reading again can tell.
    if side == "hubspot":
        world.portal.archive("contacts", ids[7], actor=world.marketer)
        values = {"email": "late@nordwerk.example", "lastname": "Late"}
        world.portal.create("contacts", values, actor=world.marketer, at=then)
    else:
        fields = {"LastName": "Late", "Company": "Nordwerk", "Email": "late@nordwerk.example"}
        world.org.create("Lead", fields, user_id=world.rep.user_id, at=then)
    for _ in range(8):
        world.run(minutes=2)
    assert any(contact["email"] == "late@nordwerk.example" for contact in world.contacts())


def test_a_search_that_lags_behind_delays_and_loses_nothing(make_world) -> None:  # type: ignore[no-untyped-def]
    world: World = make_world(search_lag_s=120.0)
    contact_id = world.asks_for_demo()
    world.run(minutes=1)
    assert world.leads() == []
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, city="Bremen")
    world.run(minutes=1)
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert len(world.leads()) == 1


@pytest.mark.parametrize(
    ("vendor", "rule"),
    [
        ("hubspot", {"path": "*/contacts/search", "skip": 1, "status": 500}),
        ("hubspot", {"path": "*/contacts/batch/read", "skip": 1, "status": 500}),
        ("hubspot", {"path": "*/contacts/search", "skip": 1, "status": 200, "body": {"total": 0}}),
        ("salesforce", {"path": "*/composite", "contains": "Lead", "status": 503}),
        ("salesforce", {"path": "*/composite", "contains": "Lead", "drop": "before"}),
    ],
)
def test_a_read_that_fails_half_way_loses_nothing(world: World, vendor: str, rule: dict[str, object]) -> None:
    for n in range(MANY):
        world.contact(f"p{n}@nordwerk.example", lastname=f"Nr {n}")
    world.lead("p7@nordwerk.example", LastName="Nr 7")
    world.fault(vendor, times=None, **rule)
    world.clear_counters()
    with pytest.raises((ConnectorError, KeyError)):
        world.run()
    assert world.writes() == {}
    world.sandbox.faults.clear()
    world.settle()
    assert _known(world, "hubspot", "contacts") == MANY
    assert all(contact["accord_stage"] == "lead" for contact in world.contacts())
    assert len(world.leads()) == 1


def test_what_cannot_be_read_is_not_taken_for_deleted(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    world.fault("salesforce", path="*/composite", status=503, times=None)
    with pytest.raises(ConnectorError):
        world.run()
    world.sandbox.faults.clear()
    world.run()
    assert world.holds() == []
    assert len(world.leads()) == 1
    assert world.lead_of(contact_id)


def test_a_lead_deleted_by_sales_is_not_made_again(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.org.delete("Lead", lead_id, user_id=world.rep.user_id)
    world.settle()
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    assert world.leads() == []
    assert world.held().kind == "deleted_other_side"
    world.org.undelete("Lead", lead_id, user_id=world.rep.user_id)
    world.edit_contact(contact_id, city="Bremen")
    world.settle()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert world.holds() == []


def test_a_contact_archived_by_marketing_is_not_made_again(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.portal.archive("contacts", contact_id, actor=world.marketer)
    world.settle()
    world.edit("Lead", lead_id, City="Bremen")
    world.settle()
    assert world.contacts() == []
    assert world.held().kind == "deleted_other_side"
    world.portal.restore("contacts", contact_id, actor=world.marketer)
    world.settle()
    assert world.hs(contact_id)["city"] == "Bremen"
    assert world.holds() == []


def test_people_deleted_before_the_first_pass_concern_nobody(world: World) -> None:
    lead_id = world.lead()
    world.org.delete("Lead", lead_id, user_id=world.rep.user_id)
    contact_id = world.contact("gone@nordwerk.example")
    world.portal.archive("contacts", contact_id, actor=world.marketer)
    world.settle()
    assert (world.leads(), world.contacts(), world.holds()) == ([], [], [])
