"""The agreement's clocks, its metrics and the scorecard."""

from datetime import timedelta
from typing import Literal

import dagster as dg
from pydantic import Field

from assets.bench import Bench
from assets.feedback import sales_feedback
from assets.qualification import judgements
from assets.running import POOL, Materialised, materialise
from passes.agreement import clocks
from passes.numbers import measure
from passes.reviews import step as review_step

GROUP = "sla"
OWNERS = ["team:sales", "team:marketing", "team:revops"]


@dg.asset(
    deps=[judgements, sales_feedback],
    pool=POOL,
    group_name=GROUP,
    kinds={"python", "polars"},
    owners=OWNERS,
    description="Handoffs and the clock of every commitment for every person handed over: pending, met, breached "
    "or excused; and what both teams are to see of it.",
)
def sla_clocks(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Clocks."""
    return materialise(context, accord, clocks.run)


@dg.asset(
    deps=[sla_clocks],
    pool=POOL,
    group_name=GROUP,
    kinds={"python", "polars"},
    owners=OWNERS,
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=3)),
    description="Attainment of each commitment, first touch, funnel, per rep, source and campaign, as tables.",
    check_specs=[
        dg.AssetCheckSpec(
            "no_breach_unreported",
            asset="sla_metrics",
            description="Every breached clock of the running month is named in the scorecard.",
        )
    ],
)
def sla_metrics(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Metrics."""
    return materialise(context, accord, measure.metrics)


@dg.asset(
    deps=[sla_metrics],
    pool=POOL,
    group_name=GROUP,
    kinds={"python", "html"},
    owners=OWNERS,
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=8)),
    description="Both halves of the agreement side by side, as one self-contained HTML page kept in the database.",
)
def sla_scorecard(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Scorecard."""
    return materialise(context, accord, measure.scorecard)


class ReviewConfig(dg.Config):
    """What a review is about."""

    quarter: bool = Field(
        default=False, description="The last whole quarter instead of the last whole month."
    )


@dg.asset(
    deps=[sla_metrics],
    pool=POOL,
    group_name=GROUP,
    kinds={"python", "html"},
    owners=OWNERS,
    description="The review pack of the last whole month or quarter as one self-contained HTML page kept in the "
    "database. Names stand on the page only.",
)
def sla_review(
    context: dg.AssetExecutionContext, config: ReviewConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Review pack."""
    kind: Literal["month", "quarter"] = "quarter" if config.quarter else "month"
    return materialise(context, accord, lambda known: review_step.review(known, kind))
