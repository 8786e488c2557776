"""What sales says happened, taken from Salesforce as a history: statuses, dispositions, consent."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import links, mirror, runs
from connectors.store.engine import upsert, where_in
from connectors.store.tables import dispositions, excuses, handoffs, sales_statuses
from passes import persons
from passes.context import PassContext
from passes.numbers import agreed
from passes.recycling import standings
from passes.step import StepResult
from sync_rules.records import Record

DISPOSITION = "Accord_Disposition__c"
REASON = "Accord_Disposition_Reason__c"
OBJECTION = "Accord_Objection__c"
TAKEN_BACK = ("", None, None)
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
            standings.judge_again(connection)
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
    """Note each answer that is new; one that is gone is noted as an empty disposition."""
    ids = [person.link_id for person in people]
    latest = _latest(connection, dispositions, ids)
    handed = _handed_over(connection, latest)
    rows = []
    for person in people:
        record, known = person.living_salesforce, latest.get(person.link_id)
        if record is None or DISPOSITION not in record.fields:
            continue
        said = record.fields[DISPOSITION]
        answer = (said, record.fields.get(REASON), record.fields.get(OBJECTION)) if said else TAKEN_BACK
        if answer == ((known.disposition, known.reason, known.note) if known is not None else TAKEN_BACK):
            continue
        at = record.modified_at
        if answer == TAKEN_BACK and person.link_id in handed:
            # The mirror has what Accord itself cleared, but not yet the time of it: that belongs to this turn.
            at = max(at, handed[person.link_id])
        rows.append(
            {
                "link_id": person.link_id,
                "at": at,
                "disposition": answer[0],
                "reason": answer[1],
                "note": answer[2],
                "owner": persons.owner_of(record, owners),
            }
        )
    links.mark(connection, "judge_due", [str(row["link_id"]) for row in rows])
    return upsert(connection, dispositions, rows)


def _handed_over(connection: sa.Connection, answered: Mapping[str, Any]) -> dict[str, datetime]:
    """The latest handoff of each person who was handed over after the latest answer."""
    found = where_in(
        connection, sa.select(handoffs).where(handoffs.c.confirmed), handoffs.c.link_id, list(answered)
    )
    latest: dict[str, datetime] = {}
    for row in found:
        if row.handed_off_at > answered[row.link_id].at:
            latest[row.link_id] = max(row.handed_off_at, latest.get(row.link_id, row.handed_off_at))
    return latest


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
