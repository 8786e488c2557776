"""What sales says happened: statuses, dispositions with reasons, opportunities and their outcome."""

import dagster as dg

from assets.links import people_links
from assets.running import materialise
from assets.salesforce import salesforce_opportunities
from passes import feedback
from passes.workbench import Workbench


@dg.asset(
    deps=[people_links, salesforce_opportunities],
    group_name="feedback",
    kinds={"python"},
    owners=["team:sales", "team:revops"],
    description="Sales' answer to each lead, kept as a history, ready to be written to HubSpot.",
)
def sales_feedback(
    context: dg.AssetExecutionContext, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Feedback."""
    return materialise(context, accord, feedback.gather)
