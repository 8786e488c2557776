"""Which company an id names, on either side: for fields in which one company names another.

Ids only; which records are one company is ``identity.py``, and whether a name may be written is the planner's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync_rules.records import Side

PARENT_PROPERTY = "hs_parent_company_id"
"""HubSpot shows the company above a company in this property, and takes it by calls of its own."""


def _nothing() -> Mapping[Side, Mapping[str, str]]:
    return {"hubspot": {}, "salesforce": {}}


@dataclass(frozen=True, slots=True)
class CompanyIds:
    """Company ids of each side to link ids and back.

    Attributes:
        links: per side, id of a company or an Account to its link, the deleted included.
        ids: per side, link to the id of the living record.
        above: per side, link to the link of the company that stands right above it there.
    """

    links: Mapping[Side, Mapping[str, str]] = field(default_factory=_nothing)
    ids: Mapping[Side, Mapping[str, str]] = field(default_factory=_nothing)
    above: Mapping[Side, Mapping[str, str]] = field(default_factory=_nothing)

    def link_of(self, side: Side, company_id: str) -> str | None:
        """The link of a company, or None when no link has it (yet)."""
        known = self.links[side]
        # Salesforce ids come with 15 or 18 characters, and the first 15 decide.
        return known.get(company_id) or (known.get(company_id[:15]) if side == "salesforce" else None)

    def id_of(self, side: Side, link_id: str) -> str | None:
        """The id of the link's living record on a side, or None."""
        return self.ids[side].get(link_id)


NO_COMPANIES = CompanyIds()


def chain(above: Mapping[str, str], link_id: str) -> Iterator[str]:
    """A company and those above it, from the nearest; a circle ends where it begins."""
    seen: set[str] = set()
    current: str | None = link_id
    while current is not None and current not in seen:
        yield current
        seen.add(current)
        current = above.get(current)
