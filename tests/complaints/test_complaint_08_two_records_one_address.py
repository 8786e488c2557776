"""Complaint 08: two Salesforce records share an address, and the contact is "repeatedly overwritten".

Answer: one is picked once, by a fixed order (Contact over Lead, open opportunity, active owner, oldest), and pinned;
the others are listed as duplicates with the merge that would settle it, and touch nothing.
"""

from datetime import date

from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World


def test_complaint_08_whoever_is_edited_last_overwrites_nothing(world: World) -> None:
    contact_id = world.contact()
    older = world.lead(Title="VP Data")
    world.later(days=1)
    newer = world.lead(Title="Something else", City="Elsewhere")
    world.settle()
    for number in range(4):
        world.edit("Lead", newer, Title=f"Overwriting {number}", City=f"Elsewhere {number}")
        world.run()
        assert world.hs(contact_id)["jobtitle"] == "VP Data"
        assert world.lead_of(contact_id) == older
    world.edit("Lead", older, Title="Chief Data Officer")
    world.run()
    assert world.hs(contact_id)["jobtitle"] == "Chief Data Officer"
    shell = shell_of(world)
    (case,) = shell.json("review-links")
    assert case["proposal"]["text"] == f"In Salesforce, merge Lead {newer} into Lead {older}"
    assert case["candidates"][0]["linked_to"]["id"] == older


def test_complaint_08_an_open_opportunity_goes_before_age(world: World) -> None:
    account = world.org.create("Account", {"Name": "Nordwerk AG"}, user_id=world.rep.user_id)
    person = {"LastName": "Brandt", "Email": "vera.brandt@nordwerk.example", "AccountId": account}
    older = world.org.create("Contact", person, user_id=world.rep.user_id)
    world.later(days=1)
    busy = world.org.create("Contact", person, user_id=world.rep.user_id)
    deal = {
        "Name": "Nordwerk analytics", "StageName": "Prospecting", "CloseDate": date(2026, 12, 1),
        "AccountId": account,
    }  # fmt: skip
    opportunity = world.org.create("Opportunity", deal, user_id=world.rep.user_id)
    role = {"OpportunityId": opportunity, "ContactId": busy, "Role": "Decision Maker"}
    world.org.create("OpportunityContactRole", role, user_id=world.rep.user_id)
    contact_id = world.contact()
    world.settle()
    assert world.hs(contact_id)["salesforce_contact_id"] == busy
    assert world.sf("Contact", older)["HubSpot_Contact_Id__c"] is None
    # Picked once: that the deal is lost later moves nobody.
    world.org.update("Opportunity", opportunity, {"StageName": "Closed Lost"}, user_id=world.rep.user_id)
    world.edit("Contact", older, Title="Changed last")
    world.settle()
    assert world.hs(contact_id)["salesforce_contact_id"] == busy
