"""Every metric of the registry for one period, by each dimension, against the period before and the target.

What a metric means stands in ``registry.py``; what became of a handoff is decided in ``cohort.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from sla_rules.metrics.attainment import is_complete
from sla_rules.metrics.period import Period
from sla_rules.metrics.registry import KEPT, TOUCHED_WITHIN, of
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import Schema
from sla_rules.sla_terms import Quota, ShareLimit

DIMENSIONS = ("all", "rep", "team", "source", "campaign", "country", "region", "persona")
# Of people, as they are known at the time of measuring; all but the person may be null.
ATTRIBUTES: Schema = {
    "person_id": pl.String, "source": pl.String, "country": pl.String, "region": pl.String,
    "persona": pl.String,
}  # fmt: skip
FIGURES: Schema = {
    "metric": pl.String, "dimension": pl.String, "member": pl.String, "numerator": pl.Float64,
    "denominator": pl.Float64, "value": pl.Float64, "p50": pl.Float64, "p95": pl.Float64,
    "previous_value": pl.Float64, "change": pl.Float64, "target": pl.Float64, "bound": pl.String,
}  # fmt: skip
ALL = "everybody"
_KEY = ["person_id", "handed_off_at"]
_UNKNOWN = "(unknown)"
_NOBODY = {
    "rep": "(no owner yet)", "team": "(no team)", "campaign": "(no campaign)", "persona": "(no persona)",
}  # fmt: skip
# What nobody owns yet has neither rep nor team; a qualification is not of a campaign before the handoff.
_OF_PEOPLE = ("all", "source", "country", "region", "persona")


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows from which every figure is summed, with a column for each dimension.

    Attributes:
        handoffs: the cohort (``cohort.py``) with ``score``.
        clocks: clocks of those handoffs.
        qualified: ``person_id, at`` of each qualification.
    """

    handoffs: pl.DataFrame
    clocks: pl.DataFrame
    qualified: pl.DataFrame


def facts_of(
    contract: SlaContract,
    *,
    cohort: pl.DataFrame,
    clocks: pl.DataFrame,
    qualified: pl.DataFrame,
    history: pl.DataFrame,
    people: pl.DataFrame,
) -> Facts:
    """Joins what is known of people to their handoffs, clocks and qualifications.

    Args:
        cohort: of ``cohort.cohort``.
        clocks: the clocks frame.
        qualified: of ``cohort.newly_qualified``.
        history: the judgement history, with ``score``.
        people: ``ATTRIBUTES``.
    """
    teams = {one.owner: one.team for one in contract.owners if one.team}
    scored = _with_score(cohort, history)
    handoffs = scored.join(
        people.select("person_id", "country", "region", "persona"), on="person_id", how="left"
    )
    handoffs = _named(
        handoffs.with_columns(
            rep=pl.col("owner"),
            team=pl.col("owner").replace_strict(teams, default=None, return_dtype=pl.String),
        ),
        DIMENSIONS,
    )
    return Facts(
        handoffs=handoffs,
        clocks=clocks.join(handoffs.select(*_KEY, *DIMENSIONS), on=_KEY),
        qualified=_named(qualified.join(people, on="person_id", how="left"), _OF_PEOPLE),
    )


def _with_score(cohort: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    judged = history.filter(pl.col("score").is_not_null()).select("person_id", "at", "score").sort("at")
    return (
        cohort.sort("handed_off_at")
        .join_asof(
            judged,
            left_on="handed_off_at",
            right_on="at",
            by="person_id",
            strategy="backward",
            check_sortedness=False,
        )
        .drop("at")
    )


def _named(rows: pl.DataFrame, dimensions: tuple[str, ...]) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit(ALL).alias("all"),
        *(pl.col(one).fill_null(_NOBODY.get(one, _UNKNOWN)) for one in dimensions if one != "all"),
    )


def figures(contract: SlaContract, facts: Facts, period: Period, previous: Period | None) -> pl.DataFrame:
    """One row for each metric, dimension and member that has anything in the period or in the one before.

    Returns:
        The columns of ``FIGURES``, in the order of the registry. ``value`` is as the definition says; shares have
        the target of their commitment, quotas only as a whole. ``change`` is the value less the one before.
    """
    present = pl.DataFrame(list(_rows(contract, facts, period)), schema=_SUMS, orient="row")
    sums = present.with_columns(previous_value=pl.lit(None, dtype=pl.Float64))
    if previous is not None:
        before = pl.DataFrame(list(_rows(contract, facts, previous)), schema=_SUMS, orient="row")
        keys = ["metric", "dimension", "member"]
        sums = present.join(
            before.select(*keys, pl.col("value").alias("previous_value")), on=keys, how="full", coalesce=True
        )
    goals = _targets(contract, period)
    order = {name: index for index, name in enumerate(_order(contract))}
    whole = pl.col("dimension") == "all"
    share = pl.col("metric").replace_strict(
        {name: is_share for name, (_, _, is_share) in goals.items()}, default=False
    )
    return (
        sums.with_columns(
            change=pl.col("value") - pl.col("previous_value"),
            target=pl.when(whole | share).then(
                pl.col("metric").replace_strict(
                    {name: goal for name, (goal, _, _) in goals.items()},
                    default=None,
                    return_dtype=pl.Float64,
                )
            ),
            bound=pl.when(whole | share).then(
                pl.col("metric").replace_strict(
                    {name: bound for name, (_, bound, _) in goals.items()},
                    default=None,
                    return_dtype=pl.String,
                )
            ),
        )
        .sort(
            pl.col("metric").replace_strict(order, return_dtype=pl.Int64),
            pl.col("dimension").replace_strict(
                {d: i for i, d in enumerate(DIMENSIONS)}, return_dtype=pl.Int64
            ),
            "member",
        )
        .select(pl.col(column).cast(dtype) for column, dtype in FIGURES.items())
    )


_SUMS: Schema = {
    "metric": pl.String, "dimension": pl.String, "member": pl.String, "numerator": pl.Float64,
    "denominator": pl.Float64, "value": pl.Float64, "p50": pl.Float64, "p95": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sum:
    """One metric over rows: what is added up above and below, and what is spread."""

    metric: str
    numerator: pl.Expr
    denominator: pl.Expr | None = None
    spread: pl.Expr | None = None

    def aggregations(self) -> Iterator[pl.Expr]:
        yield self.numerator.cast(pl.Float64).alias(f"{self.metric}|n")
        if self.denominator is not None:
            yield self.denominator.cast(pl.Float64).alias(f"{self.metric}|d")
        if self.spread is not None:
            for name, share in (("p50", 0.5), ("p95", 0.95)):
                yield self.spread.cast(pl.Float64).quantile(share, "linear").alias(f"{self.metric}|{name}")

    def row(self, dimension: str, member: str, sums: dict[str, Any]) -> tuple[Any, ...]:
        numerator, denominator = sums[f"{self.metric}|n"], sums.get(f"{self.metric}|d")
        p50, p95 = sums.get(f"{self.metric}|p50"), sums.get(f"{self.metric}|p95")
        value = {
            "numerator": numerator,
            "numerator / denominator": numerator / denominator if denominator else None,
            "p50": p50,
        }[of(self.metric).value]
        return (self.metric, dimension, member, numerator, denominator, value, p50, p95)


def _rows(contract: SlaContract, facts: Facts, period: Period) -> Iterator[tuple[Any, ...]]:
    parts = (
        (facts.qualified.filter(period.holds("at")), _OF_PEOPLE, _of_qualified()),
        (facts.handoffs.filter(period.holds("handed_off_at")), DIMENSIONS, _of_handoffs()),
        (facts.clocks.filter(period.holds("started_at")), DIMENSIONS, _of_clocks(contract)),
    )
    for rows, dimensions, sums in parts:
        wanted = [expression for one in sums for expression in one.aggregations()]
        for dimension in dimensions:
            for found in rows.group_by(dimension).agg(wanted).iter_rows(named=True):
                yield from (one.row(dimension, found[dimension], found) for one in sums)


def _of_qualified() -> list[_Sum]:
    return [_Sum("newly_qualified", pl.col("person_id").n_unique())]


def _of_handoffs() -> list[_Sum]:
    every, answered = pl.len(), pl.col("answered").sum()
    day_us = 86_400_000_000
    to_conversion = (pl.col("converted_at") - pl.col("handed_off_at")).dt.total_microseconds() / day_us
    to_win = (pl.col("won_at") - pl.col("handed_off_at")).dt.total_microseconds() / day_us
    return [
        _Sum("handed_over", every),
        _Sum("complete_at_handoff", is_complete().sum(), every),
        _Sum("score_at_handoff", pl.col("score").count(), every, pl.col("score")),
        _Sum("touches_per_handoff", pl.col("touches_made").sum(), every, pl.col("touches_made")),
        _Sum("touched", pl.col("first_touch_at").count(), every),
        _Sum("accepted", pl.col("accepted").sum(), answered),
        _Sum("rejected", pl.col("rejected").sum(), answered),
        _Sum("recycled", pl.col("recycled").sum(), answered),
        _Sum("converted", pl.col("converted").sum(), every),
        _Sum("won", (pl.col("won") > 0).sum(), every),
        _Sum("days_to_conversion", pl.col("converted_at").count(), every, to_conversion),
        _Sum("days_to_win", pl.col("won_at").count(), every, to_win),
        _Sum("opportunity_amount", pl.col("amount").sum()),
        _Sum("won_amount", pl.col("won_amount").sum()),
    ]


def _of_clocks(contract: SlaContract) -> list[_Sum]:
    sums = []
    status = pl.col("status")
    for commitment in contract.commitments:
        if commitment.measure is None:
            mine = pl.col("commitment") == commitment.id
            settled = mine & status.is_in(["met", "breached"])
            sums.append(_Sum(f"{KEPT} {commitment.id}", (mine & (status == "met")).sum(), settled.sum()))
    first = contract.stopping_at("first touch")
    mine = (pl.col("commitment") == (first.id if first else "")) & (status != "excused")
    touched = mine & pl.col("stopped_at").is_not_null()
    minutes = pl.col("business_minutes")
    sums += [
        _Sum(f"{TOUCHED_WITHIN} {edge}", (touched & (minutes <= edge)).sum(), mine.sum())
        for edge in contract.bands_minutes
    ]
    sums.append(_Sum("first_touch_minutes", touched.sum(), mine.sum(), minutes.filter(touched)))
    return sums


def _order(contract: SlaContract) -> Iterator[str]:
    yield from (one.metric for one in (*_of_qualified(), *_of_handoffs(), *_of_clocks(contract)))


def _targets(contract: SlaContract, period: Period) -> dict[str, tuple[float, str, bool]]:
    """Metric -> target, bound, and whether it is a share, which holds for every part of the whole."""
    targets: dict[str, tuple[float, str, bool]] = {}
    for commitment in contract.commitments:
        target = commitment.target
        if commitment.measure is None:
            targets[f"{KEPT} {commitment.id}"] = (commitment.goal, "at least", True)
        elif isinstance(target, ShareLimit):
            name = "rejected" if commitment.measure == "rejected by sales" else "complete_at_handoff"
            targets[name] = (target.limit, target.bound, True)
        elif isinstance(target, Quota) and commitment.segment is None:
            targets["newly_qualified"] = (target.minimum * period.units(target.per), "at least", False)
    return targets
