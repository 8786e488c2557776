"""What the two simulated systems themselves hold, looked at before and after each pass, in plain Python.

None of Accord's tables, frames or functions are used: this is the other way to the same numbers.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.launch import Sandbox

QUALIFIED = {"MQL", "SQL"}
SAME_TOUCH = timedelta(minutes=10)
_NO_TOUCH = {
    "hs_call_direction": {"INBOUND"},
    "hs_email_direction": {"INCOMING_EMAIL"},
    "hs_meeting_outcome": {"CANCELED", "NO_SHOW", "RESCHEDULED"},
    "hs_email_status": {"BOUNCED", "FAILED", "SCHEDULED"},
}


@dataclass(frozen=True)
class Told:
    """Something sales said, at the moment by which it is known to have been said."""

    at: datetime
    said: str
    reason: str | None
    by_rep: bool


@dataclass
class Person:
    """One person as the systems show them."""

    stages: list[tuple[datetime, str, float | None]] = field(default_factory=list)
    handed_at: datetime | None = None
    owner: str | None = None
    touches: list[tuple[datetime, str]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    no_mail_since: datetime | None = None
    no_calls_since: datetime | None = None
    deals: list[Any] = field(default_factory=list)
    incomplete: bool = False

    @property
    def qualifications(self) -> list[datetime]:
        """When the person became qualified after not being so."""
        found, before = [], False
        for at, stage, _ in self.stages:
            if stage in QUALIFIED and not before:
                found.append(at)
            before = stage in QUALIFIED
        return found


class Watcher:
    """Notes what can be seen of everybody's records: sales' words before each pass, Accord's after it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._portal, self._org = sandbox.portal, sandbox.org
        self._told: dict[str, list[Told]] = defaultdict(list)
        self._last: dict[tuple[str, str], Any] = {}
        self._stages: dict[str, list[tuple[datetime, str, float | None]]] = defaultdict(list)
        self._refusals: dict[tuple[str, str], datetime] = {}
        self._handed: dict[str, datetime] = {}
        self._incomplete: set[str] = set()

    # ---- looking

    def before_pass(self) -> None:
        """Sales' answers and people's refusals, dated by the record's last change when they are first seen."""
        for sobject in ("Lead", "Contact"):
            for row in self._org.rows(sobject):
                at = row["SystemModstamp"]
                if sobject == "Lead":
                    self._note(row.id, "status", (row["Status"],), at)
                if not row.get("IsConverted"):
                    said = row.get("Accord_Disposition__c")
                    answer = (said, row.get("Accord_Disposition_Reason__c"), row.get("Accord_Objection__c"))
                    if said:
                        self._note(row.id, "disposition", answer, at)
                    for name in ("HasOptedOutOfEmail", "DoNotCall"):
                        if row[name]:
                            self._refusals.setdefault((row.id, name), at)
        for record in self._portal.records("contacts"):
            for name, own in (("HasOptedOutOfEmail", "hs_email_optout"), ("DoNotCall", "do_not_call")):
                if record.properties.get(own) == "true" and (record.id, name) not in self._refusals:
                    self._refusals[record.id, name] = record.history_of(own)[0].timestamp

    def _note(self, record_id: str, what: str, answer: tuple[Any, ...], at: datetime) -> None:
        if self._last.get((record_id, what)) != answer:
            self._last[record_id, what] = answer
            reason = answer[1] if what == "disposition" else None
            self._told[record_id].append(Told(at, answer[0], reason, what == "disposition"))

    def after_pass(self, at: datetime) -> None:
        """Stage and score that Accord wrote, and since when somebody is handed over."""
        for record in self._portal.records("contacts"):
            self._stage(
                record.id, record.properties.get("accord_stage"), record.properties.get("accord_score"), at
            )
        for sobject in ("Lead", "Contact"):
            for row in self._org.rows(sobject):
                self._stage(row.id, row.get("Accord_Stage__c"), row.get("Accord_Score__c"), at)
                handed = row.get("Accord_Handoff_At__c")
                if handed is not None and row.id not in self._handed:
                    self._handed[row.id] = handed
                    if not (row["LastName"] and (row.get("Company") or row.get("AccountId"))):
                        self._incomplete.add(row.id)
                    if not (row["Email"] or row["Phone"]):
                        self._incomplete.add(row.id)

    def _stage(self, record_id: str, stage: str | None, score: Any, at: datetime) -> None:
        known = self._stages[record_id]
        if stage and (not known or known[-1][1] != stage):
            known.append((at, stage, None if score in (None, "") else float(score)))

    # ---- putting people together

    def people(self, *, now: datetime) -> list[Person]:
        """Everybody, each once, with everything known up to ``now``."""
        groups = self._groups()
        touches = self._touches(now)
        found = []
        for ids in groups:
            person = Person()
            contact_ids = [one for one in ids if not one.startswith("00")]
            person.stages = self._stages_of(contact_ids or ids)
            handed = [self._handed[one] for one in ids if one in self._handed]
            person.handed_at = min(handed, default=None)
            person.incomplete = bool(self._incomplete.intersection(ids))
            person.touches = _once([touch for one in ids for touch in touches.get(one, [])])
            since = person.handed_at or now
            person.owner = self._owner(ids) or next((by for at, by in person.touches if at >= since), None)
            person.told = self._told_of(ids)
            for name, attribute in (("HasOptedOutOfEmail", "no_mail_since"), ("DoNotCall", "no_calls_since")):
                moments = [self._refusals[one, name] for one in ids if (one, name) in self._refusals]
                setattr(person, attribute, min(moments, default=None))
            person.deals = self._deals(ids)
            found.append(person)
        return found

    def _groups(self) -> list[list[str]]:
        """Ids of records that are one person: they name each other, were converted, or were merged."""
        parent: dict[str, str] = {}

        def root(one: str) -> str:
            parent.setdefault(one, one)
            while parent[one] != one:
                one = parent[one]
            return one

        def join(one: str, other: str | None) -> None:
            if other:
                parent[root(other)] = root(one)

        for record in self._portal.records("contacts"):
            root(record.id)
            join(record.id, record.properties.get("salesforce_lead_id"))
            join(record.id, record.properties.get("salesforce_contact_id"))
            for other in (record.properties.get("hs_merged_object_ids") or "").split(";"):
                join(record.id, other)
        for sobject in ("Lead", "Contact"):
            for row in self._org.rows(sobject, include_deleted=True):
                if not row.deleted or row.get("MasterRecordId"):
                    root(row.id)
                    join(row.id, row.get("ConvertedContactId"))
                    join(row.id, row.get("MasterRecordId"))
        groups: dict[str, list[str]] = defaultdict(list)
        for one in parent:
            groups[root(one)].append(one)
        return list(groups.values())

    def _stages_of(self, ids: list[str]) -> list[tuple[datetime, str, float | None]]:
        """The history of the record that has one longest; a person's records are written in one pass."""
        return max((self._stages.get(one, []) for one in ids), key=len, default=[])

    def _owner(self, ids: list[str]) -> str | None:
        for sobject in ("Contact", "Lead"):
            for row in self._org.rows(sobject):
                if row.id in ids and not row.get("IsConverted"):
                    return self._email_of(row["OwnerId"])
        return None

    def _told_of(self, ids: list[str]) -> list[Told]:
        # A converted Lead hands its answer to the Contact, which says nothing new by it.
        found, last = [], None
        for told in sorted(
            (one for each in ids for one in self._told[each]), key=lambda one: (one.at, one.by_rep)
        ):
            if told.by_rep and last is not None and (told.said, told.reason) == (last.said, last.reason):
                continue
            last = told if told.by_rep else last
            found.append(told)
        return found

    def _touches(self, now: datetime) -> dict[str, list[tuple[datetime, str, str]]]:
        """By record of a person: when, by whom and of which kind somebody of sales was in touch."""
        sales = {str(row["Email"]).lower() for row in self._org.rows("User") if row["Email"]}
        found: dict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
        for who, touch in (*self._in_salesforce(), *self._in_hubspot()):
            if touch[0] <= now and touch[1] in sales:
                found[who].append(touch)
        return found

    def _in_salesforce(self) -> Iterator[tuple[str, tuple[datetime, str, str]]]:
        us = self._org.integration_user_id
        for row in self._org.rows("Task"):
            kind = {"Call": "call", "Email": "email"}.get(row.get("TaskSubtype"))
            if kind and row["CreatedById"] != us and row.get("WhoId") and row.get("CallType") != "Inbound":
                at = row.get("CompletedDateTime") or row["CreatedDate"]
                yield row["WhoId"], (at, self._email_of(row["OwnerId"]), kind)
        for row in self._org.rows("Event"):
            if row["CreatedById"] != us and row.get("WhoId"):
                yield row["WhoId"], (row["StartDateTime"], self._email_of(row["OwnerId"]), "meeting")

    def _in_hubspot(self) -> Iterator[tuple[str, tuple[datetime, str, str]]]:
        for object_type, kind in (("calls", "call"), ("emails", "email"), ("meetings", "meeting")):
            for record in self._portal.records(object_type):
                values = record.properties
                owner = self._portal.owners.get(values.get("hubspot_owner_id") or "")
                when = (kind == "meeting" and values.get("hs_meeting_start_time")) or values.get(
                    "hs_timestamp"
                )
                ours = record.writes[0].actor.source_type == "INTEGRATION"
                if (
                    ours
                    or owner is None
                    or not when
                    or any(values.get(name) in bad for name, bad in _NO_TOUCH.items())
                ):
                    continue
                for contact_id in self._portal.associations.targets(object_type, record.id, "contacts"):
                    yield contact_id, (datetime.fromisoformat(when), owner.email.lower(), kind)

    def _email_of(self, user_id: str) -> str:
        users = {row.id: row for row in self._org.rows("User")}
        return str(users[user_id]["Email"] or "").lower() if user_id in users else ""

    def _deals(self, ids: list[str]) -> list[Any]:
        roles = [
            row["OpportunityId"]
            for row in self._org.rows("OpportunityContactRole")
            if row["ContactId"] in ids
        ]
        return [row for row in self._org.rows("Opportunity") if row.id in roles]


def _once(touches: list[tuple[datetime, str, str]]) -> list[tuple[datetime, str]]:
    """Moments and owners of touches; one that was written down again within ten minutes counts once."""
    kept: list[tuple[datetime, str, str]] = []
    for at, owner, kind in sorted(touches):
        if not any(o == owner and k == kind and at - t <= SAME_TOUCH for t, o, k in kept):
            kept.append((at, owner, kind))
    return [(at, owner) for at, owner, _ in kept]
