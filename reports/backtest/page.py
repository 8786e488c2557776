"""A backtest as one self-contained HTML page, for the people who have to agree to the proposal.

Figures come in a ``Backtest``; here they are arranged and worded. The look is in ``page.html`` and
``page.css``, on top of the scorecard's style.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import polars as pl
from markupsafe import Markup

from reports import words
from reports.backtest.chart import weeks_svg
from sla_rules.backtesting.backtest import Backtest, Both
from sla_rules.backtesting.moves import counted
from sla_rules.backtesting.trial import Rates

_SHOWN = 500
_CAUSES = 20
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("reports", ""),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
for _filter in (words.percent, words.points, words.count, words.moment):
    _ENVIRONMENT.filters[_filter.__name__] = _filter


def backtest_html(
    found: Backtest, *, caveats: Sequence[str], names: Mapping[str, str], zone: ZoneInfo
) -> str:
    """The page: volume against quota, precision and recall, groups, who moves and why.

    Args:
        caveats: sentences on how far the answer can be trusted.
        names: of people, by id; others are shown by id.
        zone: of the business.

    Returns:
        One HTML document that needs nothing else: no script, no font, no file.
    """
    up = sum(one.direction == "up" for one in found.moves)
    return _ENVIRONMENT.get_template(
        "backtest/page.html"
    ).render(
        found=found,
        zone=zone,
        caveats=caveats,
        up=up,
        down=len(found.moves) - up,
        weeks=Markup(weeks_svg(_weeks(found, zone))),  # noqa: S704  # drawn from dates and numbers
        rates=[(goal, _bars(both), both) for goal, both in found.rates.items()],
        groups=[(by, [one for one in found.groups if one.by == by]) for by in ("source", "persona")],
        most=max((max(one.qualified.in_force, one.qualified.proposed) for one in found.groups), default=1)
        or 1,
        causes=counted(found.moves)[:_CAUSES],
        moves=found.moves[:_SHOWN],
        shown=_SHOWN,
        names=names,
    )


def _weeks(found: Backtest, zone: ZoneInfo) -> pl.DataFrame:
    rows = [
        (
            f"{week.start.astimezone(zone).day} {week.start.astimezone(zone):%b}",
            week.qualified.in_force,
            week.qualified.proposed,
            week.quota,
        )
        for week in found.weeks
    ]
    kinds = {"label": pl.String, "first": pl.Int64, "second": pl.Int64, "quota": pl.Float64}
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _bars(both: Both[Rates]) -> list[dict[str, Any]]:
    """Precision and recall, each with both values and the change."""
    measured = (
        ("Precision", both.in_force.precision, both.proposed.precision),
        ("Recall", both.in_force.recall, both.proposed.recall),
    )
    return [
        {
            "name": name,
            "before": before,
            "after": after,
            "change": None if before is None or after is None else after - before,
        }
        for name, before, after in measured
    ]
