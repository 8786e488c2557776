"""Quiet is too quiet when it lasts much longer than it ever did lately, and not before that is known."""

from datetime import UTC, datetime, timedelta

import pytest

from sync_rules.silence import Heard, heard, judge

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


def _after(days: int, *, every_hours: int = 24) -> tuple[Heard, datetime]:
    known, now = Heard(), START
    while now < START + timedelta(days=days):
        known = heard(known, changed=1, now=now)
        now += timedelta(hours=every_hours)
    return known, now - timedelta(hours=every_hours)


@pytest.mark.parametrize(
    ("days", "every_hours", "quiet_hours", "too_long"),
    [
        (10, 24, 40, False),
        (10, 24, 49, True),
        # A busy side may rest for a night all the same.
        (10, 1, 11, False),
        (10, 1, 13, True),
        # Nobody knows yet what is usual.
        (5, 24, 500, False),
    ],
)
def test_quiet_is_held_against_the_longest_of_the_last_weeks(
    days: int, every_hours: int, quiet_hours: int, too_long: bool
) -> None:
    known, last = _after(days, every_hours=every_hours)
    verdict = judge(known, times=2, at_least_hours=12, now=last + timedelta(hours=quiet_hours))
    assert verdict.too_long == too_long
    assert verdict.hours == quiet_hours


def test_a_pass_that_reads_nothing_new_changes_nothing_and_old_days_are_forgotten() -> None:
    known, last = _after(10)
    assert heard(known, changed=0, now=last + timedelta(hours=5)) is known
    later = heard(known, changed=3, now=last + timedelta(days=40))
    assert list(later.longest_s) == [(last + timedelta(days=40)).date().isoformat()]
    assert judge(Heard(), times=2, at_least_hours=1, now=last).hours == 0
