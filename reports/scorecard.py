"""The SLA scorecard as one self-contained HTML page.

Figures come measured in ``Metrics``; here they are only arranged and worded. The look is in
``scorecard.html`` and ``scorecard.css``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from reports import charts, words
from sla_rules.metrics.figures import Metrics
from sla_rules.sla import SlaContract

_SHOWN_BREACHES = 500
_TEAMS = ("marketing", "sales")
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports", ""),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
for _filter in (words.percent, words.points, words.count, words.minutes, words.money, words.moment):
    _ENVIRONMENT.filters[_filter.__name__] = _filter


@dataclass(frozen=True, slots=True)
class PersonRef:
    """How a person is shown by name: the name, and the address of their record page if there is one."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """What the page points to.

    Attributes:
        people: by person id; a person without an entry is shown by id.
        pages: other pages, label -> address, shown in the header.
    """

    people: Mapping[str, PersonRef] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)


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
    return _ENVIRONMENT.get_template("scorecard.html").render(
        title=title or contract.title,
        contract=contract,
        metrics=metrics,
        zone=contract.zone,
        now=now,
        links=links,
        halves=[(team, [_bar(row) for row in rows if row["team"] == team]) for team in _TEAMS],
        kept=sum(row["verdict"] in {"met", "on course"} for row in rows),
        judged=sum(row["verdict"] != "nothing to measure" for row in rows),
        quota={row["commitment"]: row for row in metrics.quotas.to_dicts()},
        present=figures["period"],
        past=figures.get("previous"),
        bands=Markup(charts.bands_svg(metrics.bands)),  # noqa: S704  # drawn from our own labels and numbers
        trend=_trend(metrics, first.goal if first else None),
        delays=_delays(metrics.delays),
        funnel=_funnel(metrics),
        stages=metrics.stages.to_dicts(),
        groups=_groups(metrics),
        distribution=metrics.distribution.filter(pl.col("which") == "period").to_dicts(),
        balance=metrics.balance.to_dicts(),
        rejections=metrics.rejections.to_dicts(),
        rejected_by=metrics.rejected_by.to_dicts(),
        breaches=_breaches(metrics, contract, links),
        shown=_SHOWN_BREACHES,
        currency=metrics.currency,
    )


def _bar(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the positions (in percent) of its bar, its goal and the previous value."""
    scale = 1.0
    if row["bound"] == "at most":
        scale = max(2 * row["goal"], row["value"] or 0.0, row["previous_value"] or 0.0, 0.01)
    tones = {"met": "good", "on course": "good", "behind": "warn", "missed": "bad"}

    def position(value: float | None) -> float | None:
        return None if value is None else round(min(1.0, value / scale) * 100, 1)

    better = None
    if row["change"] is not None and abs(row["change"]) >= 0.0005:
        better = (row["change"] > 0) == (row["bound"] == "at least")
    return {
        **row,
        "tone": tones.get(row["verdict"], "none"),
        "at": position(row["value"]),
        "goal_at": position(row["goal"]),
        "previous_at": position(row["previous_value"]),
        "better": better,
    }


def _trend(metrics: Metrics, goal: float | None) -> Markup | None:
    if metrics.trend.filter(pl.col("value").is_not_null()).is_empty():
        return None
    return Markup(charts.trend_svg(metrics.trend, goal))  # noqa: S704  # drawn from dates and numbers


def _delays(frame: pl.DataFrame) -> list[dict[str, Any]]:
    names = {
        "sync": "Accord: qualified to handed over",
        "routing": "Routing: until a person owned it",
        "human": "The owner: until the first touch",
    }
    top = max([*frame["mean_minutes"].drop_nulls(), 1e-9])
    return [
        {**row, "name": names[row["part"]], "width": round((row["mean_minutes"] or 0.0) / top * 100, 1)}
        for row in frame.to_dicts()
    ]


def _funnel(metrics: Metrics) -> list[dict[str, Any]]:
    top = max([*metrics.funnel["people"], *metrics.funnel["previous_people"].drop_nulls(), 1])
    return [
        {
            **row,
            "width": round(row["people"] / top * 100, 1),
            "previous_width": round((row["previous_people"] or 0) / top * 100, 1),
            "aside": row["step"] in {"recycled", "rejected"},
        }
        for row in metrics.funnel.to_dicts()
    ]


def _groups(metrics: Metrics) -> list[dict[str, Any]]:
    return [
        {"name": "Reps", "key": "owner", "rows": metrics.reps.to_dicts(), "cost": False},
        {"name": "Sources", "key": "source", "rows": metrics.sources.to_dicts(), "cost": False},
        {"name": "Campaigns", "key": "campaign", "rows": metrics.campaigns.to_dicts(), "cost": True},
    ]


def _breaches(metrics: Metrics, contract: SlaContract, links: Links) -> list[dict[str, Any]]:
    sections = []
    for commitment in contract.commitments:
        rows = metrics.breaches.filter(pl.col("commitment") == commitment.id)
        if rows.is_empty():
            continue
        named = [
            {**row, "person": links.people.get(row["person_id"], PersonRef(row["person_id"]))}
            for row in rows.head(_SHOWN_BREACHES).to_dicts()
        ]
        sections.append({"commitment": commitment, "total": rows.height, "rows": named})
    return sections
