"""The figures of each day, week, month and quarter as partitioned assets, so that any period can be restated."""

from collections.abc import Sequence

import dagster as dg

from assets.bench import Bench
from assets.running import POOL, Materialised, materialise
from assets.sla import GROUP, OWNERS, sla_clocks
from passes.numbers import measure
from sla_rules.metrics.period import CalendarKind

# The first period that can be asked for; a period from before Accord began has nothing to count.
FIRST_DAY = "2025-01-01"
_FIRST_MONDAY = "2025-01-06"
_QUARTERLY = "0 0 1 1,4,7,10 *"


def partitions_of(kind: CalendarKind, time_zone: str) -> dg.TimeWindowPartitionsDefinition:
    """Periods of a kind as Dagster's partitions, keyed by their first day in the business's time zone."""
    first = _FIRST_MONDAY if kind == "week" else FIRST_DAY
    cron = {"day": "0 0 * * *", "week": "0 0 * * 1", "month": "0 0 1 * *", "quarter": _QUARTERLY}[kind]
    # The running period can be stated as well.
    return dg.TimeWindowPartitionsDefinition(
        start=first, fmt="%Y-%m-%d", cron_schedule=cron, timezone=time_zone, end_offset=1
    )


def figure_assets(time_zone: str) -> Sequence[dg.AssetsDefinition]:
    """One partitioned asset for each kind of period."""
    kinds: tuple[CalendarKind, ...] = ("day", "week", "month", "quarter")
    return [_figures_asset(kind, time_zone) for kind in kinds]


def _figures_asset(kind: CalendarKind, time_zone: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"{kind}_figures",
        deps=[sla_clocks],
        partitions_def=partitions_of(kind, time_zone),
        pool=POOL,
        group_name=GROUP,
        kinds={"python", "polars"},
        owners=OWNERS,
        description=f"Every metric of one {kind} by rep, team, source, campaign, country, region and persona. A later "
        "computation restates it; what was published stays. Reads neither CRM.",
    )
    def figures(context: dg.AssetExecutionContext, accord: dg.ResourceParam[Bench]) -> Materialised:
        start = context.partition_time_window.start
        return materialise(context, accord, lambda known: measure.restate(known, kind, start))

    return figures
