"""Whose a hold is, and when the queue of holds raises an alarm."""

from datetime import UTC, datetime, timedelta

import pytest

from sync_rules.hold_rules import OWNERS, Standing, judge_queue, owner_of
from sync_rules.mapping import HoldAlarm, HoldRules

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
ALARM = HoldAlarm(older_than_days=7, more_than=2)


def _held(kind: str, *, hours: float, released_hours_ago: float | None = None) -> Standing:
    until = None if released_hours_ago is None else NOW - timedelta(hours=released_hours_ago)
    return Standing(kind, NOW - timedelta(hours=hours), until)


def test_the_mapping_says_who_acts_where_it_is_not_whom_accord_names() -> None:
    rules = HoldRules(owners={"rejected": "the Salesforce team"})
    assert owner_of("rejected", rules) == "the Salesforce team"
    assert owner_of("unmapped_value", rules) == OWNERS["unmapped_value"]
    assert owner_of("of another time", rules) == "admin"


@pytest.mark.parametrize(
    ("standing", "old", "grown"),
    [
        ([], {}, {}),
        ([_held("rejected", hours=24 * 6)], {}, {}),
        ([_held("rejected", hours=24 * 8)], {"rejected": 1}, {}),
        ([_held("rejected", hours=24 * 8, released_hours_ago=1)], {}, {}),
        ([_held("undone", hours=24 * 80)], {}, {}),
        ([_held("rejected", hours=1)] * 3, {}, {"rejected": 3}),
        ([_held("rejected", hours=1)] * 2 + [_held("ambiguous", hours=1)] * 2, {}, {}),
        # As many went as came.
        ([_held("rejected", hours=1)] * 3 + [_held("rejected", hours=30, released_hours_ago=2)] * 3, {}, {}),
        # What went before yesterday is no part of yesterday.
        ([_held("rejected", hours=1)] * 3 + [_held("rejected", hours=90, released_hours_ago=30)] * 3, {},
         {"rejected": 3}),
    ],
)  # fmt: skip
def test_a_queue_that_ages_or_grows_is_named(
    standing: list[Standing], old: dict[str, int], grown: dict[str, int]
) -> None:
    queue = judge_queue(standing, ALARM, now=NOW)
    assert (queue.old, queue.grown) == (old, grown)
    assert queue.fine == (not old and not grown)
