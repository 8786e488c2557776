"""When a recipient may be told: their calendar of the agreement, and the zone in which times are written."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sla_rules.calendars import Calendars
from sla_rules.notices.contract import NoticeRules, Role
from sla_rules.sla import SlaContract

_LONGEST = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Hours:
    """The calendars of everybody who may be told, good from a moment on for forty days."""

    rules: NoticeRules
    contract: SlaContract
    tables: Calendars

    @classmethod
    def of(cls, rules: NoticeRules, contract: SlaContract, now: datetime) -> "Hours":
        """Built for the time around ``now``."""
        return cls(rules, contract, Calendars.covering(contract, now, now + _LONGEST))

    def opening(self, role: Role, person: str | None, at: datetime) -> datetime:
        """The moment itself within the recipient's hours, else when they begin.

        Somebody whose hours do not begin before a notice would be too old is told at once: the message waits.
        """
        opens = self.tables.of(self._calendar(role), person).next_opening(at)
        too_late = at + self.rules.tell_within.elapsed
        return opens if opens is not None and opens < too_late else at

    def zone(self, role: Role, person: str | None) -> ZoneInfo:
        """The zone in which the recipient reads times."""
        own = next(
            (one.calendar for one in self.contract.owners if one.owner == person and one.calendar), None
        )
        return self.contract.calendars[own or self._calendar(role)].zone

    def _calendar(self, role: Role) -> str:
        return self.rules.recipients.of(role).calendar or next(iter(self.contract.calendars))
