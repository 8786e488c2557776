"""Fields that the server works out: at save (``before_save``) or when read (``VIRTUAL``).

Nothing here refuses a write except contradictions between a row's own lookups: of an
activity, a campaign member, an account that would stand below itself.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.salesforce.errors import SalesforceFault, required_missing
from sandbox.salesforce.objects_sales import STAGES
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

_STAGES = {stage[0]: stage for stage in STAGES}
_ARCHIVED_AFTER = timedelta(days=365)
Draft = dict[str, Any]


def before_save(store: Store, sobject: str, draft: Draft, old: Row | None, now: datetime) -> None:
    """Fill the server-set fields of ``draft``, the row about to be stored."""
    work = _BEFORE_SAVE.get(sobject)
    if work is not None:
        work(store, draft, old, now)


def _full_name(_: Store, draft: Draft, __: Row | None, ___: datetime) -> None:
    parts = (draft.get("FirstName"), draft.get("LastName"))
    draft["Name"] = " ".join(part for part in parts if part)
    if "IsEmailBounced" in draft:
        draft["IsEmailBounced"] = draft.get("EmailBouncedDate") is not None


def _account(store: Store, draft: Draft, _: Row | None, __: datetime) -> None:
    above, seen = draft.get("ParentId"), {draft["Id"]}
    while above is not None:
        if above in seen:
            text = "An account cannot stand below itself in the account hierarchy"
            raise SalesforceFault("CIRCULAR_DEPENDENCY", text, ["ParentId"])
        seen.add(above)
        parent = store.row("Account", above)
        above = parent.get("ParentId") if parent is not None else None


def _opportunity(_: Store, draft: Draft, old: Row | None, now: datetime) -> None:
    stage = _STAGES.get(draft.get("StageName") or "", ("", 0, False, False, "Pipeline"))
    changed = old is None or old.get("StageName") != draft.get("StageName")
    if changed and (draft.get("Probability") is None or old is not None):
        draft["Probability"] = float(stage[1])
    if changed and old is not None:
        draft["LastStageChangeDate"] = now
    draft["IsClosed"], draft["IsWon"], draft["ForecastCategory"] = stage[2], stage[3], stage[4]
    amount, probability = draft.get("Amount"), draft.get("Probability")
    draft["ExpectedRevenue"] = None if amount is None else round(amount * (probability or 0.0) / 100, 2)


def _related(store: Store, draft: Draft) -> None:
    who = draft.get("WhoId")
    if who is not None and who.startswith("00Q") and draft.get("WhatId") is not None:
        text = "A task or event of a lead cannot also be related to another record"
        raise SalesforceFault("FIELD_INTEGRITY_EXCEPTION", text, ["WhatId"])
    draft["AccountId"] = None
    for target in (draft.get("WhatId"), who):
        found = store.anywhere(target)
        if found is not None:
            draft["AccountId"] = target if found[0] == "Account" else found[1].get("AccountId")
            if draft["AccountId"] is not None:
                return


def _task(store: Store, draft: Draft, old: Row | None, now: datetime) -> None:
    closed = draft["Status"] == "Completed"
    draft["IsClosed"] = closed
    draft["IsHighPriority"] = draft["Priority"] == "High"
    if draft.get("TaskSubtype") is None:
        draft["TaskSubtype"] = "Task"
    if not closed:
        draft["CompletedDateTime"] = None
    elif old is None or not old["IsClosed"]:
        draft["CompletedDateTime"] = now
    _related(store, draft)


def _event(store: Store, draft: Draft, old: Row | None, _: datetime) -> None:
    def changed(name: str) -> bool:
        return draft.get(name) is not None and (old is None or old.get(name) != draft.get(name))

    start = draft["StartDateTime"] if changed("StartDateTime") else draft.get("ActivityDateTime")
    start = start or draft.get("StartDateTime")
    if start is None and draft.get("IsAllDayEvent") and draft.get("ActivityDate") is not None:
        start = datetime.combine(draft["ActivityDate"], datetime.min.time(), tzinfo=store.clock.now().tzinfo)
    if start is None:
        raise required_missing(["StartDateTime"])
    if draft.get("EndDateTime") is not None and (
        changed("EndDateTime") or draft.get("DurationInMinutes") is None
    ):
        draft["DurationInMinutes"] = int((draft["EndDateTime"] - start).total_seconds() // 60)
    if draft.get("DurationInMinutes") is None:
        raise required_missing(["DurationInMinutes"])
    if draft["DurationInMinutes"] < 0:
        raise SalesforceFault(
            "FIELD_INTEGRITY_EXCEPTION", "An event cannot end before it starts", ["EndDateTime"]
        )
    draft["StartDateTime"] = draft["ActivityDateTime"] = start
    draft["EndDateTime"] = start + timedelta(minutes=draft["DurationInMinutes"])
    draft["ActivityDate"] = start.date()
    if draft.get("EventSubtype") is None:
        draft["EventSubtype"] = "Event"
    _related(store, draft)


def _campaign_member(store: Store, draft: Draft, old: Row | None, now: datetime) -> None:
    lead_id, contact_id = draft.get("LeadId"), draft.get("ContactId")
    if lead_id is None and contact_id is None:
        raise required_missing(["LeadId", "ContactId"])
    if old is None and lead_id is not None and contact_id is not None:
        draft["LeadId"] = None
    person = contact_id or lead_id
    draft["LeadOrContactId"] = person
    if old is None:
        field = "ContactId" if contact_id is not None else "LeadId"
        for other in store.holding("CampaignMember", field, person):
            if other["CampaignId"] == draft.get("CampaignId"):
                raise SalesforceFault("DUPLICATE_VALUE", "Already a campaign member.", [])
    responded = any(
        status["HasResponded"] and status["Label"] == draft["Status"]
        for status in store.holding("CampaignMemberStatus", "CampaignId", draft.get("CampaignId"))
    )
    draft["HasResponded"] = responded
    if responded and (old is None or old.get("FirstRespondedDate") is None):
        draft["FirstRespondedDate"] = now.date()


_BEFORE_SAVE: dict[str, Callable[[Store, Draft, Row | None, datetime], None]] = {
    "Account": _account,
    "Lead": _full_name,
    "Contact": _full_name,
    "User": _full_name,
    "Opportunity": _opportunity,
    "Task": _task,
    "Event": _event,
    "CampaignMember": _campaign_member,
}

Virtual = Callable[[Store, Row], Any]


def archived(store: Store, row: Row) -> bool:
    """Closed tasks and past events older than a year: gone from ``query``, present in ``queryAll``."""
    due = row.get("ActivityDate")
    if due is None:
        completed = row.get("CompletedDateTime")
        due = None if completed is None else completed.date()
    done = row.get("IsClosed", True)
    return bool(done and due is not None and due < (store.clock.now() - _ARCHIVED_AFTER).date())


def _address(prefix: str) -> Virtual:
    parts = (("city", "City"), ("country", "Country"), ("postalCode", "PostalCode"), ("state", "State"),
             ("street", "Street"))  # fmt: skip

    def compound(_: Store, row: Row) -> dict[str, Any] | None:
        found = {key: row.get(prefix + name) for key, name in parts}
        if not any(found.values()):
            return None
        return {**found, "geocodeAccuracy": None, "latitude": None, "longitude": None}

    return compound


def _last_activity(lookup: str) -> Virtual:
    def latest(store: Store, row: Row) -> date | None:
        tasks = store.holding("Task", lookup, row.id)
        days = [task["ActivityDate"] for task in tasks if task["IsClosed"] and task.get("ActivityDate")]
        days += [event["ActivityDate"] for event in store.holding("Event", lookup, row.id)]
        return max(days, default=None)

    return latest


def _members(test: Callable[[Store, Row], bool]) -> Virtual:
    return lambda store, row: sum(
        test(store, m) for m in store.holding("CampaignMember", "CampaignId", row.id)
    )


def _converted_member(store: Store, member: Row) -> bool:
    lead = store.row("Lead", member.get("LeadId"))
    return lead is not None and bool(lead["IsConverted"])


def _opportunities(won: bool, value: Callable[[Row], float]) -> Virtual:
    def total(store: Store, row: Row) -> float:
        every = store.holding("Opportunity", "CampaignId", row.id)
        return sum(value(deal) for deal in every if deal["IsWon"] or not won)

    return total


VIRTUAL: dict[tuple[str, str], Virtual] = {
    ("Lead", "Address"): _address(""),
    ("Contact", "MailingAddress"): _address("Mailing"),
    ("Contact", "OtherAddress"): _address("Other"),
    ("Account", "BillingAddress"): _address("Billing"),
    ("Account", "ShippingAddress"): _address("Shipping"),
    ("Lead", "LastActivityDate"): _last_activity("WhoId"),
    ("Contact", "LastActivityDate"): _last_activity("WhoId"),
    ("Account", "LastActivityDate"): _last_activity("AccountId"),
    ("Opportunity", "LastActivityDate"): _last_activity("WhatId"),
    ("Task", "IsArchived"): archived,
    ("Event", "IsArchived"): archived,
    ("Campaign", "NumberOfLeads"): _members(lambda _, m: m.get("LeadId") is not None),
    ("Campaign", "NumberOfConvertedLeads"): _members(_converted_member),
    ("Campaign", "NumberOfContacts"): _members(lambda _, m: m.get("ContactId") is not None),
    ("Campaign", "NumberOfResponses"): _members(lambda _, m: bool(m["HasResponded"])),
    ("Campaign", "NumberOfOpportunities"): _opportunities(False, lambda _: 1),
    ("Campaign", "NumberOfWonOpportunities"): _opportunities(True, lambda _: 1),
    ("Campaign", "AmountAllOpportunities"): _opportunities(False, lambda deal: deal.get("Amount") or 0.0),
    ("Campaign", "AmountWonOpportunities"): _opportunities(True, lambda deal: deal.get("Amount") or 0.0),
}
