"""Builders of the values that the pure sync rules take."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sync_rules.mapping import load_mapping, load_shipped_mapping, shipped_mapping_text
from sync_rules.owners import owner_map
from sync_rules.planner import build_plan
from sync_rules.records import Link, Record
from sync_rules.state import PersonState, PlanInput

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAD_ID = "00Q000000000001EAA"
CONTACT_ID = "003000000000001AAA"

HUBSPOT_FIELDS = {
    "email": "ann@acme.example",
    "firstname": "Ann",
    "lastname": "Lee",
    "jobtitle": "CFO",
    "phone": "+4930123456",
    "mobilephone": None,
    "company": "Acme",
    "website": None,
    "industry": "Technology",
    "employee_count": "50",
    "annualrevenue": None,
    "city": "Berlin",
    "state": None,
    "country": "Germany",
    "lead_source": "webinar",
    "hubspot_owner_id": "11",
    "hs_lead_status": "NEW",
    "hs_email_optout": None,
    "do_not_call": None,
    "lifecyclestage": "lead",
    "salesforce_lead_id": None,
    "salesforce_contact_id": None,
}
LEAD_FIELDS = {
    "Email": "ann@acme.example",
    "FirstName": "Ann",
    "LastName": "Lee",
    "Title": "CFO",
    "Phone": "+4930123456",
    "MobilePhone": None,
    "Company": "Acme",
    "Website": None,
    "Industry": "Technology",
    "NumberOfEmployees": 50,
    "AnnualRevenue": None,
    "City": "Berlin",
    "State": None,
    "Country": "Germany",
    "LeadSource": "Webinar",
    "OwnerId": "005000000000001AAA",
    "Status": "Open - Not Contacted",
    "HasOptedOutOfEmail": False,
    "DoNotCall": False,
    "IsConverted": False,
    "HubSpot_Contact_Id__c": None,
}


@dataclass(frozen=True)
class Owner:
    side: str
    id: str
    email: str | None
    name: str
    active: bool = True
    queue: bool = False


OWNER_LIST = [
    Owner("hubspot", "11", "rep@meridian.example", "Rep"),
    Owner("hubspot", "12", "gone@meridian.example", "Gone"),
    Owner("hubspot", "13", "two.names@meridian.example", "Two Names"),
    Owner("salesforce", "005000000000001AAA", "Rep@meridian.example", "Rep"),
    Owner("salesforce", "005000000000002AAA", "gone@meridian.example", "Gone", active=False),
    Owner("salesforce", "005000000000003AAA", "names@meridian.example", "Two Names"),
    Owner("salesforce", "00G000000000001EAA", None, "Inbound Leads", queue=True),
]


class Make:
    """Everything a test needs, with the little it cares about changed."""

    noon = NOON
    lead_id = LEAD_ID
    contact_id = CONTACT_ID
    owner_list = OWNER_LIST

    def __init__(self):
        self.mapping = load_shipped_mapping()
        self.owners = owner_map(OWNER_LIST, self.mapping.owners)

    def edited_mapping(self, *swaps):
        text = shipped_mapping_text()
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new)
        return load_mapping(text, source="mapping.yaml")

    def record(self, side, object_type, record_id, fields, *, hours=0, **more):
        return Record(side, object_type, record_id, fields, NOON + timedelta(hours=hours), **more)

    def contact(self, record_id="101", *, hours=0, stamps=None, deleted=False, created_at=None, **fields):
        return self.record(
            "hubspot", "contacts", record_id, HUBSPOT_FIELDS | fields,
            hours=hours, stamps=stamps or {}, deleted=deleted, created_at=created_at,
        )  # fmt: skip

    def lead(self, record_id=LEAD_ID, *, hours=0, stamps=None, deleted=False, created_at=None, **fields):
        return self.record(
            "salesforce", "Lead", record_id, LEAD_FIELDS | fields,
            hours=hours, stamps=stamps or {}, deleted=deleted, created_at=created_at,
        )  # fmt: skip

    def sf_contact(self, record_id=CONTACT_ID, *, hours=0, created_at=None, **fields):
        base = {
            "Email": "ann@acme.example", "FirstName": "Ann", "LastName": "Lee", "Title": "CFO",
            "Phone": "+4930123456", "MobilePhone": None, "MailingCity": "Berlin", "MailingState": None,
            "MailingCountry": "Germany", "LeadSource": "Webinar", "OwnerId": "005000000000001AAA",
            "HasOptedOutOfEmail": False, "DoNotCall": False, "HubSpot_Contact_Id__c": None,
        }  # fmt: skip
        return self.record(
            "salesforce", "Contact", record_id, base | fields, hours=hours, created_at=created_at
        )

    def link(self, hubspot_id="101", salesforce_type="Lead", salesforce_id=LEAD_ID, *, link_id="p1", **more):
        return Link(
            link_id, more.pop("kind", "person"), hubspot_id, salesforce_type, salesforce_id, "e-mail", **more
        )

    def plan(self, *people, mapping=None, schemas=None, owners=None, **more):
        state = PlanInput(people=people, owners=owners or self.owners, schemas=schemas or {}, **more)
        return build_plan(state, mapping or self.mapping, now=NOON)

    def linked(self, hubspot=None, salesforce=None, **more):
        hubspot, salesforce = hubspot or self.contact(), salesforce or self.lead()
        link = more.pop("link", None) or self.link(hubspot.id, salesforce.object_type, salesforce.id)
        return PersonState(link, hubspot, salesforce, **more)

    def agreed(self, hubspot=None, salesforce=None, mapping=None):
        """The base after both records agreed: what a plan of them settles, ids back-written."""
        plan = self.plan(self.linked(hubspot, salesforce), mapping=mapping)
        return {name: value for agreement in plan.agreements for name, value in agreement.settled.items()}


@pytest.fixture(scope="session")
def make():
    return Make()
