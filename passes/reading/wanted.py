"""Which fields of which objects a pass reads: those of the mapping, and those that its steps need besides.

Fields that a side does not show are left out by the gateways, so this is a wish, not a claim.
"""

from connectors.declaration import WATCH
from connectors.hubspot.marketing import ENGAGEMENT_PROPERTIES
from sync_rules.activity_fields import FIELDS
from sync_rules.external_ids import (
    HUBSPOT_ID_IN,
    SALESFORCE_ID_PROPERTY,
)
from sync_rules.mail_wishes import FIELDS as MAIL_FIELDS
from sync_rules.mapping import Mapping
from sync_rules.reconsent import AT_IN_SALESFORCE, EVIDENCE_IN_SALESFORCE
from sync_rules.records import Side

_BESIDES: dict[tuple[Side, str], tuple[str, ...]] = {
    **FIELDS,
    ("hubspot", "contacts"): (
        "associatedcompanyid",
        "createdate",
        "hs_additional_emails",
        "hs_merged_object_ids",
        "lifecyclestage",
        SALESFORCE_ID_PROPERTY["Lead"],
        SALESFORCE_ID_PROPERTY["Contact"],
        *ENGAGEMENT_PROPERTIES,
    ),
    ("hubspot", "companies"): ("createdate", "hs_merged_object_ids", SALESFORCE_ID_PROPERTY["Account"]),
    ("salesforce", "Lead"): (
        "ConvertedAccountId",
        "ConvertedContactId",
        "ConvertedOpportunityId",
        "CreatedDate",
        HUBSPOT_ID_IN["Lead"],
        "IsConverted",
        "OwnerId",
        *MAIL_FIELDS,
        AT_IN_SALESFORCE,
        EVIDENCE_IN_SALESFORCE,
        WATCH,
    ),
    ("salesforce", "Contact"): (
        "AccountId",
        "CreatedDate",
        HUBSPOT_ID_IN["Contact"],
        "OwnerId",
        *MAIL_FIELDS,
        AT_IN_SALESFORCE,
        EVIDENCE_IN_SALESFORCE,
        WATCH,
    ),
    ("salesforce", "Account"): (
        "CreatedDate",
        HUBSPOT_ID_IN["Account"],
        "OwnerId",
        "Type",
        *MAIL_FIELDS,
        WATCH,
    ),
    ("salesforce", "Opportunity"): (
        "AccountId",
        "Amount",
        "CampaignId",
        "CloseDate",
        "CreatedDate",
        "CurrencyIsoCode",
        "IsClosed",
        "IsWon",
        "Name",
        "OwnerId",
        "StageName",
    ),
    ("salesforce", "OpportunityContactRole"): ("ContactId", "IsPrimary", "OpportunityId"),
    ("salesforce", "Campaign"): (
        "ActualCost",
        "BudgetedCost",
        "CurrencyIsoCode",
        "Description",
        "EndDate",
        "IsActive",
        "Name",
        "StartDate",
        "Status",
        "Type",
    ),
    ("salesforce", "CampaignMember"): (
        "CampaignId",
        "ContactId",
        "CreatedDate",
        "HasResponded",
        "LeadId",
        "Status",
    ),
}


def fields(mapping: Mapping, side: Side, object_type: str) -> tuple[str, ...]:
    """API names to read, sorted."""
    names = set(_BESIDES.get((side, object_type), ()))
    if object_type in {"contacts", "Lead", "Contact"}:
        specs = [*mapping.people.fields.values(), *mapping.people.computed.values()]
        names |= {target for spec in specs if (target := spec.target(object_type))}
    if object_type == "Opportunity" and mapping.opportunities.reason is not None:
        names.add(mapping.opportunities.reason)
    if object_type in {"companies", "Account"}:
        names |= {
            target for spec in mapping.companies.fields.values() if (target := spec.target(object_type))
        }
    return tuple(sorted(names))
