"""Every metric by every dimension: defined once, summed rightly, against target and period before."""

from typing import Any

import polars as pl
import pytest

from docs.metrics_page import PAGE
from sla_rules.metrics import registry
from sla_rules.metrics.by_group import DIMENSIONS
from sla_rules.metrics.page import metrics_page
from tests.unit.sla_rules_sla.test_metrics import INES, NOVEMBER, SLA, measured


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    return measured(previous=NOVEMBER.before()).figures


def figure(
    figures: pl.DataFrame, metric: str, dimension: str = "all", member: str = "everybody"
) -> dict[str, Any]:
    one = (pl.col("metric") == metric) & (pl.col("dimension") == dimension) & (pl.col("member") == member)
    return figures.row(by_predicate=one, named=True)


def test_the_page_about_metrics_is_in_step_with_the_registry() -> None:
    assert PAGE.read_text("utf-8") == metrics_page(), "run `make metrics-page`"


def test_every_metric_of_the_registry_is_computed_and_nothing_else(figures: pl.DataFrame) -> None:
    assert set(figures["metric"]) == set(registry.names(SLA))
    assert set(figures["dimension"]) == set(DIMENSIONS)
    for metric in figures["metric"].unique():
        spread = figures.filter(pl.col("metric") == metric, pl.col("value").is_not_null())["p95"]
        assert spread.null_count() == (0 if registry.of(metric).has_spread else spread.len())


def test_the_whole_has_targets_and_the_period_before(figures: pl.DataFrame) -> None:
    first = figure(figures, "kept first_touch")
    assert (first["numerator"], first["denominator"], first["target"], first["bound"]) == (
        1,
        3,
        0.9,
        "at least",
    )
    assert (first["previous_value"], first["change"]) == (1.0, pytest.approx(1 / 3 - 1))
    assert figure(figures, "rejected")["target"] == 0.25
    assert figure(figures, "newly_qualified")["target"] == 120
    minutes = figure(figures, "first_touch_minutes")
    assert (minutes["value"], minutes["p95"], minutes["numerator"], minutes["denominator"]) == (
        125.0,
        228.5,
        2,
        4,
    )
    assert figure(figures, "touched_within 15")["value"] == 0.25


def test_parts_have_the_targets_of_shares_but_not_the_whole_quota(figures: pl.DataFrame) -> None:
    mine = figure(figures, "kept first_touch", "rep", INES)
    assert (mine["value"], mine["target"]) == (0.5, 0.9)
    assert figure(figures, "newly_qualified", "source", "(unknown)")["target"] is None
    assert figure(figures, "won_amount", "rep", INES)["value"] == 9000.0


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("metric", ["handed_over", "kept first_touch", "accepted", "won_amount"])
def test_the_parts_add_up_to_the_whole(figures: pl.DataFrame, metric: str, dimension: str) -> None:
    parts = figures.filter(pl.col("metric") == metric, pl.col("dimension") == dimension)
    assert parts["numerator"].sum() == figure(figures, metric)["numerator"]
