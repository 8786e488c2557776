"""Which records on the two sides are one person or one company."""

import dagster as dg

from assets.bench import Bench
from assets.hubspot import hubspot_companies, hubspot_people
from assets.running import POOL, Materialised, materialise
from assets.salesforce import salesforce_accounts, salesforce_people
from passes.linking import link


@dg.asset(
    deps=[hubspot_people, hubspot_companies, salesforce_people, salesforce_accounts],
    pool=POOL,
    group_name="leads",
    kinds={"python"},
    owners=["team:revops"],
    description="One link for each person and company, found by stored id, external id, e-mail or domain; "
    "conversions and merges followed; ambiguous ones held.",
)
def people_links(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Links."""
    return materialise(context, accord, link.people)
