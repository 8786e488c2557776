"""Law 7: a bad field does not block its record, a bad record does not block its batch, and both mend themselves."""

from tests.e2e.laws.world import World

_RULE = {
    "active": True,
    "description": "no tests",
    "errorConditionFormula": 'Company = "Forbidden GmbH"',
    "errorMessage": "We do not sell there.",
}


def test_a_value_that_is_too_long_is_held_and_the_rest_is_written(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, jobtitle="Chief " * 30, city="Bremen")
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert world.sf("Lead", lead_id)["Title"] == "VP Data"
    hold = world.held("title")
    assert hold.kind == "invalid_value"
    assert "128" in hold.why
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.run()
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"
    assert world.holds() == []


def test_a_word_that_a_picklist_lacks_is_held_with_the_accepted_ones(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit_contact(contact_id, industry="Basket weaving", city="Kiel")
    world.run()
    hold = world.held("industry")
    assert "Technology" in hold.accepted
    assert world.sf("Lead", lead_id)["City"] == "Kiel"


def test_a_person_with_one_bad_value_is_created_without_it(world: World) -> None:
    contact_id = world.asks_for_demo(jobtitle="VP Data " + "and everything else " * 8)
    world.run()
    lead = world.sf("Lead", str(world.lead_of(contact_id)))
    assert (lead["LastName"], lead["Title"]) == ("Brandt", None)
    assert world.held("title").kind == "invalid_value"


def test_a_lead_that_a_rule_refuses_does_not_hold_up_the_others(world: World) -> None:
    world.org.add_validation_rule("Lead.No_Forbidden", _RULE)
    refused = world.asks_for_demo("one@forbidden.example", company="Forbidden GmbH")
    others = [world.asks_for_demo(f"p{n}@nordwerk.example", lastname=f"Nr {n}") for n in range(5)]
    results = world.run()
    assert all(world.lead_of(contact_id) for contact_id in others)
    hold = world.held()
    assert (hold.kind, hold.link_id) == ("rejected", f"h{refused}")
    assert "We do not sell there." in hold.why
    assert results["reconciliation"].figures["remainder"] == 0
    # It is not tried again in every pass ...
    world.settle()
    world.clear_counters()
    world.run()
    world.run()
    assert world.writes() == {}
    assert world.held().kind == "rejected"
    # ... but by itself once what it says has changed.
    world.edit_contact(refused, company="Erlaubt GmbH")
    world.run()
    assert world.lead_of(refused)
    assert world.holds() == []


def test_a_refused_write_is_tried_again_after_a_day(world: World) -> None:
    rule_id = world.org.add_validation_rule("Lead.No_Forbidden", _RULE)
    refused = world.asks_for_demo(company="Forbidden GmbH")
    world.settle()
    assert world.lead_of(refused) is None
    del world.org.validation_rules[rule_id]
    world.run()
    world.later(hours=25)
    world.run()
    assert world.lead_of(refused)
    assert world.holds() == []


def test_a_field_that_a_rule_refuses_waits_and_the_rest_of_the_record_is_written(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    world.run()
    world.org.add_validation_rule(
        "Lead.No_Forbidden", {**_RULE, "errorConditionFormula": 'City = "Bielefeld"'}
    )
    world.edit_contact(contact_id, city="Bielefeld", jobtitle="Chief Data Officer")
    world.portal.unsubscribe_all("vera.brandt@nordwerk.example", actor=world.marketer)
    world.run()
    lead = world.sf("Lead", lead_id)
    assert (lead["City"], lead["Title"], lead["HasOptedOutOfEmail"]) == (None, "Chief Data Officer", True)
    assert world.hs(contact_id)["city"] == "Bielefeld"
    assert world.held("city").kind == "rejected"
    world.clear_counters()
    world.run()
    assert world.writes() == {}
    world.edit_contact(contact_id, city="Bremen")
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    assert world.holds() == []


def test_a_lead_that_the_duplicate_rule_refuses_is_held_and_the_others_go(world: World) -> None:
    account = world.org.create("Account", {"Name": "Nordwerk AG"}, user_id=world.rep.user_id)
    person = {"LastName": "Brandt", "Email": "info@nordwerk.example", "AccountId": account}
    world.org.create("Contact", person, user_id=world.rep.user_id)
    world.org.duplicates.mode = "block"
    # A shared mailbox: another person by Accord's law, a duplicate by this org's.
    refused = world.asks_for_demo("info@nordwerk.example", firstname="Otto", lastname="Klein")
    other = world.asks_for_demo("ute.gross@nordwerk.example", lastname="Groß")
    world.run()
    assert world.lead_of(other)
    assert world.lead_of(refused) is None
    hold = next(row for row in world.holds() if row.link_id == f"h{refused}")
    assert (hold.kind, hold.why.partition(":")[0]) == ("rejected", "DUPLICATES_DETECTED")


def test_an_address_that_belongs_to_another_contact_is_held_alone(world: World) -> None:
    """HubSpot takes an address once; the Lead's other values go over."""
    contact_id = world.asks_for_demo()
    world.contact("taken@nordwerk.example", firstname="Otto", lastname="Klein")
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, Email="taken@nordwerk.example", City="Bremen")
    world.run()
    contact = world.hs(contact_id)
    assert contact["city"] == "Bremen"
    assert contact["email"] == "vera.brandt@nordwerk.example"
    hold = world.held("email")
    assert (hold.kind, hold.value["after"]) == ("rejected", "taken@nordwerk.example")
    world.clear_counters()
    world.run()
    world.run()
    assert world.writes() == {}
    world.edit("Lead", lead_id, Email="vera.neu@nordwerk.example")
    world.run()
    assert world.hs(contact_id)["email"] == "vera.neu@nordwerk.example"
    assert not [row for row in world.holds() if row.kind == "rejected"]


def test_what_a_locked_row_did_not_take_is_sent_by_the_next_pass(world: World) -> None:
    """A locked row says nothing about its values, so nothing is held against them."""
    ids = [world.asks_for_demo(f"p{n}@nordwerk.example", lastname=f"Nr {n}") for n in range(3)]
    world.settle()
    leads = [str(world.lead_of(one)) for one in ids]
    for contact_id in ids:
        world.edit_contact(contact_id, city="Bremen")
    world.org.row_locks.lock(leads[:1], times=20)
    world.run()
    assert world.held().kind == "unsent"
    assert [world.sf("Lead", lead_id)["City"] for lead_id in leads] == [None, "Bremen", "Bremen"]
    world.org.row_locks.lock(leads[:1], times=0)
    world.run()
    assert world.sf("Lead", leads[0])["City"] == "Bremen"
    assert world.holds() == []


def test_an_activity_that_was_refused_is_copied_once_it_can_be(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    rule = {**_RULE, "errorConditionFormula": 'Subject = "Secret call"'}
    rule_id = world.org.add_validation_rule("Task.No_Secrets", rule)
    call = {"hs_timestamp": "2026-10-05T08:30:00Z", "hs_call_title": "Secret call"}
    world.portal.create("calls", call, actor=world.marketer, associations=[("contacts", contact_id)])
    world.run()
    assert next(row for row in world.holds()).kind == "rejected"
    world.clear_counters()
    world.run()
    assert world.writes() == {}
    del world.org.validation_rules[rule_id]
    world.later(hours=25)
    world.run()
    assert [row["Subject"] for row in world.org.rows("Task") if row["TaskSubtype"] == "Call"] == [
        "Secret call"
    ]
    assert world.holds() == []
