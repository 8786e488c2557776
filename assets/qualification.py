"""The shared lead definition, applied to everybody whose answer can have changed."""

import dagster as dg

from assets.activities import activity_timeline
from assets.running import materialise
from passes import qualify
from passes.workbench import Workbench


@dg.asset(
    deps=[activity_timeline],
    group_name="qualification",
    kinds={"python", "polars"},
    owners=["team:revops", "team:marketing", "team:sales"],
    description="Stage (go-nowhere, lead, MQL, SQL), score, reasons and what is missing, by the lead definition in "
    "force; and when the answer can change by itself.",
)
def judgements(
    context: dg.AssetExecutionContext, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Judgements."""
    return materialise(context, accord, qualify.judge)
