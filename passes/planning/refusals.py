"""Writes that a side refused are not sent again unchanged: they wait, held, until something about them changes.

What was never judged by the side (a lost connection, a lock) is no refusal, and is sent again by the next pass.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from connectors.results import WriteResult
from connectors.store import holds
from sync_rules.plan import FieldChange, Hold, Plan, Write

KIND = "rejected"
UNSENT = "unsent"
DEFERRED = "deferred"
TRY_AGAIN_AFTER = timedelta(hours=24)
# Answers that say nothing about the values: the next pass looks again and sends what is still due.
_NOT_A_REFUSAL = {
    "NOT_SENT",
    "OUTCOME_UNKNOWN",
    "UNABLE_TO_LOCK_ROW",
    "REQUEST_LIMIT_EXCEEDED",
    "MODIFIED_SINCE",
}
_NOT_ALLOWED = {
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
}
# Answers that speak of the record, whatever is written to it.
_OF_THE_RECORD = {"ABSORBED", "NOT_FOUND", "CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_LOCKED"}


def fingerprint(write: Write) -> str:
    """What the write would say, in a few letters; independent of the order of its fields.

    Of a create only what people said counts: what Accord computes moves with time, and refuses nobody.
    """
    creating = write.operation == "create"
    changes = (change for change in write.changes if not (creating and change.rule == "accord"))
    said = sorted((change.target, change.after) for change in changes)
    body = orjson.dumps([write.side, write.object_type, write.operation, write.record_id, said], default=str)
    return hashlib.sha256(body).hexdigest()[:16]


def divisible(write: Write, result: WriteResult) -> bool:
    """Whether parts of a refused write may be sent alone, to find out what was refused."""
    whole = result.code in _NOT_A_REFUSAL or result.code in _OF_THE_RECORD
    return write.operation == "update" and len(write.changes) > 1 and not whole


def refusal(write: Write, result: WriteResult, *, now: datetime) -> Hold:
    """The hold of a write that was not carried out: of its one field, or of the whole record."""
    sent = result.code not in _NOT_A_REFUSAL
    of_a_value = sent and result.code not in _OF_THE_RECORD
    single = (
        write.changes[0] if of_a_value and write.operation == "update" and len(write.changes) == 1 else None
    )
    return Hold(
        link_id=write.link_id,
        side=write.side,
        object_type=write.object_type,
        kind=KIND if sent else UNSENT,
        why=_why(result),
        remedy=_remedy(result.code) if sent else "Nothing to do: the next pass looks again and sends it.",
        field=single.name if single is not None else None,
        value=_tried(single, now) if single is not None else {"fingerprint": fingerprint(write), **_at(now)},
    )


def deferred(write: Write, due: datetime) -> Hold:
    """The hold of a write that waits for the day's API calls."""
    moment = due.isoformat(timespec="minutes")
    return Hold(
        link_id=write.link_id,
        side=write.side,
        object_type=write.object_type,
        kind=DEFERRED,
        why=f"the day's API calls are used up but for the reserve that opt-outs have; due again at {moment}",
        remedy="Nothing to do: the first pass after that sends it. Raise the account's limit if it happens often.",
        value={"due_at": moment},
    )


def interrupted(write: Write, *, now: datetime) -> Hold:
    """The hold of a write that was sent by somebody who did not live to hear the answer."""
    unknown = WriteResult(
        write.key, False, None, code="OUTCOME_UNKNOWN", message="the sender was interrupted"
    )
    return refusal(write, unknown, now=now)


def refused_fields(write: Write, result: WriteResult, *, now: datetime) -> list[Hold]:
    """The holds of the fields that the side named; the others are sent again without them."""
    return [
        Hold(
            link_id=write.link_id,
            side=write.side,
            object_type=write.object_type,
            kind=KIND,
            why=_why(result),
            remedy="Correct the value where it comes from; the other fields were written.",
            field=change.name,
            value=_tried(change, now),
        )
        for change in write.changes
        if change.target in result.fields
    ]


def _why(result: WriteResult) -> str:
    return f"{result.code or 'refused'}: {result.message or 'no reason given'}"


def _tried(change: FieldChange, now: datetime) -> dict[str, Any]:
    return {"after": change.after, **_at(now)}


def _at(now: datetime) -> dict[str, str]:
    return {"tried_at": now.isoformat()}


def _remedy(code: str | None) -> str:
    if code == "FIELD_CUSTOM_VALIDATION_EXCEPTION":
        return "A validation rule refuses it; satisfy the rule, or exempt the integration user from it."
    if code in {"DUPLICATES_DETECTED", "DUPLICATE_VALUE", "DUPLICATE", "CONFLICT"}:
        return "Another record has this value; merge the two, or correct one of them."
    if code in _NOT_ALLOWED:
        return "Give the integration user Create and Edit on the object; `accord setup --check` names what it lacks."
    if code == "RESUBSCRIBE_REFUSED":
        return (
            "HubSpot lets only the person take their opt-out back: send them the link to their preferences."
        )
    return "Correct the record where the value comes from; the write is tried again when it changes, or in a day."


def set_aside(connection: sa.Connection, plan: Plan, *, now: datetime) -> tuple[Plan, list[Hold]]:
    """Take out of a plan what was refused in just this form less than a day ago: fields, or whole writes.

    Returns:
        The plan without it, and the holds that go on standing.
    """
    known: dict[tuple[str, str, str, str], Any] = {
        (row.link_id, row.side, row.object_type, row.field): row
        for row in holds.open_holds(connection, {write.link_id for write in plan.writes})
        if row.kind == KIND and now - _tried_at(row) < TRY_AGAIN_AFTER
    }
    kept, standing = [], []
    for write in plan.writes:
        place = (write.link_id, write.side, write.object_type)
        changes = []
        for change in write.changes:
            row = known.get((*place, change.name))
            if row is not None and row.value.get("after", _NOTHING) == change.after:
                standing.append(_again(row))
            else:
                changes.append(change)
        rest = replace(write, changes=tuple(changes))
        whole = known.get((*place, ""))
        if whole is not None and whole.value.get("fingerprint") == fingerprint(rest):
            standing.append(_again(whole))
        elif changes or not write.changes:
            kept.append(rest)
    return replace(plan, writes=tuple(kept)), standing


_NOTHING = object()


def _tried_at(row: Any) -> datetime:
    return datetime.fromisoformat(row.value["tried_at"])


def _again(row: Any) -> Hold:
    return Hold(
        link_id=row.link_id,
        side=row.side,
        object_type=row.object_type,
        kind=row.kind,
        why=row.why,
        remedy=row.remedy,
        field=row.field or None,
        value=row.value,
    )
