"""Cost per qualified lead and per won deal: the arithmetic, currencies, and that nothing of a cost is lost."""

from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.costs.campaigns import NO_LEAD, campaign_costs, source_costs
from sla_rules.costs.money import in_one_currency
from sla_rules.sla_frames import CAMPAIGNS
from sla_rules.sla_loading import SlaError, load_sla, shipped_sla
from tests.unit.sla_rules_sla.test_metrics import measured

AT = datetime(2026, 11, 3, tzinfo=UTC)
COHORT = {"person_id": pl.String, "campaign": pl.String, "source": pl.String, "won": pl.Int64}


def handed(*rows: tuple[str, str | None, str | None, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=COHORT, orient="row")


def campaigns(*rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(CAMPAIGNS), orient="row")


def test_a_campaigns_cost_is_divided_by_all_leads_and_all_won_deals() -> None:
    cohort = handed(
        ("a", "Expo", "event", 1), ("b", "Expo", "web", 1), ("b", "Expo", "web", 0), ("c", None, "web", 1)
    )
    costs = campaign_costs(
        cohort, campaigns(("Expo", 900.0, None, "actual"), ("Fair", 50.0, None, "budgeted")), "EUR"
    )
    by_name = {row["campaign"]: row for row in costs.to_dicts()}
    expo, fair = by_name["Expo"], by_name["Fair"]
    assert (expo["qualified_to_date"], expo["cost_per_qualified"]) == (2, 450.0)
    assert (expo["won_to_date"], expo["cost_per_won"], expo["cost_basis"]) == (2, 450.0, "actual")
    # It brought nobody yet: no figure is made up.
    assert (fair["cost_per_qualified"], fair["cost_per_won"], fair["cost_basis"]) == (None, None, "budgeted")


def test_a_sources_cost_is_its_part_of_each_campaign() -> None:
    cohort = handed(
        ("a", "Expo", "event", 1), ("b", "Expo", "web", 0), ("c", "Expo", "web", 0), ("d", None, "web", 1)
    )
    costs = campaign_costs(
        cohort, campaigns(("Expo", 900.0, None, "actual"), ("Fair", 50.0, None, "actual")), "EUR"
    )
    by_name = {row["source"]: row for row in source_costs(cohort, costs).to_dicts()}
    assert by_name["event"]["cost"] == 300.0
    assert (by_name["web"]["cost"], by_name["web"]["qualified_to_date"]) == (600.0, 3)
    assert by_name["web"]["cost_per_won"] == 600.0
    assert by_name[NO_LEAD]["cost"] == 50.0


names = st.sampled_from(["Expo", "Fair", "Webinar"])
sources = st.sampled_from(["web", "event"])
leads = st.tuples(st.sampled_from("abcdef"), st.none() | names, st.none() | sources, st.integers(0, 2))
cohorts = st.lists(leads, max_size=12)
prices = st.dictionaries(names, st.floats(0, 1e6), max_size=3)


@given(cohorts, prices)
def test_the_costs_of_the_sources_add_up_to_those_of_the_campaigns(
    rows: list[Any], paid: dict[str, float]
) -> None:
    cohort = handed(*rows)
    costs = campaign_costs(
        cohort, campaigns(*((name, cost, None, "actual") for name, cost in paid.items())), "EUR"
    )
    assert source_costs(cohort, costs)["cost"].sum() == pytest.approx(sum(paid.values()))


def test_amounts_are_converted_by_the_agreed_rates_only() -> None:
    amounts = {"amount": [100.0, 100.0, 100.0, 100.0], "currency": [None, "EUR", "USD", "GBP"]}
    frame = in_one_currency(pl.DataFrame(amounts), "amount", currency="EUR", rates={"USD": 0.9})
    assert frame["amount"].to_list() == [100.0, 100.0, 90.0, 100.0]
    assert frame["currency"].to_list() == [None, "EUR", "EUR", "GBP"]


def test_unlike_amounts_are_never_summed_and_the_notes_say_so() -> None:
    alone = measured()
    agreed = shipped_sla().model_copy(update={"currency_rates": {"USD": 0.5}})
    together = measured(sla=agreed)
    # The world has one opportunity of 500 USD beside one in euros.
    assert together.funnel["amount"].sum() == alone.funnel["amount"].sum() + 250.0
    assert any("opportunities in USD" in note and "currency_rates" in note for note in alone.notes)
    assert not any("USD" in note for note in together.notes)


def test_a_rate_of_the_own_currency_is_a_mistake() -> None:
    text = files("sla_rules").joinpath("sla.yaml").read_text("utf-8")
    with pytest.raises(SlaError, match="the agreement's own"):
        load_sla(text.replace("currency_rates: {}", "currency_rates: {EUR: 1.0}"), source="sla.yaml")
    with pytest.raises(SlaError, match="USD must be more than 0"):
        load_sla(text.replace("currency_rates: {}", "currency_rates: {USD: 0}"), source="sla.yaml")
