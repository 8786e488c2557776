"""What sales says happened: statuses, dispositions with reasons, opportunities and their outcome."""

import dagster as dg

from assets.bench import Bench
from assets.links import people_links
from assets.running import POOL, Materialised, materialise
from assets.salesforce import salesforce_opportunities
from passes.agreement import feedback


@dg.asset(
    deps=[people_links, salesforce_opportunities],
    pool=POOL,
    group_name="feedback",
    kinds={"python"},
    owners=["team:sales", "team:revops"],
    description="Sales' answer to each lead, kept as a history, ready to be written to HubSpot.",
)
def sales_feedback(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Feedback."""
    return materialise(context, accord, feedback.gather)
