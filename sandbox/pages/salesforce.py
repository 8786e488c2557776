"""Salesforce's record pages: Leads and Contacts as a sales rep sees them.

Field-level security holds here as it does in the API: the page shows what the record's owner may see.
"""

from collections.abc import Mapping
from datetime import datetime

from sandbox.pages import formats
from sandbox.pages.panel import STAGES, stage_badge
from sandbox.pages.salesforce_activity import timeline_of
from sandbox.pages.salesforce_panel import panel_of
from sandbox.pages.views import Entry, Link, ListView, Noted, RecordView, Section, Table, Value
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.org import Org
from sandbox.salesforce.table import Row

OBJECTS = ("Lead", "Contact")
PAGE_SIZE = 50

_DETAILS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "Lead": (
        ("About", ("Email", "Title", "Phone", "MobilePhone", "LeadSource", "Rating")),
        ("Company", ("Company", "Website", "Industry", "NumberOfEmployees", "AnnualRevenue")),
        ("Address", ("Street", "City", "State", "PostalCode", "Country")),
        ("Consent", ("HasOptedOutOfEmail", "DoNotCall")),
        ("More", ("Description",)),
    ),
    "Contact": (
        ("About", ("Email", "Title", "Department", "Phone", "MobilePhone", "LeadSource")),
        ("Address", ("MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry")),
        ("Consent", ("HasOptedOutOfEmail", "DoNotCall")),
        ("More", ("Description",)),
    ),
}


class SalesforcePages:
    """Builds the views; ``hubspot_ui`` is the other side's page root."""

    def __init__(self, org: Org, hubspot_ui: str) -> None:
        self._org = org
        self._hubspot_ui = hubspot_ui

    def list_of(self, sobject: str, *, search: str, stage: str, page: int) -> ListView:
        """Newest change first."""
        with_stage = self._org.has_field(sobject, "Accord_Stage__c")
        wanted = search.casefold().split()
        rows = [
            row
            for row in self._org.rows(sobject)
            if (not stage or (with_stage and row.get("Accord_Stage__c") == stage))
            and all(word in _searchable(row) for word in wanted)
        ]
        rows.sort(key=lambda row: row["SystemModstamp"], reverse=True)
        pages = max(1, -(-len(rows) // PAGE_SIZE))
        page = min(page, pages)
        columns = ["Name", "Company" if sobject == "Lead" else "Account"]
        columns += ["Status"] if sobject == "Lead" else []
        columns += ["Stage", "SLA"] if with_stage else []
        return ListView(
            kind=f"{sobject}s",
            base=f"/ui/{sobject}",
            columns=[*columns, "Owner", "Changed"],
            rows=[
                self._list_row(sobject, row, with_stage=with_stage)
                for row in rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
            ],
            total=len(rows),
            page=page,
            pages=pages,
            search=search,
            filters=[("", "All"), *((value, value) for value in STAGES)] if with_stage else (),
            chosen=stage,
        )

    def _list_row(self, sobject: str, row: Row, *, with_stage: bool) -> list[Value]:
        cells: list[Value] = [
            Link(_name(row), f"/ui/{sobject}/{row['Id']}", row.get("Email") or ""),
            Noted(self._company(sobject, row) or "", row.get("Title") or ""),
        ]
        if sobject == "Lead":
            cells.append(formats.badge(row.get("Status")))
        if with_stage:
            sla = row.get("Accord_SLA_Status__c")
            cells += [stage_badge(row.get("Accord_Stage__c")), None if sla == "none" else formats.badge(sla)]
        return [*cells, self._name_of(row.get("OwnerId")), formats.brief(row["LastModifiedDate"])]

    def record(self, sobject: str, record_id: str, now: datetime) -> RecordView | None:
        """The page of one record; None if there is none, a deleted one included."""
        row = self._find(sobject, record_id)
        if row is None:
            return None
        viewer = self._viewer(row)
        lead = sobject == "Lead"
        company = self._company(sobject, row)
        hubspot_id = row.get("HubSpot_Contact_Id__c")
        converted = lead and bool(row.get("IsConverted"))
        return RecordView(
            kind=sobject,
            name=_name(row),
            subtitle=" · ".join(part for part in (row.get("Title"), company) if part),
            badges=[status] if lead and (status := formats.badge(row.get("Status"))) else [],
            facts=[
                Entry("Owner", self._name_of(row.get("OwnerId"))),
                Entry("Email", row.get("Email")),
                Entry("Phone", row.get("Phone") or row.get("MobilePhone")),
                Entry("Source", row.get("LeadSource")),
                Entry("Created", formats.moment(row["CreatedDate"])),
            ],
            panel=panel_of(self._org, sobject, row, viewer, self._name_of(viewer) or viewer, now),
            sections=self._sections(sobject, row, viewer),
            timeline=timeline_of(self._org, row["Id"], self._name_of),
            tables=[
                table for table in (self._opportunities(row), self._campaigns(sobject, row)) if table.rows
            ],
            notice="This lead was converted; it lives on as a contact." if converted else None,
            notice_link=Link("Open the contact", f"/ui/Contact/{row['ConvertedContactId']}")
            if converted and row.get("ConvertedContactId")
            else None,
            other_side=Link("Open in HubSpot", f"{self._hubspot_ui}contacts/{hubspot_id}")
            if hubspot_id
            else None,
        )

    def _find(self, sobject: str, record_id: str) -> Row | None:
        try:
            row = self._org.record(sobject, record_id)
        except SalesforceFault:  # an address with something that is no id at all
            return None
        return None if row is None or row.deleted else row

    def _company(self, sobject: str, row: Row) -> str | None:
        return row["Company"] if sobject == "Lead" else self._name_of(row["AccountId"])

    def _viewer(self, row: Row) -> str:
        owner = self._org.row("User", row["OwnerId"])
        return self._org.integration_user_id if owner is None else owner.id

    def _name_of(self, record_id: str | None) -> str | None:
        found = self._org.anywhere(record_id)
        return None if found is None else _name(found[1])

    def _label(self, sobject: str, name: str) -> str:
        label = self._org.fields(sobject)[name].label
        return label.removeprefix("Accord ")

    def _sections(self, sobject: str, row: Row, viewer: str) -> list[Section]:
        sections = []
        for title, names in _DETAILS[sobject]:
            entries = [
                Entry(
                    self._label(sobject, name), formats.field_text(row.get(name)), wide=name == "Description"
                )
                for name in names
                if self._org.has_field(sobject, name) and self._org.visible_to(viewer, sobject, name)
            ]
            if any(entry.value for entry in entries):
                sections.append(Section(title, entries))
        system = [
            Entry("Record ID", row["Id"]),
            Entry("HubSpot contact", row.get("HubSpot_Contact_Id__c")),
            Entry("Created", _by(row["CreatedDate"], self._name_of(row.get("CreatedById")))),
            Entry("Last modified", _by(row["LastModifiedDate"], self._name_of(row.get("LastModifiedById")))),
        ]
        return [*sections, Section("System", system)]

    def _opportunities(self, row: Row) -> Table:
        rows: list[list[Value]] = []
        for role in self._org.find("OpportunityContactRole", "ContactId", row.id):
            deal = self._org.row("Opportunity", role["OpportunityId"])
            if deal is not None and not deal.deleted:
                rows.append(
                    [
                        deal["Name"],
                        formats.badge(deal["StageName"]),
                        formats.number(deal["Amount"]),
                        formats.day(deal["CloseDate"]),
                        self._name_of(deal["OwnerId"]),
                    ]
                )
        return Table("Opportunities", ("Name", "Stage", "Amount", "Close date", "Owner"), rows)

    def _campaigns(self, sobject: str, row: Row) -> Table:
        rows: list[list[Value]] = []
        for member in self._org.find("CampaignMember", f"{sobject}Id", row.id):
            campaign = self._org.row("Campaign", member["CampaignId"])
            if campaign is not None and not campaign.deleted:
                rows.append([campaign["Name"], campaign["Type"], member["Status"]])
        return Table("Campaigns", ("Campaign", "Type", "Status"), rows)


def _by(at: datetime, who: str | None) -> str:
    return f"{formats.moment(at)}{f' by {who}' if who else ''}"


def _name(row: Row) -> str:
    parts = [row.get("FirstName"), row.get("LastName")]
    return str(row.get("Name") or " ".join(part for part in parts if part) or row["Id"])


def _searchable(row: Row) -> str:
    parts = (_name(row), row.get("Email"), row.get("Company"), row.get("Title"))
    return " ".join(part for part in parts if part).casefold()
