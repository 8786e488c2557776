"""New people: who turns up on which day, by a form, at a fair, or in a rep's address book.

About one in forty of the people the world began with, each workday; at weekends forms only, and fewer.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from sandbox.world.contact_records import origin_of, plan_contact
from sandbox.world.draws import fraction
from sandbox.world.hours import BERLIN, at_minute, is_workday, local_days
from sandbox.world.lead_records import create_lead, rep_of
from sandbox.world.profiles import draw_profile
from sandbox.world.scenario import Side
from sandbox.world.world import Person, World

_WEEKEND = 0.4
_SALES_SHARE = 0.08
_FIRST_NUMBER = 1_000_000
_PER_DAY = 10_000
_OFFICE_MIN = 470


def arrivals_on(world: World, day: date) -> Iterator[tuple[datetime, Person]]:
    """The people who become known on the UTC day ``day``, each with the moment."""
    expected = world.people_count * world.scenario.arrivals_per_person_day
    if not is_workday(day):
        expected *= _WEEKEND
    count = min(int(expected + fraction(world.seed, "arrivals", day.toordinal())), _PER_DAY)
    for number in range(count):
        index = _FIRST_NUMBER + day.toordinal() * _PER_DAY + number
        profile = draw_profile(world.seed, world.scenario, index, known=world.people_count)
        by_sales = fraction(world.seed, "who found them", index) < _SALES_SHARE
        if not is_workday(day) and (by_sales or origin_of(world.seed, profile) != "form"):
            continue
        person = Person(replace(profile, side=Side.SALESFORCE if by_sales else Side.HUBSPOT))
        yield _moment(world, person, day, fraction(world.seed, "arrives", index)), person


def _moment(world: World, person: Person, day: date, share: float) -> datetime:
    if person.profile.side is Side.SALESFORCE:
        return at_minute(rep_of(world, person.profile).zone, day, share * _OFFICE_MIN)
    if origin_of(world.seed, person.profile) != "form":
        return at_minute(BERLIN, day, share * _OFFICE_MIN)
    return datetime.combine(day, time(6), tzinfo=UTC) + timedelta(seconds=int(share * 15 * 3600))


def plan_arrivals(world: World, after: datetime, until: datetime) -> None:
    """Plan the arrivals in the time (after, until]."""
    # One day more on either side: a day's arrivals are timed in three zones.
    for day in local_days(BERLIN, after - timedelta(days=1), until + timedelta(days=1)):
        for moment, person in arrivals_on(world, day):
            if after < moment <= until:
                world.agenda.add(moment, person.profile.key, partial(_arrive, world, person))


def _arrive(world: World, person: Person, at: datetime) -> None:
    world.remember(person)
    if person.profile.side is Side.SALESFORCE:
        create_lead(world, person, at)
    else:
        plan_contact(world, person, at)
