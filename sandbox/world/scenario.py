"""How much of what a world holds: the proportions of each scenario.

Shares are of all people unless a name says otherwise. Which kind of dirt looks how is in ``profiles``.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Side(StrEnum):
    """Where a person is known when the world begins."""

    HUBSPOT = "hubspot"
    BOTH = "both"
    SALESFORCE = "salesforce"


class Kind(StrEnum):
    """What is unusual about a person; each person has one kind."""

    PLAIN = "plain"
    CASE_DUPLICATE = "case_duplicate"
    PLUS_DUPLICATE = "plus_duplicate"
    TYPO_DUPLICATE = "typo_duplicate"
    CHANGED_ADDRESS = "changed_address"
    JUNK_NAME = "junk_name"
    STUDENT = "student"
    COMPETITOR = "competitor"
    DISPOSABLE = "disposable"
    FREE_MAIL = "free_mail"
    NO_EMAIL = "no_email"
    NO_COMPANY = "no_company"


DUPLICATES = frozenset({Kind.CASE_DUPLICATE, Kind.PLUS_DUPLICATE, Kind.TYPO_DUPLICATE})


@dataclass(frozen=True)
class Scenario:
    """The proportions of one kind of world.

    ``kinds`` are shares of all people; the rest are plain. ``odd_*`` are shares of the values of that
    kind that are written in an unusual way. ``*_opt_outs`` are shares of the people on that side.
    ``converted``, ``closed`` and ``working`` are shares of the leads that sales had before; ``bounces``
    and ``unsubscribes`` are shares of the marketing e-mails sent.
    """

    name: str
    sides: dict[Side, float]
    kinds: dict[Kind, float]
    odd_phone: float
    odd_country: float
    odd_title: float
    odd_picklist: float
    missing_detail: float
    hubspot_opt_outs: float
    salesforce_opt_outs: float
    do_not_call: float
    unmapped_owners: float
    converted: float
    closed: float
    working: float
    merged: float
    bounces: float
    unsubscribes: float
    arrivals_per_person_day: float
    max_people: int | None = None


_KINDS = {
    Kind.CASE_DUPLICATE: 0.010,
    Kind.PLUS_DUPLICATE: 0.010,
    Kind.TYPO_DUPLICATE: 0.010,
    Kind.CHANGED_ADDRESS: 0.015,
    Kind.JUNK_NAME: 0.015,
    Kind.STUDENT: 0.020,
    Kind.COMPETITOR: 0.010,
    Kind.DISPOSABLE: 0.012,
    Kind.FREE_MAIL: 0.030,
    Kind.NO_EMAIL: 0.015,
    Kind.NO_COMPANY: 0.020,
}

DEFAULT = Scenario(
    name="default",
    sides={Side.HUBSPOT: 0.48, Side.BOTH: 0.20, Side.SALESFORCE: 0.32},
    kinds=_KINDS,
    odd_phone=0.35,
    odd_country=0.25,
    odd_title=0.06,
    odd_picklist=0.12,
    missing_detail=0.08,
    hubspot_opt_outs=0.05,
    salesforce_opt_outs=0.04,
    do_not_call=0.02,
    unmapped_owners=0.06,
    converted=0.12,
    closed=0.15,
    working=0.30,
    merged=0.02,
    bounces=0.012,
    unsubscribes=0.004,
    arrivals_per_person_day=1 / 40,
)
DIRTY = replace(
    DEFAULT,
    name="dirty",
    kinds={kind: share * 2.5 for kind, share in _KINDS.items()},
    odd_phone=0.7,
    odd_country=0.6,
    odd_title=0.2,
    odd_picklist=0.35,
    missing_detail=0.25,
    hubspot_opt_outs=0.10,
    salesforce_opt_outs=0.10,
    do_not_call=0.06,
    unmapped_owners=0.20,
    merged=0.05,
)
QUIET = replace(
    DEFAULT,
    name="quiet",
    kinds={},
    odd_phone=0.0,
    odd_country=0.0,
    odd_title=0.0,
    odd_picklist=0.0,
    missing_detail=0.0,
    hubspot_opt_outs=0.0,
    salesforce_opt_outs=0.0,
    do_not_call=0.0,
    unmapped_owners=0.0,
    merged=0.0,
    bounces=0.0,
    unsubscribes=0.0,
    max_people=40,
)
EMPTY = replace(QUIET, name="empty", max_people=0)

SCENARIOS = {each.name: each for each in (DEFAULT, DIRTY, QUIET, EMPTY)}


def scenario_named(name: str) -> Scenario:
    """The scenario called ``name``.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in SCENARIOS:
        raise ValueError(f"no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
