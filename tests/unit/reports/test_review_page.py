"""The review pack as a page: everything that a review looks at, self-contained, made to be printed."""

from datetime import timedelta
from functools import cache

import polars as pl
import pytest

from reports.review.page import Decided, Review, review_html
from sla_rules.clocks import run_clocks
from sla_rules.metrics.figures import Metrics, measure
from sla_rules.metrics.period import Period
from sla_rules.metrics.told import answers_given, closed_deals
from sla_rules.sla_loading import shipped_sla
from tests.unit.reports.small_business import NOW, small_business

SLA = shipped_sla()
PERIOD = Period.span(NOW - timedelta(days=30), NOW, SLA.zone)
DECIDED = Decided(
    decision="Call webinar leads first <now>",
    owner="Head of Sales",
    decided="2 Oct 2026",
    due="1 Nov 2026",
    metric="kept first touch",
    then="41 %",
    now="58 %",
    moved="better",
    outcome="open",
    overdue=True,
)


def _measured(period: Period, previous: Period | None) -> Metrics:
    business = small_business(160)
    frames = {
        "handoffs": business.handoffs,
        "touches": business.touches,
        "dispositions": business.dispositions,
    }
    clocks = run_clocks(SLA, **frames, statuses=business.statuses, now=NOW)
    return measure(
        SLA,
        **frames,
        clocks=clocks,
        judgement_history=business.judgement_history,
        opportunities=business.opportunities,
        campaigns=business.campaigns,
        statuses=business.statuses,
        period=period,
        previous=previous,
        now=NOW,
    )


@cache
def page() -> str:
    business = small_business(160)
    week = Period.week_of(NOW, SLA.zone)
    weeks = [
        _measured(one, None).attainment.with_columns(starts_on=pl.lit(one.start.astimezone(SLA.zone).date()))
        for one in (week.before().before(), week.before(), week)
    ]
    notes = pl.when(pl.col("reason").is_not_null()).then(pl.lit("Budget is frozen until spring"))
    review = Review(
        metrics=_measured(PERIOD, PERIOD.before()),
        weeks=pl.concat(weeks),
        course=pl.DataFrame({"starts_on": [NOW.date()], "so_far": [51]}),
        deals=closed_deals(
            business.handoffs,
            business.opportunities.with_columns(closed_at=NOW - timedelta(days=3)),
            PERIOD,
            now=NOW,
        ),
        said=answers_given(business.dispositions.with_columns(note=notes), PERIOD),
        decisions=[DECIDED],
        tweaks=[{"change": "Give “viewed pricing” +15 points", "effect": "ranks better by 0.021"}],
        no_tweaks="",
        names={"P0001": "Vera Brandt"},
    )
    return review_html(review, SLA, now=NOW)


@pytest.mark.parametrize(
    "said",
    [
        "What the last review decided",
        "Call webinar leads first &lt;now&gt;",
        "Every breach by name",
        "nobody owned it most of that time",
        "its owner had it most of that time",
        "Budget is frozen until spring",
        "Wins and losses",
        "Per qualified lead",
        "Per won deal",
        "handed over → won",
        "Give “viewed pricing” +15 points",
        "Imbalance",
        "@page",
    ],
)
def test_a_review_looks_at(said: str) -> None:
    assert said in page()


def test_the_page_needs_nothing_else_and_names_every_breach() -> None:
    assert "<script" not in page()
    assert "src=" not in page()
    assert "http://" not in page().replace("http://www.w3.org", "")
    breaches = _measured(PERIOD, None).breaches
    _, _, named = page().partition("Every breach by name")
    assert named.count("<tr>") == breaches.height + breaches["commitment"].n_unique()
