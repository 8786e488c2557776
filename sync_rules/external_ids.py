"""The names under which each side stores the other side's id, and Salesforce's two lengths of an id.

Names and id arithmetic; who is linked to whom is ``identity.py``.
"""

from collections.abc import Mapping

HUBSPOT_ID_IN: Mapping[str, str] = {
    "Lead": "HubSpot_Contact_Id__c",
    "Contact": "HubSpot_Contact_Id__c",
    "Account": "HubSpot_Company_Id__c",
}
"""The external id field of each sObject that holds the HubSpot id."""

SALESFORCE_ID_PROPERTY: Mapping[str, str] = {
    "Lead": "salesforce_lead_id",
    "Contact": "salesforce_contact_id",
    "Account": "salesforce_account_id",
}
"""The HubSpot property that holds the id of each sObject."""

ACTIVITY_ID_IN_SALESFORCE = "HubSpot_Activity_Id__c"
ACTIVITY_AT_IN_SALESFORCE = "HubSpot_Activity_At__c"
ACTIVITY_ID_IN_HUBSPOT = "salesforce_activity_id"

_CHECK_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def id18(salesforce_id: str) -> str:
    """The 18-character form of a Salesforce id of 15 characters; other text unchanged."""
    text = salesforce_id.strip()
    if len(text) != 15 or not (text.isascii() and text.isalnum()):
        return text
    blocks = (text[start : start + 5] for start in (0, 5, 10))
    check = (sum(1 << i for i, c in enumerate(block) if c.isupper()) for block in blocks)
    return text + "".join(_CHECK_LETTERS[n] for n in check)


def same_id(one: str | None, another: str | None) -> bool:
    """Whether two Salesforce ids, of either length, name one record."""
    return one == another or (one is not None and another is not None and id18(one) == id18(another))
