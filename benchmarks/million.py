"""Judge a million people with ten million activities, beside the time that reading the two tables takes.

Run: python -m benchmarks.million [--people 1000000 --activities 10000000]

Judging is all of it: attributes read from raw texts, activities counted, stage, score, criteria passed, failed
and unknown, the next moment of change, and both lines of reasons for everybody. Reading is Polars' of the same
two tables from Parquet files written with its default settings. The package rule-engine gets the same criteria
on a sample, with attributes and counts ready-made; what it lets pass must be the same.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from benchmarks.million_tables import make_activities, make_people
from benchmarks.qualification import NOW
from benchmarks.rule_engine_rules import facts_of, passed_by, rules_of
from sla_rules.definition_loading import shipped_definition
from sla_rules.qualify import qualify
from sla_rules.reasons import reason_lines

READING_GOAL, ENGINE_GOAL = 4, 200


def judge(people: pl.DataFrame, activities: pl.DataFrame) -> pl.DataFrame:
    """Judgements with their lines of reasons."""
    definition = shipped_definition()
    judged = qualify(definition, people, activities, now=NOW)
    return pl.concat([judged, reason_lines(definition, judged, people).drop("person_id")], how="horizontal")


def engine(people: pl.DataFrame, activities: pl.DataFrame) -> tuple[float, list[int]]:
    """Seconds of rule-engine for these people, and the criteria they pass; facts and rules are not counted."""
    definition = shipped_definition()
    rules, facts = rules_of(definition), facts_of(definition, people, activities, now=NOW)
    start = time.perf_counter()
    passed = passed_by(rules, facts)
    return time.perf_counter() - start, passed


def main() -> int:
    """Print the times and their ratios; 1 if the results differ."""
    parser = argparse.ArgumentParser(description="Judge a million people.")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--activities", type=int, default=10_000_000)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "people.parquet"), Path(folder, "activities.parquet")
        people = make_people(options.people, seed=options.seed)
        people.write_parquet(files[0])
        make_activities(options.activities, people, seed=options.seed, now=NOW).write_parquet(files[1])
        del people
        reading: list[float] = []
        judging: list[float] = []
        for _ in range(options.rounds):
            start = time.perf_counter()
            people, activities = (pl.read_parquet(file) for file in files)
            read = time.perf_counter()
            judged = judge(people, activities)
            reading.append(read - start)
            judging.append(time.perf_counter() - read)
    sample = random.Random(options.seed).sample(range(options.people), min(options.sample, options.people))
    some = people[sample]
    engine_s, passed = engine(some, activities)
    equal = judged[sample].get_column("passed").to_list() == passed
    read_s, judge_s = min(reading), min(judging)
    each_us, their_us = judge_s / options.people * 1e6, engine_s / len(sample) * 1e6
    print(f"{options.people:,} people with {options.activities:,} activities, with reasons")
    print(f"  reading both from Parquet, best of {options.rounds}  {read_s:8.3f} s")
    print(
        f"  judging, best of {options.rounds}                    {judge_s:8.3f} s, {each_us:8.2f} µs a person"
    )
    print(f"  judging in times of reading          {judge_s / read_s:8.2f} (goal: under {READING_GOAL})")
    print(f"  rule-engine, {len(sample):,} people             {engine_s:8.3f} s, {their_us:8.2f} µs a person")
    print(
        f"  ratio                                {their_us / each_us:8,.0f} times as fast (goal: {ENGINE_GOAL})"
    )
    print(f"  equal on the sample                  {'yes' if equal else 'NO'}")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
