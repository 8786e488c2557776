"""The properties that companies, deals and activities have before any integration arrives."""

from sandbox.hubspot.property_tables import definitions, options
from sandbox.hubspot.schema import Option, PropertyDefinition, Schema
from sandbox.hubspot.standard_contact import (
    GROUPS as CONTACT_GROUPS,
)
from sandbox.hubspot.standard_contact import (
    LEAD_STATUS_OPTIONS,
    LIFECYCLE_OPTIONS,
    contact_properties,
    stage_date_table,
)

DEAL_PIPELINE = "default"
DEAL_STAGES: tuple[Option, ...] = options(
    ("appointmentscheduled", "Appointment Scheduled"),
    ("qualifiedtobuy", "Qualified To Buy"),
    ("presentationscheduled", "Presentation Scheduled"),
    ("decisionmakerboughtin", "Decision Maker Bought-In"),
    ("contractsent", "Contract Sent"),
    ("closedwon", "Closed Won"),
    ("closedlost", "Closed Lost"),
)
CALL_DISPOSITIONS: tuple[Option, ...] = options(
    ("9d9162e7-6cf3-4944-bf63-4dff82258764", "Busy"),
    ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected"),
    ("a4c4c377-d246-4b32-a13b-75a56a4cd0ff", "Left live message"),
    ("b2cf5968-551e-4856-9783-52b3da59a7d0", "Left voicemail"),
    ("73a0d17f-1163-4015-bdd5-ec830791da20", "No answer"),
    ("17b47fee-58de-441e-a44c-c6300d46f273", "Wrong number"),
)
COMPANY_INDUSTRIES: tuple[Option, ...] = options(
    "ACCOUNTING", "AIRLINES_AVIATION", "APPAREL_FASHION", "AUTOMOTIVE", "BANKING", "BIOTECHNOLOGY",
    "BUILDING_MATERIALS", "BUSINESS_SUPPLIES_AND_EQUIPMENT", "CAPITAL_MARKETS", "CHEMICALS",
    "CIVIL_ENGINEERING", "COMPUTER_HARDWARE", "COMPUTER_NETWORK_SECURITY", "COMPUTER_SOFTWARE",
    "CONSTRUCTION", "CONSUMER_ELECTRONICS", "CONSUMER_GOODS", "E_LEARNING", "EDUCATION_MANAGEMENT",
    "ELECTRICAL_ELECTRONIC_MANUFACTURING", "ENTERTAINMENT", "ENVIRONMENTAL_SERVICES", "FINANCIAL_SERVICES",
    "FOOD_BEVERAGES", "FOOD_PRODUCTION", "GOVERNMENT_ADMINISTRATION", "HEALTH_WELLNESS_AND_FITNESS",
    "HIGHER_EDUCATION", "HOSPITAL_HEALTH_CARE", "HOSPITALITY", "HUMAN_RESOURCES", "INDUSTRIAL_AUTOMATION",
    "INFORMATION_SERVICES", "INFORMATION_TECHNOLOGY_AND_SERVICES", "INSURANCE", "INTERNET",
    "INVESTMENT_MANAGEMENT", "LAW_PRACTICE", "LEGAL_SERVICES", "LOGISTICS_AND_SUPPLY_CHAIN", "MACHINERY",
    "MANAGEMENT_CONSULTING", "MARITIME", "MARKET_RESEARCH", "MARKETING_AND_ADVERTISING",
    "MECHANICAL_OR_INDUSTRIAL_ENGINEERING", "MEDIA_PRODUCTION", "MEDICAL_DEVICES", "MINING_METALS",
    "NON_PROFIT_ORGANIZATION_MANAGEMENT", "OIL_ENERGY", "ONLINE_MEDIA", "OUTSOURCING_OFFSHORING",
    "PACKAGE_FREIGHT_DELIVERY", "PHARMACEUTICALS", "PRIMARY_SECONDARY_EDUCATION",
    "PROFESSIONAL_TRAINING_COACHING", "PUBLISHING", "REAL_ESTATE", "RENEWABLES_ENVIRONMENT", "RESEARCH",
    "RETAIL", "SEMICONDUCTORS",
    "STAFFING_AND_RECRUITING", "TELECOMMUNICATIONS", "TRANSPORTATION_TRUCKING_RAILROAD", "UTILITIES",
    "VENTURE_CAPITAL_PRIVATE_EQUITY", "WHOLESALE", "WIRELESS",
)  # fmt: skip

_CORE = """
hs_object_id number ro,unique Record ID
hs_object_source text ro Record source
hs_object_source_id text ro Record source ID
hs_object_source_label select ro,external Record source label
hs_object_source_user_id number ro Record source user
hs_object_source_detail_1 text ro Record source detail 1
hs_created_by_user_id number ro Created by user ID
hs_updated_by_user_id number ro Updated by user ID
hs_merged_object_ids checkbox ro,external Merged record IDs
hs_lastmodifieddate datetime ro Object last modified date/time
hubspot_owner_id select external Owner
hubspot_owner_assigneddate datetime ro Owner assigned date
"""
_CREATED = "createdate datetime ro Create Date\nhs_createdate datetime ro,hidden Object create date/time"
_COMPANY = """
name text - Company name
domain text - Company Domain Name
website text - Website URL
phone phone - Phone Number
address text - Street Address
address2 text - Street Address 2
city text - City
state text - State/Region
zip text - Postal Code
country text - Country/Region
timezone text - Time Zone
industry select - Industry
numberofemployees number - Number of Employees
annualrevenue number - Annual Revenue
description textarea - Description
type select - Type
founded_year text - Year Founded
linkedin_company_page text - LinkedIn Company Page
lifecyclestage radio external Lifecycle Stage
hs_lead_status radio - Lead Status
is_public bool - Is Public
hs_additional_domains checkbox ro,external Additional Domains
hs_parent_company_id number ro Parent Company
num_associated_contacts number ro Number of Associated Contacts
num_associated_deals number ro Number of Associated Deals
notes_last_contacted datetime ro Last Contacted
notes_last_updated datetime ro Last Activity Date
notes_next_activity_date datetime ro Next Activity Date
num_notes number ro Number of Sales Activities
num_contacted_notes number ro Number of times contacted
hs_last_sales_activity_timestamp datetime ro Last Engagement Date
"""
_DEAL = """
dealname text - Deal Name
dealstage radio - Deal Stage
pipeline select - Pipeline
amount number - Amount
closedate datetime - Close Date
dealtype radio - Deal Type
description textarea - Deal Description
deal_currency_code select - Currency
closed_lost_reason textarea - Closed Lost Reason
closed_won_reason textarea - Closed Won Reason
hs_is_closed bool ro Is Deal Closed?
hs_is_closed_won bool ro Is Closed Won
num_associated_contacts number ro Number of Associated Contacts
notes_last_contacted datetime ro Last Contacted
notes_last_updated datetime ro Last Activity Date
notes_next_activity_date datetime ro Next Activity Date
num_notes number ro Number of Sales Activities
num_contacted_notes number ro Number of times contacted
hs_last_sales_activity_timestamp datetime ro Last Engagement Date
"""
_ACTIVITY = """
hs_createdate datetime ro Object create date/time
hs_timestamp datetime - Activity date
hs_attachment_ids text - Attached file IDs
hs_activity_type select external Activity type
hs_unique_id text - Unique ID
"""
_CALL = """
hs_call_title text - Call Title
hs_call_body html - Call notes
hs_call_direction select - Call direction
hs_call_duration number - Call duration
hs_call_from_number text - From Number
hs_call_to_number text - To Number
hs_call_recording_url text - Recording URL
hs_call_status select - Call status
hs_call_source select - Call Source
hs_call_disposition select - Call outcome
"""
_EMAIL = """
hs_email_direction select - Email Direction
hs_email_status select - Email send status
hs_email_subject text - Email subject
hs_email_text textarea - Text body
hs_email_html html - Email body
hs_email_headers text - Email headers
hs_email_message_id text - Email Message ID
hs_email_from_email text ro Email from address
hs_email_from_firstname text ro Email from first name
hs_email_from_lastname text ro Email from last name
hs_email_sender_email text ro Email sender address
hs_email_to_email text ro Email to address
hs_email_to_firstname text ro Email to first name
hs_email_to_lastname text ro Email to last name
hs_email_cc_email text ro Email CC address
hs_email_bcc_email text ro Email BCC address
"""
_MEETING = """
hs_meeting_title text - Meeting name
hs_meeting_body html - Meeting description
hs_internal_meeting_notes html - Internal meeting notes
hs_meeting_location text - Meeting location
hs_meeting_external_url text - External URL
hs_meeting_start_time datetime - Meeting start time
hs_meeting_end_time datetime - Meeting end time
hs_meeting_outcome select - Meeting outcome
"""
_NOTE = "hs_note_body html - Note body"
_TASK = """
hs_task_subject text - Task Title
hs_task_body html - Notes
hs_task_status select - Task Status
hs_task_priority select - Priority
hs_task_type select - Task Type
hs_task_reminders text - Reminders
hs_task_completion_date datetime ro Completed at
hs_task_is_completed number ro Is completed
"""
_CHOICES: dict[str, tuple[Option, ...]] = {
    "industry": COMPANY_INDUSTRIES,
    "type": options("PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER"),
    "lifecyclestage": LIFECYCLE_OPTIONS,
    "hs_lead_status": LEAD_STATUS_OPTIONS,
    "dealstage": DEAL_STAGES,
    "pipeline": options((DEAL_PIPELINE, "Sales Pipeline")),
    "dealtype": options(("newbusiness", "New Business"), ("existingbusiness", "Existing Business")),
    "deal_currency_code": options(("EUR", "Euro"), ("USD", "US Dollar"), ("GBP", "British Pound")),
    "hs_call_direction": options("INBOUND", "OUTBOUND"),
    "hs_call_status": options(
        "BUSY",
        "CALLING_CRM_USER",
        "CANCELED",
        "COMPLETED",
        "CONNECTING",
        "FAILED",
        "IN_PROGRESS",
        "MISSED",
        "NO_ANSWER",
        "QUEUED",
        "RINGING",
    ),
    "hs_call_source": options("INTEGRATIONS_PLATFORM"),
    "hs_call_disposition": CALL_DISPOSITIONS,
    "hs_email_direction": options("EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"),
    "hs_email_status": options("BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"),
    "hs_meeting_outcome": options("SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED"),
    "hs_task_status": options("NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED", "DEFERRED"),
    "hs_task_priority": options("NONE", "LOW", "MEDIUM", "HIGH"),
    "hs_task_type": options("TODO", "CALL", "EMAIL"),
}
_ACTIVITY_TABLES: dict[str, tuple[str, str]] = {
    "calls": ("call", _CALL),
    "emails": ("email", _EMAIL),
    "meetings": ("meeting", _MEETING),
    "notes": ("note", _NOTE),
    "tasks": ("task", _TASK),
}


def standard_schemas() -> dict[str, Schema]:
    """A fresh schema for every object type."""
    schemas = {
        "contacts": Schema("contacts", CONTACT_GROUPS, contact_properties()),
        "companies": _schema("companies", "companyinformation", "Company information", _CREATED, _COMPANY,
                             stage_date_table()),
        "deals": _schema("deals", "dealinformation", "Deal information", _CREATED, _DEAL),
    }  # fmt: skip
    for name, (group, table) in _ACTIVITY_TABLES.items():
        schemas[name] = _schema(name, group, f"{group.capitalize()} information", _ACTIVITY, table)
    return schemas


def _schema(object_type: str, group: str, label: str, *tables: str) -> Schema:
    made: list[PropertyDefinition] = []
    for table in (_CORE, *tables):
        made.extend(definitions(object_type, group, table, _CHOICES))
    return Schema(object_type, {group: label}, made)
