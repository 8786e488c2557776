"""What a deletion on one side does on the other: the mapping's ``deletions``, and what no vendor's API can do.

Carrying it out is ``plan_deletions.py``.
"""

from typing import Literal

from pydantic import field_validator

from sync_rules.mapping_strict import Strict
from sync_rules.records import LinkKind, Side

DeletionPolicy = Literal["ignore", "archive", "delete"]


class PeopleDeletions(Strict):
    """What becomes of a person's other record when one side deletes its own.

    ``ignore`` it and say so, ``archive`` it (the side's bin gives it back), or ``delete`` it for good.
    """

    hubspot_archived: DeletionPolicy = "ignore"
    salesforce_deleted: DeletionPolicy = "ignore"

    @field_validator("hubspot_archived")
    @classmethod
    def _salesforce_has_a_bin(cls, policy: DeletionPolicy) -> DeletionPolicy:
        if policy == "delete":
            raise ValueError(
                "Salesforce's REST API deletes into the recycle bin only, for 15 days; write `archive`, and empty"
                " the bin there"
            )
        return policy


class CompanyDeletions(Strict):
    """The same for companies; less is possible there."""

    hubspot_archived: DeletionPolicy = "ignore"
    salesforce_deleted: DeletionPolicy = "ignore"

    @field_validator("hubspot_archived")
    @classmethod
    def _accounts_stay(cls, policy: DeletionPolicy) -> DeletionPolicy:
        if policy != "ignore":
            raise ValueError(
                "Salesforce deletes an Account together with its Contacts and opportunities; write `ignore`, and"
                " delete the Account there by hand"
            )
        return policy

    @field_validator("salesforce_deleted")
    @classmethod
    def _companies_have_a_bin(cls, policy: DeletionPolicy) -> DeletionPolicy:
        if policy == "delete":
            raise ValueError("HubSpot deletes only contacts for good; write `archive`")
        return policy


class Deletions(Strict):
    """What a deletion on one side does on the other."""

    people: PeopleDeletions = PeopleDeletions()
    companies: CompanyDeletions = CompanyDeletions()

    def policy(self, kind: LinkKind, deleted_in: Side) -> DeletionPolicy:
        """What is to be done across when a record is deleted on that side."""
        rules = self.people if kind == "person" else self.companies
        return rules.hubspot_archived if deleted_in == "hubspot" else rules.salesforce_deleted
