"""Figures arranged as the pages show them: bars with positions, breaches by commitment, delays in words.

Shared by the scorecard and the review pack; what a page is made of is the page's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jinja2
import polars as pl

from reports import words
from sla_rules.metrics.figures import Metrics
from sla_rules.sla import SlaContract

SHOWN_BREACHES = 500
TEAMS = ("marketing", "sales")


def short_owner(owner: str | None) -> str:
    """An owner in a narrow column: what stands before the @; queues as they are."""
    return words.DASH if owner is None else owner.split("@")[0]


ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports", ""),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
for _filter in (
    words.percent,
    words.points,
    words.count,
    words.minutes,
    words.money,
    words.moment,
    short_owner,
):
    ENVIRONMENT.filters[_filter.__name__] = _filter


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


def halves(metrics: Metrics) -> list[tuple[str, list[dict[str, Any]]]]:
    """Both teams with the bars of their commitments."""
    rows = metrics.attainment.to_dicts()
    return [(team, [bar(row) for row in rows if row["team"] == team]) for team in TEAMS]


def bar(row: dict[str, Any]) -> dict[str, Any]:
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


def delays(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Where the time to the first touch went, in words, with the widths of the bars."""
    names = {
        "sync": "Accord: qualified to handed over",
        "routing": "Routing: until a person owned it",
        "human": "The owner: until the first touch",
    }
    top = max([*frame["mean_minutes"].drop_nulls(), 1e-9])
    tail = max([*frame["p95_minutes"].drop_nulls(), 1e-9])
    return [
        {
            **row,
            "name": names[row["part"]],
            "width": round((row["mean_minutes"] or 0.0) / top * 100, 1),
            "half_width": round((row["p50_minutes"] or 0.0) / tail * 100, 1),
            "tail_width": round((row["p95_minutes"] or 0.0) / tail * 100, 1),
        }
        for row in frame.to_dicts()
    ]


def funnel(metrics: Metrics) -> list[dict[str, Any]]:
    """The steps with the widths of their bars."""
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


def breaches(
    metrics: Metrics, contract: SlaContract, links: Links, *, shown: int = SHOWN_BREACHES
) -> list[dict[str, Any]]:
    """Commitments with their breaches by name, in the contract's order."""
    sections = []
    for commitment in contract.commitments:
        rows = metrics.breaches.filter(pl.col("commitment") == commitment.id)
        if rows.is_empty():
            continue
        named = [
            {**row, "person": links.people.get(row["person_id"], PersonRef(row["person_id"]))}
            for row in rows.head(shown).to_dicts()
        ]
        sections.append({"commitment": commitment, "total": rows.height, "rows": named})
    return sections
