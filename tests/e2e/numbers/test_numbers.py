"""The numbers are right: each metric is the same, computed person by person from the systems' own records."""

import polars as pl
import pytest

from sla_rules.metrics import registry
from sla_rules.sla_loading import shipped_sla
from tests.e2e.numbers.conftest import SEEDS, Watched
from tests.e2e.numbers.raw_numbers import Figure

NAMES = list(registry.names(shipped_sla()))


def told(business: Watched, metric: str, dimension: str = "all", member: str = "everybody") -> Figure:
    wanted = (pl.col("metric") == metric) & (pl.col("dimension") == dimension) & (pl.col("member") == member)
    rows = business.figures.filter(wanted).select("numerator", "denominator", "p50", "p95").rows()
    return rows[0] if rows else (0.0, None, None, None)


def differences(business: Watched) -> list[str]:
    """Where Accord's figures and those of the records part, in words."""
    found = []
    numbers = business.numbers.of()
    for metric, figure in numbers.items():
        if told(business, metric) != pytest.approx(figure, abs=1e-6):
            found.append(f"{metric}: Accord {told(business, metric)}, records {figure}")
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("metric", NAMES)
def test_a_metric_is_what_the_records_say(businesses: dict[int, Watched], metric: str, seed: int) -> None:
    numbers = businesses[seed].numbers.of()

    assert told(businesses[seed], metric) == pytest.approx(numbers[metric], abs=1e-6)
