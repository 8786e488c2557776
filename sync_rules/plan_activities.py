"""What one pass would write for activities: missing copies, later edits, the mark on a touch logged twice.

Decisions on paired activities; reading and pairing are ``activities.py``.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sync_rules.activities import CALL_OUTCOMES, TITLE_PROPERTY, Activity, activity_key, activity_of
from sync_rules.changes import Bench, Place, fits, hold_field, update
from sync_rules.external_ids import (
    ACTIVITY_AT_IN_SALESFORCE,
    ACTIVITY_ID_IN_HUBSPOT,
    ACTIVITY_ID_IN_SALESFORCE,
    id18,
)
from sync_rules.mapping_model import ActivityKind
from sync_rules.merge import NO_BASE
from sync_rules.plan import Agreement, FieldChange, Write
from sync_rules.records import Link, Record, Side
from sync_rules.state import ActivityState

# What both sides can hold of each kind, and so what is kept in agreement.
SHARED: Final[Mapping[ActivityKind, tuple[str, ...]]] = {
    "call": ("subject", "body", "at", "direction", "duration_s", "outcome"),
    "email": ("subject", "body", "at"),
    "meeting": ("subject", "body", "at", "duration_s"),
    "task": ("subject", "body", "at", "done"),
}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OUTCOME_IDS = {label: guid for guid, label in CALL_OUTCOMES.items()}


class ActivityPlanner:
    """Plans one activity at a time."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._rules = bench.mapping.activities

    def plan(self, state: ActivityState) -> None:
        """Note what this activity needs."""
        hubspot, salesforce = state.hubspot, state.salesforce
        if any(record is not None and record.deleted for record in (hubspot, salesforce)):
            return
        if hubspot is not None and salesforce is not None:
            self._both(state, hubspot, salesforce)
        elif hubspot is not None:
            self._copy(state, hubspot, "salesforce")
        elif salesforce is not None:
            self._copy(state, salesforce, "hubspot")

    def _copy(self, state: ActivityState, source: Record, to: Side) -> None:
        activity = activity_of(source, self._rules, self._bench.owners)
        link = state.link
        if activity is None or link.hubspot_id is None or link.salesforce_id is None:
            return
        if activity.kind == "meeting" and not activity.done:
            return
        if self._is_copy(source):
            # Its twin was not handed in; writing it back to where it came from would be the wrong way round.
            return
        kind = self._rules.kinds[activity.kind]
        if kind.copy_to not in ("both", to):
            return
        object_type = kind.hubspot if to == "hubspot" else kind.salesforce
        place = Place(state.key, to, object_type, creating=True)
        raw = dict(self._identity_fields(activity, link, place))
        raw |= {
            target: value for name in SHARED[activity.kind] for target, value in _written(activity, name, to)
        }
        raw |= _fixed(activity, to)
        why = f"{activity.kind} logged in {'HubSpot' if source.side == 'hubspot' else 'Salesforce'}"
        changes = [
            FieldChange(target, target, None, value, value, "copy", why)
            for target, value in raw.items()
            if value is not None and fits(self._bench, place, target, target, value)
        ]
        key_field = ACTIVITY_ID_IN_SALESFORCE if to == "salesforce" else ACTIVITY_ID_IN_HUBSPOT
        key_value = activity_key(source) if to == "salesforce" else id18(source.id)
        self._bench.found.writes.append(
            Write(
                key=f"{to}:{object_type}:new:{state.key}",
                side=to,
                object_type=object_type,
                operation="create",
                record_id=None,
                link_id=state.key,
                changes=tuple(changes),
                external_key=(key_field, key_value),
                associations=(("contacts", link.hubspot_id),) if to == "hubspot" else (),
            )
        )

    def _is_copy(self, record: Record) -> bool:
        name = ACTIVITY_ID_IN_HUBSPOT if record.side == "hubspot" else ACTIVITY_ID_IN_SALESFORCE
        return bool(record.fields.get(name))

    def _identity_fields(self, activity: Activity, link: Link, place: Place) -> Iterator[tuple[str, Any]]:
        if place.side == "salesforce":
            yield "WhoId", link.salesforce_id
        if activity.owner_email is None:
            return
        owner_id = self._bench.owners.id_of(place.side, activity.owner_email)
        if owner_id is None:
            why = f"{activity.owner_email} has no active user in {place.side}"
            hold_field(self._bench, place, "owner", "unmapped_owner", why, activity.owner_email)
            return
        yield ("OwnerId" if place.side == "salesforce" else "hubspot_owner_id"), owner_id

    # ---- both sides --------------------------------------------------------------------------------------

    def _both(self, state: ActivityState, hubspot: Record, salesforce: Record) -> None:
        from_hubspot = not self._is_copy(hubspot)
        from_salesforce = not self._is_copy(salesforce)
        if from_hubspot and from_salesforce:
            self._mark_twins(state, hubspot, salesforce)
        elif from_hubspot:
            self._follow(state, hubspot, salesforce)
        elif from_salesforce:
            self._follow(state, salesforce, hubspot)
        # Both marked: one touch that two people's tools logged; each keeps its own words.

    def _mark_twins(self, state: ActivityState, hubspot: Record, salesforce: Record) -> None:
        marks = (
            (hubspot, ACTIVITY_ID_IN_HUBSPOT, id18(salesforce.id)),
            (salesforce, ACTIVITY_ID_IN_SALESFORCE, activity_key(hubspot)),
        )
        for record, target, value in marks:
            place = Place(state.key, record.side, record.object_type)
            if fits(self._bench, place, target, target, value):
                mark = FieldChange(
                    target, target, None, value, value, "link", "one touch, logged in both systems"
                )
                self._bench.found.writes.append(update(place, record.id, [mark]))

    def _follow(self, state: ActivityState, origin: Record, copy: Record) -> None:
        """Edits flow to the copy; an edit of the copy alone flows back."""
        owners = self._bench.owners
        first, second = activity_of(origin, self._rules, owners), activity_of(copy, self._rules, owners)
        if first is None or second is None or first.kind != second.kind:
            return
        copy_to = self._rules.kinds[first.kind].copy_to
        settled: dict[str, Any] = {}
        changes: dict[Side, list[FieldChange]] = {"hubspot": [], "salesforce": []}
        base = state.base or {}
        for name in SHARED[first.kind]:
            theirs, ours = getattr(first, name), getattr(second, name)
            agreed = _restored(name, base.get(name, NO_BASE))
            if theirs == ours:
                if agreed != theirs:
                    settled[name] = _stored(theirs)
                continue
            back = agreed is not NO_BASE and theirs == agreed
            source, target = (second, origin) if back else (first, copy)
            if copy_to in ("both", target.side):
                place = Place(state.key, target.side, target.object_type)
                changes[target.side] += self._edited(place, source, target, name, origin_edited=not back)
        if settled:
            self._bench.found.agreements.append(Agreement(state.key, settled))
        for record in (origin, copy):
            if changes[record.side]:
                place = Place(state.key, record.side, record.object_type)
                self._bench.found.writes.append(update(place, record.id, changes[record.side]))

    def _edited(
        self, place: Place, source: Activity, target: Record, name: str, *, origin_edited: bool
    ) -> Iterator[FieldChange]:
        why = f"{name} edited {'where it began' if origin_edited else 'in the copy'}"
        value = _stored(getattr(source, name))
        for api_name, after in _written(source, name, place.side):
            before = target.fields.get(api_name)
            if before != after and fits(self._bench, place, name, api_name, after):
                yield FieldChange(name, api_name, before, after, value, "copy", why)


def _stored(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _restored(name: str, stored: Any) -> Any:
    return datetime.fromisoformat(stored) if name == "at" and isinstance(stored, str) else stored


# ---- raw forms -------------------------------------------------------------------------------------------


def _written(activity: Activity, name: str, side: Side) -> Iterator[tuple[str, Any]]:
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


def _fixed(activity: Activity, side: Side) -> dict[str, Any]:
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
