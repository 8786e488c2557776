"""Everything that was done with each lead handed over, one row per action: what a manager reads lead by lead.

How often and how fast it was done is counted in ``speed.py`` and ``attainment.py``.
"""

from datetime import datetime

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.sla_frames import (
    ACTIVITIES,
    DISPOSITIONS,
    HANDOFFS,
    STATUSES,
    TOUCHES,
    UTC_US,
    Schema,
    conform,
)

ACTIONS: Schema = {
    "person_id": pl.String, "handed_off_at": UTC_US, "stage": pl.String, "owner": pl.String, "nth": pl.Int32,
    "at": UTC_US, "action": pl.String, "told": pl.String, "by": pl.String, "is_touch": pl.Boolean,
}  # fmt: skip
# What marketing's systems record by themselves is no action on a lead.
_OF_PEOPLE = ("call", "email", "meeting", "task", "note")


def actions_taken(
    handoffs: pl.DataFrame,
    *,
    timeline: pl.DataFrame,
    touches: pl.DataFrame,
    dispositions: pl.DataFrame,
    statuses: pl.DataFrame,
    period: Period,
    now: datetime,
) -> pl.DataFrame:
    """The actions on each handoff of the period, up to the next handoff of the same person and to ``now``.

    Args:
        handoffs, timeline, touches, dispositions, statuses: the frames of ``sla_frames``.

    Returns:
        The columns of ``ACTIONS``, by handoff and time: calls, e-mails, meetings, tasks and notes with their outcome,
        changes of the lead's status, sales' answers with their reason; ``is_touch`` where the agreement counts it.
        A handoff on which nothing was done has one row without an action, so that every lead stands in it.
    """
    heads = conform(handoffs, HANDOFFS, name="handoffs", needed=("person_id", "handed_off_at")).sort(
        "handed_off_at"
    )
    heads = heads.with_columns(until=pl.col("handed_off_at").shift(-1).over("person_id"))
    heads = heads.filter(period.holds("handed_off_at"), pl.col("handed_off_at") <= now)
    counted = conform(touches, TOUCHES, name="touches")["touch_id"]
    done = pl.concat(
        [
            conform(timeline, ACTIVITIES, name="timeline")
            .filter(pl.col("kind").is_in(_OF_PEOPLE))
            .select(
                "person_id",
                "at",
                pl.col("kind").alias("action"),
                _said("outcome", "direction"),
                pl.col("actor_id").alias("by"),
                pl.col("activity_id").is_in(counted.implode()).alias("is_touch"),
            ),
            # The first status is the one that the record was made with.
            conform(statuses, STATUSES, name="statuses")
            .sort("at", maintain_order=True)
            .filter(pl.int_range(pl.len()).over("person_id") > 0)
            .select(
                "person_id",
                "at",
                pl.lit("status").alias("action"),
                pl.col("status").alias("told"),
                pl.col("owner").alias("by"),
                pl.lit(value=False).alias("is_touch"),
            ),
            conform(dispositions, DISPOSITIONS, name="dispositions").select(
                "person_id",
                "at",
                pl.lit("answer").alias("action"),
                _said("disposition", "reason", "note"),
                pl.col("owner").alias("by"),
                pl.lit(value=False).alias("is_touch"),
            ),
        ]
    )
    mine = (
        heads.select("person_id", "handed_off_at", "until")
        .join(done, on="person_id")
        .filter(
            pl.col("at") >= pl.col("handed_off_at"),
            (pl.col("at") < pl.col("until")).fill_null(value=True),
            pl.col("at") <= now,
        )
        .drop("until")
    )
    return (
        heads.join(mine, on=["person_id", "handed_off_at"], how="left")
        .sort("handed_off_at", "person_id", "at", "action", maintain_order=True)
        .with_columns(
            nth=pl.when(pl.col("action").is_not_null()).then(
                pl.int_range(1, pl.len() + 1).over("person_id", "handed_off_at")
            )
        )
        .select(pl.col(column).cast(dtype) for column, dtype in ACTIONS.items())
    )


def _said(*columns: str) -> pl.Expr:
    given = [pl.col(name).str.strip_chars().replace("", None) for name in columns]
    return pl.concat_str(given, separator=": ", ignore_nulls=True).alias("told")
