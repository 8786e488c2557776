"""One person, as the world knows them: the truth, and what they or others typed of it.

Drawing people is in ``profiles``, what can be wrong with them in ``dirt``.
"""

from dataclasses import dataclass

from sandbox.world.companies import Company
from sandbox.world.places import Place
from sandbox.world.scenario import Kind, Side
from sandbox.world.titles import JobTitle


@dataclass(frozen=True)
class Profile:
    """One person.

    ``email`` is the address HubSpot has (or would have), ``salesforce_email`` Salesforce's; they differ
    for changed addresses. ``old_email`` is the address before a change that HubSpot knows of.
    ``company_text``, ``industry_text``, ``country_text`` and ``title_text`` are what was typed; "" is
    nothing. ``interest`` is hot, warm or cold. ``age_days`` counts back from the beginning of the world.
    ``duplicate_of`` is the number of the person this record is really about.
    """

    index: int
    kind: Kind
    side: Side
    first_name: str
    last_name: str
    email: str | None
    salesforce_email: str | None
    old_email: str | None
    title: JobTitle
    title_text: str
    company: Company | None
    company_text: str
    industry_text: str
    country_text: str
    place: Place
    phone: str
    mobile: str
    interest: str
    age_days: float
    duplicate_of: int | None = None

    @property
    def key(self) -> str:
        """What later draws about this person are keyed by."""
        return (self.email or f"person-{self.index}").lower()

    @property
    def is_target(self) -> bool:
        """Whether title and company are what Meridian looks for."""
        return self.title.is_target and self.company is not None and self.company.is_target
