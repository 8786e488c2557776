"""The sentences that such agreements are made of, written as contracts and judged as they say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from sla_rules.definition_loading import load_definition
from sla_rules.qualify import qualify
from sla_rules.sla_loading import load_sla
from tests.property.definitions import ACTIVITY_SCHEMA, PEOPLE_SCHEMA
from tests.unit.sla_rules_sla.agreements import changed

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AGREED = """\
title: An MQL by title, function or revenue; an SQL by what they read in the last 24 hours
version: "1"
agreed_on: 2026-01-12
agreed_by: [marketing, sales]
disqualify:
  - {id: student, label: is a student, when: {seniority: student}}
fit:
  cap: 100
  criteria:
    - {id: title, label: has the title, points: 1, when: {title_words: [head of procurement]}}
    - {id: function, label: works in finance, points: 1, when: {function: finance}}
    - {id: seniority, label: is a director or above, points: 1, when: {seniority: [director, vp, c_level]}}
    - {id: revenue, label: revenue of 50 million or more, points: 1, when: {revenue: {at_least: 50000000}}}
    - {id: employees, label: 500 people or more, points: 1, when: {employees: {at_least: 500}}}
    - {id: industry, label: a bank, points: 1, when: {industry: Banking}}
    - {id: region, label: in the Americas, points: 1, when: {region: AMER}}
behaviour:
  cap: 100
  criteria:
    - id: case_study
      label: read a case study in the last 24 hours
      points: 1
      did: {activity: page_view, page: /case-studies, within: 24 hours}
    - id: pricing
      label: viewed pricing in the last 24 hours
      points: 1
      did: {activity: page_view, page: /pricing, within: 24 hours}
mql:
  - {way: a title, any_of: [title]}
  - {way: a function, any_of: [function]}
  - {way: a seniority, any_of: [seniority]}
  - {way: a revenue, any_of: [revenue]}
  - {way: a size, any_of: [employees]}
  - {way: an industry, any_of: [industry]}
  - {way: a region, any_of: [region]}
sql:
  - {way: read what buyers read, any_of: [case_study, pricing]}
"""


def stage(person: dict[str, Any], *viewed: tuple[str, float]) -> str:
    """``viewed``: page and hours ago."""
    rows = [
        {
            "activity_id": str(n),
            "person_id": "p",
            "kind": "page_view",
            "at": NOW - timedelta(hours=ago),
            "detail": page,
        }
        for n, (page, ago) in enumerate(viewed)
    ]
    (judged,) = qualify(
        load_definition(AGREED, source="definition.yaml"),
        pl.DataFrame([{"person_id": "p", **person}], schema=PEOPLE_SCHEMA),
        pl.DataFrame(rows, schema=ACTIVITY_SCHEMA),
        now=NOW,
    ).to_dicts()
    return str(judged["stage"])


@pytest.mark.parametrize(
    "person",
    [
        {"title": "Head of Procurement"},
        {"title": "Finance Controller"},
        {"title": "Sales Director"},
        {"revenue": 50_000_000},
        {"employees": 500},
        {"industry": "Banking"},
        {"country": "US"},
    ],
)
def test_title_function_seniority_revenue_employees_industry_and_region_each_make_an_mql(
    person: dict[str, Any],
) -> None:
    assert stage(person) == "MQL"


@pytest.mark.parametrize(
    "person", [{}, {"title": "Clerk"}, {"revenue": 49_999_999}, {"employees": 499}, {"country": "DE"}]
)
def test_whoever_meets_none_of_the_agreed_criteria_stays_a_lead(person: dict[str, Any]) -> None:
    assert stage(person, ("/blog", 1)) == "lead"


@pytest.mark.parametrize("page", ["/case-studies/bank", "/pricing"])
def test_a_case_study_or_the_pricing_page_makes_an_sql_for_24_hours(page: str) -> None:
    assert stage({}, (page, 23.9)) == "SQL"
    assert stage({}, (page, 24)) == "lead"
    assert stage({"revenue": 50_000_000}, (page, 24)) == "MQL"


def test_a_go_nowhere_stays_one_whatever_they_read() -> None:
    assert stage({"title": "Student", "revenue": 50_000_000}, ("/pricing", 1)) == "go-nowhere"


@pytest.mark.parametrize("per", ["week", "month", "quarter"])
def test_a_quota_may_be_agreed_by_week_month_and_quarter(per: str) -> None:
    contract = load_sla(
        changed(("target: at least 120 per month", f"target: at least 120 per {per}")), source="sla.yaml"
    )
    quota = next(one for one in contract.commitments if one.id == "qualified_leads")
    assert str(quota.target) == f"at least 120 per {per}"


def test_the_required_actions_before_disqualifying_are_a_call_within_the_hour_and_three_touches_in_a_week() -> (
    None
):
    contract = load_sla(changed(), source="sla.yaml")
    promises = {one.id: (str(one.stop), str(one.target)) for one in contract.commitments if one.stop}
    assert promises["first_touch"] == ("first touch", "1 business hour")
    assert promises["follow_up"] == ("3 further touches", "7 days")
    assert promises["no_early_disqualification"] == ("disqualification", "at least 4 touches")
