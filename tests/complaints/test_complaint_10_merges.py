"""Complaint 10: merges in one system are not merged in the other, and the loser is made again.

Answer: merges are read on both sides and followed, whichever record was kept; the loser is never re-created and old ids
lead to the winner; where the other side has two records for the one person now, that merge is proposed by name, and the
proposal closes by itself once a person has done it.
"""

import pytest

from tests.e2e.cli_world import shell_of
from tests.e2e.laws.lives import life_of
from tests.e2e.laws.world import World


def _two_people(world: World) -> tuple[tuple[str, str], tuple[str, str]]:
    contacts = world.asks_for_demo("vera@one.example"), world.asks_for_demo("vera@two.example")
    world.settle()
    return (contacts[0], str(world.lead_of(contacts[0]))), (contacts[1], str(world.lead_of(contacts[1])))


@pytest.mark.parametrize("kept", [0, pytest.param(1, marks=pytest.mark.long)])
def test_complaint_10_a_merge_in_hubspot_proposes_the_one_in_salesforce(world: World, kept: int) -> None:
    people = _two_people(world)
    (winner, lead), (loser, other_lead) = people[kept], people[1 - kept]
    before = life_of(world, winner)
    merged = world.portal.merge("contacts", winner, loser, actor=world.marketer).id
    world.settle()
    shell = shell_of(world)
    (case,) = shell.json("review-links")
    proposal = case["proposal"]
    assert {proposal["winner"]["id"], proposal["losers"][0]["id"]} == {lead, other_lead}
    assert proposal["winner"]["id"] == world.link_of(merged).link.salesforce_id
    assert len(world.contacts()) == 1
    world.org.merge("Lead", lead, [other_lead], user_id=world.rep.user_id)
    world.settle()
    assert shell.json("review-links") == []
    assert (len(world.contacts()), len(world.leads())) == (1, 1)
    assert world.sf("Lead", lead)["HubSpot_Contact_Id__c"] == merged
    assert before.written <= life_of(world, merged).written
    # What names the loser still finds the person.
    assert shell.json("explain", loser)["link_id"] == world.link_of(merged).link.link_id


@pytest.mark.parametrize("kept", [0, pytest.param(1, marks=pytest.mark.long)])
def test_complaint_10_a_merge_in_salesforce_proposes_the_one_in_hubspot(world: World, kept: int) -> None:
    people = _two_people(world)
    (contact, winner), (other, loser) = people[kept], people[1 - kept]
    world.org.merge("Lead", winner, [loser], user_id=world.rep.user_id)
    world.settle()
    shell = shell_of(world)
    (case,) = shell.json("review-links")
    assert case["proposal"]["text"] == f"In HubSpot, merge contacts {other} into contacts {contact}"
    # Meanwhile the loser is not made again, whatever happens to its contact.
    world.edit_contact(other, jobtitle="Chief Data Officer")
    world.demo_request(str(world.hs(other)["email"]))
    world.settle()
    assert len(world.leads()) == 1
    merged = world.portal.merge("contacts", contact, other, actor=world.marketer).id
    world.settle()
    assert shell.json("review-links") == []
    assert world.lead_of(merged) == winner
    assert (len(world.contacts()), len(world.leads())) == (1, 1)
