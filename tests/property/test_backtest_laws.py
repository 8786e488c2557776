"""Laws of the replay: it equals judging everybody at every moment, and knows nothing of what comes later."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_rules.backtesting.replay import History, judged_at, replay, stages_at
from sla_rules.definition import LeadDefinition
from tests.oracle.definition_oracle import Oracle
from tests.property.definitions import (
    ACTIVITY_SCHEMA,
    NOW,
    PEOPLE_SCHEMA,
    activity_rows,
    definitions,
    people_rows,
)

UTC_US = pl.Datetime("us", "UTC")
SINCE, DAYS = NOW - timedelta(days=20), 20
UNTIL = SINCE + timedelta(days=DAYS)
quick = settings(max_examples=25, deadline=None)

_hours = st.integers(-30 * 24, 3 * 24).map(lambda hours: NOW + timedelta(hours=hours))
_person = st.lists(st.tuples(_hours, people_rows), min_size=1, max_size=3, unique_by=lambda pair: pair[0])
_late = st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=4)])
_gone = st.sampled_from([None, None, timedelta(hours=3), timedelta(days=6)])
_acts = st.lists(st.tuples(st.integers(0, 3), activity_rows, _late, _gone), max_size=15)
histories = st.builds(
    lambda people, acts: _history(people, acts), st.lists(_person, min_size=1, max_size=3), _acts
)


def _history(
    people: list[list[tuple[datetime, dict[str, Any]]]],
    acts: list[tuple[int, dict[str, Any], timedelta, timedelta | None]],
) -> History:
    rows = [
        {"person_id": f"p{number}", "known_from": at, **row}
        for number, states in enumerate(people)
        for at, row in states
    ]
    done = [
        {
            "activity_id": f"a{number}",
            "person_id": f"p{who}",
            **row,
            "known_from": row["at"] + late,
            "gone_at": None if gone is None else row["at"] + late + gone,
        }
        for number, (who, row, late, gone) in enumerate(acts)
    ]
    return History(
        pl.DataFrame(rows, schema={**PEOPLE_SCHEMA, "known_from": UTC_US}),
        pl.DataFrame(done, schema={**ACTIVITY_SCHEMA, "known_from": UTC_US, "gone_at": UTC_US}),
    )


def _plainly(definition: LeadDefinition, history: History, moment: datetime) -> dict[str, tuple[Any, ...]]:
    """Everybody judged by the plain loop, from rows known at that moment."""
    oracle = Oracle(definition)
    answer = {}
    for person_id in sorted(set(history.people["person_id"])):
        known = [
            row
            for row in history.people.iter_rows(named=True)
            if row["person_id"] == person_id and row["known_from"] <= moment
        ]
        if not known:
            continue
        latest = max(known, key=lambda row: row["known_from"])
        own = [
            row
            for row in history.activities.iter_rows(named=True)
            if row["person_id"] == person_id
            and row["known_from"] <= moment
            and (row["gone_at"] is None or row["gone_at"] > moment)
        ]
        judged = oracle.judge(latest, own, now=moment)
        answer[person_id] = (judged.stage, judged.score, judged.passed, judged.persona, judged.step)
    return answer


def _held(states: pl.DataFrame, moment: datetime, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    moments = pl.DataFrame(
        {"person_id": sorted(ids), "at": moment}, schema={"person_id": pl.String, "at": UTC_US}
    )
    found = stages_at(states, moments).drop_nulls("stage")
    rows = found.select("person_id", "stage", "score", "passed", "persona", "step").iter_rows()
    return {row[0]: row[1:] for row in rows}


@quick
@given(definitions(), histories, st.lists(_hours, max_size=3))
def test_it_equals_judging_everybody_every_day(
    definition: LeadDefinition, history: History, moments: list[datetime]
) -> None:
    states = replay(definition, history, since=SINCE, until=UNTIL)
    ids = set(history.people["person_id"])
    every_day = [SINCE + timedelta(days=day) for day in range(DAYS + 1)]
    for moment in [*every_day, *(one for one in moments if SINCE <= one <= UNTIL)]:
        assert _held(states, moment, ids) == _plainly(definition, history, moment), moment


@quick
@given(definitions(), histories, _hours)
def test_it_never_peeks(definition: LeadDefinition, history: History, day: datetime) -> None:
    """What is planted after a day changes nothing up to that day: neither events nor attributes."""
    whole = replay(definition, history, since=SINCE, until=UNTIL)
    known_then = replay(definition, history.until(day), since=SINCE, until=UNTIL)
    up_to = pl.col("at") <= day
    assert known_then.filter(up_to).equals(whole.filter(up_to))
    if SINCE <= day <= UNTIL:
        shorter = replay(definition, history.until(day), since=SINCE, until=day)
        assert shorter.equals(whole.filter(up_to))


@quick
@given(definitions(), histories, _hours)
def test_single_moments_are_judged_like_the_whole(
    definition: LeadDefinition, history: History, moment: datetime
) -> None:
    ids = sorted(set(history.people["person_id"]))
    moments = pl.DataFrame({"person_id": ids, "at": moment}, schema={"person_id": pl.String, "at": UTC_US})
    found = judged_at(definition, history, moments)
    assert {
        row["person_id"]: (row["stage"], row["score"], row["passed"], row["persona"], row["step"])
        for row in found.iter_rows(named=True)
    } == _plainly(definition, history, moment)
