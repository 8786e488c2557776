"""Complaint 15: a blank wipes a value, or a cleared value returns, or junk replaces a blank.

Accord: each field has one of three blank policies; what a person emptied is told from what was never known; no value
is ever invented; and a pass that would empty many values stops before the first one.
"""

from collections.abc import Callable

import pytest

from connectors.store import journal
from tests.e2e.laws.world import World

EMAIL = "vera.brandt@nordwerk.example"
MOBILE = "+491701234567"
POLICY = "rule: two_way\n      blank: clear_if_newer\n      hubspot: mobilephone"
CAP = "blank: {absolute: 500, share: 0.1, floor: 50}"


def _pair(world: World, *, mobile: str | None = MOBILE) -> tuple[str, str]:
    known = {"mobilephone": mobile} if mobile else {}
    contact_id = world.contact(EMAIL, **known)
    lead_id = world.lead(EMAIL, HubSpot_Contact_Id__c=contact_id)
    world.settle()
    return contact_id, lead_id


@pytest.mark.parametrize(
    ("policy", "emptied_last", "left"),
    [
        ("keep", True, MOBILE),
        ("keep", False, MOBILE),
        ("clear_if_newer", True, None),
        ("clear", True, None),
        ("clear_if_newer", False, "+491709999999"),
    ],
)
def test_each_field_says_what_its_blank_does(
    make_world: Callable[..., World], policy: str, emptied_last: bool, left: str | None
) -> None:
    world = make_world(mapping={POLICY: POLICY.replace("clear_if_newer", policy)})
    contact_id, lead_id = _pair(world)
    assert world.sf("Lead", lead_id)["MobilePhone"] == MOBILE

    world.edit_contact(contact_id, mobilephone="")
    if not emptied_last and policy != "keep":
        world.later(minutes=5)
        world.edit("Lead", lead_id, MobilePhone="+491709999999")
    world.settle()

    assert world.sf("Lead", lead_id)["MobilePhone"] == left
    # A blank that does not erase stays where a person made it: nothing comes back against their will.
    assert (world.hs(contact_id)["mobilephone"] or None) == (None if policy == "keep" else left)


def test_what_was_never_known_erases_nothing_and_takes_no_invented_value(world: World) -> None:
    contact_id, lead_id = _pair(world, mobile=None)
    # Nobody ever knew a number: not "Unknown", not 0, not an empty text that counts as a change.
    before = {name: value for name, value in world.sf("Lead", lead_id).items() if value is None}
    assert {"MobilePhone", "City", "AnnualRevenue"} <= before.keys()
    world.clear_counters()
    world.edit("Lead", lead_id, MobilePhone=MOBILE)
    world.settle()
    assert world.hs(contact_id)["mobilephone"] == MOBILE
    assert world.sf("Lead", lead_id)["MobilePhone"] == MOBILE
    assert {name for name, value in world.sf("Lead", lead_id).items() if value is None} >= {
        "City",
        "AnnualRevenue",
    }

    # A new record starts with what its source has, and with nothing else.
    unknown = world.lead("nora@nordwerk.example", FirstName=None, Company="Nordwerk AG")
    world.settle()
    (made,) = [one for one in world.contacts() if one["email"] == "nora@nordwerk.example"]
    assert made["salesforce_lead_id"] == unknown
    assert not {
        name: made.get(name) for name in ("firstname", "city", "annualrevenue", "phone") if made.get(name)
    }


def test_a_value_that_was_cleared_on_purpose_does_not_return(world: World) -> None:
    contact_id, lead_id = _pair(world)
    world.edit("Lead", lead_id, MobilePhone=None)
    world.settle()
    assert not world.hs(contact_id)["mobilephone"]
    world.edit_contact(contact_id, city="Bremen")
    world.edit("Lead", lead_id, Title="CDO")
    world.settle()
    assert not world.hs(contact_id)["mobilephone"]
    assert world.sf("Lead", lead_id)["MobilePhone"] is None


def test_a_pass_that_would_empty_many_values_stops_before_the_first(make_world: Callable[..., World]) -> None:
    world = make_world(mapping={CAP: "blank: {absolute: 2}"})
    people = [f"p{n}@nordwerk.example" for n in range(3)]
    contacts = [world.contact(email, mobilephone=MOBILE) for email in people]
    leads = [
        world.lead(email, HubSpot_Contact_Id__c=one) for email, one in zip(people, contacts, strict=True)
    ]
    world.settle()
    for contact_id in contacts:  # an import with an empty column
        world.edit_contact(contact_id, mobilephone="")
    world.clear_counters()
    (finding,) = world.run(approve=False)["sync_plan"].findings
    assert not finding.holds
    assert "blank Lead: 3 planned, at most 2" in finding.why
    assert world.writes() == {}
    assert {world.sf("Lead", one)["MobilePhone"] for one in leads} == {MOBILE}
    with world.bench.store.begin() as connection:
        assert journal.latest_plan(connection).status == "stopped"
