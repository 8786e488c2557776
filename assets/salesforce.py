"""Salesforce's side of the mirror: people, accounts, activities, opportunities and campaigns.

The schema is checked with the people, before anything else of this side is read.
"""

import dagster as dg

from assets.bench import Bench
from assets.options import ReadConfig
from assets.running import POOL, Materialised, materialise
from passes.reading import read_salesforce

GROUP = "salesforce"
KINDS = {"python", "salesforce"}
OWNERS = ["team:revops"]


@dg.asset(
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Leads and Contacts that changed since the last pass, deleted and merged ones too, in the mirror.",
    check_specs=[
        dg.AssetCheckSpec(
            "salesforce_schema_complete",
            asset="salesforce_people",
            blocking=True,
            description="Salesforce has every field that the mapping names, of a fitting type, visible to Accord.",
        ),
        dg.AssetCheckSpec(
            "salesforce_schema_unchanged",
            asset="salesforce_people",
            description="No field that the mapping names was removed or changed, and no rule added, since it was read.",
        ),
        dg.AssetCheckSpec(
            "sla_rules_in_step",
            asset="salesforce_people",
            description="Salesforce's validation rules are there, active, and of the SLA in force.",
        ),
    ],
)
def salesforce_people(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Leads and Contacts."""
    return materialise(context, accord, read_salesforce.people, config.ask)


@dg.asset(
    deps=[salesforce_people],
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Accounts that changed since the last pass, in the mirror.",
)
def salesforce_accounts(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Accounts."""
    return materialise(context, accord, read_salesforce.accounts, config.ask)


@dg.asset(
    deps=[salesforce_people],
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Tasks and Events that changed since the last pass, in the mirror.",
)
def salesforce_activities(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Tasks and Events."""
    return materialise(context, accord, read_salesforce.activities, config.ask)


@dg.asset(
    deps=[salesforce_people],
    pool=POOL,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Opportunities with their contact roles, campaigns and members, in the mirror.",
)
def salesforce_opportunities(
    context: dg.AssetExecutionContext, config: ReadConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Opportunities and campaigns."""
    return materialise(context, accord, read_salesforce.opportunities, config.ask)
