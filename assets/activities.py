"""What people did and what was done with them, on one time line."""

import dagster as dg

from assets.bench import Bench
from assets.hubspot import hubspot_activities, hubspot_engagement
from assets.links import people_links
from assets.running import POOL, Materialised, materialise
from assets.salesforce import salesforce_activities
from passes.judging import timeline


@dg.asset(
    deps=[people_links, hubspot_activities, hubspot_engagement, salesforce_activities],
    pool=POOL,
    group_name="activities",
    kinds={"python"},
    owners=["team:revops"],
    description="Calls, e-mails, meetings, tasks, forms, page views and marketing mail of each person; one that "
    "was logged on both sides stands here once.",
)
def activity_timeline(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """The time line."""
    return materialise(context, accord, timeline.build)
