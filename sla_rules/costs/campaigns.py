"""Cost per qualified lead and per won deal, by campaign and by source.

A campaign's cost is one figure for its whole life, so it is divided by everybody handed over from it so far and by all
deals won with them, not only by those of a period. A source's cost is its share in the cost of each campaign: its part
of the people handed over from it. So the sources' costs add up to the campaigns'.
"""

import polars as pl

from sla_rules.costs.money import is_own
from sla_rules.sla_frames import CAMPAIGNS, Schema, conform

COSTS: Schema = {
    "cost": pl.Float64, "cost_basis": pl.String, "qualified_to_date": pl.Int64, "won_to_date": pl.Int64,
    "cost_per_qualified": pl.Float64, "cost_per_won": pl.Float64,
}  # fmt: skip
NO_LEAD = "(no lead yet)"
_UNKNOWN = "(unknown)"


def campaign_costs(cohort: pl.DataFrame, campaigns: pl.DataFrame, currency: str) -> pl.DataFrame:
    """``campaign`` and ``COSTS``: every campaign with a cost or with people handed over from it.

    Args:
        cohort: all handoffs so far.
        campaigns: ``campaign, cost, currency, cost_basis`` (actual or budgeted).
        currency: of the agreement; costs in another one are unknown here.
    """
    known = (
        conform(campaigns, CAMPAIGNS, name="campaigns", needed=("campaign", "cost"))
        .filter(pl.col("campaign").is_not_null(), pl.col("cost").is_not_null(), is_own(currency))
        .group_by("campaign")
        .agg(
            pl.col("cost").sum(),
            cost_basis=pl.when((pl.col("cost_basis") == "budgeted").any())
            .then(pl.lit("budgeted"))
            .otherwise(pl.lit("actual")),
        )
    )
    reached = (
        cohort.filter(pl.col("campaign").is_not_null())
        .group_by("campaign")
        .agg(
            qualified_to_date=pl.col("person_id").n_unique(),
            won_to_date=pl.col("won").sum(),
        )
    )
    return _divided(known.join(reached, on="campaign", how="full", coalesce=True), "campaign")


def source_costs(cohort: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """``source`` and ``COSTS``, the dearest first; campaigns that brought nobody stand under ``NO_LEAD``.

    Args:
        cohort: all handoffs so far.
        costs: as ``campaign_costs`` gives them.
    """
    brought = (
        cohort.with_columns(pl.col("source").fill_null(_UNKNOWN))
        .group_by("campaign", "source")
        .agg(qualified_to_date=pl.col("person_id").n_unique(), won_to_date=pl.col("won").sum())
        .with_columns(part=pl.col("qualified_to_date") / pl.col("qualified_to_date").sum().over("campaign"))
    )
    paid = costs.filter(pl.col("cost").is_not_null()).select("campaign", "cost", "cost_basis")
    shared = (
        brought.join(paid, on="campaign", how="full", coalesce=True)
        .with_columns(pl.col("source").fill_null(NO_LEAD), pl.col("part").fill_null(1.0))
        .group_by("source")
        .agg(
            cost=pl.when(pl.col("cost").is_not_null().any()).then((pl.col("cost") * pl.col("part")).sum()),
            cost_basis=pl.when((pl.col("cost_basis") == "budgeted").any())
            .then(pl.lit("budgeted"))
            .when(pl.col("cost").is_not_null().any())
            .then(pl.lit("actual")),
            qualified_to_date=pl.col("qualified_to_date").sum(),
            won_to_date=pl.col("won_to_date").sum(),
        )
    )
    return _divided(shared, "source").sort(
        pl.col("cost"), "source", descending=[True, False], nulls_last=True
    )


def with_cost(by_campaign: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """The period's rows by campaign with ``COSTS``; campaigns that cost money and brought nobody are listed too."""
    dear = costs.filter(
        pl.col("cost").is_not_null() | pl.col("campaign").is_in(by_campaign["campaign"].implode())
    )
    counts = [name for name, dtype in by_campaign.schema.items() if dtype == pl.Int64]
    return (
        by_campaign.join(dear, on="campaign", how="full", coalesce=True)
        .with_columns(pl.col(*counts, "qualified_to_date", "won_to_date").fill_null(0))
        .with_columns(pl.col("amount", "won_amount").fill_null(0.0))
        .sort(pl.col("handed_over").neg(), "campaign")
    )


def _divided(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    qualified, won = pl.col("qualified_to_date"), pl.col("won_to_date")
    return (
        rows.with_columns(qualified.fill_null(0), won.fill_null(0))
        .with_columns(
            cost_per_qualified=pl.when(qualified > 0).then(pl.col("cost") / qualified),
            cost_per_won=pl.when(won > 0).then(pl.col("cost") / won),
        )
        .select(key, *(pl.col(column).cast(dtype) for column, dtype in COSTS.items()))
    )
