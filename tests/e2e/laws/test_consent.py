"""Law 10: opt-outs go both ways to everybody with the address, first in the budget, and stay until evidence."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sandbox.hubspot.portal import Actor
from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World

EMAIL = "vera@nordwerk.example"


def test_an_opt_out_reaches_duplicates_that_belong_to_no_link(world: World) -> None:
    ((_, lead_id),) = linked(world, "Vera")
    double = world.lead(EMAIL, LastName="Brandt")
    world.settle()
    assert world.held().kind == "duplicate"
    world.portal.unsubscribe_all(EMAIL, actor=world.marketer)
    world.run()
    assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True
    assert world.sf("Lead", double)["HasOptedOutOfEmail"] is True
    world.settle()
    assert [hold.kind for hold in world.holds()] == ["duplicate"]


def test_an_opt_out_of_a_duplicate_reaches_the_contact_and_its_lead(world: World) -> None:
    ((contact_id, lead_id),) = linked(world, "Vera")
    double = world.lead(EMAIL, LastName="Brandt")
    world.settle()
    world.edit("Lead", double, HasOptedOutOfEmail=True)
    world.settle()
    assert world.hs(contact_id)["hs_email_optout"] == "true"
    assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True


def test_an_opt_out_reaches_people_whom_an_ambiguity_holds(world: World) -> None:
    first, second = world.contact("a@nordwerk.example"), world.contact("b@nordwerk.example")
    lead_id = world.lead("b@nordwerk.example", HubSpot_Contact_Id__c=first)
    world.edit_contact(second, salesforce_lead_id=lead_id)
    world.settle()
    world.portal.unsubscribe_all("b@nordwerk.example", actor=world.marketer)
    world.settle()
    assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_with_a_spent_budget_opt_outs_go_and_the_rest_is_deferred(world: World, side: str) -> None:
    (vera_contact, vera_lead), (tom_contact, tom_lead) = linked(world, "Vera", "Tom")
    world.settle()
    world.edit_contact(tom_contact, city="Bremen")
    world.edit("Lead", vera_lead, City="Bonn")
    if side == "hubspot":
        world.portal.limits.used_today, world.portal.limits.daily = 1_000, 1_040
        world.edit("Lead", vera_lead, HasOptedOutOfEmail=True)
    else:
        world.org.usage.count(1_000)
        world.org.usage.limit = world.org.usage.used + 40
        world.portal.unsubscribe_all(EMAIL, actor=world.marketer)
    applied = world.run()["applied_writes"]
    assert applied.figures["deferred"] == 1
    assert world.hs(vera_contact)["hs_email_optout"] == "true"
    assert world.sf("Lead", vera_lead)["HasOptedOutOfEmail"] is True
    held = world.held()
    assert (held.kind, held.side) == ("deferred", side)
    assert held.value["due_at"] > world.clock.now().isoformat(timespec="minutes")
    assert "due again" in held.why
    assert applied.findings[0].holds
    if side == "hubspot":
        world.portal.limits.daily *= 10
    else:
        world.org.usage.limit *= 10
    world.watch.sleep(901)
    world.settle()
    assert world.sf("Lead", tom_lead)["City"] == "Bremen"
    assert world.hs(vera_contact)["city"] == "Bonn"
    assert world.holds() == []


def test_the_lag_of_each_opt_out_is_measured_in_minutes(world: World) -> None:
    pairs = linked(world, "Vera", "Tom", "Ina")
    world.settle()
    world.portal.unsubscribe_all(EMAIL, actor=world.marketer)
    world.later(minutes=6)
    world.portal.unsubscribe_all("tom@nordwerk.example", actor=world.marketer)
    world.edit("Lead", pairs[2][1], HasOptedOutOfEmail=True)
    applied = world.run(minutes=4)["applied_writes"]
    assert applied.figures["opt-outs written"] == 3
    assert applied.figures["opt-out lag p50 minutes"] == 4
    assert applied.figures["opt-out lag max minutes"] == 10
    (check,) = applied.findings
    assert (check.name, check.holds) == ("opt_outs_in_time", True)
    world.portal.unsubscribe_all("ina@nordwerk.example", actor=world.marketer)
    world.run()


def test_a_late_opt_out_fails_the_check(world: World) -> None:
    linked(world, "Vera")
    world.settle()
    world.portal.unsubscribe_all(EMAIL, actor=world.marketer)
    (check,) = world.run(minutes=20)["applied_writes"].findings
    assert not check.holds
    assert "20 minutes" in check.why


def test_what_was_said_before_accord_came_is_caught_up_without_a_lag(world: World) -> None:
    world.contact(EMAIL)
    world.lead(EMAIL)
    world.portal.unsubscribe_all(EMAIL, actor=world.marketer)
    world.later(days=30)
    applied = world.run()["applied_writes"]
    assert applied.figures["opt-outs caught up"] == 1
    assert applied.findings[0].holds


def _opted_out(world: World) -> tuple[str, str]:
    """One person on both sides, opted out by a rep: HubSpot heard of it from Accord."""
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.edit("Lead", lead_id, HasOptedOutOfEmail=True)
    world.settle()
    return contact_id, lead_id


def _mailable(world: World, contact_id: str, lead_id: str) -> tuple[bool, bool]:
    return world.hs(contact_id)["hs_email_optout"] != "true", not world.sf("Lead", lead_id)[
        "HasOptedOutOfEmail"
    ]


def test_unticking_a_box_is_put_back_and_tells_the_remedy(world: World) -> None:
    contact_id, lead_id = _opted_out(world)
    world.edit("Lead", lead_id, HasOptedOutOfEmail=False)
    world.settle()
    assert _mailable(world, contact_id, lead_id) == (False, False)
    (lost,) = world.losses()
    assert (lost.field, lost.winning_value, lost.losing_value) == ("email_opt_out", True, False)
    assert "Accord_Reconsent_Evidence__c" in lost.why


def test_taking_it_back_on_both_sides_at_once_is_no_evidence(world: World) -> None:
    contact_id, lead_id = _opted_out(world)
    world.portal.resubscribe(EMAIL, actor=world.marketer)
    world.edit("Lead", lead_id, HasOptedOutOfEmail=False)
    world.settle()
    assert _mailable(world, contact_id, lead_id) == (False, False)
    assert {lost.field for lost in world.losses()} == {"email_opt_out"}


@pytest.mark.parametrize(
    ("actor", "basis", "mailable"),
    [("EMAIL", None, True), ("CRM_UI", "LEGITIMATE_INTEREST_CLIENT", True), ("CRM_UI", None, False)],
)
def test_subscribing_again_in_hubspot_counts_with_evidence_only(
    world: World, actor: str, basis: str | None, mailable: bool
) -> None:
    contact_id, lead_id = _opted_out(world)
    by = Actor.system(actor) if actor != "CRM_UI" else world.marketer
    world.portal.resubscribe(EMAIL, actor=by, legal_basis=basis)
    world.settle()
    assert _mailable(world, contact_id, lead_id) == (mailable, mailable)
    assert bool(world.losses()) is not mailable


def test_a_subscription_from_before_the_opt_out_is_no_evidence(world: World) -> None:
    _, lead_id = _opted_out(world)
    before = world.clock.now() - timedelta(days=30)
    world.portal.resubscribe(EMAIL, actor=Actor.system("EMAIL"), at=before)
    world.portal.compute(
        world.portal.contact_by_email(EMAIL), {"hs_email_optout": "false"}, world.marketer, world.clock.now()
    )
    world.settle()
    assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True


def test_evidence_in_salesforce_subscribes_again_where_the_mapping_says_so(
    make_world: Callable[..., World],
) -> None:
    world = make_world(mapping={"resubscribe_to: []": 'resubscribe_to: ["87501"]'})
    contact_id, lead_id = _opted_out(world)
    _show_consent(world, lead_id)
    world.settle()
    assert _mailable(world, contact_id, lead_id) == (True, True)
    assert world.losses() == []
    status = world.portal.subscriptions.status(EMAIL, "87501")
    assert status is not None
    assert "asked for the newsletter" in str(status.legal_basis_explanation)


def test_evidence_in_salesforce_is_held_while_no_subscription_is_named(world: World) -> None:
    contact_id, lead_id = _opted_out(world)
    _show_consent(world, lead_id)
    world.settle()
    assert world.held("email_opt_out").kind == "reconsent"
    world.portal.resubscribe(EMAIL, actor=world.marketer, legal_basis="CONSENT_WITH_NOTICE")
    world.settle()
    assert _mailable(world, contact_id, lead_id) == (True, True)
    assert world.holds() == []


def test_whoever_opted_out_themselves_is_not_subscribed_by_accord(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={"resubscribe_to: []": 'resubscribe_to: ["87501"]'})
    ((contact_id, lead_id),) = linked(world, "Vera")
    world.portal.unsubscribe_all(EMAIL, actor=world.marketer)
    world.settle()
    _show_consent(world, lead_id)
    world.settle()
    assert world.hs(contact_id)["hs_email_optout"] == "true"
    assert "only the person" in world.held().remedy


def _show_consent(world: World, lead_id: str) -> None:
    world.later(minutes=30)
    evidence = {
        "Accord_Reconsent_At__c": world.clock.now().isoformat(),
        "Accord_Reconsent_Evidence__c": "asked for the newsletter by e-mail",
    }
    world.edit("Lead", lead_id, HasOptedOutOfEmail=False, **evidence)
