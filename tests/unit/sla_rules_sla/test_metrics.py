from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from sla_rules.clocks import run_clocks
from sla_rules.metrics.figures import Metrics, measure
from sla_rules.metrics.period import Period
from sla_rules.sla_frames import (
    CAMPAIGNS,
    DISPOSITIONS,
    HANDOFFS,
    JUDGEMENT_HISTORY,
    OPPORTUNITIES,
    STATUSES,
    TOUCHES,
)
from sla_rules.sla_loading import load_sla, shipped_sla
from tests.unit.sla_rules_sla.agreements import changed

SLA = shipped_sla()
BERLIN = ZoneInfo("Europe/Berlin")
INES, THEO = "ines@m.example", "theo@m.example"
NOVEMBER = Period.month_of(datetime(2026, 11, 9, tzinfo=UTC), BERLIN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def handoff(person: str, at: str, owner: str = INES, **more: Any) -> dict[str, Any]:
    return {"person_id": person, "handed_off_at": utc(at), "owner": owner, "stage": "MQL", **more}


WORLD: dict[str, list[dict[str, Any]]] = {
    "handoffs": [
        handoff("A", "11-03T09:00", source="webinar", campaign="Expo", qualified_at=utc("11-03T08:58")),
        handoff("B", "11-03T09:00", source="webinar", campaign="Expo", minimum_missing="phone, title"),
        handoff("C", "11-04T09:00", THEO, source="content"),
        handoff("D", "11-24T09:30", THEO, source="content", minimum_missing=" "),
        handoff("E", "10-06T09:00", THEO, source="content", campaign="Expo"),
    ],
    "touches": [
        {"touch_id": "1", "person_id": "A", "at": utc("11-03T09:10"), "owner": INES},
        {"touch_id": "2", "person_id": "B", "at": utc("11-03T13:00"), "owner": INES},
        {"touch_id": "3", "person_id": "E", "at": utc("10-06T09:50"), "owner": THEO},
    ],
    "dispositions": [
        {"person_id": "A", "at": utc("11-03T12:00"), "disposition": "Accepted"},
        {"person_id": "A", "at": utc("11-05T12:00"), "disposition": "Converted"},
        {"person_id": "B", "at": utc("11-04T12:00"), "disposition": "Accepted"},
        {"person_id": "B", "at": utc("11-05T12:00"), "disposition": "Poor quality", "reason": "No need"},
    ],
    "statuses": [{"person_id": "C", "at": utc("11-05T10:00"), "status": "Working - Contacted", "owner": THEO}],
    "opportunities": [
        {
            "opportunity_id": "O1", "person_id": "A", "amount": 9000.0, "is_won": True,
            "created_at": utc("11-05T12:00"),
        },
        {
            "opportunity_id": "O2", "person_id": "A", "amount": 500.0, "currency": "USD", "is_won": False,
            "created_at": utc("11-06T12:00"),
        },
        {"opportunity_id": "O3", "person_id": "C", "amount": 70.0, "created_at": utc("11-01T12:00")},
    ],
    "history": [
        {"person_id": "A", "at": utc("11-01T08:00"), "stage": "lead"},
        {"person_id": "A", "at": utc("11-03T08:58"), "stage": "MQL"},
        {"person_id": "A", "at": utc("11-04T08:58"), "stage": "SQL"},
        {"person_id": "B", "at": utc("11-03T08:58"), "stage": "MQL"},
        {"person_id": "C", "at": utc("10-20T08:58"), "stage": "MQL"},
        {"person_id": "Z", "at": utc("11-03T08:58"), "stage": "go-nowhere"},
    ],
    "campaigns": [{"campaign": "Expo", "cost": 3000.0}, {"campaign": "Nobody came", "cost": 50.0}],
}  # fmt: skip
SCHEMAS = {
    "handoffs": HANDOFFS, "touches": TOUCHES, "dispositions": DISPOSITIONS, "statuses": STATUSES,
    "opportunities": OPPORTUNITIES, "history": JUDGEMENT_HISTORY, "campaigns": CAMPAIGNS,
}  # fmt: skip


def measured(
    *,
    now: str = "11-24T10:00",
    period: Period = NOVEMBER,
    previous: Period | None = None,
    sla: Any = SLA,
    without: tuple[str, ...] = (),
    with_minimum: bool = True,
    with_statuses: bool = True,
) -> Metrics:
    frames = {
        name: pl.DataFrame([] if name in without else WORLD[name], schema=schema)
        for name, schema in SCHEMAS.items()
    }
    if not with_minimum:
        frames["handoffs"] = frames["handoffs"].drop("minimum_missing")
    parts = {name: frames[name] for name in ("handoffs", "touches", "dispositions")}
    clocks = run_clocks(sla, **parts, statuses=frames["statuses"], now=utc(now))
    return measure(
        sla,
        clocks=clocks,
        **parts,
        judgement_history=frames["history"],
        opportunities=frames["opportunities"],
        campaigns=frames["campaigns"],
        statuses=frames["statuses"] if with_statuses else None,
        period=period,
        previous=previous,
        now=utc(now),
    )


def promise(metrics: Metrics, commitment: str) -> dict[str, Any]:
    return metrics.attainment.filter(pl.col("commitment") == commitment).row(0, named=True)


def counted(metrics: Metrics, commitment: str) -> tuple[float, float, str]:
    row = promise(metrics, commitment)
    return row["numerator"], row["denominator"], row["verdict"]


def test_each_promise_is_counted_over_what_came_due() -> None:
    metrics = measured(previous=NOVEMBER.before())
    assert counted(metrics, "qualified_leads") == (2, 120, "behind")
    assert counted(metrics, "minimum_information") == (3, 4, "missed")
    assert counted(metrics, "rejected_leads") == (1, 3, "missed")
    assert counted(metrics, "first_touch") == (1, 3, "missed")
    assert counted(metrics, "answer") == (3, 3, "met")
    assert counted(metrics, "no_early_disqualification") == (0, 1, "missed")
    first = promise(metrics, "first_touch")
    assert (first["pending"], first["previous_value"]) == (1, 1.0)
    assert first["change"] == pytest.approx(1 / 3 - 1)
    assert metrics.attainment["commitment"].to_list() == [c.id for c in SLA.commitments]


@pytest.mark.parametrize(
    ("target", "now", "verdict"),
    [
        ("at least 2 per month", "11-24T10:00", "met"),
        ("at least 4 per month", "11-10T10:00", "on course"),
        ("at least 4 per month", "11-24T10:00", "behind"),
        ("at least 4 per month", "12-24T10:00", "missed"),
    ],
)
def test_a_quota_is_judged_by_its_pace_until_the_period_is_over(target: str, now: str, verdict: str) -> None:
    sla = load_sla(changed(("target: at least 120 per month", f"target: {target}")), source="sla.yaml")
    metrics = measured(now=now, sla=sla)
    assert promise(metrics, "qualified_leads")["verdict"] == verdict
    row = metrics.quotas.row(0, named=True)
    assert row["achieved"] == 2
    assert row["projected"] == pytest.approx(2 / NOVEMBER.elapsed(utc(now)))


def test_what_cannot_be_measured_is_said_and_not_made_up() -> None:
    metrics = measured(with_minimum=False, with_statuses=False)
    assert counted(metrics, "minimum_information") == (None, None, "nothing to measure")
    assert counted(metrics, "rejected_leads")[:2] == (1, 2)
    assert [note.split(" ")[0] for note in metrics.notes] == ["Minimum", "Answers", "1"]
    empty = measured(without=tuple(SCHEMAS))
    assert set(empty.attainment["verdict"]) == {"nothing to measure", "behind"}
    assert empty.notes == ()
    assert empty.first_touch.row(0, named=True)["p50_minutes"] is None
    assert empty.breaches.is_empty()


def test_a_late_disposition_turns_an_acceptance_into_a_rejection_and_amounts_keep_to_one_currency() -> None:
    metrics = measured(previous=NOVEMBER.before())
    steps = {row["step"]: row for row in metrics.funnel.to_dicts()}
    people = {step: row["people"] for step, row in steps.items()}
    assert people == {
        "qualified": 2, "handed over": 4, "touched": 2, "accepted": 2, "recycled": 0, "rejected": 1, "converted": 1,
        "won": 1,
    }  # fmt: skip
    assert (steps["converted"]["amount"], steps["won"]["amount"]) == (9000.0, 9000.0)
    assert steps["touched"]["share"] == 0.5
    assert steps["handed over"]["previous_people"] == 1
    assert metrics.rejections.rows() == [("No need", 1, 1.0)]
    assert "1 opportunities in USD" in metrics.notes[0]


def test_first_touch_percentiles_and_bands() -> None:
    metrics = measured(previous=NOVEMBER.before())
    now_in, before = metrics.first_touch.to_dicts()
    assert (now_in["touched"], now_in["untouched"]) == (2, 2)
    assert (now_in["p50_minutes"], now_in["p95_minutes"]) == (125.0, 228.5)
    assert (before["touched"], before["p50_minutes"]) == (1, 50.0)
    bands = {row["band"]: row for row in metrics.bands.to_dicts()}
    assert {band: row["people"] for band, row in bands.items()} == {
        "0–5 min": 0, "5–15 min": 1, "15–60 min": 0, "60–240 min": 1, "over 240 min": 0, "not yet": 2,
    }  # fmt: skip
    assert bands["15–60 min"]["previous_share"] == 1.0
    assert [row["in_time"] for row in bands.values()] == [True, True, True, False, False, False]
    parts = {row["part"]: row["p50_minutes"] for row in metrics.delays.to_dicts()}
    assert parts == {"sync": 2.0, "routing": 0.0, "human": 125.0}


def test_bands_of_a_promise_in_calendar_time_do_not_claim_to_be_in_time() -> None:
    sla = load_sla(changed(("target: 1 business hour", "target: 1 hour")), source="sla.yaml")
    assert measured(sla=sla).bands["in_time"].null_count() == 6


def test_the_trend_runs_by_week_in_a_month_and_by_day_in_a_week() -> None:
    monthly = measured(previous=NOVEMBER.before()).trend
    assert [(str(row["starts_on"]), row["in_period"]) for row in monthly.to_dicts()] == [
        ("2026-10-05", False), ("2026-11-02", True), ("2026-11-23", True),
    ]  # fmt: skip
    assert monthly["measured"].to_list() == [1, 3, 0]
    week = Period.week_of(utc("11-04T09:00"), BERLIN)
    daily = measured(period=week).trend
    assert [str(day) for day in daily["starts_on"]] == ["2026-11-03", "2026-11-04"]
    assert daily["value"].to_list() == [0.5, 0.0]


def test_the_same_figures_by_rep_source_and_campaign() -> None:
    metrics = measured()
    reps = {row["owner"]: row for row in metrics.reps.to_dicts()}
    assert (reps[INES]["handed_over"], reps[INES]["first_touch_value"], reps[INES]["won_amount"]) == (
        2,
        0.5,
        9000.0,
    )
    assert (reps[THEO]["touched"], reps[THEO]["accepted"], reps[THEO]["rejected_share"]) == (0, 1, 0.0)
    assert {row["source"]: row["handed_over"] for row in metrics.sources.to_dicts()} == {
        "webinar": 2, "content": 2,
    }  # fmt: skip
    campaigns = {row["campaign"]: row for row in metrics.campaigns.to_dicts()}
    assert campaigns["Expo"]["cost_per_qualified"] == 1000.0
    assert campaigns["Nobody came"]["cost_per_qualified"] is None
    assert campaigns["Nobody came"]["handed_over"] == 0
    assert campaigns["(no campaign)"]["cost"] is None


def test_every_breach_is_named_on_both_sides_with_how_late_it_is() -> None:
    metrics = measured()
    named = metrics.breaches.select("person_id", "commitment", "team", "owner").rows()
    assert ("B", "minimum_information", "marketing", INES) in named
    assert ("B", "no_early_disqualification", "sales", INES) in named
    first = metrics.breaches.filter(pl.col("commitment") == "first_touch")
    assert first["person_id"].to_list() == ["C", "B"]
    assert first.row(1, named=True)["late_minutes"] == 180.0
    assert first.row(1, named=True)["late_in"] == "business"
    follow = metrics.breaches.filter(pl.col("commitment") == "disposition").row(0, named=True)
    assert (follow["person_id"], follow["late_in"]) == ("C", "clock")
    assert follow["late_minutes"] == 6 * 24 * 60 + 60
    missing = metrics.breaches.filter(pl.col("commitment") == "minimum_information").row(0, named=True)
    assert (missing["why"], missing["late_minutes"]) == ("handed over without phone, title", None)


def test_lateness_counts_in_the_owners_own_days() -> None:
    text = changed(
        ("owners: []", f"owners:\n  - owner: {THEO}\n    calendar: short"),
        (
            "  new_york:",
            "  short:\n    time_zone: UTC\n    hours: {wednesday: [09:00-11:00], thursday: [09:00-11:00]}\n  new_york:",
        ),
        (
            "    stop: acceptance or rejection\n    target: 2 business days",
            "    stop: acceptance or rejection\n    target: 1 business day",
        ),
        ("  accepted_statuses: [Working - Contacted]", "  accepted_statuses: []"),
    )
    late = measured(sla=load_sla(text, source="sla.yaml")).breaches
    row = late.filter(pl.col("commitment") == "answer", pl.col("person_id") == "C").row(0, named=True)
    assert row["late_minutes"] == 5 * 120


def test_people_by_stage_at_the_end_of_each_period() -> None:
    stages = measured(previous=NOVEMBER.before()).stages
    assert stages.rows() == [("go-nowhere", 1, 0), ("lead", 0, 0), ("MQL", 2, 1), ("SQL", 1, 0)]


def test_every_frame_can_be_kept_by_name() -> None:
    tables = measured().tables()
    assert {"attainment", "breaches", "campaigns"} <= set(tables)
    assert "notes" not in tables


@pytest.mark.parametrize(
    ("kind", "label", "start", "end", "before"),
    [
        ("week", "week 45 of 2026", "11-01T23:00", "11-08T23:00", "week 44 of 2026"),
        ("month", "November 2026", "10-31T23:00", "11-30T23:00", "October 2026"),
        ("quarter", "Q4 2026", "09-30T22:00", "12-31T23:00", "Q3 2026"),
    ],
)
def test_periods_begin_at_local_midnight(kind: Any, label: str, start: str, end: str, before: str) -> None:
    period = Period.of(kind, utc("11-02T12:00"), BERLIN)
    assert (period.label, period.start, period.end) == (label, utc(start), utc(end))
    assert period.before().label == before
    assert period.before().end == period.start


def test_the_quota_of_a_quarter_is_three_months_and_of_a_span_its_days() -> None:
    assert Period.quarter_of(utc("11-02T12:00"), BERLIN).units("month") == 3
    assert NOVEMBER.units("month") == 1
    span = Period.span(utc("11-02T00:00"), utc("11-16T00:00"), ZoneInfo("UTC"))
    assert span.units("week") == 2
    assert span.label == "02 Nov 2026 to 15 Nov 2026"
    assert span.before().start == utc("10-19T00:00")


def test_a_period_needs_aware_moments_in_order() -> None:
    with pytest.raises(ValueError, match="aware"):
        Period("span", datetime(2026, 1, 1), datetime(2026, 1, 2), "x", BERLIN)  # noqa: DTZ001
    with pytest.raises(ValueError, match="ends before"):
        Period("span", utc("02-01T00:00"), utc("01-01T00:00"), "x", BERLIN)
