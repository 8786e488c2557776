"""Complaint 07: e-mail as the only key: a changed address makes a second person, and the old one is still mailed.

Answer: the stored pair of ids goes first; a changed address is an update; the old one is kept as an alias by which a
late record still finds its person.
"""

from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World

OLD, NEW = "vera.brandt@nordwerk.example", "vera@brandt-beratung.example"


def test_complaint_07_a_changed_address_is_an_update_and_the_old_one_an_alias(world: World) -> None:
    contact_id = world.asks_for_demo(OLD)
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, Email=NEW)
    world.settle()
    # One person on each side, and nobody left under the old address to be mailed.
    assert [row["email"] for row in world.contacts()] == [NEW]
    assert [row["Email"] for row in world.leads()] == [NEW]
    # Weeks later an old list is imported: the person is known, and no second one is made.
    world.later(days=30)
    late = world.lead(OLD)
    world.settle()
    assert [row["email"] for row in world.contacts()] == [NEW]
    shell = shell_of(world)
    told = shell.json("explain", contact_id)
    assert told["former_emails"] == [OLD]
    assert [row["event"] for row in told["evidence"]] == ["began", "created"]
    (case,) = shell.json("review-links", "--evidence", "former e-mail")
    assert (case["record"]["id"], case["proposal"]["winner"]["id"]) == (late, lead_id)


def test_complaint_07_an_opt_out_follows_the_person_to_the_new_address(world: World) -> None:
    contact_id = world.asks_for_demo(OLD)
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, HasOptedOutOfEmail=True)
    world.run()
    world.edit_contact(contact_id, email=NEW)
    world.settle()
    assert world.hs(contact_id)["hs_email_optout"] == "true"
    assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True
