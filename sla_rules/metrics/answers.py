"""What sales said of the leads: each disposition by source, campaign, persona and criterion of the lead definition.

Reasons of rejections alone are in ``rejections.py``.
"""

import polars as pl

from sla_rules.clocks_episodes import Episodes
from sla_rules.metrics.period import Period
from sla_rules.sla_frames import Schema

ANSWERED_BY: Schema = {
    "dimension": pl.String, "group": pl.String, "handed_over": pl.Int64, "answered": pl.Int64,
    "disposition": pl.String, "people": pl.Int64, "share": pl.Float64,
}  # fmt: skip
_BLANK = {"source": "(unknown)", "campaign": "(no campaign)", "persona": "(no persona)"}


def answered_by(facts: Episodes, people: pl.DataFrame, period: Period) -> pl.DataFrame:
    """One row for each dimension, group and disposition of the handoffs of a period.

    The last disposition of a handoff counts. In the dimension ``criterion`` a handoff counts in the group of each
    criterion that was met at the handoff.

    Args:
        facts: all handoffs with their answers.
        people: ``person_id, persona``.

    Returns:
        The columns of ``ANSWERED_BY``: ``handed_over`` and ``answered`` are the group's handoffs, ``share`` is of the
        answered ones. Groups without an answer are left out.
    """
    said = (
        facts.answers.filter("by_rep")
        .sort("at", maintain_order=True)
        .group_by("episode")
        .agg(disposition=pl.col("said").last())
    )
    handed = (
        facts.heads.filter(period.holds("handed_off_at"))
        .join(said, on="episode", how="left")
        .join(people.select("person_id", "persona"), on="person_id", how="left")
    )
    criteria = (
        handed.with_columns(group=pl.col("criteria").str.split(" "))
        .explode("group", keep_nulls=True, empty_as_null=True)
        .filter(pl.col("group").fill_null("") != "")
    )
    parts = [
        _counted(name, handed.with_columns(group=pl.col(name).fill_null(blank)))
        for name, blank in _BLANK.items()
    ]
    return pl.concat([*parts, _counted("criterion", criteria)])


def _counted(dimension: str, rows: pl.DataFrame) -> pl.DataFrame:
    groups = rows.group_by("group").agg(
        handed_over=pl.len(), answered=pl.col("disposition").is_not_null().sum()
    )
    return (
        rows.filter(pl.col("disposition").is_not_null())
        .group_by("group", "disposition")
        .agg(people=pl.col("person_id").n_unique(), handoffs=pl.len())
        .join(groups, on="group")
        .with_columns(dimension=pl.lit(dimension), share=pl.col("handoffs") / pl.col("answered"))
        .sort("handed_over", "group", "people", "disposition", descending=[True, False, True, False])
        .select(pl.col(column).cast(dtype) for column, dtype in ANSWERED_BY.items())
    )
