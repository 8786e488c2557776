"""Pauses: stretches in which a clock stands still, such as waiting for the prospect, and the due times after them.

When a clock starts and what it is due to is in ``clocks.py``.
"""

from collections.abc import Callable
from datetime import datetime

import polars as pl

from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_frames import UTC_US, Schema

PAUSES: Schema = {"episode": pl.UInt32, "pause": pl.String, "from": UTC_US, "to": UTC_US}
Between = Callable[[pl.Series, pl.Series], pl.Series]
Add = Callable[[pl.Series, pl.Series], pl.Series]


def pauses(contract: SlaContract, moved: pl.DataFrame, heads: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Each stretch in which a lead had a status that pauses, up to the next status, the next handoff or ``now``.

    Args:
        moved: ``episode, at, status``, in order of time within each episode.
        heads: ``episode, ended_at``.
    """
    by_status = {status: pause.name for pause in contract.pauses for status in pause.statuses}
    if not by_status:
        return pl.DataFrame(schema=PAUSES)
    until = pl.coalesce("next", "ended_at", pl.lit(now, dtype=UTC_US))
    return (
        moved.with_columns(next=pl.col("at").shift(-1).over("episode"))
        .join(heads.select("episode", "ended_at"), on="episode")
        .select(
            pl.col("episode").cast(pl.UInt32),
            pl.col("status").replace_strict(by_status, default=None, return_dtype=pl.String).alias("pause"),
            pl.col("at").alias("from"),
            until.alias("to"),
        )
        .filter(pl.col("pause").is_not_null() & (pl.col("to") > pl.col("from")))
    )


def paused_due(
    commitment: Commitment,
    rows: pl.DataFrame,
    stretches: pl.DataFrame,
    minutes: float,
    between: Between,
    add: Add,
) -> pl.Series:
    """When each clock is due after ``minutes`` of its own kind of time, of which paused time does not count.

    Args:
        rows: ``episode, started_at``.
        stretches: as ``pauses`` gives them; those of one episode do not overlap.
        between: minutes from one moment to another, row by row.
        add: the moment that lies a number of minutes after a start, row by row.
    """
    start = rows["started_at"]
    left = pl.Series("minutes", [minutes], dtype=pl.Float64).new_from_index(0, rows.height)
    due = add(start, left)
    mine = stretches.filter(pl.col("pause").is_in(commitment.paused_by)).sort("episode", "from")
    mine = mine.with_columns(nth=pl.int_range(pl.len()).over("episode"))
    for (_,), one in sorted(mine.group_by("nth"), key=lambda part: part[0]):
        joined = rows.select("episode", "started_at").join(
            one.select("episode", "from", "to"), on="episode", how="left", maintain_order="left"
        )
        begins = joined.select(pl.max_horizontal("from", "started_at").fill_null(pl.col("started_at")))
        ends = joined.select(pl.max_horizontal("to", "started_at").fill_null(pl.col("started_at")))
        # A pause that began when the clock was due already comes too late to help.
        counts = joined["from"].is_not_null() & (begins.to_series() < due)
        gained = between(begins.to_series(), ends.to_series())
        left = left + gained.zip_with(counts, pl.zeros(rows.height, dtype=pl.Float64, eager=True))
        due = add(start, left)
    return due
