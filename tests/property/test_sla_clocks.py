"""The vectorised clocks agree with a plain reading of the agreement, and keep its laws."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_rules.calendars import Calendars
from sla_rules.clocks import run_clocks
from sla_rules.clocks_status import sla_status
from sla_rules.sla_frames import DISPOSITIONS, EXCUSES, HANDOFFS, STATUSES, TOUCHES
from sla_rules.sla_loading import load_sla
from tests.oracle.sla_clocks import Story, clocks_of
from tests.unit.sla_rules_sla.agreements import with_owners

BEGIN = datetime(2026, 10, 20, tzinfo=UTC)
CONTRACT = load_sla(
    with_owners(
        "owners:\n  - owner: dana@m.example\n    calendar: new_york\n"
        "  - owner: theo@m.example\n    absences: [{first: 2026-10-28, last: 2026-11-03}]\n"
    ),
    source="sla.yaml",
)
CALENDARS = Calendars.covering(CONTRACT, BEGIN - timedelta(days=9), BEGIN + timedelta(days=99))
OWNERS = ["ines@m.example", "dana@m.example", "theo@m.example"]

moments = st.integers(0, 30 * 24 * 4).map(lambda n: BEGIN + timedelta(minutes=15 * n))
owners = st.sampled_from(OWNERS)


def some(row: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    time = "handed_off_at" if "handed_off_at" in row else "at"
    return st.lists(st.fixed_dictionaries(row), max_size=most, unique_by=lambda r: r[time]).map(
        lambda rows: sorted(rows, key=lambda r: r[time])
    )


stories = st.builds(
    Story,
    handoffs=some({"handed_off_at": moments, "owner": st.sampled_from([*OWNERS, "queue:in", None])}, 3),
    touches=some({"at": moments, "owner": owners}, 8),
    dispositions=some(
        {
            "at": moments,
            "disposition": st.sampled_from(
                ["Converted", "Accepted", "Too soon", "Poor quality", "Go-nowhere", "Great example"]
            ),
            "reason": st.sampled_from([None, "No need", "Competitor"]),
            "owner": owners,
        },
        3,
    ),
    statuses=some(
        {
            "at": moments,
            "status": st.sampled_from(
                ["Working - Contacted", "Closed - Not Converted", "Open - Not Contacted"]
            ),
            "owner": st.sampled_from([*OWNERS, "queue:in"]),
        },
        3,
    ),
    excuses=some({"at": moments, "kind": st.sampled_from(["opted out", "do not call", "duplicate"])}, 1),
)


def frame(people: list[Story], part: str, schema: Any) -> pl.DataFrame:
    rows = [{"person_id": f"P{n}", **row} for n, story in enumerate(people) for row in getattr(story, part)]
    return pl.DataFrame(rows, schema=schema)


def run(people: list[Story], now: datetime) -> pl.DataFrame:
    return run_clocks(
        CONTRACT,
        handoffs=frame(people, "handoffs", HANDOFFS),
        touches=frame(people, "touches", TOUCHES),
        dispositions=frame(people, "dispositions", DISPOSITIONS),
        statuses=frame(people, "statuses", STATUSES),
        excuses=frame(people, "excuses", EXCUSES),
        calendars=CALENDARS,
        now=now,
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(stories, min_size=1, max_size=5), moments)
def test_clocks_agree_with_the_plain_reading(people: list[Story], now: datetime) -> None:
    columns = ["person_id", "commitment", "started_at", "due_at", "stopped_at", "status", "owner"]
    found = run(people, now).select(columns).rows()
    expected = [
        (f"P{n}", *(clock[column] for column in columns[1:]))
        for n, story in enumerate(people)
        for clock in clocks_of(CONTRACT, story, CALENDARS, now)
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


@settings(max_examples=15, deadline=None)
@given(st.lists(stories, min_size=1, max_size=5), moments)
def test_the_laws_of_clocks(people: list[Story], now: datetime) -> None:
    clocks = run(people, now)
    in_time = clocks.filter(pl.col("status") == "met", pl.col("due_at").is_not_null())
    assert (in_time["stopped_at"] <= in_time["due_at"]).all()
    pending = clocks.filter(pl.col("status") == "pending")
    assert (pending["due_at"] >= now).all()
    assert pending["stopped_at"].null_count() == pending.height
    assert (clocks["warn_at"].drop_nulls() <= clocks["due_at"].drop_nulls()).all()
    split = clocks["routing_minutes"] + clocks["human_minutes"] - clocks["business_minutes"]
    assert split.abs().fill_null(0.0).max() in (None, 0.0)
    assert clocks.select((pl.col("human_minutes", "routing_minutes") >= 0).all()).row(0) == (True, True)
    assert (clocks["touches_owed"] >= 0).all()
    people_now = sla_status(CONTRACT, clocks)
    assert people_now["person_id"].is_unique().all()
    assert people_now.height == clocks["person_id"].n_unique()


@settings(max_examples=10, deadline=None)
@given(st.lists(stories, min_size=1, max_size=4), moments, st.integers(0, 20))
def test_a_clock_that_was_met_stays_met_as_time_goes_on(
    people: list[Story], now: datetime, days: int
) -> None:
    keys = ["person_id", "commitment", "handed_off_at"]
    before = run(people, now).filter(pl.col("status") == "met", pl.col("due_at").is_not_null())
    after = run(people, now + timedelta(days=days))
    assert before.join(after.filter(pl.col("status") != "met"), on=keys).is_empty()
