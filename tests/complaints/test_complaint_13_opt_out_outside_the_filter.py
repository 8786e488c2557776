"""Opt-outs do not reach people outside the filter.

Accord has a lane for them: both ways to everybody with the address, whatever the filter, first in the API budget, with
the lag in minutes; and a way back only with evidence.
"""

from tests.e2e.laws.pairs import linked
from tests.e2e.laws.world import World


def test_opt_outs_have_a_lane_of_their_own(world: World) -> None:
    (vera, tom, ina) = linked(world, "Vera", "Tom", "Ina")
    # Nobody would hand these over: a student, a duplicate, a person who is not in Salesforce by the filter.
    world.edit_contact(vera[0], jobtitle="Student")
    double = world.lead("tom@nordwerk.example", LastName="Brandt")
    cold = world.contact("cold@nordwerk.example")
    world.settle()
    assert world.hs(vera[0])["accord_stage"] == "go-nowhere"
    assert world.lead_of(cold) is None

    # The day's calls are all but gone when they opt out, each in the system where they are asked.
    world.portal.limits.used_today, world.portal.limits.daily = 10_000, 10_400
    world.org.usage.count(10_000)
    world.org.usage.limit = world.org.usage.used + 400
    world.portal.unsubscribe_all("vera@nordwerk.example", actor=world.marketer)
    world.portal.unsubscribe_all("tom@nordwerk.example", actor=world.marketer)
    world.edit("Lead", ina[1], HasOptedOutOfEmail=True)
    world.edit_contact(ina[0], city="Bremen")
    applied = world.run(minutes=3)["applied_writes"]

    for lead_id in (vera[1], tom[1], double, ina[1]):
        assert world.sf("Lead", lead_id)["HasOptedOutOfEmail"] is True
    for contact_id in (vera[0], tom[0], ina[0]):
        assert world.hs(contact_id)["hs_email_optout"] == "true"
    assert world.sf("Lead", ina[1])["City"] == "Kiel"
    assert {hold.kind for hold in world.holds()} == {"duplicate", "deferred"}
    assert applied.figures["opt-out lag max minutes"] == 3
    assert [(check.name, check.holds) for check in applied.findings] == [("opt_outs_in_time", True)]

    # Whoever is created later from an address that opted out arrives as opted out.
    world.portal.limits.daily, world.org.usage.limit = 1_000_000, 1_000_000
    world.watch.sleep(901)
    world.demo_request("cold@nordwerk.example")
    world.portal.unsubscribe_all("cold@nordwerk.example", actor=world.marketer)
    world.settle()
    assert world.sf("Lead", str(world.lead_of(cold)))["HasOptedOutOfEmail"] is True

    # Unticking the box is no consent.
    world.edit("Lead", ina[1], HasOptedOutOfEmail=False)
    world.settle()
    assert world.sf("Lead", ina[1])["HasOptedOutOfEmail"] is True
    assert "no later consent" in world.losses()[-1].why
