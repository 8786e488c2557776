"""Marketing's promises: quotas by segment and from the sales plan with the arithmetic, campaigns announced."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from sla_rules.metrics.figures import Metrics, measure
from sla_rules.metrics.period import Period
from sla_rules.metrics.quota import ANNOUNCEMENTS, PEOPLE
from sla_rules.sla import SlaContract
from sla_rules.sla_frames import CLOCKS, DISPOSITIONS, HANDOFFS, JUDGEMENT_HISTORY, OPPORTUNITIES, TOUCHES
from sla_rules.sla_language import plain_language
from sla_rules.sla_loading import SlaError, load_sla
from tests.unit.sla_rules_sla.agreements import changed

BERLIN = ZoneInfo("Europe/Berlin")
NOVEMBER = Period.month_of(datetime(2026, 11, 9, tzinfo=UTC), BERLIN)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
QUOTA = "    target: at least 120 per month\n"
PLAN = "    target: from the sales plan\n    from_sales_plan: {revenue: 90 000 per month}\n"
CAMPAIGNS = """
  - id: campaigns
    team: marketing
    promise: Sales hears of each campaign 5 days before it begins.
    measure: campaigns announced
    target: 5 days

  - id: minimum_information
"""


def agreed(old: str, new: str) -> SlaContract:
    return load_sla(changed((old, new)), source="sla.yaml")


def figures(contract: SlaContract, **frames: list[dict[str, Any]]) -> Metrics:
    """Four handed over in October of whom two came to an opportunity; one of two closed was won, for 9,000."""
    october = datetime(2026, 10, 6, 9, tzinfo=UTC)
    handoffs = [{"person_id": name, "handed_off_at": october} for name in "ABCD"]
    later = {
        "created_at": october + timedelta(days=3),
        "closed_at": october + timedelta(days=9),
        "is_closed": True,
    }
    deals = [
        {"opportunity_id": "O1", "person_id": "A", "amount": 9000.0, "is_won": True, **later},
        {"opportunity_id": "O2", "person_id": "B", "amount": 70.0, "is_won": False, **later},
        # Closed in November: a running month does not move its own quota.
        {"opportunity_id": "O3", "person_id": "C", "amount": 1.0, **later, "is_won": True, "created_at": NOW,
         "closed_at": NOW},
    ]  # fmt: skip
    history = [
        {"person_id": name, "at": datetime(2026, 11, day, tzinfo=UTC), "stage": "MQL"}
        for day, name in enumerate("ABCDE", start=2)
    ]
    return measure(
        contract,
        clocks=pl.DataFrame(schema=CLOCKS),
        handoffs=pl.DataFrame(frames.get("handoffs", handoffs), schema=HANDOFFS),
        judgement_history=pl.DataFrame(history, schema=JUDGEMENT_HISTORY),
        dispositions=pl.DataFrame(schema=DISPOSITIONS),
        opportunities=pl.DataFrame(frames.get("deals", deals), schema=OPPORTUNITIES),
        touches=pl.DataFrame(schema=TOUCHES),
        campaigns=pl.DataFrame(schema={"campaign": pl.String, "cost": pl.Float64}),
        people=pl.DataFrame(frames.get("people", []), schema=PEOPLE),
        announcements=pl.DataFrame(frames.get("announcements", []), schema=ANNOUNCEMENTS),
        period=NOVEMBER,
        now=NOW,
    )


def promise(metrics: Metrics, name: str) -> dict[str, Any]:
    return metrics.attainment.filter(pl.col("commitment") == name).row(0, named=True)


def test_a_quota_follows_from_the_sales_plan_by_measured_rates_and_shows_its_arithmetic() -> None:
    metrics = figures(agreed(QUOTA, PLAN))
    # 90,000 ÷ 9,000 = 10 deals; half of closed ones are won, half of leads come to one: 40 leads.
    row = promise(metrics, "qualified_leads")
    assert (row["numerator"], row["denominator"], row["target"]) == (5, 40, "at least 40 per month")
    (words,) = [note for note in metrics.notes if note.startswith("qualified_leads")]
    assert words == (
        "qualified_leads: EUR 90,000 per month ÷ 9,000 a deal (measured) = 10 deals; ÷ 50 % won (measured) ÷ "
        "50 % of leads with an opportunity (measured) = 40 leads per month."
    )
    assert metrics.quotas.row(0, named=True)["target"] == 40


def test_figures_in_the_plan_go_before_measured_ones() -> None:
    plan = PLAN.replace("month}", "month, average_deal: 4500, win_rate: 25 %, opportunity_rate: 40 %}")
    assert promise(figures(agreed(QUOTA, plan)), "qualified_leads")["denominator"] == 200


def test_without_history_the_quota_is_not_invented() -> None:
    metrics = figures(agreed(QUOTA, PLAN), deals=[], handoffs=[])
    assert promise(metrics, "qualified_leads")["verdict"] == "nothing to measure"
    assert any("average deal and the win rate" in note for note in metrics.notes)


def test_a_quota_by_segment_counts_its_people_only() -> None:
    contract = agreed(QUOTA, QUOTA + "    segment: {source: [Webinar, referral], territory: [Germany]}\n")
    people = [
        {"person_id": "A", "source": "webinar", "territory": "Germany"},
        {"person_id": "B", "source": "webinar", "territory": "France"},
        {"person_id": "C", "source": "content", "territory": "Germany"},
        {"person_id": "D", "source": "referral", "territory": "germany"},
    ]
    assert promise(figures(contract, people=people), "qualified_leads")["numerator"] == 2
    assert "of source Webinar or referral, territory Germany" in plain_language(contract)


def test_a_campaign_is_to_be_announced_days_before_it_begins() -> None:
    contract = agreed("\n  - id: minimum_information\n", CAMPAIGNS)
    expo = datetime(2026, 11, 10, tzinfo=UTC)
    rows = [
        {"campaign": "Expo", "starts_at": expo, "announced_at": expo - timedelta(days=5)},
        {"campaign": "Late", "starts_at": expo, "announced_at": expo - timedelta(days=4, hours=23)},
        {"campaign": "Never", "starts_at": expo, "announced_at": None},
        {"campaign": "To come", "starts_at": NOW + timedelta(days=1), "announced_at": None},
    ]
    metrics = figures(contract, announcements=rows)
    row = promise(metrics, "campaigns")
    assert (row["numerator"], row["denominator"], row["verdict"]) == (1, 3, "missed")
    told = metrics.breaches.filter(pl.col("commitment") == "campaigns").select("person_id", "why").rows()
    assert set(told) == {
        ("campaign Late", "announced less than 5 days before it began"),
        ("campaign Never", "never announced to sales"),
    }


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("    target: from the sales plan\n", "go together"),
        (PLAN.replace("per month", "a fortnight"), "is not a revenue target"),
        (PLAN.replace("month}", "month, win_rate: 0 %}"), "infinitely many leads"),
        (QUOTA + "    segment: {}\n", "a segment names a source"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(new: str, said: str) -> None:
    with pytest.raises(SlaError, match=said):
        agreed(QUOTA, new)


def test_the_contract_has_a_json_schema() -> None:
    assert "from_sales_plan" in json.dumps(SlaContract.model_json_schema())
