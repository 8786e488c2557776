from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from sla_rules.clocks import run_clocks
from sla_rules.clocks_status import escalations, sla_status
from sla_rules.sla_frames import CLOCKS, DISPOSITIONS, EXCUSES, HANDOFFS, STATUSES, TOUCHES
from sla_rules.sla_loading import load_sla, shipped_sla
from tests.unit.sla_rules_sla.agreements import changed

SLA = shipped_sla()
REP = "ines@m.example"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def frame(schema: Any, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{"person_id": "P", "owner": REP, **row} for row in rows], schema=schema)


def clocks(
    now: str,
    *,
    handoffs: list[dict[str, Any]] | None = None,
    touches: list[str] | None = None,
    dispositions: list[dict[str, Any]] | None = None,
    statuses: list[dict[str, Any]] | None = None,
    excuses: list[dict[str, Any]] | None = None,
) -> pl.DataFrame:
    handed = [{"handed_off_at": utc("11-03T09:00"), "qualified_at": utc("11-03T08:50")}]
    return run_clocks(
        SLA,
        handoffs=frame(HANDOFFS, handoffs if handoffs is not None else handed),
        touches=frame(TOUCHES, [{"at": utc(at)} for at in touches or []]),
        dispositions=frame(DISPOSITIONS, dispositions or []),
        statuses=frame(STATUSES, statuses or []),
        excuses=frame(EXCUSES, excuses) if excuses else None,
        now=utc(now),
    )


def of(found: pl.DataFrame, commitment: str) -> dict[str, Any]:
    return found.filter(pl.col("commitment") == commitment).row(0, named=True)


@pytest.mark.parametrize(
    ("now", "touches", "status"),
    [
        ("11-03T09:30", [], "pending"),
        ("11-03T10:00", [], "pending"),
        ("11-03T10:01", [], "breached"),
        ("11-03T10:01", ["11-03T10:00"], "met"),
        ("11-03T12:00", ["11-03T10:01"], "breached"),
        ("11-03T09:30", ["11-03T09:45"], "pending"),
        ("11-03T09:30", ["11-03T08:59"], "pending"),
    ],
)
def test_the_first_touch_is_due_within_one_business_hour(now: str, touches: list[str], status: str) -> None:
    first = of(clocks(now, touches=touches), "first_touch")
    assert first["status"] == status
    assert first["due_at"] == utc("11-03T10:00")
    assert first["warn_at"] == utc("11-03T09:45")


def test_further_touches_run_from_the_first_one() -> None:
    touches = ["11-03T09:10", "11-04T09:00", "11-06T09:00", "11-10T09:10"]
    assert "follow_up" not in clocks("11-03T09:05", touches=touches)["commitment"]
    assert of(clocks("11-10T09:10", touches=touches), "follow_up")["status"] == "met"
    late = of(clocks("11-12T09:00", touches=[*touches[:3], "11-10T09:11"]), "follow_up")
    assert (late["status"], late["why"]) == ("breached", "3 further touches came late")
    assert late["touches_owed"] == 0


@pytest.mark.parametrize(
    ("disposition", "reason", "answer", "told"),
    [
        ("Accepted", None, "met", "met"),
        ("Poor quality", "No need", "met", "met"),
        ("Poor quality", " ", "met", "breached"),
        ("Too soon", None, "met", "breached"),
        ("Thinking about it", "No need", "breached", "breached"),
    ],
)
def test_an_answer_may_come_without_a_reason_but_not_a_no(
    disposition: str, reason: str | None, answer: str, told: str
) -> None:
    said = [{"at": utc("11-04T10:00"), "disposition": disposition, "reason": reason}]
    found = clocks("11-30T09:00", dispositions=said)
    assert of(found, "answer")["status"] == answer
    assert of(found, "disposition")["status"] == told


def test_a_status_answers_too() -> None:
    found = clocks("11-30T09:00", statuses=[{"at": utc("11-03T09:40"), "status": "Working - Contacted"}])
    assert of(found, "answer")["status"] == "met"
    assert of(found, "disposition")["status"] == "breached"


@pytest.mark.parametrize(
    ("touches", "reason", "status", "why"),
    [
        (2, "No need", "breached", "disqualified after 2 of 4 touches"),
        (4, "No need", "met", "disqualified after 4 of 4 touches"),
        (0, "Competitor", "excused", "Competitor"),
    ],
)
def test_a_disqualification_before_the_agreed_touches(
    touches: int, reason: str, status: str, why: str
) -> None:
    said = [{"at": utc("11-05T09:00"), "disposition": "Poor quality", "reason": reason}]
    made = ["11-03T09:10", "11-03T13:00", "11-04T09:00", "11-04T15:00", "11-05T09:01"]
    kept = made[:touches] + made[4:]
    clock = of(clocks("11-06T09:00", touches=kept, dispositions=said), "no_early_disqualification")
    assert (clock["status"], clock["why"], clock["due_at"]) == (status, why, None)
    assert clock["stopped_at"] == utc("11-05T09:00")


@pytest.mark.parametrize(
    ("at", "status"), [("11-03T09:30", "excused"), ("11-02T09:00", "excused"), ("11-03T10:30", "breached")]
)
def test_who_opts_out_before_the_touch_is_due_need_not_be_touched(at: str, status: str) -> None:
    found = clocks("11-20T09:00", excuses=[{"at": utc(at), "kind": "opted out"}])
    first = of(found, "first_touch")
    assert first["status"] == status
    assert of(found, "answer")["status"] == "breached"
    assert first["touches_owed"] == 0
    if status == "excused":
        assert first["why"] == "opted out"
        assert first["stopped_at"] == max(utc(at), utc("11-03T09:00"))


def test_an_early_disqualification_of_someone_who_opted_out_is_in_order() -> None:
    found = clocks(
        "11-20T09:00",
        excuses=[{"at": utc("11-03T09:20"), "kind": "opted out"}],
        statuses=[{"at": utc("11-03T09:30"), "status": "Closed - Not Converted"}],
    )
    clock = of(found, "no_early_disqualification")
    assert (clock["status"], clock["why"]) == ("excused", "opted out")


def test_a_recycled_lead_that_comes_back_gets_fresh_clocks() -> None:
    found = clocks(
        "11-17T12:00",
        handoffs=[{"handed_off_at": utc("11-03T09:00")}, {"handed_off_at": utc("11-17T09:00")}],
        touches=["11-03T09:20", "11-17T09:30"],
        dispositions=[{"at": utc("11-04T09:00"), "disposition": "Too soon", "reason": "Bad timing"}],
    )
    first = found.filter(pl.col("commitment") == "first_touch")
    assert first["status"].to_list() == ["met", "met"]
    follow = found.filter(pl.col("commitment") == "follow_up")
    assert follow["status"].to_list() == ["excused", "pending"]
    assert follow["why"].to_list() == ["recycled", "waiting for 3 further touches"]
    now = sla_status(SLA, found).row(0, named=True)
    assert now["handed_off_at"] == utc("11-17T09:00")
    assert now["sla_status"] == "pending"
    assert (now["touches_made"], now["touches_owed"]) == (1, 3)
    assert now["next_commitment"] == "answer"


def test_the_delay_is_split_into_sync_routing_and_human() -> None:
    handed = [
        {"handed_off_at": utc("11-03T09:00"), "qualified_at": utc("11-03T08:50"), "owner": "queue:inbound"}
    ]
    found = clocks(
        "11-03T12:00",
        handoffs=handed,
        statuses=[{"at": utc("11-03T09:25"), "status": "Open - Not Contacted", "owner": "Theo@m.example"}],
        touches=["11-03T09:40"],
    )
    first = of(found, "first_touch")
    assert first["owner"] == "theo@m.example"
    assert (first["sync_minutes"], first["routing_minutes"], first["human_minutes"]) == (10, 25, 15)
    assert first["business_minutes"] == 40


def test_the_first_to_touch_a_queued_lead_owns_its_clock_and_until_then_the_queue_does() -> None:
    handed = [{"handed_off_at": utc("11-03T09:00"), "owner": "queue:inbound"}]
    waiting = of(clocks("11-03T09:30", handoffs=handed), "first_touch")
    assert (waiting["owner"], waiting["routing_minutes"], waiting["human_minutes"]) == (
        "queue:inbound",
        30,
        0,
    )
    assert waiting["sync_minutes"] is None
    taken = of(clocks("11-03T09:30", handoffs=handed, touches=["11-03T09:20"]), "first_touch")
    assert (taken["owner"], taken["routing_minutes"]) == (REP, 20)


def test_the_worst_clock_is_the_persons_status() -> None:
    found = clocks("11-03T10:30", touches=["11-03T10:10"])
    row = sla_status(SLA, found).row(0, named=True)
    assert row["sla_status"] == "breached"
    assert row["first_touch_due_at"] == utc("11-03T10:00")
    assert row["first_touch_at"] == utc("11-03T10:10")
    assert row["next_commitment"] == "answer"


def test_those_named_in_the_agreement_are_told() -> None:
    late = escalations(SLA, clocks("11-03T10:30"), now=utc("11-03T10:30"))
    assert late.select("commitment", "when", "tell").rows() == [("first_touch", "breached", "Head of Sales")]
    soon = escalations(SLA, clocks("11-03T09:50"), now=utc("11-03T09:50"))
    assert soon.select("commitment", "when", "tell").rows() == [("first_touch", "warned", "the owner")]
    assert escalations(SLA, clocks("11-03T09:10"), now=utc("11-03T09:10")).is_empty()


def test_nobody_handed_over_is_no_clock_and_not_an_error() -> None:
    found = clocks("11-03T09:30", handoffs=[])
    assert found.schema == pl.Schema(CLOCKS)
    assert found.is_empty()
    assert sla_status(SLA, found).is_empty()


def test_an_agreement_without_clocks_has_none() -> None:
    text = changed(
        ("  - id: first_touch", "  - id: first_touch_quota"),
        (
            "start: handoff\n    stop: first touch\n    target: 1 business hour",
            "measure: rejected by sales\n    target: at most 1 %",
        ),
    )
    head = text[: text.index("  - id: follow_up")]
    contract = load_sla(head, source="sla.yaml")
    empty = frame(HANDOFFS, [{"handed_off_at": utc("11-03T09:00")}])
    found = run_clocks(
        contract,
        handoffs=empty,
        touches=frame(TOUCHES, []),
        dispositions=frame(DISPOSITIONS, []),
        statuses=frame(STATUSES, []),
        now=utc("11-03T10:00"),
    )
    assert found.is_empty()
    assert sla_status(contract, found).is_empty()
