"""How fast sales makes the first touch: percentiles, bands, where the delay lies, and the trend.

All minutes are business minutes of first-touch clocks; excused clocks are left out everywhere.
"""

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import Schema
from sla_rules.sla_terms import Duration

FIRST_TOUCH: Schema = {
    "which": pl.String, "touched": pl.Int64, "untouched": pl.Int64, "p50_minutes": pl.Float64,
    "p95_minutes": pl.Float64,
}  # fmt: skip
BANDS: Schema = {
    "band": pl.String, "lower_minutes": pl.Float64, "upper_minutes": pl.Float64, "people": pl.Int64,
    "share": pl.Float64, "previous_people": pl.Int64, "previous_share": pl.Float64, "in_time": pl.Boolean,
}  # fmt: skip
DELAYS: Schema = {
    "part": pl.String, "p50_minutes": pl.Float64, "p95_minutes": pl.Float64, "mean_minutes": pl.Float64,
    "previous_p50_minutes": pl.Float64,
}  # fmt: skip
TREND: Schema = {
    "starts_on": pl.Date, "handed_over": pl.Int64, "measured": pl.Int64, "met": pl.Int64, "value": pl.Float64,
    "p50_minutes": pl.Float64, "in_period": pl.Boolean,
}  # fmt: skip


def first_touch_clocks(contract: SlaContract, clocks: pl.DataFrame) -> pl.DataFrame:
    """The clocks of the first touch that count: all but the excused."""
    commitment = contract.stopping_at("first touch")
    of = pl.col("commitment") == (commitment.id if commitment else "")
    return clocks.filter(of, pl.col("status") != "excused")


def first_touch(first: pl.DataFrame, period: Period, previous: Period | None) -> pl.DataFrame:
    """One row for the period ("period") and, if there is one, the one before ("previous").

    ``p50_minutes`` and ``p95_minutes`` are over touched people; null if there are none.
    """
    parts = [("period", period)] + ([("previous", previous)] if previous else [])
    rows = []
    for which, span in parts:
        clocks = first.filter(span.holds("started_at"))
        touched = clocks.filter(pl.col("stopped_at").is_not_null())["business_minutes"]
        rows.append(
            {
                "which": which,
                "touched": touched.len(),
                "untouched": clocks.height - touched.len(),
                "p50_minutes": touched.quantile(0.5, "linear"),
                "p95_minutes": touched.quantile(0.95, "linear"),
            }
        )
    return pl.DataFrame(rows, schema=FIRST_TOUCH)


def bands(
    contract: SlaContract, first: pl.DataFrame, period: Period, previous: Period | None
) -> pl.DataFrame:
    """Handoffs by time to first touch; the last row is "not yet".

    A band holds its upper edge and not its lower one (the first holds 0). ``in_time``: the whole band lies
    within the promised time; null if that is not a number of business minutes.
    """
    edges = [float(edge) for edge in contract.bands_minutes]
    spans: list[tuple[str, float | None, float | None]] = [
        (f"{low:g}–{high:g} min", low, high) for low, high in zip([0.0, *edges], edges, strict=False)
    ]
    spans += [(f"over {edges[-1]:g} min", edges[-1], None), ("not yet", None, None)]
    promised = _promised_minutes(contract)
    now_in, before = (_by_band(first, edges, span) for span in (period, previous))
    totals = sum(now_in.values()), sum(before.values())
    rows = [
        {
            "band": label,
            "lower_minutes": low,
            "upper_minutes": high,
            "people": now_in.get(index, 0),
            "share": now_in.get(index, 0) / totals[0] if totals[0] else None,
            "previous_people": before.get(index, 0) if previous else None,
            "previous_share": before.get(index, 0) / totals[1] if totals[1] else None,
            "in_time": None if promised is None else high is not None and high <= promised,
        }
        for index, (label, low, high) in enumerate(spans)
    ]
    return pl.DataFrame(rows, schema=BANDS)


def _promised_minutes(contract: SlaContract) -> float | None:
    commitment = contract.stopping_at("first touch")
    target = commitment.target if commitment else None
    if commitment is None or not isinstance(target, Duration) or not target.business:
        return None
    calendar = contract.calendars[contract.calendar_name(commitment)]
    return target.minutes(calendar.business_day_minutes)


def _by_band(first: pl.DataFrame, edges: list[float], period: Period | None) -> dict[int, int]:
    if period is None:
        return {}
    clocks = first.filter(period.holds("started_at"))
    minutes = pl.col("business_minutes")
    index = pl.sum_horizontal(*((minutes > edge).cast(pl.Int64) for edge in edges))
    not_yet = pl.lit(len(edges) + 1, dtype=pl.Int64)
    band = pl.when(pl.col("stopped_at").is_null()).then(not_yet).otherwise(index)
    return dict(clocks.select(band.alias("band"))["band"].value_counts().iter_rows())


def delays(first: pl.DataFrame, period: Period, previous: Period | None) -> pl.DataFrame:
    """Where the time to the first touch went: ``sync`` (ours), ``routing`` (no owner yet), ``human``.

    Over touched people. Sync lies before the handoff and is not part of the promise.
    """
    touched = first.filter(pl.col("stopped_at").is_not_null())
    now_in = touched.filter(period.holds("started_at"))
    before = touched.filter(previous.holds("started_at")) if previous else touched.clear()
    rows = [
        {
            "part": part,
            "p50_minutes": now_in[f"{part}_minutes"].quantile(0.5, "linear"),
            "p95_minutes": now_in[f"{part}_minutes"].quantile(0.95, "linear"),
            "mean_minutes": now_in[f"{part}_minutes"].mean(),
            "previous_p50_minutes": before[f"{part}_minutes"].quantile(0.5, "linear"),
        }
        for part in ("sync", "routing", "human")
    ]
    return pl.DataFrame(rows, schema=DELAYS)


def trend(first: pl.DataFrame, period: Period, previous: Period | None) -> pl.DataFrame:
    """First touch day by day (week by week if the period is longer than a fortnight), oldest first.

    ``starts_on`` is never before the period itself; ``value`` is met of measured; ``measured`` leaves pending
    clocks out; ``in_period`` tells the period's rows from the previous period's.
    """
    every = "1w" if (period.end - period.start).days > 15 else "1d"
    inside = period.holds("started_at")
    rows = first.filter(inside | previous.holds("started_at") if previous else inside)
    local = pl.col("started_at").dt.convert_time_zone(period.zone.key)
    known = pl.col("status").is_in(["met", "breached"])
    return (
        rows.with_columns(in_period=inside, bucket=local.dt.truncate(every))
        .with_columns(starts_on=pl.max_horizontal("bucket", _first_moment(period, previous)).dt.date())
        .group_by("starts_on", "in_period")
        .agg(
            handed_over=pl.len().cast(pl.Int64),
            measured=known.sum().cast(pl.Int64),
            met=(pl.col("status") == "met").sum().cast(pl.Int64),
            p50_minutes=pl.col("business_minutes").filter(pl.col("stopped_at").is_not_null()).median(),
        )
        .with_columns(
            value=pl.when(pl.col("measured") > 0).then(pl.col("met") / pl.col("measured")),
        )
        .select(pl.col(column).cast(dtype) for column, dtype in TREND.items())
        .sort("starts_on", "in_period")
    )


def _first_moment(period: Period, previous: Period | None) -> pl.Expr:
    first = pl.lit(period.start.astimezone(period.zone))
    if previous is None:
        return first
    return pl.when("in_period").then(first).otherwise(pl.lit(previous.start.astimezone(period.zone)))
