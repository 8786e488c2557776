"""The full audit as an asset of its own: no pass depends on it, and it runs when somebody asks for it."""

import dagster as dg

from assets.bench import Bench
from assets.running import POOL, Materialised, materialise
from passes.accounting import audit


@dg.asset(
    pool=POOL,
    group_name="audit",
    kinds={"python", "hubspot", "salesforce"},
    owners=["team:revops"],
    description="Both systems read whole and held against each other: every difference, with the rule or the hold "
    "that explains it. Costs an API call for each 100 HubSpot records and each 2,000 Salesforce rows.",
    check_specs=[
        dg.AssetCheckSpec(
            "systems_agree",
            asset="parity_audit",
            description="No difference between the two systems is left that neither a rule nor a hold explains.",
        )
    ],
)
def parity_audit(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Nothing differs without a reason."""
    return materialise(context, accord, audit.run)
