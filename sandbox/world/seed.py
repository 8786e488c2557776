"""Fills two empty stores with Meridian Analytics, B2B analytics software, and thirty days of its history.

What a default world of n people holds (``scenario`` has every share, tests hold these to account):

- 48 % of the people are in HubSpot only, 20 % on both sides, 32 % in Salesforce only; duplicates and
  junk shift this by a few points, so 60-75 % are HubSpot contacts. They work at about n/3 companies of
  5 to 60,000 employees in ten industries and fourteen countries; nearly half of the companies have a
  Salesforce Account, mostly spelt differently, with the same domain; 8 % are customers.
- At least 20 % of the HubSpot contacts are what Meridian looks for (manager or above in analytics, IT,
  finance, operations or marketing, 50 employees or more, a target industry) and showed interest in the
  last 30 days; every fourth of the interested looked at /pricing in the last 24 hours.
- One person in six or seven is unusual: 1 % each duplicates by letter case, plus-address and typing
  error, 1.5 % changed addresses, 1.5 % junk names, 2 % students, 1 % competitors' people, 1.2 %
  disposable and 3 % free mail, 1.5 % without e-mail, 2 % without company.
- Single values are unusual more often: 35 % of telephone numbers, 25 % of countries, 12 % of picklist
  values in Salesforce, 6 % of titles; 8 % of the optional details are missing; 6 % of the owners cannot
  be mapped (a rep who left, an owner without a Salesforce user, a queue).
- 5 % of the HubSpot contacts and 4 % of the leads have opted out; 2 % must not be called.
- Of the leads that sales had, 30 % are being worked, 15 % were closed, 12 % converted, a few merged.
- Six to twelve reps in Berlin and New York, three marketers, a sales manager.

"dirty" has two and a half times the dirt, "quiet" none and at most 40 people, "empty" nobody but the
staff, the forms and the campaigns.
"""

from datetime import timedelta

from sandbox.clock import SandboxClock
from sandbox.hubspot.portal import Portal
from sandbox.salesforce.org import Org
from sandbox.world.catalogue import Catalogue, set_up_campaigns, set_up_forms
from sandbox.world.contact_records import plan_contact
from sandbox.world.draws import fraction
from sandbox.world.hours import next_open
from sandbox.world.lead_records import plan_lead, rep_of
from sandbox.world.profiles import HISTORY_DAYS, draw_profile
from sandbox.world.roster import hire, say_goodbye
from sandbox.world.scenario import Side, scenario_named
from sandbox.world.visitors import plan_fresh_pricing_views, plan_mailings, plan_visitors
from sandbox.world.world import Person, World


def seed_world(
    portal: Portal, org: Org, clock: SandboxClock, *, seed: int, people: int, scenario: str = "default"
) -> World:
    """Fill both stores, which must be new, with a world that ends at ``clock.now()``.

    Args:
        portal: receives contacts, companies and engagement.
        org: receives users, leads, accounts and activities.
        clock: not moved.
        seed: the same seed gives the same world.
        people: how many people it holds; "quiet" and "empty" hold fewer.
        scenario: default, dirty, quiet or empty.

    Raises:
        ValueError: ``people`` is negative or the scenario unknown.
    """
    if people < 0:
        raise ValueError("people must not be negative")
    shares = scenario_named(scenario)
    count = people if shares.max_people is None else min(people, shares.max_people)
    now = clock.now()
    roster = hire(portal, org, seed=seed, people=count)
    campaigns = set_up_campaigns(org, user_id=roster.manager_user_id, start=now)
    world = World(
        portal=portal,
        org=org,
        clock=clock,
        seed=seed,
        scenario=shares,
        roster=roster,
        catalogue=Catalogue(set_up_forms(portal), campaigns),
        started_at=now,
        people_count=count,
    )
    for index in range(count):
        _plan_person(world, index)
    emails = sorted(world.profiles)
    beginning = now - timedelta(days=HISTORY_DAYS)
    plan_visitors(world, emails, beginning, now)
    plan_fresh_pricing_views(world, emails, now)
    plan_mailings(world, beginning, now)
    world.agenda.run(now)
    say_goodbye(org, roster, now - timedelta(days=2))
    world.counts.clear()
    return world


def _plan_person(world: World, index: int) -> None:
    person = Person(draw_profile(world.seed, world.scenario, index))
    profile = person.profile
    world.remember(person)
    appeared = world.started_at - timedelta(days=profile.age_days)
    if profile.side is not Side.SALESFORCE:
        plan_contact(world, person, appeared)
    if profile.side is Side.BOTH:
        share = 0.5 + fraction(world.seed, "lead before contact", profile.key)
        appeared = world.started_at - timedelta(days=profile.age_days * share)
    if profile.side is not Side.HUBSPOT:
        opened = next_open(rep_of(world, profile).zone, appeared)
        plan_lead(world, person, opened if opened < world.started_at else appeared)
