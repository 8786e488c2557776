"""HubSpot's side of the mirror: people, companies, activities, marketing engagement.

The schema is checked with the people, before anything else of this side is read.
"""

import dagster as dg

from assets.bench import Bench
from assets.options import ReadConfig
from assets.running import POOL, Materialised, materialise
from passes.reading import read_hubspot

GROUP = "hubspot"
KINDS = {"python", "hubspot"}
OWNERS = ["team:revops"]


@dg.asset(
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Contacts that changed since the last pass, and archived ones, in the mirror.",
    check_specs=[
        dg.AssetCheckSpec(
            "hubspot_schema_complete",
            asset="hubspot_people",
            blocking=True,
            description="HubSpot has every property that the mapping names, of a fitting type.",
        ),
        dg.AssetCheckSpec(
            "hubspot_schema_unchanged",
            asset="hubspot_people",
            description="No field that the mapping names was removed or changed, and no rule added, since it was read.",
        ),
    ],
)
def hubspot_people(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Contacts."""
    return materialise(context, accord, read_hubspot.people, config.ask)


@dg.asset(
    deps=[hubspot_people],
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Companies that changed since the last pass, in the mirror.",
)
def hubspot_companies(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Companies."""
    return materialise(context, accord, read_hubspot.companies, config.ask)


@dg.asset(
    deps=[hubspot_people],
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Calls, e-mails, meetings and tasks that changed since the last pass, with their people.",
)
def hubspot_activities(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Engagements of people."""
    return materialise(context, accord, read_hubspot.activities, config.ask)


@dg.asset(
    deps=[hubspot_people],
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Forms, page views and marketing e-mail of the people whose engagement moved; which source was "
    "used is in the metadata.",
)
def hubspot_engagement(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Marketing engagement."""
    return materialise(context, accord, read_hubspot.engagement, config.ask)
