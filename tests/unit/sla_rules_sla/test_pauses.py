"""Clocks that stand still: what stops, excuses and names them."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from contract_files.errors import ContractError
from sla_rules.clocks import run_clocks
from sla_rules.sla_frames import DISPOSITIONS, EXCUSES, HANDOFFS, STATUSES, TOUCHES
from sla_rules.sla_loading import load_sla
from tests.unit.sla_rules_sla.agreements import changed

AWAY = "pauses: [{name: the prospect is away, statuses: [Waiting]}]\n\ncommitments:\n"
SLA = load_sla(
    changed(
        ("commitments:\n", AWAY),
        (
            "    target: 1 business hour\n",
            "    target: 1 business hour\n    paused_by: [the prospect is away]\n",
        ),
    ),
    source="sla.yaml",
)


def utc(day_time: str) -> datetime:
    return datetime.strptime(f"2026-{day_time}", "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)


def first_touch(
    now: str, *, touches: tuple[str, ...] = (), back: str | None = None, opted_out: str | None = None
) -> dict[str, Any]:
    """Handed over on a Tuesday at 10:00 in Berlin; waiting from 10:30 on, until ``back``."""
    statuses = [{"at": utc("11-03T09:30"), "status": "Waiting"}]
    if back:
        statuses.append({"at": utc(back), "status": "Open - Not Contacted"})
    excuses = [{"at": utc(opted_out), "kind": "opted out"}] if opted_out else []

    def frame(schema: Any, rows: list[dict[str, Any]]) -> pl.DataFrame:
        return pl.DataFrame(
            [{"person_id": "P", "owner": "rep@m.example", **row} for row in rows], schema=schema
        )

    clocks = run_clocks(
        SLA,
        handoffs=frame(HANDOFFS, [{"handed_off_at": utc("11-03T09:00"), "qualified_at": utc("11-03T09:00")}]),
        touches=frame(TOUCHES, [{"at": utc(at)} for at in touches]),
        dispositions=frame(DISPOSITIONS, []),
        statuses=frame(STATUSES, statuses),
        excuses=frame(EXCUSES, excuses),
        now=utc(now),
    )
    return clocks.filter(pl.col("commitment") == "first_touch").row(0, named=True)


def test_a_clock_that_stands_still_is_due_at_no_time_and_says_why() -> None:
    clock = first_touch("11-05T09:00")
    assert (clock["status"], clock["due_at"]) == ("pending", None)
    assert clock["why"] == "stands still: the prospect is away"


def test_it_goes_on_with_the_time_that_was_left() -> None:
    clock = first_touch("11-05T10:15", back="11-05T10:00")
    assert (clock["status"], clock["due_at"]) == ("pending", utc("11-05T10:30"))
    assert first_touch("11-05T10:31", back="11-05T10:00")["status"] == "breached"


def test_a_touch_while_it_stands_still_is_in_time_and_its_due_time_stays() -> None:
    seen = [first_touch(now, touches=("11-04T12:00",)) for now in ("11-04T12:00", "11-20T12:00")]
    assert [clock["status"] for clock in seen] == ["met", "met"]
    assert seen[0]["due_at"] == seen[1]["due_at"] == utc("11-04T12:30")


def test_who_opts_out_while_it_stands_still_need_not_be_touched() -> None:
    assert first_touch("11-05T09:00", opted_out="11-04T09:00")["status"] == "excused"


def test_a_pause_nobody_described_is_named_with_those_known() -> None:
    with pytest.raises(ContractError, match=r"paused by 'holidays'.*known are the prospect is away"):
        load_sla(
            changed(
                ("commitments:\n", AWAY),
                ("    target: 1 business hour\n", "    target: 1 business hour\n    paused_by: [holidays]\n"),
            ),
            source="sla.yaml",
        )
