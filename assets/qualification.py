"""The shared lead definition, applied to everybody whose answer can have changed."""

import dagster as dg

from assets.activities import activity_timeline
from assets.bench import Bench
from assets.feedback import sales_feedback
from assets.running import POOL, Materialised, materialise
from passes.judging import qualify


@dg.asset(
    deps=[activity_timeline, sales_feedback],
    pool=POOL,
    group_name="qualification",
    kinds={"python", "polars"},
    owners=["team:revops", "team:marketing", "team:sales"],
    description="Stage (go-nowhere, lead, MQL, SQL), score, reasons and what is missing, by the lead definition in "
    "force; and when the answer can change by itself.",
)
def judgements(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Judgements."""
    return materialise(context, accord, qualify.judge)
