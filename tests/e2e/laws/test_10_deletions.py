"""Law 6 continued: a deletion on one side does on the other what the mapping says, and nothing brings the dead back."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.store import cursors, journal
from passes.applying.approve import PlanMovedError, approve
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

OF_PEOPLE = "salesforce_deleted: ignore}\n  companies"
SALESFORCE_FOLLOWS = {"people: {hubspot_archived: ignore": "people: {hubspot_archived: archive"}
HUBSPOT_FOLLOWS = {OF_PEOPLE: OF_PEOPLE.replace("ignore", "archive")}
HUBSPOT_FORGETS = {
    OF_PEOPLE: OF_PEOPLE.replace("ignore", "delete"),
    "purge: {absolute: 0}": "purge: {absolute: 9}",
}

MakeWorld = Callable[..., World]


def _archive(world: World, contact_id: str) -> None:
    world.portal.archive("contacts", contact_id, actor=world.marketer)


def _delete(world: World, lead_id: str) -> None:
    world.org.delete("Lead", lead_id, user_id=world.rep.user_id)


def _removals(world: World) -> dict[str, int]:
    marks = ("DELETE", "/batch/archive", "gdpr-delete")
    return {name: n for name, n in world.writes().items() if any(mark in name for mark in marks)}


# ---- what a deletion does


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_by_default_a_deletion_is_told_and_nothing_is_written(world: World, side: str) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    _archive(world, contact_id) if side == "hubspot" else _delete(world, lead_id)
    world.clear_counters()
    world.settle()
    assert world.writes() == {}
    hold = world.held()
    assert (hold.kind, hold.side) == ("deleted_other_side", side)


def test_an_archived_contact_takes_the_lead_into_the_bin(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    (gone, kept) = linked(world, "Vera", "Otto")
    _archive(world, gone[0])
    result = world.run(approve=False)
    assert result["sync_plan"].figures["planned salesforce Lead delete"] == 1
    assert [row["Id"] for row in world.leads()] == [kept[1]]
    world.clear_counters()
    world.settle()
    assert world.writes() == {}
    assert world.holds() == []


def test_a_deleted_lead_takes_the_contact_into_the_bin(make_world: MakeWorld) -> None:
    world = make_world(mapping=HUBSPOT_FOLLOWS)
    (gone, kept) = linked(world, "Vera", "Otto")
    _delete(world, gone[1])
    world.run(approve=False)
    assert [record.id for record in world.portal.records("contacts")] == [kept[0]]
    world.portal.restore("contacts", gone[0], actor=world.marketer)


def test_a_deleted_lead_can_take_the_contact_for_good(make_world: MakeWorld) -> None:
    world = make_world(mapping=HUBSPOT_FORGETS)
    (gone, kept) = linked(world, "Vera", "Otto")
    _delete(world, gone[1])
    world.fault("hubspot", path="*/gdpr-delete", drop="after", times=1)
    world.run(approve=False)
    assert [record.id for record in world.portal.records("contacts")] == [kept[0]]
    assert world.portal.record("contacts", gone[0]) is None
    world.clear_counters()
    world.settle()
    assert (world.writes(), world.holds()) == ({}, [])


def test_a_converted_person_follows_as_a_contact(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.convert(lead_id, create_opportunity=False)
    world.settle()
    _archive(world, contact_id)
    world.run(approve=False)
    assert world.org.rows("Contact") == []


def test_people_who_are_no_longer_admitted_are_followed_all_the_same(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    contact_id = world.asks_for_demo()
    world.settle()
    world.edit_contact(contact_id, jobtitle="Student")
    world.settle()
    _archive(world, contact_id)
    world.run(approve=False)
    assert world.leads() == []


def test_a_record_that_both_sides_deleted_is_at_rest(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    _archive(world, contact_id)
    _delete(world, lead_id)
    world.settle()
    assert world.holds() == []


# ---- the guard


@pytest.mark.parametrize(
    ("everybody", "gone", "most"), [(30, 25, 10), pytest.param(400, 300, 20, marks=pytest.mark.long)]
)
def test_a_mass_deletion_by_mistake_stops_before_the_first_write(
    make_world: MakeWorld, everybody: int, gone: int, most: int
) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    pairs = linked(world, *(f"Person{n}" for n in range(everybody)))
    for contact_id, _ in pairs[:gone]:
        _archive(world, contact_id)
    world.clear_counters()
    result = world.run(approve=False)
    assert result["sync_plan"].texts["status"] == "stopped"
    assert f"delete Lead: {gone} planned, at most {most}" in result["sync_plan"].findings[0].why
    assert world.writes() == {}
    assert len(world.leads()) == everybody
    # Whoever restores them has lost nothing; the link lives on with its base.
    for contact_id, _ in pairs[:gone]:
        world.portal.restore("contacts", contact_id, actor=world.marketer)
    world.edit_contact(pairs[0][0], city="Bremen")
    world.settle()
    assert world.sf("Lead", pairs[0][1])["City"] == "Bremen"
    assert world.holds() == []


def test_an_approved_plan_deletes_nobody_who_came_back_meanwhile(make_world: MakeWorld) -> None:
    world = make_world(mapping={**SALESFORCE_FOLLOWS, "delete: {absolute: 100": "delete: {absolute: 0"})
    (one, two) = linked(world, "Vera", "Otto")
    _archive(world, one[0])
    _archive(world, two[0])
    assert world.run(approve=False)["sync_plan"].texts["status"] == "stopped"
    world.portal.restore("contacts", one[0], actor=world.marketer)
    with pytest.raises(PlanMovedError) as refused:
        approve(world.bench, "pass 2")
    assert {moved.why for moved in refused.value.moved} == {"was restored"}
    assert len(world.leads()) == 2
    world.run(approve=True)
    assert [row["Id"] for row in world.leads()] == [one[1]]


def test_a_lost_answer_to_a_deletion_deletes_once(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    ((contact_id, _),) = linked(world, "Vera")
    _archive(world, contact_id)
    world.fault("salesforce", path="*/composite/sobjects", method="DELETE", drop="after", times=1)
    world.run(approve=False)
    world.settle()
    assert (world.leads(), world.holds()) == ([], [])


def test_a_refused_deletion_is_held_and_blocks_nobody(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    (refused, other) = linked(world, "Vera", "Otto")
    _archive(world, refused[0])
    why = {"statusCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "insufficient access", "fields": []}
    answer = [{"id": refused[1], "success": False, "errors": [why]}]
    world.fault("salesforce", path="*/composite/sobjects", method="DELETE", status=200, body=answer)
    world.edit_contact(other[0], city="Bremen")
    world.run(approve=False)
    assert world.sf("Lead", other[1])["City"] == "Bremen"
    world.clear_counters()
    world.run(approve=False)
    assert (world.held().kind, _removals(world)) == ("rejected", {})
    world.run(approve=False, minutes=25 * 60)
    assert ([row["Id"] for row in world.leads()], world.holds()) == ([other[1]], [])


# ---- the dead stay dead, and those who come back are known


def _history_of(world: World, contact_id: str) -> tuple[str, set[str]]:
    """The link and the operations that were ever carried out for it."""
    link_id = world.link_of(contact_id).link.link_id
    with world.bench.store.begin() as connection:
        rows = journal.of_links(connection, [link_id])
    return link_id, {row.write.key for row in rows if row.state == "done"}


def test_a_contact_who_comes_back_by_a_form_has_the_same_lead_and_history(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    _, history = _history_of(world, contact_id)
    _archive(world, contact_id)
    world.settle()
    world.later(minutes=3)
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    (again,) = world.portal.records("contacts")
    assert again.id != contact_id
    assert world.lead_of(again.id) == lead_id
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] == again.id
    assert again.properties["jobtitle"] == "VP Data"
    assert len(world.leads()) == 1
    assert history < _history_of(world, again.id)[1]
    assert world.holds() == []


def test_a_new_lead_of_the_same_address_takes_the_place_of_the_deleted_one(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    _, history = _history_of(world, contact_id)
    _delete(world, str(world.lead_of(contact_id)))
    world.settle()
    lead_id = world.lead()
    world.settle()
    assert world.lead_of(contact_id) == lead_id
    assert history < _history_of(world, contact_id)[1]
    assert (len(world.leads()), len(world.contacts()), world.holds()) == (1, 1, [])


def test_of_two_leads_the_one_that_is_left_takes_the_place_of_the_deleted_one(make_world: MakeWorld) -> None:
    """Sales merges by deleting one of two: the contact is not deleted with it."""
    world = make_world(mapping=HUBSPOT_FOLLOWS)
    contact_id, first = world.contact(), world.lead()
    world.later(days=1)
    second = world.lead()
    world.settle()
    assert world.lead_of(contact_id) == first
    _delete(world, first)
    world.settle()
    assert world.lead_of(contact_id) == second
    assert (len(world.contacts()), world.holds()) == (1, [])


def test_a_stale_lead_does_not_bring_an_archived_contact_back(world: World) -> None:
    contact_id, first = world.contact(), world.lead()
    world.later(days=1)
    stale = world.lead()
    world.settle()
    _archive(world, contact_id)
    _delete(world, first)
    world.settle()
    world.edit("Lead", stale, City="Bremen")
    world.settle()
    assert world.contacts() == []
    hold = world.held()
    assert (hold.kind, hold.side) == ("deleted_other_side", "hubspot")


def test_who_is_entered_anew_after_both_were_deleted_is_a_new_wish(make_world: MakeWorld) -> None:
    world = make_world(mapping=SALESFORCE_FOLLOWS)
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = world.lead_of(contact_id)
    _, history = _history_of(world, contact_id)
    _archive(world, contact_id)
    world.settle()
    assert world.leads() == []
    again = world.asks_for_demo()
    world.settle()
    assert world.lead_of(again) not in (None, lead_id)
    assert history < _history_of(world, again)[1]
    assert (len(world.leads()), world.holds()) == (1, [])


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_whoever_is_restored_is_not_deleted_again(make_world: MakeWorld, side: str) -> None:
    """Both directions follow; a restored record is a person's wish, and no deletion of ours is followed back."""
    world = make_world(mapping={**SALESFORCE_FOLLOWS, **HUBSPOT_FOLLOWS})
    ((contact_id, lead_id),) = linked(world, "Vera")
    base = world.link_of(contact_id).base
    _archive(world, contact_id)
    world.settle()
    if side == "hubspot":
        world.portal.restore("contacts", contact_id, actor=world.marketer)
    else:
        world.org.undelete("Lead", lead_id, user_id=world.rep.user_id)
    world.settle()
    assert (len(world.contacts()), len(world.leads())) == ((1, 0) if side == "hubspot" else (0, 1))
    assert world.held().kind == "deleted_other_side"
    # The other one restored as well: as if nothing had happened.
    if side == "hubspot":
        world.org.undelete("Lead", lead_id, user_id=world.rep.user_id)
    else:
        world.portal.restore("contacts", contact_id, actor=world.marketer)
    world.settle()
    assert world.link_of(contact_id).base == base
    assert world.holds() == []


def test_a_lead_restored_after_another_took_its_place_is_a_duplicate(world: World) -> None:
    first = world.lead()
    world.settle()
    (contact_id,) = [record.id for record in world.portal.records("contacts")]
    _delete(world, first)
    world.settle()
    second = world.lead()
    world.settle()
    world.edit("Lead", second, HubSpot_Contact_Id__c=None)
    world.org.undelete("Lead", first, user_id=world.rep.user_id)
    world.org.update("Lead", first, {"HubSpot_Contact_Id__c": None}, user_id=world.org.integration_user_id)
    world.settle()
    assert world.lead_of(contact_id) == second
    assert (world.held().kind, world.held().link_id) == ("duplicate", f"s{first}")
    world.edit_contact(contact_id, city="Bremen")
    world.settle()
    assert world.sf("Lead", second)["City"] == "Bremen"


# ---- companies, what HubSpot's search does not show


def test_a_deleted_account_takes_the_company_and_an_archived_company_is_seen(make_world: MakeWorld) -> None:
    companies = "companies: {hubspot_archived: ignore, salesforce_deleted: "
    world = make_world(mapping={f"{companies}ignore": f"{companies}archive"})
    ids = []
    for name in ("nordwerk", "suedwerk"):
        values = {"name": name, "domain": f"{name}.example"}
        company = world.portal.create("companies", values, actor=world.marketer).id
        site = {"Name": name, "Website": f"https://{name}.example"}
        ids.append((company, world.org.create("Account", site, user_id=world.rep.user_id)))
    world.settle()
    world.org.delete("Account", ids[0][1], user_id=world.rep.user_id)
    world.portal.archive("companies", ids[1][0], actor=world.marketer)
    world.run(approve=False, minutes=60)
    assert world.portal.records("companies") == []
    assert [row["Id"] for row in world.org.rows("Account")] == [ids[1][1]]
    hold = world.held()
    assert (hold.kind, hold.side) == ("deleted_other_side", "hubspot")
    # Restored in HubSpot, it is not archived again for the Account that is still deleted.
    for company, _ in ids:
        world.portal.restore("companies", company, actor=world.marketer)
    world.run(approve=False, minutes=60)
    assert len(world.portal.records("companies")) == 2
    assert (world.held().kind, world.held().side) == ("deleted_other_side", "salesforce")


def test_a_restored_contact_whose_date_does_not_move_is_seen(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    _archive(world, contact_id)
    world.settle()
    assert world.held().kind == "deleted_other_side"
    record = world.portal.restore("contacts", contact_id, actor=world.marketer)
    # Long before the cursor: a search for what has changed since does not find it.
    world.later(hours=2)
    world.edit("Lead", lead_id, City="Bremen")
    with world.bench.store.begin() as connection:
        position = cursors.get(connection, "read hubspot contacts")
        newest = (record.updated_at + timedelta(hours=1)).isoformat()
        cursors.put(
            connection, "read hubspot contacts", {**position, "newest": newest}, now=world.clock.now()
        )
    world.settle()
    assert world.hs(contact_id)["city"] == "Bremen"
    assert world.holds() == []
