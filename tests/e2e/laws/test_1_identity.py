"""Law 1: who is who. A stored link wins, then external ids, then e-mail; several matches have a fixed order."""

from collections.abc import Callable

import pytest

from sandbox.hubspot.portal import Actor
from tests.e2e.laws.world import World


@pytest.mark.parametrize("there", ["VERA.Brandt@Nordwerk.example", " vera.brandt@nordwerk.example "])
def test_people_of_both_sides_are_one_by_email_whatever_its_case(world: World, there: str) -> None:
    contact_id = world.contact()
    lead_id = world.lead(there.strip())
    world.settle()
    assert world.lead_of(contact_id) == lead_id
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] == contact_id
    assert (len(world.leads()), len(world.contacts())) == (1, 1)


def test_a_plus_address_is_another_address(world: World) -> None:
    """Accord does not guess that two mailboxes are one; the plus person is entered on the other side."""
    contact_id = world.contact("vera.brandt@nordwerk.example")
    world.lead("vera.brandt+trial@nordwerk.example")
    world.settle()
    assert world.lead_of(contact_id) is None
    assert len(world.contacts()) == 2


def test_a_changed_address_is_an_update_and_no_new_person(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = world.lead_of(contact_id)
    assert lead_id is not None
    world.edit_contact(contact_id, email="vera@brandt-beratung.example")
    world.run()
    assert world.sf("Lead", lead_id)["Email"] == "vera@brandt-beratung.example"
    world.edit("Lead", lead_id, Email="v.brandt@neuwerk.example")
    world.run()
    assert world.hs(contact_id)["email"] == "v.brandt@neuwerk.example"
    assert (len(world.leads()), len(world.contacts())) == (1, 1)


def test_the_address_that_somebody_leaves_may_become_somebody_elses(world: World) -> None:
    first = world.asks_for_demo("sales.lead@nordwerk.example", firstname="Ada", lastname="Alt")
    world.settle()
    lead_id = world.lead_of(first)
    world.edit_contact(first, email="ada.alt@elsewhere.example")
    world.run()
    second = world.asks_for_demo("sales.lead@nordwerk.example", firstname="Nora", lastname="Neu")
    world.run()
    assert world.lead_of(first) == lead_id
    assert world.lead_of(second) not in (None, lead_id)


def test_external_ids_go_before_email(world: World) -> None:
    """A Lead that carries a contact's id is that contact's, though its address is another contact's."""
    mailed = world.contact("two@nordwerk.example", firstname="Zwei")
    named = world.contact("one@nordwerk.example", firstname="Eins")
    lead_id = world.lead("two@nordwerk.example", HubSpot_Contact_Id__c=named)
    world.run()
    assert world.link_of(named).link.salesforce_id == lead_id
    hold = world.held()
    assert (hold.kind, hold.link_id) == ("duplicate", f"h{mailed}")


def test_a_contact_that_names_a_lead_is_linked_to_it(world: World) -> None:
    lead_id = world.lead("old.address@nordwerk.example")
    contact_id = world.contact("new.address@nordwerk.example", salesforce_lead_id=lead_id)
    world.settle()
    assert world.link_of(contact_id).link.salesforce_id == lead_id
    assert (len(world.leads()), len(world.contacts())) == (1, 1)


def test_ids_that_contradict_each_other_are_held_for_a_person(world: World) -> None:
    contact_id = world.contact("one@nordwerk.example")
    lead_id = world.lead("one@nordwerk.example")
    other = world.lead("two@nordwerk.example", HubSpot_Contact_Id__c=contact_id)
    world.edit_contact(contact_id, salesforce_lead_id=lead_id)
    world.clear_counters()
    world.run()
    holds = world.holds()
    assert {row.link_id for row in holds} == {f"h{contact_id}", f"s{lead_id}", f"s{other}"}
    assert {row.kind for row in holds} == {"ambiguous"}
    assert all(lead_id in row.why and other in row.why for row in holds)
    assert world.writes() == {}
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] is None
    # Once a person has said which one it is, the sync goes on by itself.
    world.edit("Lead", other, HubSpot_Contact_Id__c=None)
    world.settle()
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] == contact_id
    assert not [row for row in world.holds() if row.kind == "ambiguous"]


def test_additional_addresses_of_a_contact_count(world: World) -> None:
    contact_id = world.contact("vera.brandt@nordwerk.example")
    # HubSpot fills this one itself, when contacts are merged.
    more = {"hs_additional_emails": "vb@nordwerk.example"}
    world.portal.update("contacts", contact_id, more, actor=Actor.system("CALCULATED"))
    lead_id = world.lead("vb@nordwerk.example")
    world.run()
    assert world.link_of(contact_id).link.salesforce_id == lead_id


def test_of_two_leads_with_one_address_the_older_is_linked_and_the_other_listed(world: World) -> None:
    contact_id = world.contact()
    older = world.lead()
    world.later(days=1)
    newer = world.lead()
    world.settle()
    world.edit("Lead", newer, Title="Changed last")
    world.run()
    assert world.lead_of(contact_id) == older
    assert world.sf("Lead", newer)["HubSpot_Contact_Id__c"] is None
    hold = world.held()
    assert (hold.kind, hold.link_id) == ("duplicate", f"s{newer}")
    assert len(world.contacts()) == 1


def test_a_contact_goes_before_a_lead(world: World) -> None:
    lead_id = world.lead()
    world.later(days=1)
    account = world.org.create("Account", {"Name": "Nordwerk AG"}, user_id=world.rep.user_id)
    person = {"LastName": "Brandt", "Email": "vera.brandt@nordwerk.example", "AccountId": account}
    sf_contact = world.org.create("Contact", person, user_id=world.rep.user_id)
    contact_id = world.contact()
    world.settle()
    assert world.hs(contact_id)["salesforce_contact_id"] == sf_contact
    assert world.held().link_id == f"s{lead_id}"


def test_several_matches_are_held_where_the_mapping_says_so(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={"several: pick": "several: hold"})
    contact_id = world.contact()
    first, second = world.lead(), world.lead()
    world.settle()
    assert world.lead_of(contact_id) is None
    assert {row["HubSpot_Contact_Id__c"] for row in world.leads()} == {None}
    assert any(row.kind == "ambiguous" and first in row.why and second in row.why for row in world.holds())


def test_people_behind_a_shared_mailbox_stay_apart_unless_their_names_agree(world: World) -> None:
    contact_id = world.contact("info@nordwerk.example", firstname="Vera", lastname="Brandt")
    stranger = world.lead("info@nordwerk.example", FirstName="Otto", LastName="Klein")
    world.run()
    assert world.link_of(contact_id).link.salesforce_id is None
    same = world.lead("info@nordwerk.example", FirstName="vera", LastName="BRANDT")
    world.run()
    assert world.link_of(contact_id).link.salesforce_id == same != stranger
