"""The standard objects of people and companies: Lead, Contact, Account.

Field names, labels, lengths and flags follow the vendor's describe. Custom fields are added at run time.
"""

from sandbox.salesforce.fields import (
    FieldSpec,
    ObjectSpec,
    area,
    build,
    day,
    email,
    flag,
    moment,
    number,
    phone,
    pick,
    read_only,
    ref,
    text,
)

LEAD_STATUSES = (
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
)
LEAD_SOURCES = (
    "Web", "Webinar", "Trade Show", "Partner", "Paid Search", "Referral", "Content", "Outbound",
    "Phone Inquiry", "Partner Referral", "Purchased List", "Other",
)  # fmt: skip
INDUSTRIES = (
    "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction",
    "Consulting", "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental",
    "Finance", "Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery",
    "Manufacturing", "Media", "Not For Profit", "Recreation", "Retail", "Shipping", "Technology",
    "Telecommunications", "Transportation", "Utilities", "Other",
)  # fmt: skip
RATINGS = ("Hot", "Warm", "Cold")
SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.")


def address(prefix: str) -> list[FieldSpec]:
    """The parts of an address and the read-only compound made of them."""
    compound = FieldSpec(
        f"{prefix}Address", f"{prefix} Address".strip(), "address", createable=False, updateable=False,
        filterable=False,
    )  # fmt: skip
    return [
        text(f"{prefix}Street", 255, "textarea"),
        text(f"{prefix}City", 40),
        text(f"{prefix}State", 80, label=f"{prefix} State/Province".strip()),
        text(f"{prefix}PostalCode", 20, label=f"{prefix} Zip/Postal Code".strip()),
        text(f"{prefix}Country", 80),
        compound,
    ]


def _person_name() -> list[FieldSpec]:
    return [
        text("LastName", 80, nillable=False),
        text("FirstName", 40),
        pick("Salutation", SALUTATIONS, length=40),
        read_only(text("Name", 121, label="Full Name", nillable=False)),
    ]


def _consent() -> list[FieldSpec]:
    return [
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        flag("HasOptedOutOfFax", "Fax Opt Out"),
        flag("DoNotCall", "Do Not Call"),
    ]


def _bounce() -> list[FieldSpec]:
    return [text("EmailBouncedReason", 255), moment("EmailBouncedDate")]


def lead() -> ObjectSpec:
    converted = [
        flag("IsConverted", "Converted", updateable=False),
        read_only(day("ConvertedDate")),
        read_only(ref("ConvertedAccountId", "ConvertedAccount", "Account")),
        read_only(ref("ConvertedContactId", "ConvertedContact", "Contact")),
        read_only(ref("ConvertedOpportunityId", "ConvertedOpportunity", "Opportunity")),
    ]
    fields = [
        read_only(ref("MasterRecordId", "MasterRecord", "Lead")),
        *_person_name(),
        text("Title", 128),
        text("Company", 255, nillable=False),
        *address(""),
        phone("Phone"),
        phone("MobilePhone"),
        phone("Fax"),
        email(),
        text("Website", 255, "url"),
        area("Description"),
        pick("LeadSource", LEAD_SOURCES),
        pick("Status", LEAD_STATUSES, default="Open - Not Contacted"),
        pick("Industry", INDUSTRIES),
        pick("Rating", RATINGS),
        number("AnnualRevenue", "currency"),
        number("NumberOfEmployees", "int", 8, label="Employees"),
        ref("OwnerId", "Owner", "Group", "User", nillable=False, defaulted=True),
        *_consent(),
        *converted,
        flag("IsUnreadByOwner", "Unread By Owner", default=True),
        read_only(day("LastActivityDate", label="Last Activity")),
        *_bounce(),
    ]
    return build("Lead", "00Q", fields, mergeable=True)


def contact() -> ObjectSpec:
    fields = [
        read_only(ref("MasterRecordId", "MasterRecord", "Contact")),
        ref("AccountId", "Account", "Account"),
        *_person_name(),
        *address("Other"),
        *address("Mailing"),
        phone("Phone", "Business Phone"),
        phone("Fax", "Business Fax"),
        phone("MobilePhone"),
        phone("HomePhone"),
        phone("OtherPhone"),
        phone("AssistantPhone"),
        ref("ReportsToId", "ReportsTo", "Contact"),
        email(),
        text("Title", 128),
        text("Department", 80),
        text("AssistantName", 40),
        pick("LeadSource", LEAD_SOURCES),
        day("Birthdate"),
        area("Description"),
        ref("OwnerId", "Owner", "User", nillable=False, defaulted=True),
        *_consent(),
        read_only(day("LastActivityDate", label="Last Activity")),
        *_bounce(),
        read_only(flag("IsEmailBounced")),
    ]
    return build("Contact", "003", fields, mergeable=True)


def account() -> ObjectSpec:
    types = ("Prospect", "Customer - Direct", "Customer - Channel", "Partner", "Other")
    fields = [
        read_only(ref("MasterRecordId", "MasterRecord", "Account")),
        text("Name", 255, label="Account Name", nillable=False, id_lookup=False),
        pick("Type", types, label="Account Type"),
        ref("ParentId", "Parent", "Account"),
        *address("Billing"),
        *address("Shipping"),
        phone("Phone", "Account Phone"),
        phone("Fax", "Account Fax"),
        text("AccountNumber", 40),
        text("Website", 255, "url"),
        pick("Industry", INDUSTRIES),
        number("AnnualRevenue", "currency"),
        number("NumberOfEmployees", "int", 8, label="Employees"),
        area("Description"),
        pick("Rating", RATINGS),
        pick("AccountSource", LEAD_SOURCES),
        ref("OwnerId", "Owner", "User", nillable=False, defaulted=True),
        read_only(day("LastActivityDate", label="Last Activity")),
    ]
    return build("Account", "001", fields, mergeable=True)
