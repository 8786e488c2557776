"""What a rep decides about a lead, why, and in which words.

Chances only: how the decision is entered is in ``rep_work``.
"""

from collections.abc import Mapping

from sandbox.world.draws import generator, pick, weighted

CONVERTED = "Converted"
GREAT = "Great example"
TOO_SOON = "Too soon"
POOR = "Poor quality"
GO_NOWHERE = "Go-nowhere"
SILENCE = "silence"
"""The rep never decides; the other outcomes are the values of Accord_Disposition__c."""

REJECTIONS = frozenset({POOR, GO_NOWHERE})

_SQL = {CONVERTED: 0.36, GREAT: 0.06, TOO_SOON: 0.16, POOR: 0.14, GO_NOWHERE: 0.08, SILENCE: 0.20}
_MQL = {CONVERTED: 0.20, GREAT: 0.03, TOO_SOON: 0.20, POOR: 0.22, GO_NOWHERE: 0.13, SILENCE: 0.22}
_OTHER = {CONVERTED: 0.05, POOR: 0.25, GO_NOWHERE: 0.10, SILENCE: 0.60}
_LIKING = {"hot": 1.5, "warm": 1.0, "cold": 0.4}

_REASONS = {
    TOO_SOON: ("Bad timing", "No budget", "Bad timing"),
    POOR: ("No authority", "No need", "Wrong contact details", "No budget", "Duplicate"),
    GO_NOWHERE: ("Student or job seeker", "Competitor", "No need", "Chose a competitor", "Other"),
}
_OBJECTIONS = {
    "Bad timing": (
        "They renew their present tool in autumn, call again six weeks before.",
        "ERP migration until the end of the year, nothing new before that.",
        "Reorganisation; nobody owns analytics until the new head starts.",
    ),
    "No budget": (
        "“We would love to, but there is no money before the next fiscal year.”",
        "Budget frozen by the group, may ask again in Q1.",
    ),
    "No authority": (
        "Collects information for a thesis-like comparison, decisions are made in Paris.",
        "Only a user; the buyer is the CFO and he has not heard of us.",
    ),
    "No need": (
        "Wanted the guide, not the software. Five people and a spreadsheet.",
        "They built it themselves last year and are happy.",
    ),
    "Wrong contact details": (
        "Number not in service, mail bounces.",
        "Never heard of that person at the switchboard.",
    ),
    "Duplicate": ("Same person as the lead that I already work.",),
    "Chose a competitor": ("Signed with Clearmetric last week because of the SAP connector.",),
    "Competitor": ("Works for Datalumen!",),
    "Student or job seeker": ("Asked for an internship.", "Student, needs it for a seminar paper."),
    "Other": ("Hung up.", "Does not speak to vendors, ever."),
}


def draw_outcome(
    seed: int, key: str, *, is_handoff: bool, is_sql: bool, interest: str, is_target: bool | None
) -> str:
    """The outcome that the person ``key`` will have.

    Interested people with the right title at the right company buy more often; ``is_target`` None means that
    nobody knows.
    """
    base: Mapping[str, float] = (_SQL if is_sql else _MQL) if is_handoff else _OTHER
    liking = _LIKING[interest] * (1.0 if is_target is None else 1.3 if is_target else 0.5)
    shares = {name: share * (liking if name in (CONVERTED, GREAT) else 1.0) for name, share in base.items()}
    return weighted(shares, generator(seed, "outcome", key, int(is_handoff)).random())


def reason_for(seed: int, key: str, outcome: str) -> str:
    """The reason that goes with a rejection or a delay."""
    return pick(_REASONS[outcome], seed, "reason", key)


def objection_for(seed: int, key: str, reason: str) -> str:
    """What the person said, in the rep's words."""
    return pick(_OBJECTIONS[reason], seed, "objection", key)
