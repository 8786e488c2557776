"""Pauses: the vectorised due times are those of counting minute by minute, and no pause shortens one."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_rules.calendars import Calendars
from sla_rules.clocks import run_clocks
from sla_rules.sla_frames import DISPOSITIONS, HANDOFFS, STATUSES, TOUCHES
from sla_rules.sla_loading import load_sla
from tests.unit.sla_rules_sla.agreements import changed

BEGIN = datetime(2026, 10, 22, tzinfo=UTC)  # the clocks of Berlin change on the 25th
NOW = BEGIN + timedelta(days=60)
STEP = timedelta(minutes=15)
WAITING = "pauses: [{name: the prospect is away, statuses: [Waiting]}]\n\ncommitments:\n"
CONTRACT = load_sla(
    changed(
        ("commitments:\n", WAITING),
        (
            "    target: 1 business hour\n",
            "    target: 1 business hour\n    paused_by: [the prospect is away]\n",
        ),
        ("    target: 14 days\n", "    target: 14 days\n    paused_by: [the prospect is away]\n"),
    ),
    source="sla.yaml",
)
CALENDARS = Calendars.covering(CONTRACT, BEGIN - timedelta(days=9), BEGIN + timedelta(days=99))
OFFICE = CALENDARS.of("office", None)
QUARTERS = [BEGIN + n * STEP for n in range(90 * 24 * 4)]
OPEN_MINUTES = OFFICE.business_minutes_between(pl.Series(QUARTERS), pl.Series([at + STEP for at in QUARTERS]))
OPEN = {at for at, minutes in zip(QUARTERS, OPEN_MINUTES, strict=True) if minutes > 0}
moments = st.integers(0, 8 * 24 * 4).map(lambda n: BEGIN + n * STEP)
Moves = list[tuple[datetime, str]]
moves = st.lists(
    st.tuples(moments, st.sampled_from(["Waiting", "Open - Not Contacted"])),
    max_size=6,
    unique_by=lambda m: m[0],
)


def due(people: list[tuple[datetime, Moves]]) -> dict[str, list[datetime | None]]:
    handed = [{"person_id": f"P{n}", "handed_off_at": at, "owner": "i@m"} for n, (at, _) in enumerate(people)]
    statuses = [
        {"person_id": f"P{n}", "at": at, "status": status}
        for n, (_, story) in enumerate(people)
        for at, status in story
    ]
    clocks = run_clocks(
        CONTRACT,
        handoffs=pl.DataFrame(handed, schema=HANDOFFS),
        touches=pl.DataFrame(schema=TOUCHES),
        dispositions=pl.DataFrame(schema=DISPOSITIONS),
        statuses=pl.DataFrame(statuses, schema=STATUSES),
        calendars=CALENDARS,
        now=NOW,
    )
    return {
        name: clocks.filter(pl.col("commitment") == name).sort("person_id")["due_at"].to_list()
        for name in ("first_touch", "disposition")
    }


def counted(at: datetime, story: Moves, steps: int, *, business: bool) -> datetime | None:
    """Quarters of an hour that count, one by one, until there are enough; never while the last status waits."""
    seen = sorted(move for move in story if move[0] >= at)
    while steps:
        waiting = next((status for when, status in reversed(seen) if when <= at), "") == "Waiting"
        if waiting and at >= seen[-1][0]:
            return None
        steps -= (not business or at in OPEN) and not waiting
        at += STEP
    return at


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(moments, moves), min_size=1, max_size=3))
def test_due_times_with_pauses_are_those_of_counting(people: list[tuple[datetime, Moves]]) -> None:
    found = due(people)
    assert found["first_touch"] == [counted(at, story, 4, business=True) for at, story in people]
    assert found["disposition"] == [counted(at, story, 14 * 96, business=False) for at, story in people]


@settings(max_examples=25, deadline=None)
@given(moments, moves, st.randoms(use_true_random=False))
def test_no_pause_shortens_a_due_time_and_their_order_does_not_matter(at, story, random) -> None:
    plain, paused = due([(at, [])]), due([(at, story)])
    shuffled = list(story)
    random.shuffle(shuffled)
    assert due([(at, shuffled)]) == paused
    for name in plain:
        assert paused[name][0] is None or paused[name][0] >= plain[name][0]
