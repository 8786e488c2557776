"""Where the rejections come from: sales' reasons by source, by campaign and by criterion of the lead definition.

The rejection itself is decided in ``metrics/cohort.py``; why sales said no, over all, is in ``metrics/groups.py``.
"""

import polars as pl

from sla_rules.sla_frames import HANDOFFS, Schema, conform

REJECTED_BY: Schema = {
    "dimension": pl.String, "group": pl.String, "answered": pl.Int64, "rejected": pl.Int64,
    "rejected_share": pl.Float64, "reason": pl.String, "people": pl.Int64,
}  # fmt: skip
_NO_REASON = "(no reason given)"
_BLANK = {"source": "(unknown)", "campaign": "(no campaign)"}
_KEY = ["person_id", "handed_off_at"]


def rejected_by(handed: pl.DataFrame, handoffs: pl.DataFrame) -> pl.DataFrame:
    """One row for each dimension, group and reason: how many of the group sales rejected for that reason.

    Args:
        handed: the cohort's rows of a period.
        handoffs: the handoffs frame, whose ``criteria`` (ids with blanks between them) were met at the handoff;
            a handoff counts in the group of each.

    Returns:
        The columns of ``REJECTED_BY``; ``answered`` and ``rejected`` are handoffs of the whole group, and
        ``rejected_share`` is rejected of answered. Groups without a rejection are left out; the most rejected
        come first.
    """
    known = conform(handoffs, HANDOFFS, name="handoffs", needed=_KEY).select(*_KEY, "criteria")
    by_criterion = (
        handed.join(known, on=_KEY, how="left")
        .with_columns(group=pl.col("criteria").str.split(" "))
        .explode("group", keep_nulls=True, empty_as_null=True)
        .filter(pl.col("group").fill_null("") != "")
    )
    parts = [
        _counted(dimension, handed.with_columns(group=pl.col(dimension).fill_null(blank)))
        for dimension, blank in _BLANK.items()
    ]
    return pl.concat([*parts, _counted("criterion", by_criterion)])


def _counted(dimension: str, rows: pl.DataFrame) -> pl.DataFrame:
    groups = rows.group_by("group").agg(pl.col("answered").sum(), pl.col("rejected").sum())
    reasons = (
        rows.filter("rejected")
        .with_columns(pl.col("reason").fill_null(_NO_REASON))
        .group_by("group", "reason")
        .agg(people=pl.col("person_id").n_unique())
    )
    return (
        reasons.join(groups, on="group")
        .with_columns(
            dimension=pl.lit(dimension),
            rejected_share=pl.when(pl.col("answered") > 0).then(pl.col("rejected") / pl.col("answered")),
        )
        .sort("rejected", "group", "people", "reason", descending=[True, False, True, False])
        .select(pl.col(column).cast(dtype) for column, dtype in REJECTED_BY.items())
    )
