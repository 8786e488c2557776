from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from sla_rules.sla_frames import ACTIVITIES, TOUCHES, FrameError
from sla_rules.sla_loading import load_sla, shipped_sla
from sla_rules.touches import human_touches
from tests.unit.sla_rules_sla.agreements import changed

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
SLA = shipped_sla()


def activity(**changes: Any) -> dict[str, Any]:
    row = {"activity_id": "1", "person_id": "P", "kind": "call", "at": NINE, "actor_id": "rep@m.example"}
    return {**row, **changes}


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=ACTIVITIES)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"direction": "OUTBOUND"}, True),
        ({"direction": "INBOUND"}, False),
        ({"kind": "email", "outcome": "BOUNCED"}, False),
        ({"kind": "email", "outcome": "SENT"}, True),
        ({"kind": "meeting", "outcome": "Canceled"}, False),
        ({"kind": "meeting"}, True),
        ({"kind": "email_sent_marketing"}, False),
        ({"kind": "page_view"}, False),
        ({"kind": "task"}, False),
        ({"actor_id": None}, False),
        ({"actor_id": "  "}, False),
        ({"actor_id": "noreply@m.example"}, False),
        ({"actor_id": "Talbot@m.example"}, True),
        ({"actor_id": "call-bot@m.example"}, False),
        ({"at": None}, False),
        ({"person_id": None}, False),
    ],
)
def test_what_counts_as_a_touch(changes: dict[str, Any], counts: bool) -> None:
    assert human_touches(SLA, frame(activity(**changes))).height == counts


@pytest.mark.parametrize(("subject", "counts"), [("[sequence] Step 2", 0), ("Our call", 1), (None, 1)])
def test_what_a_sequence_sends_in_a_persons_name_is_no_touch(subject: str | None, counts: int) -> None:
    contract = load_sla(
        changed(("email: {except_outcomes", 'email: {except_subjects: ["[Sequence]*"], except_outcomes')),
        source="sla.yaml",
    )
    row = activity(kind="email", detail=subject)
    assert human_touches(contract, frame(row)).height == counts


def test_one_call_logged_in_both_systems_is_one_touch_by_the_earlier_row() -> None:
    rows = frame(
        activity(
            activity_id="sf", at=NINE + timedelta(minutes=3), side="salesforce", actor_id="REP@m.example"
        ),
        activity(activity_id="hs", side="hubspot"),
        activity(activity_id="other rep", actor_id="else@m.example"),
        activity(activity_id="later", at=NINE + timedelta(minutes=11)),
    )
    touches = human_touches(SLA, rows)
    assert touches["touch_id"].to_list() == ["hs", "other rep", "later"]
    assert touches.columns == list(TOUCHES)
    assert touches["owner"].unique().sort().to_list() == ["else@m.example", "rep@m.example"]


def test_only_sales_counts_when_sales_is_known() -> None:
    rows = frame(activity(), activity(activity_id="2", actor_id="marketer@m.example"))
    assert human_touches(SLA, rows, sales_owners=["Rep@m.example "])["touch_id"].to_list() == ["1"]
    assert human_touches(SLA, rows, sales_owners=[]).is_empty()


def test_the_agreement_may_let_inbound_calls_count_and_forbid_nobody() -> None:
    text = changed(("call: {}", "call: {inbound: true}"), ("  not_people:", "  # not_people:"))
    rows = frame(activity(direction="inbound", actor_id="bot@m.example"))
    assert human_touches(load_sla(text, source="sla.yaml"), rows).height == 1


def test_a_frame_without_actors_is_refused_by_name() -> None:
    with pytest.raises(FrameError, match="activities lacks actor_id"):
        human_touches(SLA, frame(activity()).drop("actor_id"))
