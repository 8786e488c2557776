"""The numbers are right: each metric is the same, computed person by person from the systems' own records."""

from pathlib import Path

import polars as pl
import pytest

from sla_rules.metrics import registry
from sla_rules.sla_loading import shipped_sla
from tests.e2e.numbers.conftest import SEEDS, Watched, watched
from tests.e2e.numbers.raw_numbers import Figure

NAMES = list(registry.names(shipped_sla()))


def told(business: Watched, metric: str, dimension: str = "all", member: str = "everybody") -> Figure:
    wanted = (pl.col("metric") == metric) & (pl.col("dimension") == dimension) & (pl.col("member") == member)
    rows = business.figures.filter(wanted).select("numerator", "denominator", "p50", "p95").rows()
    return rows[0] if rows else (0.0, None, None, None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("metric", NAMES)
def test_a_metric_is_what_the_records_say(businesses: dict[int, Watched], metric: str, seed: int) -> None:
    numbers = businesses[seed].numbers.of()

    assert told(businesses[seed], metric) == pytest.approx(numbers[metric], abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_reps_figures_are_what_the_records_say(businesses: dict[int, Watched], seed: int) -> None:
    business = businesses[seed]
    of_reps = business.figures.filter(pl.col("dimension") == "rep", pl.col("member").str.contains("@"))
    reps = of_reps["member"].unique().to_list()
    assert reps

    for rep in reps:
        numbers = business.numbers.of(rep)
        found = {metric: told(business, metric, "rep", rep) for metric in numbers}
        assert found == {metric: pytest.approx(figure, abs=1e-6) for metric, figure in numbers.items()}, rep


@pytest.mark.long
@pytest.mark.parametrize("seed", [5, 17, 41])
def test_weeks_of_a_larger_business_are_what_the_records_say(tmp_path: Path, seed: int) -> None:
    business = watched(f"sqlite:///{tmp_path / 'accord.db'}", seed=seed, people=90, days=14, step_hours=3)

    found = {metric: told(business, metric) for metric in NAMES}
    assert found == {metric: pytest.approx(business.numbers.of()[metric], abs=1e-6) for metric in NAMES}
