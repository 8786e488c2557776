"""Which owners are away at a moment, by the absences in the SLA."""

from datetime import datetime

from sla_rules.sla import SlaContract


def away(contract: SlaContract, now: datetime) -> frozenset[str]:
    """Owners (e-mails in lower case) who are absent on the day that it is on their own calendar; ``now`` is aware."""
    first = next(iter(contract.calendars))
    found = set()
    for one in contract.owners:
        day = now.astimezone(contract.calendars[one.calendar or first].zone).date()
        if any(absence.first <= day <= absence.last for absence in one.absences):
            found.add(one.owner)
    return frozenset(found)
