"""Lead conversion: one lead becomes an account, a contact and, if wanted, an opportunity.

The lead freezes; its activities and campaign memberships go to the contact. Mapped fields fill blanks only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.salesforce import history, writes
from sandbox.salesforce.errors import SalesforceFault, converted_lead, required_missing
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.incoming import check_owner, check_reference
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
_TO_ACCOUNT = {
    "Phone": "Phone", "Fax": "Fax", "Website": "Website", "Industry": "Industry", "Rating": "Rating",
    "AnnualRevenue": "AnnualRevenue", "NumberOfEmployees": "NumberOfEmployees", "LeadSource": "AccountSource",
    **{part: f"Billing{part}" for part in _ADDRESS},
}  # fmt: skip
_TO_CONTACT = {
    **{name: name for name in (
        "FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "Fax", "LeadSource",
        "Description", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall",
    )},
    **{part: f"Mailing{part}" for part in _ADDRESS},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion made or used; ``opportunity_id`` is None when none was wanted."""

    account_id: str
    contact_id: str
    opportunity_id: str | None


@dataclass(frozen=True, slots=True)
class ConversionRequest:
    """The choices of one conversion, as the SOAP call and the org's python API give them."""

    converted_status: str
    account_id: str | None = None
    contact_id: str | None = None
    opportunity_id: str | None = None
    opportunity_name: str | None = None
    create_opportunity: bool = True
    owner_id: str | None = None
    overwrite_lead_source: bool = False


def convert(
    store: Store, lead_id: str, request: ConversionRequest, user_id: str, at: datetime | None
) -> Conversion:
    """Convert a lead in one transaction.

    Raises:
        SalesforceFault: unknown, deleted or converted lead, status that does not convert, contact without or
            outside of its account, a queue as owner, or a rule of the new records.
    """
    now = store.now(at)
    with store.transaction():
        spec = store.specs["Lead"]
        lead = writes.existing(store, spec, lead_id)
        if lead["IsConverted"]:
            raise converted_lead()
        _check_request(store, request)
        owner_id = _owner(store, lead, request)
        account_id = request.account_id or _new_account(store, lead, owner_id, user_id, now)
        if request.account_id is not None:
            _fill(store, "Account", account_id, mapped(store, lead, "Account"), user_id, now)
        contact_id = _contact(store, lead, request, account_id, owner_id, user_id, now)
        deal_id = _opportunity(store, lead, request, (account_id, contact_id, owner_id), user_id, now)
        _freeze(store, lead, request, Conversion(account_id, contact_id, deal_id), user_id, now)
        _move_followers(store, lead_id, contact_id, account_id, deal_id, now)
    return Conversion(account_id, contact_id, deal_id)


def _check_request(store: Store, request: ConversionRequest) -> None:
    statuses = store.tables["LeadStatus"].rows.values()
    if not any(row["IsConverted"] and row["ApiName"] == request.converted_status for row in statuses):
        raise SalesforceFault("INVALID_STATUS", f"invalid convertedStatus: {request.converted_status}", [])
    if request.contact_id is not None and request.account_id is None:
        raise required_missing(["AccountId"])
    contact, account = store.specs["Contact"], store.specs["Opportunity"].fields["AccountId"]
    if request.account_id is not None:
        check_reference(store, contact, account, request.account_id)
    if request.contact_id is not None:
        role = store.specs["OpportunityContactRole"]
        check_reference(store, role, role.fields["ContactId"], request.contact_id)
        row = store.row("Contact", request.contact_id)
        if row is not None and row.get("AccountId") not in (None, request.account_id):
            text = "The contact is not related to the account."
            raise SalesforceFault("INVALID_CROSS_REFERENCE_KEY", text, ["ContactId"])
    if request.opportunity_id is not None:
        role = store.specs["OpportunityContactRole"]
        check_reference(store, role, role.fields["OpportunityId"], request.opportunity_id)


def _owner(store: Store, lead: Row, request: ConversionRequest) -> str:
    owner_id = str(request.owner_id or lead["OwnerId"])
    if store.object_of(owner_id) != "User":
        raise required_missing(["OwnerId"])
    check_owner(store, owner_id)
    return owner_id


def mapped(store: Store, lead: Row, target: str) -> dict[str, Any]:
    """The lead's values under the names of ``target``: the standard mapping, and equal custom names."""
    names = dict(_TO_ACCOUNT if target == "Account" else _TO_CONTACT)
    if target == "Contact":
        theirs: ObjectSpec = store.specs[target]
        names.update(
            {
                name: name
                for name, field in store.specs["Lead"].fields.items()
                if field.custom and name in theirs.fields
            }
        )
    return {to: lead[name] for name, to in names.items() if lead.get(name) is not None}


def _fill(
    store: Store, sobject: str, record_id: str, values: Mapping[str, Any], user_id: str, now: datetime
) -> None:
    """Give an existing record the mapped values that it lacks; a lead's opt-out always passes on."""
    row = store.tables[sobject].rows[record_id]
    blanks = {name: value for name, value in values.items() if row.get(name) is None or row[name] is False}
    writes.update(store, store.specs[sobject], record_id, blanks, store.automated_user_id, now, writes.INSIDE)
    changed = store.tables[sobject].rows[record_id]
    store.put(sobject, Row({**changed, "LastModifiedById": user_id}))


def _new_record(store: Store, sobject: str, values: Mapping[str, Any], user_id: str, now: datetime) -> str:
    """Create with the platform's rights (a mapped field may be hidden from the user), signed by the user."""
    record_id = writes.create(
        store, store.specs[sobject], values, store.automated_user_id, now, writes.INSIDE
    )
    row = store.tables[sobject].rows[record_id]
    store.put(sobject, Row({**row, "CreatedById": user_id, "LastModifiedById": user_id}))
    return record_id


def _new_account(store: Store, lead: Row, owner_id: str, user_id: str, now: datetime) -> str:
    values = {**mapped(store, lead, "Account"), "Name": lead["Company"], "OwnerId": owner_id}
    return _new_record(store, "Account", values, user_id, now)


def _contact(
    store: Store,
    lead: Row,
    request: ConversionRequest,
    account_id: str,
    owner_id: str,
    user_id: str,
    now: datetime,
) -> str:
    values = mapped(store, lead, "Contact")
    if request.contact_id is None:
        return _new_record(
            store, "Contact", {**values, "AccountId": account_id, "OwnerId": owner_id}, user_id, now
        )
    _fill(store, "Contact", request.contact_id, {**values, "AccountId": account_id}, user_id, now)
    if request.overwrite_lead_source and lead.get("LeadSource") is not None:
        writes.system_write(store, "Contact", request.contact_id, {"LeadSource": lead["LeadSource"]}, now)
    return request.contact_id


def _opportunity(
    store: Store,
    lead: Row,
    request: ConversionRequest,
    parents: tuple[str, str, str],
    user_id: str,
    now: datetime,
) -> str | None:
    account_id, contact_id, owner_id = parents
    if request.opportunity_id is None and not request.create_opportunity:
        return None
    deal_id = request.opportunity_id
    if deal_id is None:
        members = store.holding("CampaignMember", "LeadId", lead.id)
        latest = max(members, key=lambda member: member["SystemModstamp"], default=None)
        values = {
            "Name": request.opportunity_name or f"{lead['Company']}-",
            "AccountId": account_id,
            "OwnerId": owner_id,
            "StageName": "Prospecting",
            "CloseDate": _end_of_quarter(now.date()),
            "LeadSource": lead.get("LeadSource"),
            "CampaignId": None if latest is None else latest["CampaignId"],
        }
        deal_id = _new_record(store, "Opportunity", values, user_id, now)
    role = {"OpportunityId": deal_id, "ContactId": contact_id, "IsPrimary": True}
    _new_record(store, "OpportunityContactRole", role, user_id, now)
    return deal_id


def _end_of_quarter(today: date) -> date:
    month = (today.month - 1) // 3 * 3 + 3
    first = date(today.year + month // 12, month % 12 + 1, 1)
    return first - timedelta(days=1)


def _freeze(
    store: Store, lead: Row, request: ConversionRequest, made: Conversion, user_id: str, now: datetime
) -> None:
    changes = {
        "Status": request.converted_status,
        "IsConverted": True,
        "ConvertedDate": now.date(),
        "ConvertedAccountId": made.account_id,
        "ConvertedContactId": made.contact_id,
        "ConvertedOpportunityId": made.opportunity_id,
        "LastModifiedDate": now,
        "LastModifiedById": user_id,
    }
    spec = store.specs["Lead"]
    writes.check_validation_rules(store, spec, {**lead, **changes}, lead, user_id, now)
    history.remember_changes(store, spec, lead, {**lead, **changes}, user_id, now)
    if store.history_fields.get("Lead"):
        history.add(store, spec, lead.id, "leadConverted", (None, None), user_id, now)
    writes.system_write(store, "Lead", lead.id, changes, now)


def _move_followers(
    store: Store, lead_id: str, contact_id: str, account_id: str, deal_id: str | None, now: datetime
) -> None:
    for sobject in ("Task", "Event"):
        for activity in store.holding(sobject, "WhoId", lead_id):
            changes = {"WhoId": contact_id, "WhatId": deal_id or account_id, "AccountId": account_id}
            writes.system_write(store, sobject, activity.id, changes, now)
    already = {row["CampaignId"] for row in store.holding("CampaignMember", "ContactId", contact_id)}
    for member in store.holding("CampaignMember", "LeadId", lead_id):
        if member["CampaignId"] not in already:
            changes = {"ContactId": contact_id, "LeadOrContactId": contact_id}
            writes.system_write(store, "CampaignMember", member.id, changes, now)
