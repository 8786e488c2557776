"""In which one class a person stands, and why: the rules, in their order, on what is known of one person.

Values in, a class and a reason out; what is known is gathered in ``reconcile.py``.
"""

from dataclasses import dataclass

from sync_rules.records import Link

RECEIVED, MOVED_ON, HELD, FAILED, FILTERED = (
    "received", "converted or merged", "held", "failed", "filtered",
)  # fmt: skip
CLASSES = (RECEIVED, MOVED_ON, HELD, FAILED, FILTERED)
"""The classes of people whom marketing handed over."""
FROM_SALES = "from Salesforce"
"""People whom marketing never handed over: they began in Salesforce."""
REMAINDER = "unexplained"
_BEGUN_IN_HUBSPOT = "h"
UNSETTLED = (HELD, FAILED, REMAINDER)
"""Classes that end without anything changing on the person's records."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to judge by.

    Attributes:
        began_in_salesforce: Accord made the HubSpot contact from a Salesforce record, or there is none.
        merged_into: the living link, for a link that turned out to be somebody else's.
        hold: ``kind: why`` of a hold of the whole record.
        failure: ``code: message`` of the last attempt to create the person, if it failed.
        admitted: may be created in Salesforce; ``why`` says it in words.
        waiting: the creation stands in a plan that has not been carried out.
    """

    link: Link
    began_in_salesforce: bool = False
    merged_into: str | None = None
    hubspot_gone: bool = False
    salesforce_gone: bool = False
    hold: str | None = None
    failure: str | None = None
    admitted: bool = False
    why: str = ""
    waiting: bool = False


def standing(known: Known) -> tuple[str, str]:
    """The class and its reason: the first that applies, so that nobody is in two."""
    link = known.link
    if known.merged_into is not None:
        return MOVED_ON, f"merged into {known.merged_into}"
    if known.began_in_salesforce:
        return FROM_SALES, f"{link.salesforce_type} by {link.evidence}"
    if link.salesforce_id is not None and not known.salesforce_gone:
        if link.lead_id is not None and link.salesforce_type == "Contact":
            return MOVED_ON, "the Lead became a Contact"
        return RECEIVED, f"{link.salesforce_type} by {link.evidence}"
    if known.hold is not None:
        return HELD, known.hold
    if known.failure is not None:
        return FAILED, known.failure
    if known.salesforce_gone:
        return FILTERED, "deleted in Salesforce"
    if known.hubspot_gone:
        return FILTERED, "archived in HubSpot"
    if not known.admitted:
        return FILTERED, known.why
    if known.waiting:
        return HELD, "waits: a plan that is to be approved or carried out"
    return REMAINDER, known.why


def began_in_salesforce(link: Link) -> bool:
    """Whether a person came from Salesforce, so that marketing did not hand them over."""
    if link.link_id.startswith(_BEGUN_IN_HUBSPOT):
        return False
    return link.hubspot_id is None or link.evidence == "created"
