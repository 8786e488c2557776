"""Laws of the lead definition: it agrees with the plain loop, and knows when it will change by itself."""

from datetime import timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_rules.attributes_junk import email_is_malformed, is_plain_domain
from sla_rules.definition import LeadDefinition
from sla_rules.qualify import JUDGEMENT_SCHEMA, qualify
from sla_rules.reasons import LINE_LIMIT, reason_lines
from tests.oracle.definition_oracle import Oracle
from tests.property.definitions import (
    NOW,
    activity_frame,
    activity_rows,
    definitions,
    people_frame,
    people_rows,
)

people = st.lists(people_rows, min_size=1, max_size=5)
acts = st.lists(st.tuples(st.integers(0, 5), activity_rows), max_size=25)
quick = settings(max_examples=40, deadline=None)


@quick
@given(definitions(), people, acts)
def test_it_agrees_with_the_plain_loop(
    definition: LeadDefinition, rows: list[dict[str, Any]], done: list[tuple[int, dict[str, Any]]]
) -> None:
    who, activities = people_frame(rows), activity_frame(done)
    judged = qualify(definition, who, activities, now=NOW)
    assert judged.schema == JUDGEMENT_SCHEMA
    got = judged.join(reason_lines(definition, judged, who), on="person_id", how="left").to_dicts()
    oracle = Oracle(definition)
    for person, row in zip(who.iter_rows(named=True), got, strict=True):
        own = [
            activity
            for activity in activities.iter_rows(named=True)
            if activity["person_id"] == row["person_id"]
        ]
        assert row == vars(oracle.judge(person, own, now=NOW))


@quick
@given(definitions(), people, acts)
def test_every_criterion_is_passed_failed_or_unknown_and_lines_fit(
    definition: LeadDefinition, rows: list[dict[str, Any]], done: list[tuple[int, dict[str, Any]]]
) -> None:
    who = people_frame(rows)
    judged = qualify(definition, who, activity_frame(done), now=NOW)
    everything = (1 << len(definition.criteria)) - 1
    for row in judged.iter_rows(named=True):
        assert row["passed"] | row["failed"] | row["unknown"] == everything
        assert (
            row["passed"] & row["failed"]
            == row["passed"] & row["unknown"]
            == row["failed"] & row["unknown"]
            == 0
        )
    for lines in (reason_lines(definition, judged), reason_lines(definition, judged, who)):
        assert lines.select(pl.col("reason", "missing").str.len_chars().max() <= LINE_LIMIT).row(0) == (
            True,
            True,
        )


@quick
@given(definitions(points=st.integers(0, 40)), people_rows, acts, activity_rows)
def test_one_more_activity_never_lowers_the_score_when_no_points_are_negative(
    definition: LeadDefinition,
    row: dict[str, Any],
    done: list[tuple[int, dict[str, Any]]],
    more: dict[str, Any],
) -> None:
    who = people_frame([row])
    before = qualify(definition, who, activity_frame(done), now=NOW)
    after = qualify(definition, who, activity_frame([*done, (0, more)]), now=NOW)
    assert after["score"][0] >= before["score"][0]


@settings(max_examples=20, deadline=None)
@given(definitions(), people, acts, st.floats(0, 1))
def test_nothing_changes_by_itself_before_next_change_at(
    definition: LeadDefinition,
    rows: list[dict[str, Any]],
    done: list[tuple[int, dict[str, Any]]],
    share: float,
) -> None:
    who, activities = people_frame(rows), activity_frame(done)
    for row in qualify(definition, who, activities, now=NOW).iter_rows(named=True):
        horizon = row["next_change_at"] or NOW + timedelta(days=400)
        assert horizon > NOW
        last_moment = horizon - timedelta(microseconds=1)
        for later in (NOW + (last_moment - NOW) * share, last_moment):
            again = qualify(definition, who, activities, now=later).filter(person_id=row["person_id"])
            assert again.row(0, named=True) == row


@quick
@given(definitions(), people, acts, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    definition: LeadDefinition,
    rows: list[dict[str, Any]],
    done: list[tuple[int, dict[str, Any]]],
    random: Any,
) -> None:
    who = people_frame(rows)
    shuffled = random.sample(done, len(done))
    one = qualify(definition, who, activity_frame(done), now=NOW)
    other = qualify(definition, who.reverse(), activity_frame(shuffled), now=NOW).reverse()
    assert one.equals(other)


@quick
@given(
    st.text(alphabet="ab0-.xn", max_size=20).map(lambda text: text + ".de")
    | st.sampled_from(["a.test", "x.local"])
)
def test_the_short_cut_for_everyday_domains_says_what_the_library_says(domain: str) -> None:
    assert is_plain_domain(domain) is not email_is_malformed(f"a@{domain}")
