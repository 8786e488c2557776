"""New people: who turns up on which day, by a form, at a fair, or in a rep's address book.

About one in forty of the people the world began with, each workday; less than half of that at weekends.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from sandbox.world.contact_records import plan_contact
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


def arrivals_on(world: World, day: date) -> Iterator[tuple[datetime, Person]]:
    """The people who become known on the UTC day ``day``, each with the moment."""
    expected = world.people_count * world.scenario.arrivals_per_person_day
    if not is_workday(day):
        expected *= _WEEKEND
    count = min(int(expected + fraction(world.seed, "arrivals", day.toordinal())), _PER_DAY)
    for number in range(count):
        index = _FIRST_NUMBER + day.toordinal() * _PER_DAY + number
        profile = draw_profile(world.seed, world.scenario, index, known=world.people_count)
        side = Side.HUBSPOT
        if fraction(world.seed, "who found them", index) < _SALES_SHARE and is_workday(day):
            side = Side.SALESFORCE
        person = Person(replace(profile, side=side))
        yield _moment(world, person, day, fraction(world.seed, "arrives", index)), person


def _moment(world: World, person: Person, day: date, share: float) -> datetime:
    if person.profile.side is Side.SALESFORCE:
        return at_minute(rep_of(world, person.profile).zone, day, share * 470)
    if person.profile.email is None and is_workday(day):
        return at_minute(BERLIN, day, share * 470)
    return datetime.combine(day, time(6), tzinfo=UTC) + timedelta(seconds=int(share * 15 * 3600))


def plan_arrivals(world: World, after: datetime, until: datetime) -> None:
    """Plan the arrivals in the time (after, until]."""
    # A rep in America begins work when it is already the next day for nobody: the UTC day is enough.
    for day in local_days(BERLIN, after - timedelta(days=1), until):
        for moment, person in arrivals_on(world, day):
            if after < moment <= until:
                world.agenda.add(moment, person.profile.key, partial(_arrive, world, person))


def _arrive(world: World, person: Person, at: datetime) -> None:
    world.remember(person)
    if person.profile.side is Side.SALESFORCE:
        create_lead(world, person, at)
    else:
        plan_contact(world, person, at)
