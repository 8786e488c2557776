"""Seeded businesses that worked for some days with passes in between, watched from outside; made once for all tests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from passes.numbers import known
from sla_rules.metrics.period import Period
from tests.e2e.laws.world import START, World
from tests.e2e.numbers.raw_events import Watcher
from tests.e2e.numbers.raw_numbers import Numbers

SEEDS = (3, 11, 29)


@dataclass(frozen=True)
class Watched:
    """One business: Accord's figures, and the same from the systems' own records."""

    figures: pl.DataFrame
    numbers: Numbers
    now: datetime


def watched(database_url: str, *, seed: int, people: int, days: int, step_hours: float) -> Watched:
    """A business that works for some days with a pass after each step."""
    world = World(database_url, people=people, scenario="default", seed=seed)
    try:
        watcher = Watcher(world.sandbox)
        for step in range(int(days * 24 / step_hours) + 1):
            if step:
                world.sandbox.act(step_hours)
            watcher.before_pass()
            world.run(minutes=0)
            watcher.after_pass(world.clock.now())
        now = world.clock.now()
        context = world.bench.open("figures")
        period = Period.span(
            START - timedelta(days=1), now + timedelta(seconds=1), context.contracts.sla.zone
        )
        with context.store.begin() as connection:
            figures = known.load(context, connection).measured(period, None, now=now).figures
        return Watched(figures, Numbers(context.contracts.sla, watcher.people(now=now), now), now)
    finally:
        world.stop()


@pytest.fixture(scope="session")
def businesses(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Watched]:
    folder: Path = tmp_path_factory.mktemp("numbers")
    return {
        seed: watched(f"sqlite:///{folder / f'{seed}.db'}", seed=seed, people=26, days=3, step_hours=8)
        for seed in SEEDS
    }
