"""Law 1, where only a person can tell: the queue, accept, reject and split, and what passes make of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.store import decisions, evidence, journal
from passes.linking import review
from passes.linking.review import Item, ReviewError
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World

BY = "vera.admin"


def queue(world: World) -> list[Item]:
    with world.bench.store.begin() as connection:
        return review.queue(connection)


def decide(world: World, work: Callable[..., Any], *words: Any) -> Any:
    with world.bench.alone("review") as context:
        return work(context, *words, BY)


def told_of(world: World, contact_id: str) -> list[str]:
    with world.bench.store.begin() as connection:
        link_id = world.link_of(contact_id).link.link_id
        return [f"{row.event} by {row.evidence}" for row in evidence.of_link(connection, link_id)]


@pytest.fixture
def two_leads(world: World) -> tuple[str, str, str]:
    """A contact linked to the older of two Leads of one address."""
    contact_id = world.contact()
    older = world.lead()
    world.later(days=1)
    newer = world.lead(Title="Head of Data")
    world.settle()
    assert world.lead_of(contact_id) == older
    return contact_id, older, newer


def test_a_duplicate_is_listed_with_its_candidate_and_the_merge_that_would_settle_it(
    world: World, two_leads: tuple[str, str, str]
) -> None:
    contact_id, older, newer = two_leads
    (item,) = queue(world)
    assert (item.name, item.kind, item.case.record.id) == (f"s{newer}", "duplicate", newer)
    (option,) = item.case.options
    assert (option.record.id, option.keys) == (contact_id, ("email",))
    assert option.linked_to is not None
    assert option.linked_to.id == older
    assert item.case.proposal is not None
    assert item.case.proposal.text == f"In Salesforce, merge Lead {newer} into Lead {older}"


@pytest.mark.parametrize("winner", ["older", "newer"])
def test_the_proposal_closes_by_itself_once_a_person_has_merged(
    world: World, two_leads: tuple[str, str, str], winner: str
) -> None:
    contact_id, older, newer = two_leads
    kept, gone = (older, newer) if winner == "older" else (newer, older)
    world.org.merge("Lead", kept, [gone], user_id=world.rep.user_id)
    world.settle()
    assert queue(world) == []
    assert world.lead_of(contact_id) == kept
    assert (len(world.leads()), len(world.contacts())) == (1, 1)


def test_two_contacts_of_one_lead_are_proposed_for_a_merge_in_hubspot(world: World) -> None:
    first = world.contact("vera@private.example")
    lead_id = world.lead(HubSpot_Contact_Id__c=first)
    second = world.contact()
    world.settle()
    (item,) = queue(world)
    assert item.case.proposal is not None
    assert item.case.proposal.text == f"In HubSpot, merge contacts {second} into contacts {first}"
    merged = world.portal.merge("contacts", first, second, actor=world.marketer)
    world.settle()
    assert queue(world) == []
    assert world.lead_of(merged.id) == lead_id


def test_an_accepted_candidate_is_linked_and_stays_linked(
    world: World, two_leads: tuple[str, str, str]
) -> None:
    contact_id, older, newer = two_leads
    decide(world, review.accept, f"s{newer}", contact_id)
    world.settle()
    assert world.lead_of(contact_id) == newer
    assert world.sf("Lead", newer)["HubSpot_Contact_Id__c"] == contact_id
    assert "joined by a person's decision" in told_of(world, contact_id)
    (item,) = queue(world)
    assert item.case.record.id == older
    world.edit("Lead", older, Title="Changed last")
    world.edit_contact(contact_id, jobtitle="Chief Data Officer")
    world.settle()
    assert world.lead_of(contact_id) == newer
    assert world.sf("Lead", newer)["Title"] == "Chief Data Officer"


def test_what_was_rejected_is_never_proposed_or_linked_again(
    world: World, two_leads: tuple[str, str, str]
) -> None:
    contact_id, older, newer = two_leads
    decide(world, review.reject, f"s{newer}", [contact_id])
    world.settle()
    assert queue(world) == []
    world.edit("Lead", newer, Title="CTO", Email="VERA.brandt@nordwerk.example")
    world.settle()
    assert queue(world) == []
    assert world.lead_of(contact_id) == older
    assert world.sf("Lead", newer)["HubSpot_Contact_Id__c"] is None
    with world.bench.store.begin() as connection:
        (row,) = decisions.latest(connection, 5)
    assert (row.made_by, row.made_how, row.verdict) == (BY, "reject", "different")
    # Not even when the linked Lead is gone.
    world.org.merge("Lead", world.lead("else@where.example"), [older], user_id=world.rep.user_id)
    world.settle()
    assert world.lead_of(contact_id) not in (None, newer)


def test_a_later_decision_replaces_an_earlier_one(world: World, two_leads: tuple[str, str, str]) -> None:
    contact_id, older, newer = two_leads
    decide(world, review.accept, f"s{newer}", contact_id)
    decide(world, review.accept, f"s{older}", contact_id)
    world.settle()
    assert world.lead_of(contact_id) == older
    assert [item.case.record.id for item in queue(world)] == [newer]


def test_several_matches_wait_for_a_word_where_the_mapping_says_so(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={"several: pick": "several: hold"})
    contact_id = world.contact()
    first, second = world.lead(), world.lead()
    world.settle()
    cases = {item.case.record.id: item for item in queue(world)}
    assert [option.record.id for option in cases[contact_id].case.options] == [first, second]
    decide(world, review.accept, f"h{contact_id}", second)
    world.settle()
    assert world.lead_of(contact_id) == second
    (left,) = queue(world)
    assert (left.case.record.id, left.kind) == (first, "duplicate")


def test_a_wrong_link_is_split_and_the_two_never_rejoin(world: World) -> None:
    contact_id = world.asks_for_demo()
    lead_id = world.lead(FirstName="Verena", Title="Buyer")
    world.settle()
    assert world.lead_of(contact_id) == lead_id
    link_id = world.link_of(contact_id).link.link_id
    decide(world, review.split, link_id)
    assert world.link_of(contact_id).link.salesforce_id is None
    assert world.link_of(contact_id).base is None
    world.run()
    # The ids go first, as writes of a plan; then each is a person of their own.
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] is None
    with world.bench.store.begin() as connection:
        row = connection.execute(
            sa.text("select link_id from mirror where record_id = :one"), {"one": lead_id}
        ).one()
        written = journal.of_links(connection, [link_id, row.link_id])
    cleared = {
        change.target: (row.state, change.rule)
        for row in written
        for change in row.write.changes
        if change.after is None and change.rule == "link"
    }
    assert cleared == {
        "salesforce_lead_id": ("done", "link"), "HubSpot_Contact_Id__c": ("done", "link"),
    }  # fmt: skip
    world.settle()
    own = world.lead_of(contact_id)
    assert own not in (None, lead_id)
    assert world.sf("Lead", str(own))["HubSpot_Contact_Id__c"] == contact_id
    title = world.sf("Lead", lead_id)["Title"]
    world.edit("Lead", lead_id, Title="Head Buyer")
    world.edit_contact(contact_id, city="Bremen")
    world.settle()
    assert queue(world) == []
    assert world.sf("Lead", lead_id)["HubSpot_Contact_Id__c"] is None
    assert world.hs(contact_id)["jobtitle"] == title


def test_a_split_survives_the_conversion_of_the_lead(world: World) -> None:
    contact_id = world.contact()
    lead_id = world.lead()
    world.settle()
    decide(world, review.split, world.link_of(contact_id).link.link_id)
    world.settle()
    done = world.convert(lead_id, create_opportunity=False)
    world.settle()
    assert world.hs(contact_id)["salesforce_contact_id"] is None
    assert world.sf("Contact", done.contact_id)["HubSpot_Contact_Id__c"] is None
    assert queue(world) == []


def test_nothing_is_stored_of_a_decision_that_cannot_be_made(
    world: World, two_leads: tuple[str, str, str]
) -> None:
    _, older, newer = two_leads
    with pytest.raises(ReviewError, match="is no candidate"):
        decide(world, review.accept, f"s{newer}", "999")
    with pytest.raises(ReviewError, match="nothing is to be decided"):
        decide(world, review.reject, f"s{older}", [])
    with world.bench.store.begin() as connection:
        assert decisions.latest(connection, 5) == []


def test_an_admin_decides_on_the_command_line(
    world: World, two_leads: tuple[str, str, str], tmp_path: Path
) -> None:
    contact_id, older, newer = two_leads
    shell = shell_of(world)
    shown = shell.accord("review-links", COLUMNS="200")
    assert shown.exit_code == 0, shown.output
    assert f"merge Lead {newer} into Lead {older}" in shown.stdout
    assert "Accord's order picks this" in shown.stdout
    assert "Head of Data" in shown.stdout
    assert shell.accord("review-links", "--check").exit_code == 1
    assert shell.accord("review-links", "--check", "--kind", "ambiguous").exit_code == 0
    assert shell.accord("review-links", "accept", f"s{newer}", "999").exit_code == 1
    (row,) = shell.json("review-links", "--person", "vera.brandt@nordwerk.example")
    assert row["candidates"][0]["differs"]["title"] == ["Head of Data", "VP Data"]
    file = tmp_path / "decided.json"
    file.write_text(json.dumps([{**row, "decision": "accept"}]), "utf-8")
    done = shell.accord("review-links", "decide", str(file), "--by", BY)
    assert done.exit_code == 0, done.output
    assert shell.json("review-links", "decisions")[0]["made_by"] == BY
    explained = shell.accord("explain", contact_id)
    assert "a person's decision" in explained.stdout
    assert BY in explained.stdout
    again = shell.accord("review-links", "split", contact_id, "--yes", user="night.shift")
    assert again.exit_code == 0, again.output
    assert shell.json("review-links", "decisions")[0]["made_by"] == "night.shift"
    file.write_text('[{"link": "s1", "decision": "maybe"}]', "utf-8")
    assert shell.accord("review-links", "decide", str(file)).exit_code == 5
