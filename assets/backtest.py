"""A proposed lead definition tried on the past, as an asset of its own: it runs when somebody asks for it."""

from datetime import timedelta

import dagster as dg
from pydantic import Field

from assets.bench import Bench
from assets.running import POOL, Materialised, materialise
from passes.backtest import page
from passes.context import PassContext
from passes.step import StepResult


class BacktestConfig(dg.Config):
    """What is tried, and on which time."""

    proposed: str = Field(
        default="",
        description="The proposed definition: a file's path on the worker, or its text.",
    )
    since: str = Field(default="", description="The first day, such as 2026-01-31; empty: 30 days ago.")
    until: str = Field(default="", description="The last day; empty: up to now.")


@dg.asset(
    pool=POOL,
    group_name="qualification",
    kinds={"python", "polars"},
    owners=["team:revops"],
    description="A proposed lead definition beside the one in force, over the past as it was known then: volume, "
    "precision, recall, who moves. The page with names is kept in the database. Reads neither CRM.",
    check_specs=[
        dg.AssetCheckSpec(
            "replay_equals_record",
            asset="definition_backtest",
            description="What was in force, replayed, gives the stages that passes wrote down.",
        )
    ],
)
def definition_backtest(
    context: dg.AssetExecutionContext, config: BacktestConfig, accord: dg.ResourceParam[Bench]
) -> Materialised:
    """Backtest."""

    def step(of: PassContext) -> StepResult:
        since = config.since or f"{of.now() - timedelta(days=30):%Y-%m-%d}"
        return page.backtest(of, config.proposed, since=since, until=config.until or None)

    return materialise(context, accord, step)
