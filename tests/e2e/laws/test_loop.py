"""The loop closed: what sales answers is where marketing works, in words, in lists and in figures."""

import pytest

from connectors import setup
from connectors.declaration import HUBSPOT_LISTS
from passes.numbers.measure import compute
from tests.e2e.laws.world import World

NURTURE, GREAT, POOR = (one.name for one in HUBSPOT_LISTS if one.property == "accord_disposition")
ANSWERS = {
    "Converted": None,
    "Accepted": None,
    "Too soon": NURTURE,
    "Poor quality": POOR,
    "Go-nowhere": POOR,
    "Great example": GREAT,
}


def on_lists(world: World, contact_id: str) -> list[str]:
    """The names of the lists that the contact is on."""
    lists = world.portal.lists.live()
    return [one.name for one in lists if contact_id in world.portal.list_members(one)]


def answer(world: World, contact_id: str, disposition: str, **more: str) -> None:
    """The rep's answer on the contact's Lead."""
    world.edit("Lead", str(world.lead_of(contact_id)), Accord_Disposition__c=disposition, **more)


@pytest.mark.parametrize("disposition", ANSWERS)
def test_each_answer_is_on_the_contact_and_its_list_within_one_pass(world: World, disposition: str) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    answer(
        world,
        contact_id,
        disposition,
        Accord_Disposition_Reason__c="Bad timing",
        Accord_Objection__c="“Ask me again after the move.”",
    )
    world.run()
    seen = world.hs(contact_id)
    assert seen["accord_disposition"] == disposition
    assert seen["accord_disposition_reason"] == "Bad timing"
    assert seen["accord_objection"] == "“Ask me again after the move.”"
    expected = ANSWERS[disposition]
    assert on_lists(world, contact_id) == ([expected] if expected else [])


def test_setup_makes_the_lists_once_and_leaves_a_marketers_narrower_filter(world: World) -> None:
    made = [one for one in world.portal.lists.live() if one.name == NURTURE]
    assert [one.processing_type for one in made] == ["DYNAMIC"]
    branch = made[0].filter_branch
    assert branch is not None
    branch["filterBranches"][0]["filters"].append(
        {
            "filterType": "PROPERTY",
            "property": "country",
            "operation": {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"},
        }
    )
    context = world.bench.open("look")
    assert setup.missing(context.hubspot, context.salesforce) == []
    branch["filterBranches"][0]["filters"].pop(0)
    (item,) = setup.missing(context.hubspot, context.salesforce)
    assert (item.kind, item.name) == ("conflict", NURTURE)


def test_lists_cost_no_call_in_a_pass(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    world.clear_counters()
    answer(world, contact_id, "Too soon", Accord_Disposition_Reason__c="Bad timing")
    world.settle()
    requests = world.sandbox.counters.of("hubspot").requests
    assert not [endpoint for endpoint in requests if "lists" in endpoint]


def deal(world: World, contact_id: str, **more: object) -> str:
    """An opportunity that comes of the rep's conversion of the contact's Lead."""
    converted = world.convert(str(world.lead_of(contact_id)), opportunity_name="Nordwerk - Analytics")
    world.edit("Opportunity", converted.opportunity_id, **more)
    return str(converted.opportunity_id)


def campaign(world: World, name: str, cost: float, record_id: str, **more: object) -> None:
    """A campaign in Salesforce that the Lead joins now."""
    admin = world.org.integration_user_id
    made = world.org.create(
        "Campaign", {"Name": name, "ActualCost": cost, "IsActive": True, **more}, user_id=admin
    )
    world.org.create("CampaignMember", {"CampaignId": made, "LeadId": record_id}, user_id=admin)


def test_the_outcome_of_a_lead_is_on_the_hubspot_contact(world: World) -> None:
    """Stage, amount in its own currency, won or lost with the reason, and the campaigns that brought the person."""
    world.org.use_currencies("EUR", "USD")
    reasons = {"label": "Loss reason", "type": "Text", "length": 80}
    world.org.add_field("Opportunity.Loss_Reason__c", reasons, visible_to_all=True)
    lead_id = world.lead(Title="VP Data", Industry="Technology", NumberOfEmployees=500, Country="Germany")
    for name in ("Autumn webinar", "BI Expo"):
        campaign(world, name, 1000.0, lead_id)
        world.later(minutes=10)
    world.settle()
    (contact,) = world.contacts()
    contact_id = str(contact["hs_object_id"])
    assert contact.get("accord_first_campaign") is None  # nobody was handed over yet
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    campaign(world, "After the handoff", 10.0, lead_id)
    opportunity = deal(
        world, contact_id, Amount=12_500, CurrencyIsoCode="USD", StageName="Proposal/Price Quote"
    )
    world.settle()
    seen = world.hs(contact_id)
    assert (seen["accord_opportunity_stage"], seen["accord_outcome"]) == ("Proposal/Price Quote", "open")
    assert (seen["accord_opportunity_amount"], seen["accord_opportunity_currency"]) == ("12500", "USD")
    assert (seen["accord_first_campaign"], seen["accord_last_campaign"]) == ("Autumn webinar", "BI Expo")
    world.edit("Opportunity", opportunity, StageName="Closed Lost", Loss_Reason__c="Chose a competitor")
    world.run()
    seen = world.hs(contact_id)
    assert (seen["accord_outcome"], seen["accord_outcome_reason"]) == ("lost", "Chose a competitor")


def test_what_leads_and_deals_cost_is_measured_in_one_currency(world: World) -> None:
    world.org.use_currencies("EUR", "USD")
    world.change_sla({"currency_rates: {}": "currency_rates: {USD: 0.5}"})
    lead_id = world.lead(Title="VP Data", Industry="Technology", NumberOfEmployees=500, Country="Germany")
    campaign(world, "BI Expo", 2000.0, lead_id, CurrencyIsoCode="USD")
    world.settle()
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    (contact,) = world.contacts()
    deal(world, str(contact["hs_object_id"]), Amount=30_000, CurrencyIsoCode="USD", StageName="Closed Won")
    world.settle()
    measured = compute(world.bench.open("measure"), "month")
    (row,) = [one for one in measured.campaigns.to_dicts() if one["campaign"] == "BI Expo"]
    assert (row["campaign"], row["cost"], row["cost_per_qualified"], row["cost_per_won"]) == (
        "BI Expo", 1000.0, 1000.0, 1000.0,
    )  # fmt: skip
    assert row["won_amount"] == 15_000.0
    by_source = dict(measured.costs.select("source", "cost_per_won").iter_rows())
    assert by_source["(unknown)"] == 1000.0
    assert not any("USD" in note for note in measured.notes)


def test_answers_are_counted_by_source_campaign_persona_and_criterion(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    answer(world, contact_id, "Great example")
    world.settle()
    counted = compute(world.bench.open("measure"), "month").answered_by
    assert set(counted["disposition"]) == {"Great example"}
    groups = {dimension: set(rows["group"]) for (dimension,), rows in counted.group_by("dimension")}
    assert groups["source"] == {"webinar"}
    assert groups["campaign"] == {"(no campaign)"}
    assert groups["persona"] == {"analytics_leader"}
    assert {"decides", "asked_to_talk"} <= groups["criterion"]
