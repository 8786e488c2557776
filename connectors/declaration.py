"""What Accord needs in both CRMs, as one table: fields, who edits them, lists, permission sets.

Only the declaration. Validation rules follow from the SLA and are in ``enforcement.py``. What is missing and how it
is added is ``setup.py`` and each vendor's ``provision.py``.
"""

from dataclasses import dataclass
from typing import Literal

from sync_rules.mail_wishes import HELD, HOLDS, IN_MY_NAME, UNTIL
from sync_rules.mail_wishes import HOLD as HOLD_MAIL
from sync_rules.records import Side

Kind = Literal["text", "long_text", "number", "date", "datetime", "checkbox", "picklist", "external_id"]
ItemKind = Literal[
    "group",
    "property",
    "options",
    "list",
    "field",
    "permission set",
    "field access",
    "assignment",
    "rule",
    "rule change",
    "rule to remove",
    "conflict",
]

STAGES = ("go-nowhere", "lead", "MQL", "SQL")
SLA_STATUSES = ("none", "pending", "met", "breached", "excused")
OUTCOMES = ("open", "won", "lost")
DISPOSITIONS = ("Converted", "Accepted", "Too soon", "Poor quality", "Go-nowhere", "Great example")
DISPOSITION_REASONS = (
    "No budget",
    "No authority",
    "No need",
    "Bad timing",
    "Wrong contact details",
    "Student or job seeker",
    "Competitor",
    "Duplicate",
    "Chose a competitor",
    "Other",
)


@dataclass(frozen=True, slots=True)
class SchemaItem:
    """One thing that setup would add, or (kind ``conflict``) cannot add because something else is there."""

    side: Side
    object_type: str
    name: str
    kind: ItemKind
    detail: str


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """One field of one object type.

    Attributes:
        length: characters of a text; digits of a number.
        options: a picklist's values, in order.
        by_sales: edited by sales reps; all others are edited by Accord alone.
    """

    name: str
    label: str
    kind: Kind
    length: int = 255
    options: tuple[str, ...] = ()
    by_sales: bool = False
    help_text: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredList:
    """One dynamic list of HubSpot contacts: those whose ``property`` (a picklist) has one of the ``values``."""

    name: str
    property: str
    values: tuple[str, ...]


WATCH = "Accord_Watch__c"
HUBSPOT_GROUP = ("accord", "Accord")
INTEGRATION_SET = ("Accord_Integration", "Accord Integration")
SALES_SET = ("Accord_Sales", "Accord Sales")

# Account control: asked on a person, or on the Account for all of its people.
_MAIL_WISHES = (
    DeclaredField(
        IN_MY_NAME,
        "Marketing mail in my name",
        "checkbox",
        by_sales=True,
        help_text="Marketing's mail to this person (on an Account: to all of its people) goes out in the owner's name.",
    ),
    DeclaredField(
        HOLD_MAIL,
        "Hold marketing mail",
        "picklist",
        options=HOLDS,
        by_sales=True,
        help_text="No marketing mail to this person (on an Account: to any of its people) for as long as chosen.",
    ),
    DeclaredField(
        UNTIL,
        "Hold marketing mail until",
        "date",
        by_sales=True,
        help_text="The last day without marketing mail, for: Until the date given.",
    ),
)
_PERSON_IN_SALESFORCE = (
    DeclaredField("HubSpot_Contact_Id__c", "HubSpot Contact Id", "external_id", 32),
    DeclaredField("Accord_Stage__c", "Stage", "picklist", options=STAGES),
    DeclaredField("Accord_Score__c", "Score", "number", 5),
    DeclaredField("Accord_Reasons__c", "Reasons", "text"),
    DeclaredField("Accord_Missing__c", "Missing to qualify", "text"),
    DeclaredField("Accord_Definition_Version__c", "Definition version", "text", 40),
    DeclaredField("Accord_Handoff_At__c", "Handed off at", "datetime"),
    DeclaredField("Accord_First_Touch_Due__c", "First touch due", "datetime"),
    DeclaredField("Accord_First_Touch_At__c", "First touch at", "datetime"),
    DeclaredField("Accord_Touches_Made__c", "Touches made", "number", 4),
    DeclaredField("Accord_Touches_Owed__c", "Touches owed", "number", 4),
    DeclaredField("Accord_SLA_Status__c", "SLA status", "picklist", options=SLA_STATUSES),
    DeclaredField("Accord_Early_Disqualification__c", "Disqualified too early", "text"),
    DeclaredField("Accord_Recycled__c", "Times sent back", "number", 3),
    DeclaredField("Accord_Cool_Off_Until__c", "Cool-off until", "datetime"),
    DeclaredField("Accord_Marketing_Context__c", "Marketing context", "long_text", 2000),
    DeclaredField("Accord_Campaigns__c", "Campaigns", "long_text", 1000),
    DeclaredField(
        "Accord_Disposition__c",
        "Disposition",
        "picklist",
        options=DISPOSITIONS,
        by_sales=True,
        help_text="What happened with this lead. Marketing sees it.",
    ),
    DeclaredField(
        "Accord_Disposition_Reason__c",
        "Disposition reason",
        "picklist",
        options=DISPOSITION_REASONS,
        by_sales=True,
        help_text="Why. Needed for Too soon, Poor quality and Go-nowhere.",
    ),
    DeclaredField(
        "Accord_Objection__c",
        "Objection",
        "long_text",
        2000,
        by_sales=True,
        help_text="The objection in the prospect's words.",
    ),
    DeclaredField(
        WATCH,
        "Watch",
        "checkbox",
        by_sales=True,
        help_text="Tick it and you are told when this person comes back to our pages.",
    ),
    DeclaredField(
        "Accord_Reconsent_At__c",
        "Re-consent given at",
        "datetime",
        by_sales=True,
        help_text="When the person agreed to e-mail again, after opting out.",
    ),
    DeclaredField(
        "Accord_Reconsent_Evidence__c",
        "Re-consent evidence",
        "text",
        by_sales=True,
        help_text="How it can be shown: the form, the e-mail, the call. Without it an opt-out is put back.",
    ),
    *_MAIL_WISHES,
)

SALESFORCE_FIELDS: dict[str, tuple[DeclaredField, ...]] = {
    "Lead": _PERSON_IN_SALESFORCE,
    "Contact": _PERSON_IN_SALESFORCE,
    "Account": (
        DeclaredField("HubSpot_Company_Id__c", "HubSpot Company Id", "external_id", 32),
        *_MAIL_WISHES,
        DeclaredField(
            WATCH,
            "Watch",
            "checkbox",
            by_sales=True,
            help_text="Tick it and you are told when somebody of this company comes back to our pages.",
        ),
    ),
    "Activity": (
        DeclaredField("HubSpot_Activity_Id__c", "HubSpot Activity Id", "external_id", 64),
        DeclaredField("HubSpot_Activity_At__c", "HubSpot activity at", "datetime"),
    ),
}

_ACTIVITY_IN_HUBSPOT = (DeclaredField("salesforce_activity_id", "Salesforce activity id", "external_id"),)

HUBSPOT_PROPERTIES: dict[str, tuple[DeclaredField, ...]] = {
    "contacts": (
        DeclaredField("salesforce_lead_id", "Salesforce lead id", "external_id"),
        DeclaredField("salesforce_contact_id", "Salesforce contact id", "external_id"),
        DeclaredField("accord_stage", "Accord stage", "picklist", options=STAGES),
        DeclaredField("accord_score", "Accord score", "number"),
        DeclaredField("accord_reason", "Accord reason", "text"),
        DeclaredField("accord_missing", "Missing to qualify", "text"),
        DeclaredField("accord_definition_version", "Definition version", "text"),
        DeclaredField("accord_handoff_at", "Handed off at", "datetime"),
        DeclaredField("accord_sla_status", "SLA status", "picklist", options=SLA_STATUSES),
        DeclaredField("accord_early_disqualification", "Disqualified too early by sales", "text"),
        DeclaredField("accord_recycled", "Times sent back by sales", "number"),
        DeclaredField("accord_cool_off_until", "Cool-off until", "datetime"),
        DeclaredField("accord_sales_status", "Sales status", "text"),
        DeclaredField("accord_sales_owner", "Sales owner", "text"),
        DeclaredField("accord_first_touch_at", "First touch by sales at", "datetime"),
        DeclaredField("accord_touches", "Touches by sales", "number"),
        DeclaredField("accord_disposition", "Sales disposition", "picklist", options=DISPOSITIONS),
        DeclaredField(
            "accord_disposition_reason",
            "Sales disposition reason",
            "picklist",
            options=DISPOSITION_REASONS,
        ),
        DeclaredField("accord_objection", "Objection noted by sales", "long_text"),
        DeclaredField("accord_opportunity_stage", "Opportunity stage", "text"),
        DeclaredField("accord_opportunity_amount", "Opportunity amount", "number"),
        DeclaredField("accord_opportunity_currency", "Opportunity currency", "text"),
        DeclaredField("accord_outcome", "Outcome", "picklist", options=OUTCOMES),
        DeclaredField("accord_mail_in_name_of", "Mail in the name of", "text"),
        DeclaredField("accord_hold_marketing_mail", "No marketing mail", "picklist", options=(HELD,)),
        DeclaredField("accord_hold_marketing_mail_why", "No marketing mail, why", "text"),
        DeclaredField("accord_outcome_reason", "Won or lost because", "text"),
        DeclaredField("accord_first_campaign", "First campaign before handoff", "text"),
        DeclaredField("accord_last_campaign", "Last campaign before handoff", "text"),
    ),
    "companies": (DeclaredField("salesforce_account_id", "Salesforce account id", "external_id"),),
    "calls": _ACTIVITY_IN_HUBSPOT,
    "emails": _ACTIVITY_IN_HUBSPOT,
    "meetings": _ACTIVITY_IN_HUBSPOT,
    "tasks": _ACTIVITY_IN_HUBSPOT,
}

# HubSpot keeps the members in step with the property, so a list costs no call in a pass.
HUBSPOT_LISTS = (
    DeclaredList("Accord: nurture (too soon)", "accord_disposition", ("Too soon",)),
    DeclaredList("Accord: great examples", "accord_disposition", ("Great example",)),
    DeclaredList("Accord: poor quality and go-nowhere", "accord_disposition", ("Poor quality", "Go-nowhere")),
    DeclaredList("Accord: no marketing mail", "accord_hold_marketing_mail", (HELD,)),
)
