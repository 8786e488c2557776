"""Writes that a side refused are not sent again unchanged: they wait, held, until something about them changes."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from connectors.store import holds
from sync_rules.plan import Hold, Plan, Write

KIND = "rejected"
TRY_AGAIN_AFTER = timedelta(hours=24)


def fingerprint(write: Write) -> str:
    """What the write would say, in a few letters; independent of the order of its fields."""
    said = sorted((change.target, change.after) for change in write.changes)
    body = orjson.dumps([write.side, write.object_type, write.operation, write.record_id, said], default=str)
    return hashlib.sha256(body).hexdigest()[:16]


def refusal(write: Write, code: str | None, message: str | None) -> Hold:
    """The hold of a refused write."""
    return Hold(
        link_id=write.link_id,
        side=write.side,
        object_type=write.object_type,
        kind=KIND,
        why=f"{code or 'refused'}: {message or 'no reason given'}",
        remedy=_remedy(code),
        field=None,
        value={"fingerprint": fingerprint(write)},
    )


def _remedy(code: str | None) -> str:
    if code == "FIELD_CUSTOM_VALIDATION_EXCEPTION":
        return "A validation rule refuses it; satisfy the rule, or exempt the integration user from it."
    if code in {"DUPLICATES_DETECTED", "DUPLICATE_VALUE", "DUPLICATE", "CONFLICT"}:
        return "Another record has this value; merge the two, or correct one of them."
    return "Correct the record where the value comes from; the write is tried again when it changes, or in a day."


def set_aside(connection: sa.Connection, plan: Plan, *, now: datetime) -> tuple[Plan, list[Hold]]:
    """Take the writes out of a plan that were refused in just this form less than a day ago.

    Returns:
        The plan without them, and the holds that go on standing.
    """
    known = {
        (row.link_id, row.side, row.object_type): row
        for row in holds.open_holds(connection, {write.link_id for write in plan.writes})
        if row.kind == KIND
    }
    kept, standing = [], []
    for write in plan.writes:
        row: Any = known.get((write.link_id, write.side, write.object_type))
        if (
            row is not None
            and (row.value or {}).get("fingerprint") == fingerprint(write)
            and now - row.first_seen_at < TRY_AGAIN_AFTER
        ):
            standing.append(
                Hold(
                    link_id=row.link_id,
                    side=row.side,
                    object_type=row.object_type,
                    kind=row.kind,
                    why=row.why,
                    remedy=row.remedy,
                    value=row.value,
                )
            )
        else:
            kept.append(write)
    return replace(plan, writes=tuple(kept)), standing
