"""The columns of the frames that the SLA works on, and the check that a frame has them.

Schemas only; what the rows mean to a clock is in ``clocks_episodes.py``.
"""

from collections.abc import Collection, Mapping

import polars as pl

UTC_US = pl.Datetime("us", "UTC")
Schema = Mapping[str, type[pl.DataType] | pl.DataType]

ACTIVITIES: Schema = {
    "activity_id": pl.String, "person_id": pl.String, "kind": pl.String, "at": UTC_US, "detail": pl.String,
    "side": pl.String, "actor_id": pl.String, "direction": pl.String, "outcome": pl.String,
}  # fmt: skip
TOUCHES: Schema = {
    "touch_id": pl.String, "person_id": pl.String, "at": UTC_US, "kind": pl.String, "owner": pl.String,
    "outcome": pl.String,
}  # fmt: skip
# ``minimum_missing``: what the agreed minimum lacked at the handoff, as text; null or blank if complete.
# ``criteria``: ids of the definition's criteria that were met at the handoff, with blanks between them.
# ``routed_at``: when a human owner took it over from a queue, where that is known better than from events.
HANDOFFS: Schema = {
    "person_id": pl.String, "handed_off_at": UTC_US, "stage": pl.String, "owner": pl.String,
    "source": pl.String, "campaign": pl.String, "created_in_crm_at": UTC_US, "qualified_at": UTC_US,
    "routed_at": UTC_US, "minimum_missing": pl.String, "criteria": pl.String,
}  # fmt: skip
DISPOSITIONS: Schema = {
    "person_id": pl.String, "at": UTC_US, "disposition": pl.String, "reason": pl.String, "note": pl.String,
    "owner": pl.String,
}  # fmt: skip
STATUSES: Schema = {"person_id": pl.String, "at": UTC_US, "status": pl.String, "owner": pl.String}
EXCUSES: Schema = {"person_id": pl.String, "at": UTC_US, "kind": pl.String}
OPPORTUNITIES: Schema = {
    "opportunity_id": pl.String, "person_id": pl.String, "stage": pl.String, "amount": pl.Float64,
    "currency": pl.String, "is_closed": pl.Boolean, "is_won": pl.Boolean, "created_at": UTC_US,
    "closed_at": UTC_US,
}  # fmt: skip
JUDGEMENT_HISTORY: Schema = {"person_id": pl.String, "at": UTC_US, "stage": pl.String, "score": pl.Int32}
# ``cost_basis``: whether the cost is what was spent (``actual``) or what is planned (``budgeted``).
CAMPAIGNS: Schema = {
    "campaign": pl.String, "cost": pl.Float64, "currency": pl.String, "cost_basis": pl.String,
}  # fmt: skip
CLOCKS: Schema = {
    "person_id": pl.String, "commitment": pl.String, "team": pl.String, "owner": pl.String,
    "started_at": UTC_US, "due_at": UTC_US, "stopped_at": UTC_US, "status": pl.String,
    "business_minutes": pl.Float64, "sync_minutes": pl.Float64, "routing_minutes": pl.Float64,
    "human_minutes": pl.Float64, "why": pl.String, "handed_off_at": UTC_US, "warn_at": UTC_US,
    "first_touch_at": UTC_US, "touches_made": pl.Int32, "touches_owed": pl.Int32,
}  # fmt: skip


class FrameError(ValueError):
    """A frame lacks columns that are needed."""


def conform(
    frame: pl.DataFrame, schema: Schema, *, name: str, needed: Collection[str] = ("person_id", "at")
) -> pl.DataFrame:
    """The frame with exactly the schema's columns, cast; absent columns that are not needed become null.

    Raises:
        FrameError: a needed column is absent.
    """
    absent = [column for column in needed if column not in frame.columns]
    if absent:
        raise FrameError(f"the frame of {name} lacks {', '.join(absent)}; it has {', '.join(frame.columns)}")
    return frame.select(
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in schema.items()
    )


def is_person(owner: pl.Expr) -> pl.Expr:
    """Whether an owner is a human: neither unknown nor a queue."""
    return owner.is_not_null() & ~owner.str.starts_with("queue:")
