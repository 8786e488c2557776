"""Pauses: stretches in which a clock stands still, such as waiting for the prospect, and the due times after them.

When a clock starts and what it is due to is in ``clocks.py``.
"""

from collections.abc import Callable

import polars as pl

from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_frames import UTC_US, Schema

PAUSES: Schema = {"episode": pl.UInt32, "pause": pl.String, "from": UTC_US, "to": UTC_US}
Between = Callable[[pl.Series, pl.Series], pl.Series]
Add = Callable[[pl.Series, pl.Series], pl.Series]


def pauses(contract: SlaContract, moved: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Each stretch in which a lead had a status that pauses, up to the next status or the next handoff.

    Args:
        moved: ``episode, at, status``, in order of time within each episode.
        heads: ``episode, ended_at``.

    Returns:
        ``episode, pause, from, to``; ``to`` is null while the pause lasts.
    """
    by_status = {status: pause.name for pause in contract.pauses for status in pause.statuses}
    if not by_status:
        return pl.DataFrame(schema=PAUSES)
    return (
        moved.with_columns(next=pl.col("at").shift(-1).over("episode"))
        .join(heads.select("episode", "ended_at"), on="episode")
        .select(
            pl.col("episode").cast(pl.UInt32),
            pl.col("status").replace_strict(by_status, default=None, return_dtype=pl.String).alias("pause"),
            pl.col("at").alias("from"),
            pl.coalesce("next", "ended_at").alias("to"),
        )
        .filter(pl.col("pause").is_not_null() & (pl.col("to") > pl.col("from")).fill_null(value=True))
    )


def paused_due(
    commitment: Commitment,
    rows: pl.DataFrame,
    stretches: pl.DataFrame,
    minutes: float,
    between: Between,
    add: Add,
) -> pl.DataFrame:
    """When each clock is due after ``minutes`` of its own kind of time, of which paused time does not count.

    Args:
        rows: ``episode, started_at, stopped_at``.
        stretches: as ``pauses`` gives them; those of one episode do not overlap.
        between: minutes from one moment to another, row by row.
        add: the moment that lies a number of minutes after a start, row by row.

    Returns:
        ``due_at, paused`` in the order of ``rows``: of a clock that stands still now, no due time and the name
        of its pause.
    """
    start = rows["started_at"]
    left = pl.Series("minutes", [minutes], dtype=pl.Float64).new_from_index(0, rows.height)
    due = add(start, left)
    paused = pl.Series("paused", [None], dtype=pl.String).new_from_index(0, rows.height)
    mine = stretches.filter(pl.col("pause").is_in(commitment.paused_by)).sort("episode", "from")
    mine = mine.with_columns(nth=pl.int_range(pl.len()).over("episode"))
    for (_,), one in sorted(mine.group_by("nth"), key=lambda part: part[0]):
        joined = rows.select("episode", "started_at", "stopped_at").join(
            one.select("episode", "pause", "from", "to"), on="episode", how="left", maintain_order="left"
        )
        # A pause that began when the clock was due already, or stopped, comes too late to matter.
        starts = pl.max_horizontal("from", "started_at")
        ends = pl.min_horizontal("to", "stopped_at")
        counts = (pl.col("from").is_not_null() & (starts < due)).alias("counts")
        told = joined.select(
            counts,
            pl.when(counts).then(starts).otherwise("started_at").alias("from"),
            pl.when(counts).then(pl.max_horizontal(starts, ends)).otherwise("started_at").alias("to"),
            pl.when(counts & ends.is_null()).then("pause").alias("paused"),
        )
        left = left + between(told["from"], told["to"])
        due = add(start, left)
        paused = told["paused"].zip_with(told["paused"].is_not_null(), paused)
    return pl.DataFrame({"due_at": due, "paused": paused}).with_columns(
        due_at=pl.when(pl.col("paused").is_null()).then("due_at")
    )
