"""The state of a running world: both stores, everybody in them, and what they are going to do.

No decisions here: ``seed`` fills a world, ``act`` lets it work.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.clock import SandboxClock
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Record
from sandbox.salesforce.org import Org
from sandbox.world.agenda import Agenda
from sandbox.world.behaviour import interest_of
from sandbox.world.catalogue import Catalogue
from sandbox.world.profile import Profile
from sandbox.world.pursuits import Worklists
from sandbox.world.roster import Roster
from sandbox.world.scenario import Scenario


@dataclass
class Person:
    """Somebody of this world and the ids of their records, None where there is none."""

    profile: Profile
    contact_id: str | None = None
    lead_id: str | None = None
    salesforce_contact_id: str | None = None


@dataclass
class World:
    """One seeded business.

    ``started_at`` is the moment at which it was seeded, ``people_count`` how many people it began with.
    ``company_ids`` and ``account_ids`` hold the HubSpot and Salesforce ids of companies by their number.
    ``counts`` says how often each kind of thing was done since the last report.
    """

    portal: Portal
    org: Org
    clock: SandboxClock
    seed: int
    scenario: Scenario
    roster: Roster
    catalogue: Catalogue
    started_at: datetime
    people_count: int
    people: list[Person] = field(default_factory=list)
    company_ids: dict[int, str] = field(default_factory=dict)
    account_ids: dict[int, str] = field(default_factory=dict)
    agenda: Agenda = field(default_factory=Agenda)
    worklists: Worklists = field(default_factory=Worklists)
    counts: Counter[str] = field(default_factory=Counter)
    profiles: dict[str, Profile] = field(default_factory=dict)

    def remember(self, person: Person) -> None:
        """Make somebody one of the people of this world."""
        self.people.append(person)
        self.profiles[person.profile.key] = person.profile

    def interest(self, key: str) -> str:
        """hot, warm or cold, for the person with the address ``key``."""
        profile = self.profiles.get(key)
        return interest_of(self.seed, key) if profile is None else profile.interest

    def contact_of(self, email: str) -> Record | None:
        """The live HubSpot contact with that address."""
        record = self.portal.contact_by_email(email)
        return None if record is None or record.archived else record
