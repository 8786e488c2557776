"""Salesforce's side of the mirror: people, accounts, activities, opportunities and campaigns."""

import dagster as dg

from assets.options import ReadConfig, with_window
from assets.running import materialise
from passes import read_salesforce
from passes.workbench import Workbench

GROUP = "salesforce"
KINDS = {"python", "salesforce"}
OWNERS = ["team:revops"]


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Leads and Contacts that changed since the last pass, deleted and merged ones too, in the mirror.",
    check_specs=[dg.AssetCheckSpec("salesforce_schema_complete", asset="salesforce_people", blocking=True)],
)
def salesforce_people(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Leads and Contacts."""
    return materialise(context, accord, with_window(read_salesforce.people, config.window_days))


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Accounts that changed since the last pass, in the mirror.",
)
def salesforce_accounts(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Accounts."""
    return materialise(context, accord, with_window(read_salesforce.accounts, config.window_days))


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Tasks and Events that changed since the last pass, in the mirror.",
)
def salesforce_activities(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Tasks and Events."""
    return materialise(context, accord, with_window(read_salesforce.activities, config.window_days))


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Opportunities with their contact roles, campaigns and members, in the mirror.",
)
def salesforce_opportunities(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Workbench]
) -> dg.MaterializeResult[None]:
    """Opportunities and campaigns."""
    return materialise(context, accord, with_window(read_salesforce.opportunities, config.window_days))
