"""Lets the people of a world do hours of their work, at believable minutes, on the sandbox's clock.

Only the order of things is here: find the work, plan the period, do it. What each kind of person does
is in ``rep_work``, ``marketers``, ``visitors`` and ``arrivals``.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sandbox.hubspot.errors import HubSpotFault
from sandbox.salesforce.errors import SalesforceFault
from sandbox.world.agenda import Deed
from sandbox.world.arrivals import plan_arrivals
from sandbox.world.discovery import find_work
from sandbox.world.draws import generator
from sandbox.world.hours import DAY_MINUTES, at_minute, is_workday, local_days
from sandbox.world.marketers import plan_marketers
from sandbox.world.rep_work import work
from sandbox.world.roster import Rep
from sandbox.world.visitors import plan_mailings, plan_visitors
from sandbox.world.world import World

_LUNCH_MIN = (190, 235)


@dataclass(frozen=True)
class ActReport:
    """What happened between two moments of the sandbox's clock: how often each kind of thing was done."""

    started_at: datetime
    ended_at: datetime
    counts: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
            "counts": dict(sorted(self.counts.items())),
        }


def act(world: World, *, hours: float) -> ActReport:
    """Let everybody work for ``hours`` of the sandbox's time; the clock then shows start + hours.

    The same seed, the same contents of both stores and the same sequence of hours give the same events.

    Raises:
        ValueError: ``hours`` is not positive.
    """
    if hours <= 0:
        raise ValueError("hours must be positive")
    clock = world.clock
    start = clock.now()
    end = start + timedelta(hours=hours)
    world.counts.clear()
    find_work(world, start)
    for rep in world.roster.reps:
        for moment in _work_slots(world.seed, rep, start, end):
            world.agenda.add(moment, rep.email, partial(work, world, rep))
    emails = sorted(
        email for one in world.portal.records("contacts") if (email := one.properties.get("email"))
    )
    plan_visitors(world, emails, start, end)
    plan_marketers(world, emails, start, end)
    plan_mailings(world, start, end)
    plan_arrivals(world, start, end)

    def attempt(deed: Deed, at: datetime) -> None:
        if at > clock.now():
            clock.set(at)
        try:
            deed(at)
        except (HubSpotFault, SalesforceFault):
            # Somebody deleted, merged or locked what this person was about to change: people shrug and go on.
            world.counts["refused"] += 1

    world.agenda.run(end, since=start, attempt=attempt)
    clock.set(end)
    return ActReport(start, end, {name: count for name, count in world.counts.items() if count})


def _work_slots(seed: int, rep: Rep, after: datetime, until: datetime) -> list[datetime]:
    """The moments in (after, until] at which a rep turns to the next thing."""
    return [
        moment
        for day in local_days(rep.zone, after, until)
        if is_workday(day)
        for moment in _slots_of_day(seed, rep, day)
        if after < moment <= until
    ]


def _slots_of_day(seed: int, rep: Rep, day: date) -> list[datetime]:
    rng = generator(seed, "slots", rep.email, day.toordinal())
    pause = 9.0 if rep.character.diligence > 0.8 else 14.0
    minute, slots = rng.uniform(2, 20), []
    while minute < DAY_MINUTES - 5:
        if not _LUNCH_MIN[0] < minute < _LUNCH_MIN[1]:
            slots.append(at_minute(rep.zone, day, minute))
        minute += pause * rng.uniform(0.4, 1.9)
    return slots
