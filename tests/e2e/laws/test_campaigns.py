"""Sales reads of upcoming and running campaigns on the Lead before they start, and the lead time is measured."""

from typing import Any
from zoneinfo import ZoneInfo

from passes import campaigns
from sandbox.salesforce.errors import SalesforceFault
from tests.e2e.laws.world import World

BERLIN = ZoneInfo("Europe/Berlin")


def campaign(world: World, name: str, **fields: Any) -> str:
    values = {"Name": name, "StartDate": "2026-10-12", "EndDate": "2026-10-13", "IsActive": True, **fields}
    return world.org.create("Campaign", values, user_id=world.rep.user_id)


def joins(world: World, campaign_id: str, **who: str) -> str:
    return world.org.create("CampaignMember", {"CampaignId": campaign_id, **who}, user_id=world.rep.user_id)


def a_lead(world: World) -> str:
    contact_id = world.asks_for_demo()
    world.settle()
    return str(world.lead_of(contact_id))


def seen(world: World, lead_id: str) -> str | None:
    return world.sf("Lead", lead_id)["Accord_Campaigns__c"]


def test_an_invitation_is_on_the_lead_within_one_pass_and_moves_with_the_days(world: World) -> None:
    lead_id = a_lead(world)
    fair = campaign(world, "Fair", StartDate="2026-10-20", EndDate="2026-10-22")
    webinar = campaign(world, "Webinar: Planning")
    campaign(world, "Of others")
    member = joins(world, webinar, LeadId=lead_id)
    joins(world, fair, LeadId=lead_id)
    world.run()
    assert seen(world, lead_id) == (
        "From 12 Oct 2026: Webinar: Planning (invited)\nFrom 20 Oct 2026: Fair (invited)"
    )
    world.edit("CampaignMember", member, Status="Responded")
    world.run()
    assert "Webinar: Planning (responded)" in str(seen(world, lead_id))
    # Marketing moves it: the Lead follows.
    world.edit("Campaign", webinar, StartDate="2026-10-14", EndDate="2026-10-14")
    world.run()
    assert str(seen(world, lead_id)).startswith("From 14 Oct 2026")
    world.later(days=9)
    world.run()
    assert seen(world, lead_id) == (
        "From 20 Oct 2026: Fair (invited)\nUntil 14 Oct 2026: Webinar: Planning (responded)"
    )
    world.later(days=1)
    world.run()
    assert seen(world, lead_id) == "From 20 Oct 2026: Fair (invited)"
    world.edit("Campaign", fair, Status="Aborted")
    world.run()
    assert seen(world, lead_id) is None


def test_it_stays_through_conversion_and_costs_nothing_at_rest(world: World) -> None:
    lead_id = a_lead(world)
    joins(world, campaign(world, "Webinar"), LeadId=lead_id)
    world.settle()
    converted = world.convert(lead_id)
    world.settle()
    assert (
        world.sf("Contact", converted.contact_id)["Accord_Campaigns__c"]
        == "From 12 Oct 2026: Webinar (invited)"
    )
    world.clear_counters()
    world.run()
    assert world.writes() == {}
    assert world.api_calls <= 20


def test_the_lead_time_is_that_of_the_first_showing(world: World) -> None:
    lead_id = a_lead(world)
    webinar = campaign(world, "Webinar")
    quiet = campaign(world, "Nobody invited")
    joins(world, webinar, LeadId=lead_id)
    # Planned is not shown: a refused write tells sales nothing.
    rule = {
        "active": True,
        "description": "closed",
        "errorConditionFormula": 'Company = "Nordwerk AG"',
        "errorMessage": "Closed today.",
    }
    world.org.add_validation_rule("Lead.Closed", rule)
    world.run()
    assert figures(world)[webinar] == (None, None)
    world.org.validation_rules.clear()
    world.later(days=2)
    world.run()
    first = world.clock.now()
    at, days = figures(world)[webinar]
    assert at == first
    assert 4.5 < days < 5
    assert figures(world)[quiet] == (None, None)
    # Another edit is no second first time.
    world.later(days=1)
    world.edit("Campaign", webinar, Name="Webinar II")
    world.run()
    assert "Webinar II" in str(seen(world, lead_id))
    assert figures(world)[webinar] == (at, days)


def figures(world: World) -> dict[str, tuple[Any, Any]]:
    with world.bench.store.begin() as connection:
        rows = campaigns.frame(connection, zone=BERLIN).to_dicts()
    return {row["campaign_id"]: (row["first_shown_at"], row["lead_days"]) for row in rows}


def test_sales_cannot_rewrite_it(world: World) -> None:
    lead_id = a_lead(world)
    joins(world, campaign(world, "Webinar"), LeadId=lead_id)
    world.settle()
    try:
        world.edit("Lead", lead_id, Accord_Campaigns__c="nothing planned")
    except SalesforceFault:
        return
    world.run()
    assert seen(world, lead_id) == "From 12 Oct 2026: Webinar (invited)"
