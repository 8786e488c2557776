"""The SLA scorecard as one self-contained HTML page.

Figures come measured in ``Metrics``; here they are only arranged and worded. The look is in
``scorecard.html`` and ``scorecard.css``.
"""

from datetime import datetime
from typing import Any

import polars as pl
from markupsafe import Markup

from reports import arranged, charts
from reports.arranged import Links as Links
from reports.arranged import PersonRef as PersonRef
from sla_rules.metrics.figures import Metrics
from sla_rules.sla import SlaContract


def scorecard_html(
    metrics: Metrics,
    contract: SlaContract,
    *,
    title: str | None = None,
    now: datetime,
    links: Links | None = None,
) -> str:
    """The page: both halves of the agreement, first touch, funnel, reps, sources, campaigns, breaches.

    Args:
        metrics: of one period.
        contract: that was measured.
        title: of the page; the agreement's title if None.
        now: when the page is made, aware.
        links: names and addresses of people, and other pages.

    Returns:
        One HTML document that needs nothing else: no script, no font, no file.
    """
    links = links or Links()
    first = contract.stopping_at("first touch")
    rows = metrics.attainment.to_dicts()
    figures = {row["which"]: row for row in metrics.first_touch.to_dicts()}
    return arranged.ENVIRONMENT.get_template("scorecard.html").render(
        title=title or contract.title,
        contract=contract,
        metrics=metrics,
        zone=contract.zone,
        now=now,
        links=links,
        halves=arranged.halves(metrics),
        kept=sum(row["verdict"] in {"met", "on course"} for row in rows),
        judged=sum(row["verdict"] != "nothing to measure" for row in rows),
        quota={row["commitment"]: row for row in metrics.quotas.to_dicts()},
        present=figures["period"],
        past=figures.get("previous"),
        bands=Markup(charts.bands_svg(metrics.bands)),  # noqa: S704  # drawn from our own labels and numbers
        trend=_trend(metrics, first.goal if first else None),
        delays=arranged.delays(metrics.delays),
        funnel=arranged.funnel(metrics),
        stages=metrics.stages.to_dicts(),
        groups=_groups(metrics),
        distribution=metrics.distribution.filter(pl.col("which") == "period").to_dicts(),
        balance=metrics.balance.to_dicts(),
        rejections=metrics.rejections.to_dicts(),
        rejected_by=metrics.rejected_by.to_dicts(),
        answered_by=metrics.answered_by.to_dicts(),
        costs=metrics.costs.filter(pl.col("cost").is_not_null()).to_dicts(),
        breaches=arranged.breaches(metrics, contract, links),
        shown=arranged.SHOWN_BREACHES,
        currency=metrics.currency,
    )


def _trend(metrics: Metrics, goal: float | None) -> Markup | None:
    if metrics.trend.filter(pl.col("value").is_not_null()).is_empty():
        return None
    return Markup(charts.trend_svg(metrics.trend, goal))  # noqa: S704  # drawn from dates and numbers


def _groups(metrics: Metrics) -> list[dict[str, Any]]:
    return [
        {"name": "Reps", "key": "owner", "rows": metrics.reps.to_dicts(), "cost": False},
        {"name": "Sources", "key": "source", "rows": metrics.sources.to_dicts(), "cost": False},
        {"name": "Campaigns", "key": "campaign", "rows": metrics.campaigns.to_dicts(), "cost": True},
    ]
