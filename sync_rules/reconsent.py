"""Re-consent: the evidence by which somebody who opted out may be written to again.

Values only. Where the evidence is read is the pass's business, what it decides the merge's (``merge.py``).
"""

from dataclasses import dataclass
from datetime import datetime

from sync_rules.records import Side

AT_IN_SALESFORCE = "Accord_Reconsent_At__c"
EVIDENCE_IN_SALESFORCE = "Accord_Reconsent_Evidence__c"
NO_EVIDENCE = (
    "no later consent of the person is shown. To show it: subscribe them again in HubSpot with the legal basis, "
    f"or untick the box in Salesforce with {EVIDENCE_IN_SALESFORCE} and {AT_IN_SALESFORCE} filled in"
)
_NAMES = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


@dataclass(frozen=True, slots=True)
class Reconsent:
    """A person's later "yes".

    Attributes:
        side: where it is shown.
        at: when the person gave it; aware.
        how: in what way it is shown (``subscription, legal basis …``), without personal data of others.
    """

    side: Side
    at: datetime
    how: str

    @property
    def why(self) -> str:
        """The reason of the write that follows from it."""
        return f"re-consent shown in {_NAMES[self.side]}, {self.at.isoformat(timespec='minutes')}: {self.how}"
