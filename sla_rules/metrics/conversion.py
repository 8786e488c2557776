"""Conversion at each stage: of the people who reached one step, how many have reached the next, and how fast.

Each person counts once. What a fate is, is decided in ``cohort.py``.
"""

from dataclasses import dataclass

import polars as pl

from sla_rules.metrics.period import Period
from sla_rules.sla_frames import Schema

CONVERSION: Schema = {
    "step": pl.String, "reached": pl.Int64, "went_on": pl.Int64, "share": pl.Float64, "p50_days": pl.Float64,
    "p95_days": pl.Float64, "previous_reached": pl.Int64, "previous_share": pl.Float64, "change": pl.Float64,
}  # fmt: skip
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class _Step:
    """One step over a frame of people: who has reached it, who has gone on, from when to when."""

    name: str
    rows: pl.DataFrame
    went_on: pl.Expr
    days: tuple[str, str] | None = None


def conversion(
    history: pl.DataFrame, cohort: pl.DataFrame, period: Period, previous: Period | None
) -> pl.DataFrame:
    """One row a step, in the order of the journey.

    Args:
        history: the judgement history: people who became MQL in the period, and those of them who are SQL since.
        cohort: of ``cohort.py``; handoffs of the period and what has become of them.

    Returns:
        The columns of ``CONVERSION``; days of 24 hours between the two moments, null where one is not kept.
    """
    before = {} if previous is None else {step.name: step for step in _steps(history, cohort, previous)}
    rows = []
    for step in _steps(history, cohort, period):
        reached, went_on = _counted(step)
        earlier = _counted(before[step.name]) if step.name in before else (None, 0)
        share, was = _ratio(went_on, reached), _ratio(earlier[1], earlier[0])
        days = _days(step)
        rows.append(
            {
                "step": step.name,
                "reached": reached,
                "went_on": went_on,
                "share": share,
                "p50_days": days.quantile(0.5, "linear"),
                "p95_days": days.quantile(0.95, "linear"),
                "previous_reached": earlier[0],
                "previous_share": was,
                "change": None if share is None or was is None else share - was,
            }
        )
    return pl.DataFrame(rows, schema=CONVERSION)


def _steps(history: pl.DataFrame, cohort: pl.DataFrame, period: Period) -> list[_Step]:
    handed = cohort.filter(period.holds("handed_off_at"))
    touched = pl.col("first_touch_at").is_not_null()
    return [
        _Step("MQL → SQL", _qualified(history, period), pl.col("sql_at").is_not_null(), ("mql_at", "sql_at")),
        _Step("handed over → touched", handed, touched, ("handed_off_at", "first_touch_at")),
        _Step("touched → accepted", handed.filter(touched), pl.col("accepted")),
        _Step("accepted → converted", handed.filter("accepted"), pl.col("converted")),
        _Step("converted → won", handed.filter("converted"), pl.col("won") > 0, ("converted_at", "won_at")),
        _Step("handed over → won", handed, pl.col("won") > 0, ("handed_off_at", "won_at")),
    ]


def _qualified(history: pl.DataFrame, period: Period) -> pl.DataFrame:
    """``person_id, mql_at, sql_at``: people who became MQL in the period, and when they were SQL after that."""
    first = (
        history.filter(pl.col("stage") == "MQL", period.holds("at"))
        .group_by("person_id")
        .agg(pl.col("at").min().alias("mql_at"))
    )
    later = history.filter(pl.col("stage") == "SQL").select("person_id", pl.col("at").alias("sql_at"))
    return (
        first.join(later, on="person_id", how="left")
        .with_columns(sql_at=pl.when(pl.col("sql_at") >= pl.col("mql_at")).then("sql_at"))
        .group_by("person_id")
        .agg(pl.col("mql_at").first(), pl.col("sql_at").min())
    )


def _counted(step: _Step) -> tuple[int, int]:
    went_on = step.rows.filter(step.went_on)
    return step.rows["person_id"].n_unique(), went_on["person_id"].n_unique()


def _days(step: _Step) -> pl.Series:
    if step.days is None:
        return pl.Series(dtype=pl.Float64)
    since, until = step.days
    length = (pl.col(until) - pl.col(since)).dt.total_microseconds() / _DAY_US
    return step.rows.filter(step.went_on).select(length.alias("days"))["days"].drop_nulls()


def _ratio(part: int, whole: int | None) -> float | None:
    return part / whole if whole else None
