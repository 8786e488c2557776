"""Whether somebody who is handed over may still be given to a rep, or belongs to one already."""

from dataclasses import dataclass

from passes import persons
from passes.persons import Person
from sla_rules.routing.policy import QUEUE, RoutingPolicy
from sync_rules.owners import OwnerMap


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else decided: ``owner`` is who it is, if known, and ``why`` says so in words."""

    owner: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Intake:
    """Who counts as nobody.

    Attributes:
        integration_user: the key of the Salesforce user that Accord signs in as, if it has an address.
    """

    policy: RoutingPolicy
    owners: OwnerMap
    integration_user: str | None

    def holds(self, key: str | None) -> bool:
        """Whether a record of this owner has not been taken by anybody."""
        waiting = {self.policy.fallback} if self.policy.fallback.startswith(QUEUE) else set()
        return key is not None and key in {self.integration_user, *self.policy.intake, *waiting}


def taken_by(person: Person, intake: Intake) -> Taken | None:
    """Who has the person already; None if nobody has."""
    record = person.living_salesforce
    if record is None:
        return _taken_in_hubspot(person, intake)
    if record.fields.get("IsConverted"):
        return Taken(persons.owner_of(record, intake.owners), "was converted")
    key = persons.owner_of(record, intake.owners)
    if intake.holds(key):
        return None
    return Taken(key, f"belongs to {key}" if key else "belongs to an owner whom Accord does not know")


def _taken_in_hubspot(person: Person, intake: Intake) -> Taken | None:
    key = persons.owner_of(person.living_hubspot, intake.owners)
    if key is None or not intake.policy.keep_hubspot_owner or key not in intake.owners.ids["salesforce"]:
        return None
    if intake.holds(key):
        return None
    return Taken(key, f"belongs to {key} in HubSpot")
