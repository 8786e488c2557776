"""What sales says happened, taken from Salesforce as a history: statuses, dispositions, consent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import links, mirror, runs
from connectors.store.engine import upsert, where_in
from connectors.store.tables import dispositions, excuses, sales_statuses
from passes import agreed, persons
from passes.context import PassContext
from passes.step import StepResult
from sync_rules.records import Record

DISPOSITION = "Accord_Disposition__c"
REASON = "Accord_Disposition_Reason__c"
OBJECTION = "Accord_Objection__c"
_CONSENT = {"HasOptedOutOfEmail": "opted out", "DoNotCall": "do not call"}
_AT_ONCE = 20_000


def gather(context: PassContext) -> StepResult:
    """Note new answers of sales, and have the people concerned fed back."""
    now = context.now()
    with context.store.begin() as connection:
        if runs.use_contract(
            connection, "sla", context.contracts.sla.version, context.contracts.sla_text, now=now
        ):
            links.mark_all(connection, "feedback_due", "person")
        due = links.due(connection, "feedback_due", "person")
        announced = agreed.note_announcements(connection) if agreed.promised(context.contracts.sla) else 0
    figures = {"people looked at": len(due), "new statuses": 0, "new dispositions": 0, "new consent": 0}
    figures["campaigns announced"] = announced
    for start in range(0, len(due), _AT_ONCE):
        with context.store.begin() as connection:
            part = persons.load(connection, due[start : start + _AT_ONCE])
            owners = persons.load_owner_map(context, connection)
            leads = _converted_leads(connection, part)
            figures["new statuses"] += _note_statuses(connection, part, leads, owners)
            figures["new dispositions"] += _note_dispositions(connection, part, owners)
            figures["new consent"] += _note_consent(connection, part)
    return StepResult(figures=figures)


def _converted_leads(connection: sa.Connection, people: Sequence[persons.Person]) -> dict[str, Record]:
    ids = (person.row.link.lead_id for person in people if person.row.link.lead_id)
    return mirror.load(connection, "salesforce", "Lead", ids)


def _note_statuses(
    connection: sa.Connection, people: Sequence[persons.Person], leads: dict[str, Record], owners: Any
) -> int:
    latest = _latest(connection, sales_statuses, (person.link_id for person in people))
    rows = []
    for person in people:
        lead = leads.get(person.row.link.lead_id or "") or person.living_salesforce
        if lead is None or lead.object_type != "Lead" or not lead.fields.get("Status"):
            continue
        status = str(lead.fields["Status"])
        if person.link_id in latest and latest[person.link_id].status == status:
            continue
        # A first sight of an old lead is dated by its last change: it was so at the latest then.
        rows.append(
            {
                "link_id": person.link_id,
                "at": lead.modified_at,
                "status": status,
                "owner": persons.owner_of(lead, owners),
            }
        )
    return upsert(connection, sales_statuses, rows)


def _note_dispositions(connection: sa.Connection, people: Sequence[persons.Person], owners: Any) -> int:
    latest = _latest(connection, dispositions, (person.link_id for person in people))
    rows = []
    for person in people:
        record = person.living_salesforce
        if record is None or not record.fields.get(DISPOSITION):
            continue
        answer = (record.fields[DISPOSITION], record.fields.get(REASON), record.fields.get(OBJECTION))
        known = latest.get(person.link_id)
        if known is not None and (known.disposition, known.reason, known.note) == answer:
            continue
        rows.append(
            {
                "link_id": person.link_id,
                "at": record.modified_at,
                "disposition": answer[0],
                "reason": answer[1],
                "note": answer[2],
                "owner": persons.owner_of(record, owners),
            }
        )
    return upsert(connection, dispositions, rows)


def _note_consent(connection: sa.Connection, people: Sequence[persons.Person]) -> int:
    known = {
        (row.link_id, row.kind)
        for row in where_in(
            connection, sa.select(excuses), excuses.c.link_id, (person.link_id for person in people)
        )
    }
    rows = []
    for person in people:
        for api_name, kind in _CONSENT.items():
            at = _since(person, api_name)
            if at is not None and (person.link_id, kind) not in known:
                rows.append({"link_id": person.link_id, "kind": kind, "at": at})
    return upsert(connection, excuses, rows)


def _since(person: persons.Person, api_name: str) -> datetime | None:
    """Since when, at the latest, the person has said no; None if they have not."""
    record = person.living_salesforce
    if record is not None and record.fields.get(api_name):
        return record.modified_at
    contact = person.living_hubspot
    name = {"HasOptedOutOfEmail": "hs_email_optout", "DoNotCall": "do_not_call"}[api_name]
    if contact is not None and contact.fields.get(name) == "true":
        stamp = contact.stamps.get(name)
        return stamp.at if stamp is not None else contact.modified_at
    return None


def _latest(connection: sa.Connection, table: sa.Table, link_ids: Iterable[str]) -> dict[str, Any]:
    rows = where_in(connection, sa.select(table), table.c.link_id, link_ids)
    latest: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: row.at):
        latest[row.link_id] = row
    return latest
