"""Who works at Meridian Analytics: sales reps, their manager, marketers, and the accounts nobody uses.

Each rep has a Salesforce user and a HubSpot owner of the same e-mail. One rep leaves before the world
begins (his user is inactive then, his HubSpot owner is still there), one HubSpot owner never had a
Salesforce user, one queue owns leads.
What reps do with their character is in ``rep_work``.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.hubspot.owners import Owner
from sandbox.hubspot.portal import Portal
from sandbox.salesforce.org import Org
from sandbox.world.draws import fraction, generator, pick
from sandbox.world.hours import BERLIN

MAIL_DOMAIN = "meridian-analytics.example"
NEW_YORK = ZoneInfo("America/New_York")

_REPS = (
    ("Nina", "Albrecht", BERLIN, "DACH"),
    ("Dwight", "Harmon", NEW_YORK, "North America"),
    ("Tomás", "Ferreira", BERLIN, "EMEA"),
    ("Carla", "Jensen", BERLIN, "EMEA"),
    ("Monique", "Baptiste", NEW_YORK, "North America"),
    ("Holger", "Petersen", BERLIN, "DACH"),
    ("Yusuf", "Demir", BERLIN, "EMEA"),
    ("Rosa", "Delgado", NEW_YORK, "North America"),
    ("Klaus", "Reinhardt", BERLIN, "DACH"),
    ("Imogen", "Clarke", BERLIN, "EMEA"),
    ("Trevor", "Lang", NEW_YORK, "North America"),
    ("Beata", "Zawadzka", BERLIN, "EMEA"),
)
_MARKETERS = (("Lea", "Winter"), ("Omar", "Haddad"), ("Signe", "Krogh"))
_TEMPERS = ("quick", "steady", "slow", "lazy")


@dataclass(frozen=True)
class Character:
    """How a rep works.

    ``first_touch_min`` is the median of business minutes until a new handoff is touched and ``spread``
    the standard deviation of its logarithm; ``diligence`` is the chance of doing what was agreed,
    ``honesty`` that a logged call took place, ``logs_twice`` that a call is logged in HubSpot too.
    """

    temper: str
    first_touch_min: float
    spread: float
    diligence: float
    honesty: float
    logs_twice: float


_CHARACTERS = {
    "quick": Character("quick", 16, 0.7, 0.95, 0.99, 0.15),
    "steady": Character("steady", 32, 0.6, 0.88, 0.97, 0.10),
    "slow": Character("slow", 75, 0.8, 0.75, 0.95, 0.05),
    "lazy": Character("lazy", 110, 1.0, 0.45, 0.75, 0.0),
}


@dataclass(frozen=True)
class Rep:
    """A sales rep; ``user_id`` is Salesforce's, ``owner_id`` and ``hubspot_user_id`` are HubSpot's."""

    email: str
    name: str
    zone: ZoneInfo
    territory: str
    user_id: str
    owner_id: str
    hubspot_user_id: int
    character: Character


@dataclass(frozen=True)
class Marketer:
    """A marketer, who works in HubSpot only."""

    email: str
    name: str
    owner_id: str
    user_id: int


@dataclass(frozen=True)
class Roster:
    """Everybody with an account.

    ``former_*`` belong to the rep who left, ``stray_owner_id`` to the HubSpot owner whom Salesforce
    does not know, ``queue_id`` is a Salesforce queue of leads.
    """

    reps: tuple[Rep, ...]
    marketers: tuple[Marketer, ...]
    manager_email: str
    manager_user_id: str
    former_user_id: str
    former_owner_id: str
    stray_owner_id: str
    queue_id: str

    def rep_for(self, region: str, seed: int, key: str) -> Rep:
        """The rep of the territory, fixed for the person ``key``."""
        territory = region if region in ("DACH", "North America") else "EMEA"
        return pick([rep for rep in self.reps if rep.territory == territory], seed, "rep", key)

    def marketer_for(self, seed: int, key: str) -> Marketer:
        """The marketer who looks after the person ``key``."""
        return pick(self.marketers, seed, "marketer", key)


def _mail(first: str, last: str) -> str:
    return f"{first}.{last}@{MAIL_DOMAIN}".lower().replace("á", "a")


def _user_of(owner: Owner) -> int:
    if owner.user_id is None:
        raise ValueError(f"the HubSpot owner {owner.email} is no person")
    return owner.user_id


def _temper(seed: int, number: int) -> Character:
    if number < len(_TEMPERS):
        shift = int(fraction(seed, "tempers") * len(_TEMPERS))
        return _CHARACTERS[_TEMPERS[(number + shift) % len(_TEMPERS)]]
    weights = (0.3, 0.4, 0.2, 0.1)
    return _CHARACTERS[generator(seed, "temper", number).choices(_TEMPERS, weights)[0]]


def hire(portal: Portal, org: Org, *, seed: int, people: int) -> Roster:
    """Open the accounts of six to twelve reps (one more for each hundred people) and all the others."""
    reps = []
    for number, (first, last, zone, territory) in enumerate(_REPS[: min(12, 6 + people // 100)]):
        email = _mail(first, last)
        user_id = org.add_user(email=email, first_name=first, last_name=last, time_zone=str(zone))
        owner = portal.add_owner(email=email, first_name=first, last_name=last, team=f"Sales {territory}")
        character = _temper(seed, number)
        reps.append(
            Rep(email, f"{first} {last}", zone, territory, user_id, owner.id, _user_of(owner), character)
        )
    marketers = []
    for first, last in _MARKETERS:
        owner = portal.add_owner(email=_mail(first, last), first_name=first, last_name=last, team="Marketing")
        marketers.append(Marketer(_mail(first, last), f"{first} {last}", owner.id, _user_of(owner)))
    manager = _mail("Judith", "Sattler")
    manager_id = org.add_user(email=manager, first_name="Judith", last_name="Sattler", time_zone=str(BERLIN))
    portal.add_owner(email=manager, first_name="Judith", last_name="Sattler", team="Sales")
    former = _mail("Gerd", "Abgang")
    former_id = org.add_user(email=former, first_name="Gerd", last_name="Abgang", time_zone=str(BERLIN))
    former_owner = portal.add_owner(email=former, first_name="Gerd", last_name="Abgang", team="Sales DACH")
    stray = portal.add_owner(email=_mail("Petra", "Agentur"), first_name="Petra", last_name="Agentur")
    return Roster(
        reps=tuple(reps),
        marketers=tuple(marketers),
        manager_email=manager,
        manager_user_id=manager_id,
        former_user_id=former_id,
        former_owner_id=former_owner.id,
        stray_owner_id=stray.id,
        queue_id=org.add_group("Unassigned Leads", kind="Queue"),
    )


def say_goodbye(org: Org, roster: Roster, at: datetime) -> None:
    """Deactivate the rep who left; the leads that he owned stay his."""
    org.update("User", roster.former_user_id, {"IsActive": False}, user_id=org.integration_user_id, at=at)
