"""Each rep's follow-up in one row, with documented columns, as a compensation plan may use them.

The same figures by other groups, and against targets, are in ``by_group.py``.
"""

from collections.abc import Iterator

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_frames import is_person

# Column -> what stands in it. ``<commitment>`` stands for the id of each clock of sales.
COLUMNS = {
    "owner": "the rep's address: the owner whose clock it was",
    "period": "what was measured",
    "handed_over": "handoffs of the period",
    "touches": "human touches made on them so far",
    "first_touch_p50_minutes": "business minutes to the first touch: half are faster",
    "first_touch_p95_minutes": "19 of 20 are faster",
    "<commitment>_kept": "clocks of the commitment that began in the period and were met",
    "<commitment>_due": "those that were met or breached",
    "<commitment>_share": "kept of due; blank where nothing was due",
    "<commitment>_excused": "clocks that count neither way, with a reason on record",
    "<commitment>_running": "clocks that are not due yet; measure again when none is left",
    "accepted": "handoffs accepted or converted",
    "rejected": "handoffs rejected",
    "converted": "handoffs converted",
    "won": "handoffs with a won opportunity",
    "won_amount": "amounts of the won opportunities in the agreement's currency",
}


def follow_up(
    contract: SlaContract, cohort: pl.DataFrame, clocks: pl.DataFrame, period: Period
) -> pl.DataFrame:
    """One row a rep, by address; queues have none.

    Args:
        cohort: of ``cohort.py``.
        clocks: the clocks frame.

    Returns:
        ``COLUMNS``, with those of each clock of sales in the contract's order.
    """
    promises = [one for one in contract.commitments if one.team == "sales" and one.measure is None]
    handed = cohort.filter(period.holds("handed_off_at"), is_person(pl.col("owner")))
    timed = clocks.filter(period.holds("started_at"), is_person(pl.col("owner")))
    counts = handed.group_by("owner").agg(
        pl.len().cast(pl.Int64).alias("handed_over"),
        pl.col("touches_made").sum().cast(pl.Int64).alias("touches"),
        pl.col("accepted", "rejected", "converted").sum().cast(pl.Int64),
        (pl.col("won") > 0).sum().cast(pl.Int64),
        pl.col("won_amount").sum(),
    )
    sums = timed.group_by("owner").agg(*_speed(contract), *(e for one in promises for e in _kept(one)))
    whole = [name for name, dtype in (counts.schema | sums.schema).items() if dtype == pl.Int64]
    middle = [
        f"{one.id}_{name}" for one in promises for name in ("kept", "due", "share", "excused", "running")
    ]
    return (
        counts.join(sums, on="owner", how="full", coalesce=True)
        .with_columns(pl.col(*whole).fill_null(0), pl.lit(period.label).alias("period"))
        .with_columns(
            pl.when(pl.col(f"{one.id}_due") > 0)
            .then(pl.col(f"{one.id}_kept") / pl.col(f"{one.id}_due"))
            .alias(f"{one.id}_share")
            for one in promises
        )
        .select(
            "owner", "period", "handed_over", "touches", "first_touch_p50_minutes", "first_touch_p95_minutes",
            *middle, "accepted", "rejected", "converted", "won", "won_amount",
        )
        .sort("owner")
    )  # fmt: skip


def _speed(contract: SlaContract) -> Iterator[pl.Expr]:
    first = contract.stopping_at("first touch")
    touched = (pl.col("commitment") == (first.id if first else "")) & (pl.col("status") != "excused")
    minutes = pl.col("business_minutes").filter(touched & pl.col("stopped_at").is_not_null())
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield minutes.quantile(share, "linear").alias(f"first_touch_{name}_minutes")


def _kept(one: Commitment) -> Iterator[pl.Expr]:
    mine, status = pl.col("commitment") == one.id, pl.col("status")
    for name, among in (
        ("kept", ["met"]),
        ("due", ["met", "breached"]),
        ("excused", ["excused"]),
        ("running", ["pending"]),
    ):
        yield (mine & status.is_in(among)).sum().cast(pl.Int64).alias(f"{one.id}_{name}")
