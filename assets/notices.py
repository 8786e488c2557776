"""Telling people, as an asset of its own: it follows every pass, and needs neither CRM."""

import dagster as dg

from assets.bench import Bench
from assets.leads import reconciliation
from assets.running import Materialised, shown

GROUP = "notices"
OWNERS = ["team:revops"]


@dg.asset(
    deps=[reconciliation],
    group_name=GROUP,
    kinds={"python", "slack"},
    owners=OWNERS,
    description="Hot leads, watched people who came back, clocks that are due or broken, escalations, feedback and "
    "troubles, told to those whom the agreement names; each once, in their hours.",
    check_specs=[
        dg.AssetCheckSpec(
            "notices_delivered",
            asset="notices",
            description="No notice of the last seven days was given up, and none is late.",
        )
    ],
)
def notices(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Notices."""
    return shown(context, accord.tell)
