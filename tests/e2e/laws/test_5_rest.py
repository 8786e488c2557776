"""Law 5: our own writes do not come back; two systems at rest cost little; a fight over a field is frozen."""

from tests.e2e.laws.world import World


def test_a_pass_over_unchanged_systems_writes_nothing_and_calls_little(world: World) -> None:
    for number in range(12):
        world.asks_for_demo(f"person{number}@nordwerk.example", lastname=f"Nr {number}")
        world.lead(f"lead{number}@suedwerk.example", LastName=f"Lead {number}", Company="Südwerk")
    world.settle()
    # An hour on, owners and schemas are read again, and deadlines that have passed are written.
    world.later(hours=1)
    world.settle()
    world.clear_counters()
    world.run()
    assert world.writes() == {}
    assert world.api_calls <= 20


def test_one_edit_costs_one_write(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    world.edit_contact(contact_id, mobilephone="+49 170 12345678")
    world.clear_counters()
    for _ in range(3):
        world.run()
    assert sum(world.writes().values()) == 1


def test_an_edit_by_a_person_after_our_write_is_not_taken_for_an_echo(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, city="Bremen")
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    # In the very second of our write, and back to the value from before.
    world.edit("Lead", lead_id, City="Kiel")
    world.settle()
    assert world.hs(contact_id)["city"] == "Kiel"


def test_a_field_that_a_robot_puts_back_every_time_is_frozen_and_held(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    for _ in range(7):
        world.edit("Lead", lead_id, LeadSource="Partner")
        world.run()
    assert world.sf("Lead", lead_id)["LeadSource"] == "Partner"
    hold = world.held("lead_source")
    assert hold.kind == "flapping"
    # Everything else of the person goes on.
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.settle()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    # A day later the robot has been switched off.
    world.later(hours=25)
    world.settle()
    assert world.sf("Lead", lead_id)["LeadSource"] == "Webinar"
    assert world.holds() == []


def test_a_robot_that_fights_over_a_computed_value_is_held_too(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    for _ in range(7):
        world.edit_contact(contact_id, accord_stage="lead")
        world.run()
    assert world.held("stage").kind == "flapping"
    world.clear_counters()
    world.edit_contact(contact_id, accord_stage="MQL")
    world.run()
    assert world.writes() == {}
