"""The standard objects of work and money: Opportunity, Campaign, Task, Event and what hangs on them."""

from sandbox.salesforce.fields import (
    FieldSpec,
    ObjectSpec,
    area,
    build,
    day,
    flag,
    moment,
    number,
    pick,
    read_only,
    ref,
    text,
)
from sandbox.salesforce.objects_people import LEAD_SOURCES

# name, probability in percent, closed, won, forecast category
STAGES = (
    ("Prospecting", 10, False, False, "Pipeline"),
    ("Qualification", 10, False, False, "Pipeline"),
    ("Needs Analysis", 20, False, False, "Pipeline"),
    ("Value Proposition", 50, False, False, "Pipeline"),
    ("Id. Decision Makers", 60, False, False, "Pipeline"),
    ("Perception Analysis", 70, False, False, "Pipeline"),
    ("Proposal/Price Quote", 75, False, False, "BestCase"),
    ("Negotiation/Review", 90, False, False, "Forecast"),
    ("Closed Won", 100, True, True, "Closed"),
    ("Closed Lost", 0, True, False, "Omitted"),
)
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
ROLES = (
    "Business User", "Decision Maker", "Economic Buyer", "Economic Decision Maker", "Evaluator",
    "Executive Sponsor", "Influencer", "Technical Buyer", "Other",
)  # fmt: skip


def opportunity() -> ObjectSpec:
    categories = ("Omitted", "Pipeline", "BestCase", "MostLikely", "Forecast", "Closed")
    fields = [
        ref("AccountId", "Account", "Account"),
        text("Name", 120, nillable=False),
        area("Description"),
        pick("StageName", [stage[0] for stage in STAGES], label="Stage", nillable=False),
        number("Amount", "currency", 18, 2),
        FieldSpec("Probability", "Probability (%)", "percent", precision=3, defaulted=True),
        read_only(number("ExpectedRevenue", "currency", 18, 2)),
        day("CloseDate", nillable=False),
        pick("Type", ("Existing Business", "New Business"), label="Opportunity Type"),
        text("NextStep", 255),
        pick("LeadSource", LEAD_SOURCES),
        read_only(flag("IsClosed", "Closed")),
        read_only(flag("IsWon", "Won")),
        read_only(pick("ForecastCategory", categories, length=40, restricted=True)),
        ref("CampaignId", "Campaign", "Campaign"),
        ref("OwnerId", "Owner", "User", nillable=False, defaulted=True),
        ref("ContactId", None, "Contact", updateable=False),
        read_only(day("LastActivityDate", label="Last Activity")),
        read_only(moment("LastStageChangeDate")),
    ]
    return build("Opportunity", "006", fields, plural="Opportunities")


def opportunity_contact_role() -> ObjectSpec:
    fields = [
        ref("OpportunityId", "Opportunity", "Opportunity", nillable=False, updateable=False),
        ref("ContactId", "Contact", "Contact", nillable=False),
        pick("Role", ROLES, length=40),
        flag("IsPrimary", "Primary"),
    ]
    return build("OpportunityContactRole", "00K", fields, undeletable=False)


def campaign() -> ObjectSpec:
    types = (
        "Conference", "Webinar", "Trade Show", "Public Relations", "Partners", "Referral Program",
        "Advertisement", "Banner Ads", "Direct Mail", "Email", "Telemarketing", "Other",
    )  # fmt: skip
    counts = (
        ("NumberOfLeads", "Leads in Campaign"),
        ("NumberOfConvertedLeads", "Converted Leads in Campaign"),
        ("NumberOfContacts", "Contacts in Campaign"),
        ("NumberOfResponses", "Responses in Campaign"),
        ("NumberOfOpportunities", "Opportunities in Campaign"),
        ("NumberOfWonOpportunities", "Won Opportunities in Campaign"),
    )
    fields = [
        text("Name", 80, nillable=False),
        ref("ParentId", "Parent", "Campaign"),
        pick("Type", types),
        pick("Status", ("Planned", "In Progress", "Completed", "Aborted")),
        day("StartDate"),
        day("EndDate"),
        number("ExpectedRevenue", "currency", 18, 2),
        number("BudgetedCost", "currency", 18, 2),
        number("ActualCost", "currency", 18, 2),
        number("NumberSent", "double", 18),
        flag("IsActive", "Active"),
        area("Description"),
        *(read_only(number(name, "int", 8, label=label)) for name, label in counts),
        read_only(number("AmountAllOpportunities", "currency", 18, 2)),
        read_only(number("AmountWonOpportunities", "currency", 18, 2)),
        ref("OwnerId", "Owner", "User", nillable=False, defaulted=True),
    ]
    return build("Campaign", "701", fields)


def campaign_member() -> ObjectSpec:
    fields = [
        ref("CampaignId", "Campaign", "Campaign", nillable=False, updateable=False),
        ref("LeadId", "Lead", "Lead", updateable=False),
        ref("ContactId", "Contact", "Contact", updateable=False),
        pick("Status", ("Sent", "Responded"), default="Sent"),
        read_only(flag("HasResponded", "Responded")),
        read_only(day("FirstRespondedDate")),
        read_only(ref("LeadOrContactId", None, "Contact", "Lead")),
    ]
    return build("CampaignMember", "00v", fields, undeletable=False)


def campaign_member_status() -> ObjectSpec:
    fields = [
        ref("CampaignId", None, "Campaign", nillable=False, updateable=False),
        text("Label", 765, nillable=False),
        number("SortOrder", "int", 9),
        flag("IsDefault"),
        flag("HasResponded", "Responded"),
    ]
    return build("CampaignMemberStatus", "01Y", fields, undeletable=False, plural="Campaign Member Statuses")


def _activity(who_label: str = "Name ID") -> list[FieldSpec]:
    return [
        ref("WhoId", "Who", "Contact", "Lead", label=who_label),
        ref("WhatId", "What", "Account", "Campaign", "Opportunity", label="Related To ID"),
        text("Subject", 255, "combobox"),
        area("Description"),
        ref("OwnerId", "Owner", "Group", "User", label="Assigned To ID", nillable=False, defaulted=True),
        read_only(ref("AccountId", "Account", "Account")),
        read_only(flag("IsArchived", "Archived")),
        flag("IsRecurrence", "Create Recurring Series", updateable=False),
    ]


def task() -> ObjectSpec:
    fields = [
        *_activity(),
        day("ActivityDate", label="Due Date Only"),
        pick("Status", TASK_STATUSES, default="Not Started"),
        pick("Priority", ("High", "Normal", "Low"), default="Normal"),
        read_only(flag("IsHighPriority", "High Priority")),
        read_only(flag("IsClosed", "Closed")),
        read_only(moment("CompletedDateTime", label="Completed Date")),
        number("CallDurationInSeconds", "int", 8, label="Call Duration"),
        pick("CallType", ("Internal", "Inbound", "Outbound"), length=40),
        text("CallDisposition", 255, label="Call Result"),
        text("CallObject", 255, label="Call Object Identifier"),
        pick(
            "TaskSubtype", ("Task", "Email", "List Email", "Call", "LinkedIn"), length=40, restricted=True,
            updateable=False,
        ),
    ]  # fmt: skip
    return build("Task", "00T", fields)


def event() -> ObjectSpec:
    fields = [
        *_activity(),
        text("Location", 255),
        flag("IsAllDayEvent", "All-Day Event"),
        moment("ActivityDateTime", label="Due Date Time"),
        day("ActivityDate", label="Due Date Only"),
        number("DurationInMinutes", "int", 8, label="Duration"),
        moment("StartDateTime", label="Start Date Time"),
        moment("EndDateTime", label="End Date Time"),
        flag("IsPrivate", "Private"),
        pick("ShowAs", ("Busy", "OutOfOffice", "Free"), default="Busy", length=40, restricted=True),
        read_only(flag("IsChild")),
        read_only(flag("IsGroupEvent", "Is Group Event")),
        pick("EventSubtype", ("Event",), length=40, restricted=True, updateable=False),
    ]
    return build("Event", "00U", fields)


def email_message() -> ObjectSpec:
    """A mail as Enhanced Email keeps it, beside the Task that stands for it on the time line."""
    fields = [
        ref("ActivityId", "Activity", "Task", label="Activity ID"),
        text("Subject", 3000),
        area("TextBody"),
        text("FromAddress", 1000, label="From Address"),
        text("ToAddress", 4000, label="To Address"),
        text("MessageIdentifier", 765, label="Message ID"),
        moment("MessageDate", label="Message Date"),
        flag("Incoming", "Is Incoming", updateable=False),
        pick("Status", ("New", "Read", "Replied", "Sent", "Forwarded", "Draft"), default="Sent", length=40),
    ]
    return build("EmailMessage", "02s", fields, plural="Email Messages")
