"""What is told of single people in a review: deals closed, and what sales said in its own words.

Sums of the same are in ``cohort.py`` and ``rejections.py``.
"""

from datetime import datetime

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.sla_frames import DISPOSITIONS, HANDOFFS, OPPORTUNITIES, UTC_US, Schema, conform

DEALS: Schema = {
    "opportunity_id": pl.String, "person_id": pl.String, "outcome": pl.String, "amount": pl.Float64,
    "currency": pl.String, "owner": pl.String, "source": pl.String, "campaign": pl.String, "closed_at": UTC_US,
    "days_from_handoff": pl.Float64,
}  # fmt: skip
SAID: Schema = {
    "person_id": pl.String, "at": UTC_US, "owner": pl.String, "said": pl.String, "reason": pl.String,
    "note": pl.String,
}  # fmt: skip
_DAY_US = 86_400_000_000


def closed_deals(
    handoffs: pl.DataFrame, opportunities: pl.DataFrame, period: Period, *, now: datetime
) -> pl.DataFrame:
    """Opportunities of people handed over that were closed in the period, won ones and large ones first.

    Returns:
        The columns of ``DEALS``; owner, source and campaign of the last handoff before the opportunity.
    """
    deals = conform(opportunities, OPPORTUNITIES, name="opportunities", needed=("person_id",))
    heads = conform(handoffs, HANDOFFS, name="handoffs", needed=("person_id", "handed_off_at"))
    won = pl.col("is_won").fill_null(value=False)
    return (
        deals.filter(
            pl.col("is_closed").fill_null(value=False), period.holds("closed_at"), pl.col("closed_at") <= now
        )
        .unique("opportunity_id", keep="last", maintain_order=True)
        .sort("created_at")
        .join_asof(
            heads.select("person_id", "handed_off_at", "owner", "source", "campaign").sort("handed_off_at"),
            left_on="created_at",
            right_on="handed_off_at",
            by="person_id",
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("handed_off_at").is_not_null())
        .with_columns(
            outcome=pl.when(won).then(pl.lit("won")).otherwise(pl.lit("lost")),
            days_from_handoff=(pl.col("closed_at") - pl.col("handed_off_at")).dt.total_microseconds()
            / _DAY_US,
        )
        .sort(won, pl.col("amount"), "opportunity_id", descending=[True, True, False], nulls_last=True)
        .select(pl.col(column).cast(dtype) for column, dtype in DEALS.items())
    )


def answers_given(dispositions: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Dispositions of the period with a reason or a note, those with words of the prospect first, then the newest.

    Returns:
        The columns of ``SAID``.
    """
    rows = conform(dispositions, DISPOSITIONS, name="dispositions").filter(period.holds("at"))
    note, reason = pl.col("note").str.strip_chars(), pl.col("reason").str.strip_chars()
    return (
        rows.rename({"disposition": "said"})
        .with_columns(note=pl.when(note != "").then(note), reason=pl.when(reason != "").then(reason))
        .filter(pl.col("note").is_not_null() | pl.col("reason").is_not_null())
        .sort(pl.col("note").is_null(), pl.col("at"), "person_id", descending=[False, True, False])
        .select(pl.col(column).cast(dtype) for column, dtype in SAID.items())
    )
