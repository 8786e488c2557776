"""Replay a definition over the past of many people: seconds for 100,000 people and 90 days.

Run: python -m benchmarks.backtest [--people 100000 --days 90 --activities 1000000]

Ten activities a person, spread over the time and 60 days before, and the shipped definition. The plain way is beside
it on a sample: everybody judged by the same engine once a day, which sees fewer moments.
"""

import argparse
import sys
import time
from datetime import timedelta

import polars as pl

from benchmarks.million_tables import make_activities, make_people
from benchmarks.qualification import NOW
from sla_rules.backtesting.replay import History, judged_at, replay
from sla_rules.definition_loading import shipped_definition

UTC_US = pl.Datetime("us", "UTC")


def history_of(people: int, activities: int, *, seed: int) -> History:
    """A past in which everything was known when it happened."""
    persons = make_people(people, seed=seed)
    did = make_activities(activities, persons, seed=seed, now=NOW)
    long_ago = pl.lit(NOW - timedelta(days=400), UTC_US)
    return History(
        persons.with_columns(known_from=long_ago),
        did.with_columns(known_from="at", gone_at=pl.lit(None, UTC_US)),
    )


def main() -> int:
    """Print the times; 1 if the replay and the plain way differ."""
    parser = argparse.ArgumentParser(description="Replay a definition over the past.")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    definition = shipped_definition()
    history = history_of(options.people, options.activities, seed=options.seed)
    since = NOW - timedelta(days=options.days)
    begun = time.perf_counter()
    states = replay(definition, history, since=since, until=NOW)
    took = time.perf_counter() - begun
    print(
        f"Backtest: {options.people:,} people, {options.activities:,} activities, {options.days} days: "
        f"{states.height:,} changes in {took:.1f} s"
    )
    last = states.sort("at").group_by("person_id").last().sort("person_id")
    moments = last.select("person_id", at=pl.lit(NOW, UTC_US))
    begun = time.perf_counter()
    plain = judged_at(definition, history, moments).sort("person_id")
    once = time.perf_counter() - begun
    print(f"Judging everybody once a day by the same engine would take about {once * options.days:.0f} s")
    same = plain.select("stage", "score", "passed").equals(last.select("stage", "score", "passed"))
    print("The last day is the same." if same else "The last day differs!")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
