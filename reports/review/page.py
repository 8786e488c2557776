"""The review pack as one self-contained HTML page, made to be printed; what it shows is gathered in ``passes``.

Here figures are arranged and worded. The look is in ``review.html`` and ``review.css``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from markupsafe import Markup

from reports import arranged, charts
from reports.arranged import Links, PersonRef
from reports.review.charts import quota_svg, reps_svg, weeks_svg
from sla_rules.metrics import registry
from sla_rules.metrics.figures import Metrics
from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_terms import Duration, Quota

_CAUSES = {
    "routing": "nobody owned it most of that time",
    "human": "its owner had it most of that time",
    "information": "marketing handed it over incomplete",
    "announcement": "marketing told sales too late",
}
_SHOWN_ANSWERS = 40


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of an earlier review in words: what was to be done, by whom, and what became of it."""

    decision: str
    owner: str
    decided: str
    due: str
    metric: str
    then: str
    now: str
    moved: str
    outcome: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Review:
    """What the page shows.

    Attributes:
        weeks: attainment of each commitment week by week, with ``starts_on``.
        course: ``starts_on, so_far``: people newly qualified from the period's start to the end of each week.
        deals, said: ``sla_rules.metrics.told``.
        tweaks: each proposed change to the lead definition with its effect, in words; largest first.
        no_tweaks: why there are none.
        names: of people, by person id.
    """

    metrics: Metrics
    weeks: pl.DataFrame
    course: pl.DataFrame
    deals: pl.DataFrame
    said: pl.DataFrame
    decisions: Sequence[Decided]
    tweaks: Sequence[Mapping[str, str]]
    no_tweaks: str
    names: Mapping[str, str]


def review_html(review: Review, contract: SlaContract, *, now: datetime) -> str:
    """One HTML document that needs nothing else: no script, no font, no file."""
    metrics = review.metrics
    rows = metrics.attainment.to_dicts()
    figures = {row["which"]: row for row in metrics.first_touch.to_dicts()}
    links = Links(people={key: PersonRef(name) for key, name in review.names.items()})
    return arranged.ENVIRONMENT.get_template("review/review.html").render(
        title=contract.title,
        contract=contract,
        metrics=metrics,
        zone=contract.zone,
        now=now,
        currency=metrics.currency,
        running=now < metrics.period.end,
        halves=arranged.halves(metrics),
        kept=sum(row["verdict"] in {"met", "on course"} for row in rows),
        judged=sum(row["verdict"] != "nothing to measure" for row in rows),
        missed=[row for row in rows if row["verdict"] in {"missed", "behind"}],
        quota={row["commitment"]: row for row in metrics.quotas.to_dicts()},
        present=figures["period"],
        past=figures.get("previous"),
        decisions=review.decisions,
        weeks=_weeks(review.weeks),
        course=_course(review.course, contract, metrics),
        bands=_svg(charts.bands_svg(metrics.bands)),
        reps=_reps(metrics, contract),
        delays=arranged.delays(metrics.delays),
        conversion=metrics.conversion.to_dicts(),
        funnel=arranged.funnel(metrics),
        follow_up=_follow_up(metrics, contract),
        promises=[one for one in contract.commitments if one.team == "sales" and one.measure is None],
        rejections=metrics.rejections.to_dicts(),
        rejected_by=metrics.rejected_by.to_dicts(),
        said=_named(review.said.head(_SHOWN_ANSWERS), links),
        unsaid=max(0, review.said.height - _SHOWN_ANSWERS),
        deals=_named(review.deals, links),
        totals=_totals(review.deals, metrics.currency),
        campaigns=metrics.campaigns.filter(
            (pl.col("handed_over") > 0) | pl.col("cost").is_not_null()
        ).to_dicts(),
        costs=metrics.costs.filter(pl.col("cost").is_not_null()).to_dicts(),
        distribution=_distribution(metrics),
        balance={row["which"]: row for row in metrics.balance.to_dicts()},
        tweaks=review.tweaks,
        no_tweaks=review.no_tweaks,
        breaches=arranged.breaches(metrics, contract, links, shown=metrics.breaches.height),
        causes=_CAUSES,
    )


def _svg(text: str) -> Markup:
    return Markup(text)  # noqa: S704  # drawn by the charts from our own labels, escaped names and numbers


def _weeks(weeks: pl.DataFrame) -> Markup | None:
    shares = weeks.filter(~pl.col("target").str.contains(" per "))
    if shares["value"].null_count() == shares.height:
        return None
    return _svg(weeks_svg(shares.with_columns(label=pl.col("commitment").str.replace_all("_", " "))))


def _course(course: pl.DataFrame, contract: SlaContract, metrics: Metrics) -> Markup | None:
    quotas = [one for one in contract.commitments if isinstance(one.target, Quota) and one.segment is None]
    if not quotas or course.is_empty():
        return None
    target = metrics.quotas.filter(pl.col("commitment") == quotas[0].id)["expected_by_now"]
    return _svg(quota_svg(course, float(target[0]))) if target.len() else None


def _reps(metrics: Metrics, contract: SlaContract) -> Markup | None:
    rows = metrics.figures.filter(
        pl.col("metric") == "first_touch_minutes", pl.col("dimension") == "rep", pl.col("p50").is_not_null()
    ).select(pl.col("member").alias("owner"), "p50", "p95")
    return None if rows.is_empty() else _svg(reps_svg(rows, _promised_minutes(contract)))


def _promised_minutes(contract: SlaContract) -> float | None:
    first: Commitment | None = contract.stopping_at("first touch")
    if first is None or not isinstance(first.target, Duration) or not first.target.business:
        return None
    return first.target.minutes(contract.calendars[contract.calendar_name(first)].business_day_minutes)


def _follow_up(metrics: Metrics, contract: SlaContract) -> list[dict[str, Any]]:
    """Each rep with the shares of each promise, and the same of the period before."""
    kept = metrics.figures.filter(
        pl.col("dimension") == "rep", pl.col("metric").str.starts_with(f"{registry.KEPT} ")
    )
    by = {(row["member"], row["metric"]): row for row in kept.iter_rows(named=True)}
    rows = []
    for row in metrics.follow_up.to_dicts():
        shares = [
            by.get((row["owner"], f"{registry.KEPT} {one.id}"))
            for one in contract.commitments
            if one.team == "sales" and one.measure is None
        ]
        rows.append({**row, "shares": shares})
    return sorted(rows, key=lambda row: -row["handed_over"])


def _named(frame: pl.DataFrame, links: Links) -> list[dict[str, Any]]:
    return [
        {**row, "person": links.people.get(row["person_id"], PersonRef(row["person_id"]))}
        for row in frame.to_dicts()
    ]


def _totals(deals: pl.DataFrame, currency: str) -> dict[str, tuple[int, float]]:
    """Outcome -> deals, and their amount in the agreement's currency."""
    own = deals.filter(pl.col("currency").is_null() | (pl.col("currency") == currency))
    return {
        outcome: (
            deals.filter(pl.col("outcome") == outcome).height,
            float(own.filter(pl.col("outcome") == outcome)["amount"].sum()),
        )
        for outcome in ("won", "lost")
    }


def _distribution(metrics: Metrics) -> list[dict[str, Any]]:
    rows = metrics.distribution.filter(pl.col("which") == "period").to_dicts()
    most = max([row["handed_over"] for row in rows], default=0) or 1
    return [{**row, "width": round(row["handed_over"] / most * 100, 1)} for row in rows]
