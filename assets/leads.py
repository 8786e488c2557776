"""People on both sides: their links, the plan of what to write, the writing, and the account of everybody."""

from datetime import timedelta

import dagster as dg

from assets.bench import Bench
from assets.feedback import sales_feedback
from assets.hubspot import hubspot_activities
from assets.options import PlanConfig
from assets.running import POOL, Materialised, materialise
from assets.salesforce import salesforce_activities
from assets.sla import sla_clocks
from passes.accounting import reconcile
from passes.applying import apply
from passes.planning import plan

GROUP = "leads"
OWNERS = ["team:revops"]


@dg.asset(
    deps=[sla_clocks, sales_feedback, hubspot_activities, salesforce_activities],
    pool=POOL,
    group_name=GROUP,
    kinds={"python"},
    owners=OWNERS,
    description="Everything that this pass would write on either side, decided and stored before the first call.",
    check_specs=[
        dg.AssetCheckSpec(
            "within_caps",
            asset="sync_plan",
            blocking=True,
            description="The plan stays within the caps or was approved; if not, it is kept and nothing is written.",
        ),
        dg.AssetCheckSpec(
            "new_fields_filled",
            asset="sync_plan",
            description="No field that the mapping gained waits for somebody to decide on its back-fill.",
        ),
    ],
)
def sync_plan(
    context: dg.AssetExecutionContext, config: PlanConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """The plan and the guard's verdict."""
    return materialise(context, accord, plan.make, config.ask)


@dg.asset(
    deps=[sync_plan],
    pool=POOL,
    group_name=GROUP,
    kinds={"python", "hubspot", "salesforce"},
    owners=OWNERS,
    description="The plan's writes, journalled, sent and confirmed; refused ones held with their reasons.",
    check_specs=[
        dg.AssetCheckSpec(
            "opt_outs_in_time",
            asset="applied_writes",
            description="Every opt-out reached the other side within the mapping's consent.lag_minutes.",
        )
    ],
)
def applied_writes(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """The plan, carried out."""
    return materialise(context, accord, apply.write)


@dg.asset(
    deps=[applied_writes],
    pool=POOL,
    group_name=GROUP,
    kinds={"python"},
    owners=OWNERS,
    description="Every person handed over in exactly one class with a reason: received, held, filtered, failed, "
    "converted or merged.",
    check_specs=[
        dg.AssetCheckSpec(
            "remainder_is_zero",
            asset="reconciliation",
            description="Everybody is in exactly one class.",
        ),
        dg.AssetCheckSpec(
            "holds_not_ageing",
            asset="reconciliation",
            description="No hold is older, and no kind of hold grows faster, than the mapping's `holds.alarm` says.",
        ),
        dg.AssetCheckSpec(
            "owners_at_work",
            asset="reconciliation",
            description="Nobody whose clock runs belongs to an inactive or unmapped owner, or to Accord's own user.",
        ),
        dg.AssetCheckSpec(
            "volume_as_usual",
            asset="reconciliation",
            description="Both sides have something new about as often as in the last four weeks.",
        ),
        dg.AssetCheckSpec(
            "writes_accepted",
            asset="reconciliation",
            description="The sides took what the pass wrote, but for the share that `holds.alarm` allows.",
        ),
    ],
    freshness_policy=dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=2), warn_window=timedelta(minutes=30)
    ),
)
def reconciliation(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
    """Nobody unaccounted for."""
    return materialise(context, accord, reconcile.reconcile)
