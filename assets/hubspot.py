"""HubSpot's side of the mirror: people, companies, activities, marketing engagement."""

import dagster as dg

from assets.options import ReadConfig, with_window
from assets.running import materialise
from passes import read_hubspot
from passes.workbench import Workbench

GROUP = "hubspot"
KINDS = {"python", "hubspot"}
OWNERS = ["team:revops"]


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Contacts that changed since the last pass, and archived ones, in the mirror.",
    check_specs=[dg.AssetCheckSpec("hubspot_schema_complete", asset="hubspot_people", blocking=True)],
)
def hubspot_people(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Contacts."""
    return materialise(context, accord, with_window(read_hubspot.people, config.window_days))


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Companies that changed since the last pass, in the mirror.",
)
def hubspot_companies(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Companies."""
    return materialise(context, accord, with_window(read_hubspot.companies, config.window_days))


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Calls, e-mails, meetings and tasks that changed since the last pass, with their people.",
)
def hubspot_activities(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Engagements of people."""
    return materialise(context, accord, with_window(read_hubspot.activities, config.window_days))


@dg.asset(
    deps=[hubspot_people],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Forms, page views and marketing e-mail of the people whose engagement moved; which source was "
    "used is in the metadata.",
)
def hubspot_engagement(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Marketing engagement."""
    return materialise(context, accord, with_window(read_hubspot.engagement, config.window_days))
