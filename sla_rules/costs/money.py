"""Amounts of several currencies: converted by the agreement's rates, and never summed unlike.

A rate is one figure for all times: the agreement's own, not a market's. What has no rate keeps its currency and is left
out of sums by whoever sums.
"""

from collections.abc import Mapping

import polars as pl


def in_one_currency(
    frame: pl.DataFrame, amount: str, *, currency: str, rates: Mapping[str, float]
) -> pl.DataFrame:
    """The frame with its amounts in the agreement's currency where there is a rate; others stay as they are.

    Args:
        frame: has the column ``amount`` names and ``currency`` (an ISO code; null is the agreement's own).
        currency: of the agreement.
        rates: what one unit of each other currency is worth in the agreement's.
    """
    if frame.is_empty() or not rates:
        return frame
    rate = pl.col("currency").replace_strict(dict(rates), default=None, return_dtype=pl.Float64)
    return frame.with_columns(
        pl.when(rate.is_not_null()).then(pl.col(amount) * rate).otherwise(amount).alias(amount),
        pl.when(rate.is_not_null()).then(pl.lit(currency)).otherwise("currency").alias("currency"),
    )


def is_own(currency: str) -> pl.Expr:
    """Whether a row's amount may be summed: it is in the agreement's currency, or has none of its own."""
    return pl.col("currency").is_null() | (pl.col("currency") == currency)
