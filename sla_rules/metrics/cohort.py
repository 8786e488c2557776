"""What became of each handoff: answered, touched, converted, won, and for how much.

One row per handoff, from which the funnel and the tables by rep, source and campaign are summed.
"""

from datetime import datetime

import polars as pl

from sla_rules.clocks_episodes import Episodes
from sla_rules.costs.money import is_own
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import OPPORTUNITIES, conform


def cohort(
    contract: SlaContract, facts: Episodes, opportunities: pl.DataFrame, *, now: datetime
) -> pl.DataFrame:
    """The fate of each handoff as known at ``now``.

    Sales' last disposition decides; where there is none, the last status that means something. A conversion
    stays a conversion. Opportunities count for the handoff before them.

    Returns:
        ``person_id, handed_off_at, stage, owner, source, campaign, minimum_missing, first_touch_at,
        touches_made, accepted, rejected, recycled, converted, answered`` (booleans), ``reason`` (of the last
        disposition), ``converted_at`` (first), ``won_at`` (when the first won opportunity closed), ``won``
        (count), ``amount`` and ``won_amount`` (in the contract's currency).

    Raises:
        FrameError: a needed column is absent.
    """
    fates = (
        facts.answers.group_by("episode")
        .agg(
            said=pl.col("kind").filter("by_rep").last(),
            seen=pl.col("kind").filter(~pl.col("by_rep")).last(),
            ever_converted=(pl.col("kind") == "converted").any(),
            reason=pl.col("reason").filter("by_rep").last(),
            converted_at=pl.col("at").filter(pl.col("kind") == "converted").min(),
        )
        .with_columns(
            fate=pl.when("ever_converted").then(pl.lit("converted")).otherwise(pl.coalesce("said", "seen"))
        )
    )
    deals = _deals(contract, facts.heads, opportunities, now)
    fate = pl.col("fate")
    return (
        facts.heads.join(fates, on="episode", how="left")
        .join(deals, on="episode", how="left")
        .select(
            "person_id",
            "handed_off_at",
            "stage",
            pl.col("clock_owner").alias("owner"),
            "source",
            "campaign",
            "minimum_missing",
            "first_touch_at",
            "touches_made",
            fate.is_in(["accepted", "converted"]).fill_null(value=False).alias("accepted"),
            (fate == "rejected").fill_null(value=False).alias("rejected"),
            (fate == "recycled").fill_null(value=False).alias("recycled"),
            (fate == "converted").fill_null(value=False).alias("converted"),
            fate.is_not_null().alias("answered"),
            "reason",
            "converted_at",
            "won_at",
            pl.col("won").fill_null(0),
            pl.col("amount", "won_amount").fill_null(0.0),
        )
    )


def _deals(
    contract: SlaContract, heads: pl.DataFrame, opportunities: pl.DataFrame, now: datetime
) -> pl.DataFrame:
    rows = conform(opportunities, OPPORTUNITIES, name="opportunities", needed=("person_id", "created_at"))
    own = is_own(contract.currency)
    won = pl.col("is_won").fill_null(value=False)
    return (
        rows.filter(pl.col("created_at") <= now)
        .unique("opportunity_id", keep="last", maintain_order=True)
        .sort("created_at")
        .join_asof(
            heads.select("person_id", "episode", "handed_off_at").sort("handed_off_at"),
            left_on="created_at",
            right_on="handed_off_at",
            by="person_id",
            strategy="backward",
            check_sortedness=False,
        )
        .filter(pl.col("episode").is_not_null())
        .group_by("episode")
        .agg(
            won=won.sum().cast(pl.Int64),
            won_at=pl.col("closed_at").filter(won).min(),
            amount=pl.col("amount").filter(own).sum(),
            won_amount=pl.col("amount").filter(own & won).sum(),
        )
    )


def newly_qualified(history: pl.DataFrame) -> pl.DataFrame:
    """``person_id, at``: each time a person became MQL or SQL after not being either."""
    qualified = pl.col("stage").is_in(["MQL", "SQL"])
    return (
        history.filter(pl.col("at").is_not_null())
        .sort("person_id", "at", maintain_order=True)
        .with_columns(q=qualified, q_before=qualified.shift(1, fill_value=False).over("person_id"))
        .filter(pl.col("q") & ~pl.col("q_before"))
        .select("person_id", "at")
    )
