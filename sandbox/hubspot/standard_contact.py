"""The contact properties that a portal has before any integration arrives, with the portal's own few.

Only definitions; what computes the read-only ones is in `computed.py` and `engagement.py`.
"""

from sandbox.hubspot.property_tables import definitions, options
from sandbox.hubspot.schema import Option, PropertyDefinition

LIFECYCLE_STAGES: tuple[str, ...] = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
LIFECYCLE_OPTIONS: tuple[Option, ...] = options(
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
LEAD_STATUS_OPTIONS: tuple[Option, ...] = options(
    ("NEW", "New"),
    ("OPEN", "Open"),
    ("IN_PROGRESS", "In Progress"),
    ("OPEN_DEAL", "Open Deal"),
    ("UNQUALIFIED", "Unqualified"),
    ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
    ("CONNECTED", "Connected"),
    ("BAD_TIMING", "Bad Timing"),
)
ANALYTICS_SOURCES: tuple[Option, ...] = options(
    ("ORGANIC_SEARCH", "Organic Search"),
    ("PAID_SEARCH", "Paid Search"),
    ("EMAIL_MARKETING", "Email Marketing"),
    ("SOCIAL_MEDIA", "Organic Social"),
    ("REFERRALS", "Referrals"),
    ("OTHER_CAMPAIGNS", "Other Campaigns"),
    ("DIRECT_TRAFFIC", "Direct Traffic"),
    ("OFFLINE", "Offline Sources"),
    ("PAID_SOCIAL", "Paid Social"),
)
SUBSCRIPTIONS: dict[str, str] = {
    "87501": "Marketing information",
    "87502": "One to one",
    "87503": "Webinars and events",
}

_INFORMATION = """
email text unique Email
firstname text - First Name
lastname text - Last Name
jobtitle text - Job Title
salutation text - Salutation
phone phone - Phone Number
mobilephone phone - Mobile Phone Number
fax text - Fax Number
company text - Company Name
company_size text - Company Size
website text - Website URL
industry text - Industry
annualrevenue text - Annual Revenue
numemployees select - Number of Employees
address text - Street Address
city text - City
state text - State/Region
zip text - Postal Code
country text - Country/Region
date_of_birth text - Date of Birth
gender text - Gender
seniority text - Seniority
job_function text - Job Function
work_email text - Work Email
twitterhandle text - Twitter Username
message textarea - Message
hs_language select - Preferred Language
lifecyclestage radio external Lifecycle Stage
hs_lead_status radio - Lead Status
hubspot_owner_id select external Contact Owner
hubspot_team_id select external,ro HubSpot Team
hubspot_owner_assigneddate datetime ro Owner Assigned Date
closedate datetime - Close Date
createdate datetime ro Create Date
lastmodifieddate datetime ro Last Modified Date
hs_lastmodifieddate datetime ro,hidden Object last modified date/time
hs_createdate datetime ro,hidden Object create date/time
hs_object_id number ro,unique Record ID
hs_additional_emails checkbox ro,external Additional email addresses
hs_all_contact_vids checkbox ro,external,hidden All vids for a contact
hs_merged_object_ids checkbox ro,external Merged record IDs
hs_calculated_merged_vids checkbox ro,external,hidden Merged vids with timestamps of a contact
hs_email_domain text ro Email Domain
hs_full_name_or_email text ro Full name or email
hs_pipeline select ro,external Pipeline
hs_object_source text ro Record source
hs_object_source_id text ro Record source ID
hs_object_source_label select ro,external Record source label
hs_object_source_user_id number ro Record source user
hs_object_source_detail_1 text ro Record source detail 1
hs_object_source_detail_2 text ro Record source detail 2
hs_object_source_detail_3 text ro Record source detail 3
hs_created_by_user_id number ro Created by user ID
hs_updated_by_user_id number ro Updated by user ID
hs_marketable_status select ro Marketing contact status
associatedcompanyid number ro Primary Associated Company ID
hubspotscore number ro HubSpot Score
ip_country text ro IP Country
hs_ip_timezone text ro IP Timezone
"""
_PORTAL_OWN = """
employee_count number custom Employees at the company
lead_source select custom Lead source
do_not_call bool custom Do not call
linkedin_url text custom LinkedIn profile
"""
_EMAIL = """
hs_email_delivered number ro Marketing emails delivered
hs_email_open number ro Marketing emails opened
hs_email_click number ro Marketing emails clicked
hs_email_bounce number ro Marketing emails bounced
hs_email_replied number ro Marketing emails replied
hs_email_first_send_date datetime ro First marketing email send date
hs_email_last_send_date datetime ro Last marketing email send date
hs_email_first_open_date datetime ro First marketing email open date
hs_email_last_open_date datetime ro Last marketing email open date
hs_email_first_click_date datetime ro First marketing email click date
hs_email_last_click_date datetime ro Last marketing email click date
hs_email_last_reply_date datetime ro Last marketing email reply date
hs_email_last_email_name text ro Last marketing email name
hs_email_sends_since_last_engagement number ro Sends since last engagement
hs_email_quarantined bool ro Email address quarantined
hs_email_bad_address bool ro Invalid email address
hs_email_hard_bounce_reason_enum select ro,external Email hard bounce reason
hs_email_optout bool ro Unsubscribed from all email
hs_email_optout_87501 bool ro Opted out of email: Marketing information
hs_email_optout_87502 bool ro Opted out of email: One to one
hs_email_optout_87503 bool ro Opted out of email: Webinars and events
hs_legal_basis checkbox - Legal basis for processing contact's data
"""
_CONVERSION = """
num_conversion_events number ro Number of Form Submissions
num_unique_conversion_events number ro Number of Unique Forms Submitted
recent_conversion_event_name text ro Recent Conversion
recent_conversion_date datetime ro Recent Conversion Date
first_conversion_event_name text ro First Conversion
first_conversion_date datetime ro First Conversion Date
hs_calculated_form_submissions checkbox ro,external,hidden All form submissions for a contact
"""
_ANALYTICS = """
hs_analytics_source select - Original Traffic Source
hs_analytics_source_data_1 text ro Original Traffic Source Drill-Down 1
hs_analytics_source_data_2 text ro Original Traffic Source Drill-Down 2
hs_latest_source select - Latest Traffic Source
hs_latest_source_timestamp datetime - Latest Traffic Source Date
hs_latest_source_data_1 text ro Latest Traffic Source Drill-Down 1
hs_latest_source_data_2 text ro Latest Traffic Source Drill-Down 2
hs_analytics_num_page_views number ro Number of Pageviews
hs_analytics_num_visits number ro Number of Sessions
hs_analytics_num_event_completions number ro Number of event completions
hs_analytics_average_page_views number ro Average Pageviews
hs_analytics_first_url text ro First Page Seen
hs_analytics_last_url text ro Last Page Seen
hs_analytics_first_referrer text ro First Referring Site
hs_analytics_last_referrer text ro Last Referring Site
hs_analytics_first_timestamp datetime ro Time First Seen
hs_analytics_last_timestamp datetime ro Time Last Seen
hs_analytics_first_visit_timestamp datetime ro Time of First Session
hs_analytics_last_visit_timestamp datetime ro Time of Last Session
"""
_SALES = """
hs_sales_email_last_opened datetime ro Recent Sales Email Opened Date
hs_sales_email_last_clicked datetime ro Recent Sales Email Clicked Date
hs_sales_email_last_replied datetime ro Recent Sales Email Replied Date
notes_last_contacted datetime ro Last Contacted
notes_last_updated datetime ro Last Activity Date
notes_next_activity_date datetime ro Next Activity Date
num_notes number ro Number of Sales Activities
num_contacted_notes number ro Number of times contacted
hs_last_sales_activity_timestamp datetime ro Last Engagement Date
num_associated_deals number ro Number of Associated Deals
"""

GROUPS: dict[str, str] = {
    "contactinformation": "Contact information",
    "emailinformation": "Email information",
    "conversioninformation": "Conversion information",
    "analyticsinformation": "Web analytics history",
    "sales_properties": "Sales properties",
    "contactlcs": "Contact lifecycle stage",
}
_CHOICES: dict[str, tuple[Option, ...]] = {
    "lifecyclestage": LIFECYCLE_OPTIONS,
    "hs_lead_status": LEAD_STATUS_OPTIONS,
    "numemployees": options("1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+"),
    "hs_language": options(
        ("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish"), ("it", "Italian")
    ),
    "hs_marketable_status": options(("true", "Marketing contact"), ("false", "Non-marketing contact")),
    "hs_legal_basis": options("Legitimate interest", "Consent", "Performance of a contract"),
    "hs_analytics_source": ANALYTICS_SOURCES,
    "hs_latest_source": ANALYTICS_SOURCES,
    "lead_source": options(
        ("web_form", "Web form"),
        ("webinar", "Webinar"),
        ("trade_show", "Trade show"),
        ("partner", "Partner"),
        ("paid_search", "Paid search"),
        ("referral", "Referral"),
        ("content", "Content"),
        ("outbound", "Outbound"),
    ),
}


def stage_date_table() -> str:
    """Two entry dates for each lifecycle stage, as portals of different age have them."""
    lines: list[str] = []
    for option in LIFECYCLE_OPTIONS:
        lines.append(f"hs_lifecyclestage_{option.value}_date datetime ro Became a {option.label} Date")
        lines.append(f"hs_v2_date_entered_{option.value} datetime ro Date entered {option.label}")
    return "\n".join(lines)


def contact_properties() -> list[PropertyDefinition]:
    return [
        *definitions("contacts", "contactinformation", _INFORMATION, _CHOICES),
        *definitions("contacts", "contactinformation", _PORTAL_OWN, _CHOICES),
        *definitions("contacts", "emailinformation", _EMAIL, _CHOICES),
        *definitions("contacts", "conversioninformation", _CONVERSION),
        *definitions("contacts", "analyticsinformation", _ANALYTICS, _CHOICES),
        *definitions("contacts", "sales_properties", _SALES),
        *definitions("contacts", "contactlcs", stage_date_table()),
    ]
