"""Complaint 11: deletes are ignored, or the dead come back.

Answer: deletions are read on both sides whatever filter people are in; they follow by rule, under a cap; who was
deleted is known again by hash, so that no stale record brings them back; who is restored has their history.
"""

from collections.abc import Callable

import sqlalchemy as sa

from connectors.store import journal
from connectors.store.tables import tombstones
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

FOLLOW = "people: {hubspot_archived: archive, salesforce_deleted: archive"
RULES = {"people: {hubspot_archived: ignore, salesforce_deleted: ignore": FOLLOW}


def _stones(world: World) -> int:
    with world.bench.store.begin() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(tombstones)).scalar() or 0)


def test_complaint_11_a_mass_deletion_in_sales_is_seen_capped_and_followed(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mapping=RULES)
    pairs = linked(world, *(f"Person{n}" for n in range(14)))
    # They left every inclusion list long ago: nobody of them would be handed over today.
    for contact_id, _ in pairs:
        world.edit_contact(contact_id, jobtitle="Student", lifecyclestage="other")
    world.settle()
    for _, lead_id in pairs[:12]:
        world.org.delete("Lead", lead_id, user_id=world.rep.user_id)
    world.clear_counters()
    stopped = world.run(approve=False)["sync_plan"]
    assert stopped.texts["status"] == "stopped"
    assert "delete contacts: 12 planned, at most 10" in stopped.findings[0].why
    assert world.writes() == {}
    assert _stones(world) > 0
    # It was meant: a person approves, and nobody is orphaned in HubSpot.
    world.run(approve=True)
    assert {record.id for record in world.portal.records("contacts")} == {one for one, _ in pairs[12:]}
    world.settle()
    assert world.holds() == []


def test_complaint_11_nothing_stale_brings_a_deleted_person_back_and_a_person_can(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mapping=RULES)
    contact_id = world.asks_for_demo()
    world.settle()
    link_id, lead_id = world.link_of(contact_id).link.link_id, str(world.lead_of(contact_id))
    stale = world.lead(
        Status="Working - Contacted"
    )  # a second Lead of the same address, a duplicate all along
    world.settle()
    world.portal.archive("contacts", contact_id, actor=world.marketer)
    world.settle()
    assert [row["Id"] for row in world.leads()] == [stale]
    world.edit("Lead", stale, City="Bremen")
    world.settle()
    assert world.contacts() == []
    # The contact is restored in HubSpot, the Lead in Salesforce: as if nothing had been.
    world.portal.restore("contacts", contact_id, actor=world.marketer)
    world.org.delete("Lead", stale, user_id=world.rep.user_id)
    world.org.undelete("Lead", lead_id, user_id=world.rep.user_id)
    world.settle()
    assert world.link_of(contact_id).link.link_id == link_id
    assert world.lead_of(contact_id) == lead_id
    with world.bench.store.begin() as connection:
        operations = {
            row.write.operation for row in journal.of_links(connection, [link_id]) if row.state == "done"
        }
    assert {"create", "delete"} <= operations
    world.edit_contact(contact_id, city="Kiel")
    world.settle()
    assert world.sf("Lead", lead_id)["City"] == "Kiel"
