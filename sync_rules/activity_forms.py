"""The raw forms of an activity: which fields of a side carry a shared value, and which a new record needs besides.

Values only; what is written is decided in ``plan_activities.py``, and reading is ``activities.py``.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sync_rules.activities import CALL_OUTCOMES, TITLE_PROPERTY, Activity
from sync_rules.external_ids import ACTIVITY_AT_IN_SALESFORCE
from sync_rules.mapping_activities import ActivityKind, KindSpec
from sync_rules.records import Side

# What both sides can hold of each kind, and so what is kept in agreement.
SHARED: Final[Mapping[ActivityKind, tuple[str, ...]]] = {
    "call": ("subject", "body", "at", "direction", "duration_s", "outcome"),
    "email": ("subject", "body", "at"),
    "meeting": ("subject", "body", "at", "duration_s"),
    "task": ("subject", "body", "at", "done"),
}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OUTCOME_IDS = {label: guid for guid, label in CALL_OUTCOMES.items()}


def left_out(kind: KindSpec, activity: Activity) -> bool:
    """Whether the mapping keeps an activity of this outcome on its own side; case does not matter."""
    outcome = (activity.outcome or "").casefold()
    return any(outcome == excepted.strip().casefold() for excepted in kind.except_outcomes)


def stored(value: Any) -> Any:
    """A shared value as JSON keeps it."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def restored(name: str, kept: Any) -> Any:
    """What ``stored`` kept."""
    return datetime.fromisoformat(kept) if name == "at" and isinstance(kept, str) else kept


def written(activity: Activity, name: str, side: Side) -> Iterator[tuple[str, Any]]:
    """The raw fields that carry one shared value on ``side``."""
    yield from _hubspot_fields(activity, name) if side == "hubspot" else _salesforce_fields(activity, name)


def _hubspot_fields(activity: Activity, name: str) -> Iterator[tuple[str, Any]]:
    kind = activity.kind
    if name == "subject":
        yield TITLE_PROPERTY[kind], activity.subject
    elif name == "body" and kind == "email":
        yield "hs_email_text", activity.body
    elif name == "body":
        yield (
            f"hs_{kind}_body",
            html.escape(activity.body, quote=False).replace("\n", "<br>") if activity.body else None,
        )
    elif name == "at":
        yield "hs_timestamp", _iso(activity.at)
        if kind == "meeting":
            yield "hs_meeting_start_time", _iso(activity.at)
    elif name == "duration_s" and activity.duration_s is not None:
        if kind == "call":
            yield "hs_call_duration", str(activity.duration_s * 1000)
        else:
            yield "hs_meeting_end_time", _iso(activity.at + timedelta(seconds=activity.duration_s))
    elif name == "direction" and activity.direction is not None:
        yield "hs_call_direction", activity.direction.upper()
    elif name == "outcome":
        guid = _OUTCOME_IDS.get(activity.outcome, activity.outcome) if activity.outcome else None
        # An outcome that HubSpot has no number for stays in Salesforce.
        if guid is None or _GUID.fullmatch(guid):
            yield "hs_call_disposition", guid
    elif name == "done":
        yield "hs_task_status", "COMPLETED" if activity.done else "NOT_STARTED"


def _salesforce_fields(activity: Activity, name: str) -> Iterator[tuple[str, Any]]:
    kind = activity.kind
    if name == "subject":
        yield "Subject", activity.subject
    elif name == "body":
        yield "Description", activity.body
    elif name == "at":
        yield ACTIVITY_AT_IN_SALESFORCE, _iso(activity.at)
        if kind == "meeting":
            yield "StartDateTime", _iso(activity.at)
            # Salesforce refuses an event without an end.
            yield "EndDateTime", _iso(activity.at + timedelta(seconds=activity.duration_s or 0))
        else:
            yield "ActivityDate", activity.at.date().isoformat()
    elif name == "duration_s":
        if kind == "call":
            yield "CallDurationInSeconds", activity.duration_s
        else:
            yield "EndDateTime", _iso(activity.at + timedelta(seconds=activity.duration_s or 0))
    elif name == "direction" and activity.direction is not None:
        yield "CallType", activity.direction.capitalize()
    elif name == "outcome":
        yield "CallDisposition", activity.outcome
    elif name == "done":
        yield "Status", "Completed" if activity.done else "Not Started"


def fixed(activity: Activity, side: Side) -> dict[str, Any]:
    """What a new record of this kind needs besides its values."""
    kind = activity.kind
    if side == "salesforce":
        if kind == "meeting":
            return {}
        status = {} if kind == "task" else {"Status": "Completed"}
        return {"TaskSubtype": kind.capitalize(), **status}
    if kind == "email":
        # A Task does not say which way the mail went; reps log what they send.
        return {"hs_email_direction": "EMAIL" if activity.direction != "inbound" else "INCOMING_EMAIL"}
    if kind == "meeting":
        return {"hs_meeting_outcome": "SCHEDULED"}
    return {"hs_task_type": "TODO"} if kind == "task" else {"hs_call_status": "COMPLETED"}


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
