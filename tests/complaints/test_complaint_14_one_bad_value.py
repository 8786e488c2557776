"""Complaint 14: one bad value blocks the whole record.

Accord's answer: the good fields are written, the bad one waits with the accepted values and what to do, and goes by
itself once it is mapped; both schemas are held against the mapping before anything is written.
"""

from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World


def test_good_fields_go_bad_ones_wait_with_the_accepted_values_and_replay_once_mapped(world: World) -> None:
    contact_id = world.asks_for_demo(
        industry="Basket weaving", jobtitle="VP Data " + "and everything else " * 8, city="Kiel"
    )
    neighbour = world.asks_for_demo("otto@suedwerk.example", lastname="Klein")
    world.settle()
    lead = world.sf("Lead", str(world.lead_of(contact_id)))
    assert (lead["LastName"], lead["City"], lead["Industry"], lead["Title"]) == ("Brandt", "Kiel", None, None)
    assert world.lead_of(neighbour)
    shell = shell_of(world)
    waiting = {row["field"]: row for row in shell.json("holds", "--person", "vera.brandt@nordwerk.example")}
    assert waiting.keys() == {"industry", "title"}
    assert "Technology" in waiting["industry"]["accepted"]
    assert waiting["industry"]["value"] == "Basket weaving"
    assert "`values` in the mapping" in waiting["industry"]["remedy"]
    assert "takes 128" in waiting["title"]["why"]
    world.remap({
        "{hubspot: Machinery, salesforce: Manufacturing}":
        "{hubspot: Machinery, salesforce: Manufacturing}\n"
        "          - {hubspot: Basket weaving, salesforce: Manufacturing}",
    })  # fmt: skip
    world.edit_contact(contact_id, jobtitle="VP Data")
    world.settle()
    lead = world.sf("Lead", str(world.lead_of(contact_id)))
    assert (lead["Industry"], lead["Title"]) == ("Manufacturing", "VP Data")
    assert world.holds() == []


def test_a_schema_that_changed_is_told_before_anything_is_written(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    world.later(hours=3)
    world.org.hide_field("Lead", "Title", user_id=world.org.integration_user_id)
    world.edit_contact(contact_id, jobtitle="CDO", city="Bremen")
    found = {one.name: one for one in world.run()["salesforce_people"].findings}
    assert not found["salesforce_schema_unchanged"].holds
    assert "Lead.Title (title, mapping line" in found["salesforce_schema_unchanged"].why
    lead = world.sf("Lead", str(world.lead_of(contact_id)))
    assert (lead["City"], lead["Title"]) == ("Bremen", "VP Data")
    world.org.show_field("Lead", "Title", user_id=world.org.integration_user_id)
    world.settle()
    assert world.sf("Lead", str(world.lead_of(contact_id)))["Title"] == "CDO"
