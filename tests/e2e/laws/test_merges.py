"""Laws 1 and 2: merges on either side, one or many, in chains, with conversions between; and changed addresses."""

from typing import Any

import pytest

from passes.linking import review
from tests.e2e.laws.lives import Life, life_of, logs_call
from tests.e2e.laws.world import World


@pytest.fixture
def person(world: World) -> tuple[str, str]:
    """A contact and its Lead, handed over and called."""
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    logs_call(world, lead_id)
    world.settle()
    return contact_id, lead_id


def merge_leads(world: World, winner: str, *losers: str) -> None:
    world.org.merge("Lead", winner, list(losers), user_id=world.rep.user_id)


def queue(world: World) -> list[review.Item]:
    with world.bench.store.begin() as connection:
        return review.queue(connection)


def kept(world: World, before: Life, contact_id: str, **options: Any) -> None:
    after = life_of(world, contact_id)
    assert before.touches
    assert before.clocks
    before.assert_kept_by(after, **options)


@pytest.mark.parametrize(
    "between", [pytest.param(False, id="unseen"), pytest.param(True, id="seen", marks=pytest.mark.long)]
)
def test_a_chain_of_merges_in_salesforce_is_followed_to_its_end(
    world: World, person: tuple[str, str], between: bool
) -> None:
    contact_id, lead_id = person
    before = life_of(world, contact_id)
    second = world.lead("b@private.example")
    merge_leads(world, second, lead_id)
    if between:
        world.run()
    world.later(minutes=1)
    third = world.lead("c@private.example")
    merge_leads(world, third, second)
    world.settle()
    assert world.lead_of(contact_id) == third
    assert world.sf("Lead", third)["HubSpot_Contact_Id__c"] == contact_id
    kept(world, before, contact_id)
    assert queue(world) == []


def test_several_leads_merged_at_once_stay_one_person(world: World, person: tuple[str, str]) -> None:
    contact_id, lead_id = person
    before = life_of(world, contact_id)
    extra = world.lead()
    world.settle()
    assert len(queue(world)) == 1
    winner = world.lead("v.brandt@private.example")
    merge_leads(world, winner, lead_id, extra)
    world.settle()
    assert world.lead_of(contact_id) == winner
    assert queue(world) == []
    kept(world, before, contact_id)
    assert len(world.leads()) == 1


def test_a_merged_lead_that_is_converted_before_anybody_looks(world: World, person: tuple[str, str]) -> None:
    contact_id, lead_id = person
    before = life_of(world, contact_id)
    winner = world.lead("v.brandt@private.example")
    merge_leads(world, winner, lead_id)
    done = world.convert(winner, create_opportunity=False)
    world.settle()
    link = world.link_of(contact_id).link
    assert (link.salesforce_id, link.lead_id) == (done.contact_id, winner)
    assert world.sf("Contact", done.contact_id)["HubSpot_Contact_Id__c"] == contact_id
    kept(world, before, contact_id)


def test_a_converted_contact_that_is_merged_before_anybody_looks(
    world: World, person: tuple[str, str]
) -> None:
    contact_id, lead_id = person
    before = life_of(world, contact_id)
    done = world.convert(lead_id, create_opportunity=False)
    winner = world.org.create(
        "Contact", {"LastName": "Brandt", "AccountId": done.account_id}, user_id=world.rep.user_id
    )
    world.org.merge("Contact", winner, [done.contact_id], user_id=world.rep.user_id)
    world.settle()
    assert world.link_of(contact_id).link.salesforce_id == winner
    assert world.hs(contact_id)["salesforce_contact_id"] == winner
    kept(world, before, contact_id)


@pytest.mark.parametrize(
    "between", [pytest.param(False, id="unseen"), pytest.param(True, id="seen", marks=pytest.mark.long)]
)
def test_a_chain_of_merges_in_hubspot_is_followed_to_its_end(
    world: World, person: tuple[str, str], between: bool
) -> None:
    contact_id, lead_id = person
    before = life_of(world, contact_id)
    second, third = world.contact("b@private.example"), world.contact("c@private.example")
    world.settle()
    first = world.portal.merge("contacts", second, contact_id, actor=world.marketer).id
    if between:
        world.run()
    world.later(minutes=1)
    last = world.portal.merge("contacts", third, first, actor=world.marketer).id
    world.settle()
    assert world.link_of(last).link.salesforce_id == lead_id
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] == last
    kept(world, before, last)
    assert (queue(world), len(world.contacts()), len(world.leads())) == ([], 1, 1)


def test_a_lead_that_names_a_contact_merged_before_we_ever_looked(world: World) -> None:
    loser, winner = world.contact("old@nordwerk.example"), world.contact("new@nordwerk.example")
    merged = world.portal.merge("contacts", winner, loser, actor=world.marketer).id
    lead_id = world.lead("other@nordwerk.example", HubSpot_Contact_Id__c=loser)
    world.settle()
    assert world.link_of(merged).link.salesforce_id == lead_id
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] == merged


@pytest.mark.parametrize("how", ["merged", "converted"])
def test_a_contact_that_names_a_lead_gone_before_we_ever_looked(world: World, how: str) -> None:
    loser = world.lead("old@nordwerk.example")
    contact_id = world.contact("other@nordwerk.example", salesforce_lead_id=loser)
    if how == "merged":
        winner = world.lead("new@nordwerk.example")
        merge_leads(world, winner, loser)
    else:
        winner = world.convert(loser, create_opportunity=False).contact_id
    world.settle()
    assert world.link_of(contact_id).link.salesforce_id == winner
    assert (len(world.contacts()), queue(world)) == (1, [])


def test_several_leads_converted_into_one_contact_are_one_person_once_somebody_merged_them(
    world: World, person: tuple[str, str]
) -> None:
    contact_id, lead_id = person
    other = world.asks_for_demo("v.brandt@private.example")
    world.settle()
    second = str(world.lead_of(other))
    logs_call(world, second)
    world.settle()
    before, before_other = life_of(world, contact_id), life_of(world, other)
    done = world.convert(lead_id, create_opportunity=False)
    world.convert(second, account_id=done.account_id, contact_id=done.contact_id, create_opportunity=False)
    world.settle()
    assert world.link_of(contact_id).link.salesforce_id == done.contact_id
    (item,) = queue(world)
    assert item.case.proposal is not None
    assert item.case.proposal.text == f"In HubSpot, merge contacts {other} into contacts {contact_id}"
    merged = world.portal.merge("contacts", contact_id, other, actor=world.marketer).id
    world.settle()
    assert queue(world) == []
    assert world.sf("Contact", done.contact_id)["HubSpot_Contact_Id__c"] == merged
    kept(world, before, merged, same_link=False)
    assert before_other.touches <= life_of(world, merged).touches
    assert (len(world.contacts()), len(world.org.rows("Contact"))) == (1, 1)


def test_a_duplicate_lead_converted_into_the_persons_contact_leaves_the_queue(
    world: World, person: tuple[str, str]
) -> None:
    contact_id, lead_id = person
    extra = world.lead()
    world.settle()
    done = world.convert(lead_id, create_opportunity=False)
    world.settle()
    (item,) = queue(world)
    assert item.case.proposal is not None
    assert item.case.proposal.text == f"In Salesforce, convert Lead {extra} into Contact {done.contact_id}"
    world.convert(extra, account_id=done.account_id, contact_id=done.contact_id, create_opportunity=False)
    world.settle()
    assert queue(world) == []
    assert world.link_of(contact_id).link.salesforce_id == done.contact_id


# ---- addresses


def test_addresses_that_change_on_both_sides_make_no_second_person(
    world: World, person: tuple[str, str]
) -> None:
    contact_id, lead_id = person
    world.edit_contact(contact_id, email="vera@one.example")
    world.later(minutes=1)
    world.edit("Lead", lead_id, Email="vera@two.example")
    world.settle()
    assert world.lead_of(contact_id) == lead_id
    assert str(world.hs(contact_id)["email"]) == str(world.sf("Lead", lead_id)["Email"])
    assert (len(world.leads()), len(world.contacts())) == (1, 1)


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_two_people_who_swap_addresses_stay_who_they_are(world: World, side: str) -> None:
    one = world.asks_for_demo("a@nordwerk.example", firstname="Ada", lastname="Alt")
    two = world.asks_for_demo("b@nordwerk.example", firstname="Nora", lastname="Neu")
    world.settle()
    leads = str(world.lead_of(one)), str(world.lead_of(two))
    if side == "hubspot":
        world.edit_contact(one, email="swap@nordwerk.example")
        world.edit_contact(two, email="a@nordwerk.example")
        world.edit_contact(one, email="b@nordwerk.example")
    else:
        world.edit("Lead", leads[0], Email="b@nordwerk.example")
        world.edit("Lead", leads[1], Email="a@nordwerk.example")
    world.settle()
    assert (world.lead_of(one), world.lead_of(two)) == leads
    assert [world.sf("Lead", lead)["Email"] for lead in leads] == ["b@nordwerk.example", "a@nordwerk.example"]
    assert [world.hs(contact)["email"] for contact in (one, two)] == [
        "b@nordwerk.example",
        "a@nordwerk.example",
    ]
    assert queue(world) == []


def test_a_late_record_with_an_old_address_still_finds_its_person(
    world: World, person: tuple[str, str]
) -> None:
    contact_id, lead_id = person
    world.edit_contact(contact_id, email="vera@brandt-beratung.example")
    world.settle()
    late = world.lead("vera.brandt@nordwerk.example")
    world.settle()
    (item,) = queue(world)
    assert (item.case.record.id, item.case.evidence) == (late, "former e-mail")
    assert item.case.proposal is not None
    assert item.case.proposal.winner.id == lead_id
    assert len(world.contacts()) == 1
    merge_leads(world, lead_id, late)
    world.settle()
    assert queue(world) == []


def test_a_late_lead_joins_somebody_who_was_only_in_hubspot_under_the_old_address(world: World) -> None:
    contact_id = world.contact()
    world.settle()
    world.edit_contact(contact_id, email="vera@brandt-beratung.example")
    world.settle()
    lead_id = world.lead("vera.brandt@nordwerk.example")
    world.settle()
    assert world.lead_of(contact_id) == lead_id
    assert world.link_of(contact_id).link.evidence == "former e-mail"
    assert len(world.contacts()) == 1


def test_an_old_address_without_a_name_is_a_case_for_a_person(world: World) -> None:
    contact_id = world.contact(lastname="", firstname="")
    world.settle()
    world.edit_contact(contact_id, email="vera@brandt-beratung.example")
    world.settle()
    lead_id = world.lead("vera.brandt@nordwerk.example")
    world.settle()
    items = queue(world)
    assert {(item.kind, item.case.evidence) for item in items} == {("ambiguous", "former e-mail")}
    assert world.lead_of(contact_id) is None
    with world.bench.alone("review") as context:
        review.accept(context, f"s{lead_id}", contact_id, "vera.admin")
    world.settle()
    assert world.lead_of(contact_id) == lead_id
    assert queue(world) == []
