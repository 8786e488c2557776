"""One canonical activity from either side's raw record.

Reading only. Which records are one activity is ``activity_pairs.py``, what is written ``plan_activities.py``;
marketing engagement, which is summed up by day, is ``roll_up.py``.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sync_rules.addresses import plain_text
from sync_rules.external_ids import (
    ACTIVITY_AT_IN_SALESFORCE,
    ACTIVITY_ID_IN_SALESFORCE,
    id18,
)
from sync_rules.mapping_activities import Activities, ActivityKind
from sync_rules.normalise import Unreadable, moment
from sync_rules.owners import OwnerMap
from sync_rules.records import Record

ROLL_UP_PREFIX = "rollup:"
MESSAGE_ID_FACT, MESSAGE_AT_FACT = "_message_id", "_message_at"
"""Read beside a Task of a mail: Salesforce keeps the Message-ID and the moment of sending in another object."""
BODY_LIMIT = 32_000
"""Characters of a Salesforce description; a longer HubSpot body is compared and copied up to here."""

# HubSpot's own call outcomes; an account's further ones are kept as they are.
CALL_OUTCOMES: Mapping[str, str] = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "Busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "Connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "Left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "Left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "No answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "Wrong number",
}

TITLE_PROPERTY: Mapping[ActivityKind, str] = {
    "call": "hs_call_title", "email": "hs_email_subject",
    "meeting": "hs_meeting_title", "task": "hs_task_subject",
}  # fmt: skip
Direction = Literal["inbound", "outbound"]
_HUBSPOT_DIRECTIONS: Mapping[str, Direction] = {
    "INBOUND": "inbound", "OUTBOUND": "outbound",
    "EMAIL": "outbound", "FORWARDED_EMAIL": "outbound", "INCOMING_EMAIL": "inbound",
}  # fmt: skip
_CALL_TYPES: Mapping[str, Direction] = {"Inbound": "inbound", "Outbound": "outbound"}
_KIND_OF_SUBTYPE: Mapping[str, ActivityKind] = {"Call": "call", "Email": "email", "Task": "task"}


@dataclass(frozen=True, slots=True)
class Activity:
    """What happened between us and a person, whichever side tells it.

    Attributes:
        at: aware UTC; for a task its due time.
        person_ids: record ids of people on the side that tells it.
        owner_email: canonical owner key, or None.
        body: plain text.
        duration_s: calls and meetings.
        message_id: of a mail, as mail systems know it; without it nothing says that two mails differ.
        done: false for a task that is still open, or a meeting that was called off.
    """

    kind: ActivityKind
    at: datetime
    person_ids: tuple[str, ...]
    owner_email: str | None
    subject: str | None
    body: str | None
    outcome: str | None
    duration_s: int | None
    direction: Direction | None
    done: bool
    message_id: str | None = None


def activity_key(record: Record) -> str:
    """The identity of an activity that began as ``record``: ``calls:123``, ``Task:00T…``."""
    return f"{record.object_type}:{id18(record.id) if record.side == 'salesforce' else record.id}"


def message_id_of(record: Record) -> str | None:
    """The Message-ID of a mail, as both sides can be compared by: some keep its angle brackets, some do not."""
    name = "hs_email_message_id" if record.side == "hubspot" else MESSAGE_ID_FACT
    text = plain_text(record.fields.get(name)) or ""
    return text.strip().removeprefix("<").removesuffix(">").strip().casefold() or None


def activity_of(record: Record, rules: Activities, owners: OwnerMap) -> Activity | None:
    """The canonical form of a HubSpot engagement, Task or Event.

    None for what is not synced: kinds that the mapping leaves out, Accord's own roll-ups, mass mails, records
    without a time.
    """
    return (
        _from_hubspot(record, rules, owners)
        if record.side == "hubspot"
        else _from_salesforce(record, rules, owners)
    )


def _from_hubspot(record: Record, rules: Activities, owners: OwnerMap) -> Activity | None:
    kind = next((k for k, spec in rules.kinds.items() if spec.hubspot == record.object_type), None)
    fields = record.fields
    at = _moment(fields.get("hs_timestamp"))
    if kind is None or at is None:
        return None
    status = {"task": fields.get("hs_task_status"), "meeting": fields.get("hs_meeting_outcome")}.get(kind)
    duration_s = None
    if kind == "call":
        milliseconds = _number(fields.get("hs_call_duration"))
        duration_s = None if milliseconds is None else milliseconds // 1000
    elif kind == "meeting":
        at = _moment(fields.get("hs_meeting_start_time")) or at
        duration_s = _seconds(at, _moment(fields.get("hs_meeting_end_time")))
    body = _body(fields.get("hs_email_html" if kind == "email" else f"hs_{kind}_body"))
    direction = fields.get("hs_call_direction" if kind == "call" else "hs_email_direction")
    outcome = plain_text(fields.get("hs_call_disposition"))
    owner = plain_text(fields.get("hubspot_owner_id"))
    return Activity(
        kind=kind,
        at=at,
        person_ids=tuple(str(person) for person in fields.get("_contacts") or ()),
        owner_email=owners.key_of("hubspot", owner) if owner else None,
        subject=plain_text(fields.get(TITLE_PROPERTY[kind])),
        body=_body(fields.get("hs_email_text"), markup=False) or body,
        outcome=CALL_OUTCOMES.get(outcome, outcome) if outcome else None,
        duration_s=duration_s,
        direction=_HUBSPOT_DIRECTIONS.get(direction) if direction else None,
        done=status == "COMPLETED"
        if kind == "task"
        else status not in ("CANCELED", "NO_SHOW", "RESCHEDULED"),
        message_id=message_id_of(record),
    )


def _from_salesforce(record: Record, rules: Activities, owners: OwnerMap) -> Activity | None:
    fields = record.fields
    own_key = plain_text(fields.get(ACTIVITY_ID_IN_SALESFORCE)) or ""
    kind: ActivityKind | None = "meeting"
    if record.object_type == "Task":
        kind = _KIND_OF_SUBTYPE.get(plain_text(fields.get("TaskSubtype")) or "Task")
    if kind is None or own_key.startswith(ROLL_UP_PREFIX) or fields.get("IsChild") is True:
        return None
    if kind not in rules.kinds or rules.kinds[kind].salesforce != record.object_type:
        return None
    at = _salesforce_time(record, kind)
    if at is None:
        return None
    duration_s = _number(fields.get("CallDurationInSeconds"))
    if kind == "meeting":
        minutes = _number(fields.get("DurationInMinutes"))
        duration_s = _seconds(at, _moment(fields.get("EndDateTime"))) or (minutes * 60 if minutes else None)
    direction = _CALL_TYPES.get(plain_text(fields.get("CallType")) or "")
    owner = plain_text(fields.get("OwnerId"))
    who = plain_text(fields.get("WhoId"))
    return Activity(
        kind=kind,
        at=at,
        person_ids=(id18(who),) if who else (),
        owner_email=owners.key_of("salesforce", owner) if owner else None,
        subject=plain_text(fields.get("Subject")),
        body=_body(fields.get("Description"), markup=False),
        outcome=plain_text(fields.get("CallDisposition")),
        duration_s=duration_s,
        direction=direction,
        done=kind == "meeting" or fields.get("IsClosed") is True or fields.get("Status") == "Completed",
        message_id=message_id_of(record),
    )


def _salesforce_time(record: Record, kind: ActivityKind) -> datetime | None:
    """Our own exact time where we wrote one; else what Salesforce knows, mostly when it was logged."""
    fields = record.fields
    exact = _moment(fields.get(ACTIVITY_AT_IN_SALESFORCE))
    if kind == "meeting":
        return _moment(fields.get("StartDateTime")) or _moment(fields.get("ActivityDateTime")) or exact
    if kind == "task":
        due = _moment(fields.get("ActivityDate"))
        # A rep moves the date; our time of day only stands while it is still that day's.
        if due is not None and (exact is None or exact.date() != due.date()):
            return due
    sent = _moment(fields.get(MESSAGE_AT_FACT))
    return exact or sent or _moment(fields.get("CompletedDateTime")) or record.created_at


def _moment(raw: Any) -> datetime | None:
    text = plain_text(raw)
    when = moment(text) if text else None
    return None if isinstance(when, Unreadable) else when


def _number(raw: Any) -> int | None:
    text = plain_text(raw)
    try:
        return int(Decimal(text)) if text else None
    except (InvalidOperation, OverflowError, ValueError):
        return None


def _seconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None or end < start else int((end - start).total_seconds())


_BREAKS = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^>]*>")
_TAGS = re.compile(r"<[^>]*>")


def _body(raw: Any, *, markup: bool = True) -> str | None:
    text = plain_text(raw)
    if text is None:
        return None
    if markup and "<" in text:
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
    text = html.unescape(text) if markup else text
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:BODY_LIMIT].strip() or None
