"""HubSpot's record pages: contacts as a marketer sees them, with sales' feedback beside them."""

from datetime import datetime

from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Record
from sandbox.pages import formats
from sandbox.pages.hubspot_activity import timeline_of
from sandbox.pages.hubspot_panel import panel_of
from sandbox.pages.panel import STAGES, stage_badge
from sandbox.pages.views import Badge, Entry, Link, ListView, Noted, RecordView, Section, Table, Value

OBJECTS = ("contacts",)
PAGE_SIZE = 50

_DETAILS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "About this contact",
        ("email", "jobtitle", "phone", "mobilephone", "company", "website", "lead_source"),
    ),
    ("Company facts", ("industry", "employee_count", "annualrevenue", "city", "state", "country")),
    (
        "Marketing",
        (
            "num_conversion_events",
            "recent_conversion_event_name",
            "recent_conversion_date",
            "hs_analytics_num_page_views",
            "hs_analytics_last_url",
            "hs_analytics_last_timestamp",
            "hs_email_open",
            "hs_email_click",
            "hs_email_last_email_name",
        ),
    ),
    ("Consent", ("hs_email_optout", "do_not_call")),
    (
        "System",
        ("hs_object_id", "createdate", "lastmodifieddate", "salesforce_lead_id", "salesforce_contact_id"),
    ),
)


class HubSpotPages:
    """Builds the views; ``salesforce_ui`` is the other side's page root."""

    def __init__(self, portal: Portal, salesforce_ui: str) -> None:
        self._portal = portal
        self._salesforce_ui = salesforce_ui

    def list_of(self, kind: str, *, search: str, stage: str, page: int) -> ListView:
        """Newest change first."""
        with_stage = self._portal.has_property(kind, "accord_stage")
        wanted = search.casefold().split()
        found = [
            record
            for record in self._portal.records(kind)
            if (not stage or record.properties.get("accord_stage") == stage)
            and all(word in _searchable(record) for word in wanted)
        ]
        found.sort(key=lambda record: record.updated_at, reverse=True)
        pages = max(1, -(-len(found) // PAGE_SIZE))
        page = min(page, pages)
        owners = self._owners()
        return ListView(
            kind="Contacts",
            base=f"/ui/{kind}",
            columns=[
                *("Name", "Company", "Lifecycle stage"),
                *(("Stage", "Sales status") if with_stage else ()),
                *("Owner", "Changed"),
            ],
            rows=[
                self._list_row(kind, record, owners, with_stage=with_stage)
                for record in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
            ],
            total=len(found),
            page=page,
            pages=pages,
            search=search,
            filters=[("", "All"), *((value, value) for value in STAGES)] if with_stage else (),
            chosen=stage,
        )

    def _list_row(
        self, kind: str, record: Record, owners: dict[str, str], *, with_stage: bool
    ) -> list[Value]:
        values = record.properties
        cells: list[Value] = [
            Link(_name(record), f"/ui/{kind}/{record.id}", values.get("email") or ""),
            Noted(values.get("company") or "", values.get("jobtitle") or ""),
            self._badge("lifecyclestage", values.get("lifecyclestage")),
        ]
        if with_stage:
            cells += [stage_badge(values.get("accord_stage")), values.get("accord_sales_status")]
        owner = owners.get(values.get("hubspot_owner_id") or "")
        return [*cells, owner, formats.brief(record.updated_at)]

    def record(self, kind: str, record_id: str, now: datetime) -> RecordView | None:
        """The page of one contact; None if there is none, an archived one included."""
        record = self._portal.record(kind, record_id)
        if record is None or record.archived:
            return None
        values = record.properties
        owner = self._owners().get(values.get("hubspot_owner_id") or "")
        merged = f"Record {record_id} was merged into this one." if record.id != record_id else None
        return RecordView(
            kind="Contact",
            name=_name(record),
            subtitle=" · ".join(part for part in (values.get("jobtitle"), values.get("company")) if part),
            badges=[stage] if (stage := self._badge("lifecyclestage", values.get("lifecyclestage"))) else [],
            facts=[
                Entry("Owner", owner),
                Entry("Email", values.get("email")),
                Entry("Phone", values.get("phone") or values.get("mobilephone")),
                Entry("Lead status", self._shown("contacts", "hs_lead_status", values.get("hs_lead_status"))),
                Entry("Created", formats.moment(record.created_at)),
            ],
            panel=panel_of(self._portal, record),
            sections=self._sections(record),
            timeline=timeline_of(self._portal, record, self._owners(), self._shown),
            tables=[table for table in (self._companies(record),) if table.rows],
            notice=merged,
            other_side=self._other_side(record),
        )

    def _other_side(self, record: Record) -> Link | None:
        for name, sobject in (("salesforce_contact_id", "Contact"), ("salesforce_lead_id", "Lead")):
            if other_id := record.properties.get(name):
                return Link("Open in Salesforce", f"{self._salesforce_ui}{sobject}/{other_id}")
        return None

    def _owners(self) -> dict[str, str]:
        return {
            owner.id: f"{owner.first_name} {owner.last_name}".strip() for owner in self._portal.owners.all()
        }

    def _companies(self, record: Record) -> Table:
        rows: list[list[Value]] = []
        for company_id in self._portal.associated("contacts", record.id, "companies"):
            company = self._portal.record("companies", company_id)
            if company is not None and not company.archived:
                names = ("name", "domain", "industry", "numberofemployees", "country")
                rows.append([self._shown("companies", name, company.properties.get(name)) for name in names])
        return Table("Companies", ("Company", "Domain", "Industry", "Employees", "Country"), rows)

    def _sections(self, record: Record) -> list[Section]:
        schema = self._portal.table("contacts").schema
        sections = []
        for title, names in _DETAILS:
            defined = [found for name in names if (found := schema.get(name)) is not None]
            values = record.properties
            entries = [Entry(one.label, formats.property_text(one, values.get(one.name))) for one in defined]
            sections.append(Section(title, entries))
        return sections

    def _shown(self, kind: str, name: str, value: str | None) -> str | None:
        definition = self._portal.table(kind).schema.get(name)
        return value if definition is None else formats.property_text(definition, value)

    def _badge(self, name: str, value: str | None) -> Badge | None:
        return formats.badge(value, self._shown("contacts", name, value))


def _name(record: Record) -> str:
    values = record.properties
    parts = [part for part in (values.get("firstname"), values.get("lastname")) if part]
    return " ".join(parts) or values.get("email") or f"Contact {record.id}"


def _searchable(record: Record) -> str:
    parts = (_name(record), record.properties.get("email"), record.properties.get("company"))
    return " ".join(part for part in parts if part).casefold()
