"""Law 4: each field is merged on its own, three ways, by its rule; what loses is kept with time and author."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.e2e.laws.world import World


def _linked(world: World, **properties: str) -> tuple[str, str]:
    """A person at rest on both sides, an SQL, owned by the rep."""
    contact_id = world.asks_for_demo(**properties)
    lead_id = world.lead()
    world.settle()
    return contact_id, lead_id


def test_every_rule_decides_its_field_when_both_sides_changed(world: World) -> None:
    contact_id, lead_id = _linked(
        world, city="Kiel", phone="+4943112345", website="https://old.example", linkedin_url="in/vera"
    )
    world.edit(
        "Lead",
        lead_id,
        City="Bremen",  # two_way, and the earlier change
        Phone="+49 421 111111",  # prefer_salesforce
        Website="https://sales.example",  # prefer_hubspot
        Status="Working - Contacted",  # always_salesforce
        LeadSource="Partner",  # always_hubspot
        DoNotCall=True,  # most_restrictive
    )
    world.org.update(
        "Lead", lead_id, {"Accord_Stage__c": "lead"}, user_id=world.org.integration_user_id
    )  # accord
    world.later(minutes=1)
    world.edit_contact(
        contact_id,
        city="Hamburg",
        phone="+49 40 222222",
        website="https://marketing.example",
        hs_lead_status="BAD_TIMING",
        lead_source="referral",
        do_not_call="false",
        accord_stage="MQL",
        linkedin_url="in/vera-brandt",
    )
    world.settle()
    lead, contact = world.sf("Lead", lead_id), world.hs(contact_id)
    assert (lead["City"], contact["city"]) == ("Hamburg", "Hamburg")
    assert (lead["Phone"], contact["phone"]) == ("+49 421 111111", "+49421111111")
    assert (lead["Website"], contact["website"]) == ("https://marketing.example",) * 2
    assert (lead["Status"], contact["hs_lead_status"]) == ("Working - Contacted", "IN_PROGRESS")
    assert (lead["LeadSource"], contact["lead_source"]) == ("Referral", "referral")
    assert (lead["DoNotCall"], contact["do_not_call"]) == (True, "true")
    assert (lead["Accord_Stage__c"], contact["accord_stage"]) == ("SQL", "SQL")
    assert contact["linkedin_url"] == "in/vera-brandt"


def test_the_lost_value_is_kept_with_time_and_author(world: World) -> None:
    contact_id, lead_id = _linked(world, city="Kiel")
    lost_at = world.clock.now()
    world.edit("Lead", lead_id, City="Bremen")
    world.later(minutes=1)
    world.edit_contact(contact_id, city="Hamburg")
    world.run()
    (loss,) = world.losses()
    assert (loss.field, loss.winner, loss.winning_value, loss.losing_value) == (
        "city", "hubspot", "Hamburg", "Bremen",
    )  # fmt: skip
    assert (loss.losing_at, loss.losing_actor) == (lost_at, world.rep.user_id)


@pytest.mark.parametrize("hubspot_is_later", [True, False])
def test_the_later_change_of_the_field_wins_and_not_the_later_change_of_the_record(
    world: World, hubspot_is_later: bool
) -> None:
    contact_id, lead_id = _linked(world, city="Kiel")
    edits = [
        lambda: world.edit("Lead", lead_id, City="Bremen"),
        lambda: world.edit_contact(contact_id, city="Hamburg"),
    ]
    for edit in edits if hubspot_is_later else reversed(edits):
        edit()
        world.later(minutes=1)
    # The contact is touched last in any case; that does not make its city newer.
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.run()
    wanted = "Hamburg" if hubspot_is_later else "Bremen"
    assert (world.sf("Lead", lead_id)["City"], world.hs(contact_id)["city"]) == (wanted, wanted)
    assert world.sf("Lead", lead_id)["Title"] == "Chief Data Officer"


def test_edits_of_different_fields_flow_past_each_other(world: World) -> None:
    contact_id, lead_id = _linked(world)
    world.edit("Lead", lead_id, City="Bremen", FirstName="Veronika")
    world.edit_contact(contact_id, jobtitle="Chief Data Officer", state="Bremen")
    world.run()
    lead, contact = world.sf("Lead", lead_id), world.hs(contact_id)
    assert (contact["city"], contact["firstname"]) == ("Bremen", "Veronika")
    assert (lead["Title"], lead["State"]) == ("Chief Data Officer", "Bremen")
    assert world.losses() == []


def test_blanks_do_what_the_mapping_says(world: World) -> None:
    contact_id, lead_id = _linked(world, city="Kiel", mobilephone="+4917012345678")
    world.edit("Lead", lead_id, Accord_Disposition__c="Too soon", Accord_Disposition_Reason__c="Bad timing")
    world.run()
    assert world.hs(contact_id)["accord_disposition"] == "Too soon"
    world.edit_contact(contact_id, city="", jobtitle="")
    world.edit(
        "Lead",
        lead_id,
        MobilePhone=None,
        Accord_Disposition__c=None,
        Accord_Disposition_Reason__c=None,
    )
    world.run()
    lead, contact = world.sf("Lead", lead_id), world.hs(contact_id)
    assert lead["City"] == "Kiel"  # keep: an emptied value does nothing
    assert lead["Title"] is None  # clear_if_newer
    assert not contact["mobilephone"]
    assert not contact["accord_disposition"]  # clear


def test_an_older_blank_does_not_clear_a_newer_value(world: World) -> None:
    contact_id, lead_id = _linked(world)
    world.edit_contact(contact_id, jobtitle="")
    world.later(minutes=1)
    world.edit("Lead", lead_id, Title="Chief Data Officer")
    world.run()
    assert world.hs(contact_id)["jobtitle"] == "Chief Data Officer"


def test_words_of_picklists_are_translated_and_unknown_ones_held(world: World) -> None:
    contact_id, lead_id = _linked(world, industry="SaaS")
    assert world.sf("Lead", lead_id)["Industry"] == "Technology"
    world.run()
    assert world.hs(contact_id)["industry"] == "SaaS"  # it means the same; nobody rewrites it
    world.edit_contact(contact_id, industry="Alchemy", city="Bremen")
    world.run()
    assert world.sf("Lead", lead_id)["Industry"] == "Technology"
    assert world.sf("Lead", lead_id)["City"] == "Bremen"
    hold = world.held("industry")
    assert hold.kind == "unmapped_value"
    assert hold.value == "Alchemy"
    world.edit("Lead", lead_id, Industry="Banking")
    world.run()
    assert world.hs(contact_id)["industry"] == "Banking"
    assert world.holds() == []


def test_owners_follow_salesforce_by_email(world: World) -> None:
    contact_id, lead_id = _linked(world)
    assert world.hs(contact_id)["hubspot_owner_id"] == world.rep.owner_id
    world.edit("Lead", lead_id, OwnerId=world.colleague.user_id)
    world.run()
    assert world.hs(contact_id)["hubspot_owner_id"] == world.colleague.owner_id
    world.edit_contact(contact_id, hubspot_owner_id=world.rep.owner_id)
    world.run()
    assert world.hs(contact_id)["hubspot_owner_id"] == world.colleague.owner_id
    world.edit("Lead", lead_id, OwnerId=world.roster.queue_id)
    world.run()
    assert world.hs(contact_id)["hubspot_owner_id"] == world.colleague.owner_id


def test_a_new_lead_starts_with_the_owner_of_the_contact(world: World) -> None:
    contact_id = world.asks_for_demo(hubspot_owner_id=world.colleague.owner_id)
    world.settle()
    assert world.sf("Lead", str(world.lead_of(contact_id)))["OwnerId"] == world.colleague.user_id


def test_an_owner_who_left_is_held_and_the_assignment_rules_choose(world: World) -> None:
    contact_id = world.asks_for_demo(hubspot_owner_id=world.roster.former_owner_id)
    world.run()
    lead = world.sf("Lead", str(world.lead_of(contact_id)))
    assert lead["OwnerId"] not in (world.roster.former_user_id, world.org.integration_user_id)
    hold = world.held("owner")
    assert hold.kind == "unmapped_owner"
    assert "gerd.abgang" in str(hold.value)
    world.settle()
    assert world.holds() == []  # Salesforce's owner has gone over, and that settles it


def test_a_fallback_owner_gets_leads_whose_owner_left(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={"fallback: assignment rules": "fallback: queue:Unassigned Leads"})
    contact_id = world.asks_for_demo(hubspot_owner_id=world.roster.stray_owner_id)
    world.settle()
    assert world.sf("Lead", str(world.lead_of(contact_id)))["OwnerId"] == world.roster.queue_id


def test_the_first_meeting_fills_blanks_both_ways_and_lets_the_rules_choose(world: World) -> None:
    contact_id = world.contact(city="Hamburg", phone="")
    world.later(minutes=1)
    lead_id = world.lead(City="Bremen", Phone="+49 421 111111", Title=None, NumberOfEmployees=40)
    world.settle()
    lead, contact = world.sf("Lead", lead_id), world.hs(contact_id)
    assert (lead["City"], contact["city"]) == ("Bremen", "Bremen")  # two_way, entered later
    assert lead["Title"] == "VP Data"
    assert contact["phone"] == "+49421111111"
    assert lead["NumberOfEmployees"] == 500  # prefer_hubspot


def test_a_change_is_not_lost_to_an_older_one_that_was_read_later(world: World) -> None:
    """HubSpot's edit happened first, but Salesforce's was read in the pass before."""
    contact_id, lead_id = _linked(world, city="Kiel")
    early = world.clock.now()
    world.later(minutes=1)
    world.edit("Lead", lead_id, City="Bremen")
    world.run(minutes=1)
    world.portal.update("contacts", contact_id, {"state": "HB"}, actor=world.marketer, at=early)
    world.run()
    assert world.hs(contact_id)["city"] == "Bremen"
    assert world.sf("Lead", lead_id)["State"] == "HB"
    assert world.clock.now() - early > timedelta(0)


def test_what_was_known_of_an_older_value_says_nothing_about_a_new_one(world: World) -> None:
    """HubSpot's history was read when its city was Accord's own write; then a marketer changes the city."""
    contact_id, lead_id = _linked(world, city="Kiel")
    world.edit("Lead", lead_id, City="Bremen")
    world.run()
    world.edit("Lead", lead_id, Title="Head of Data")
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.run()
    assert [loss.field for loss in world.losses()] == ["title"]
    world.edit("Lead", lead_id, MobilePhone="+49 170 12345678")
    world.run()
    world.edit_contact(contact_id, city="Hamburg")
    world.run()
    assert world.sf("Lead", lead_id)["City"] == "Hamburg"
    assert world.hs(contact_id)["city"] == "Hamburg"
