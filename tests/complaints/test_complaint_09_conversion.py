"""Complaint 09: lead conversion breaks the thread: fields lost, a third record made, the SLA clock gone.

Answer: the person's key survives; the link moves in one transaction with base, clocks, touches and reasons; the
conversion is told to marketing; nothing is made anew, whatever the Lead was converted into.
"""

import pytest

from tests.e2e.laws.lives import life_of, logs_call
from tests.e2e.laws.world import World


@pytest.mark.parametrize("into", ["new", "existing"])
def test_complaint_09_the_thread_holds_through_a_conversion(world: World, into: str) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    logs_call(world, lead_id)
    world.settle()
    before = life_of(world, contact_id)
    options = {}
    if into == "existing":
        account = world.org.create("Account", {"Name": "Nordwerk AG"}, user_id=world.rep.user_id)
        known = world.org.create(
            "Contact", {"LastName": "Brandt", "AccountId": account}, user_id=world.rep.user_id
        )
        options = {"account_id": account, "contact_id": known}
    # The rep converts while marketing corrects the title: nothing of it is lost.
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    done = world.convert(lead_id, opportunity_name="Nordwerk analytics", **options)
    world.settle()
    before.assert_kept_by(life_of(world, contact_id))
    person = world.sf("Contact", done.contact_id)
    assert person["HubSpot_Contact_Id__c"] == contact_id
    assert person["Title"] == "Chief Data Officer"
    assert str(person["Accord_Reasons__c"]).startswith("SQL, 100 points: Chief Data Officer, Technology")
    assert person["Accord_Reasons__c"] == world.hs(contact_id)["accord_reason"]
    assert person["Accord_Touches_Made__c"] == 1
    assert world.hs(contact_id)["hs_lead_status"] == "OPEN_DEAL"
    assert world.hs(contact_id)["accord_sales_status"] == "Closed - Converted"
    # No third record, no second account or opportunity, and no new Lead by a later pass.
    world.edit_contact(contact_id, city="Bremen")
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    assert [row["IsConverted"] for row in world.leads()] == [True]
    assert len(world.org.rows("Contact")) == len(world.org.rows("Opportunity")) == 1
    assert len(world.org.rows("Account")) == 1
    assert world.sf("Contact", done.contact_id)["MailingCity"] == "Bremen"
