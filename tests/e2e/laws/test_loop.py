"""The loop closed: what sales answers is where marketing works, in words, in lists and in figures."""

import pytest

from connectors import setup
from connectors.declaration import HUBSPOT_LISTS
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
