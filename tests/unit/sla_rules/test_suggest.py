"""A suggestion finds what truly made the difference, says what it is worth, and refuses to guess."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from sla_rules.definition_loading import load_definition
from sla_rules.qualify import qualify
from sla_rules.qualify_behaviour import MOMENT
from sla_rules.suggesting.candidates import meets
from sla_rules.suggesting.choice import ranking
from sla_rules.suggesting.examples import AS_OF, Examples, TooFewAnswers, examples_of
from sla_rules.suggesting.gates import Gates
from sla_rules.suggesting.page import suggested_yaml
from sla_rules.suggesting.suggestion import Suggestion, suggest

COUNT = 1200


def world(count: int = COUNT, seed: int = 1) -> Examples:
    """Working professionals, people with many visits and viewers of prices convert; colours and shoes do not matter."""
    random = np.random.default_rng(seed)
    occupation = random.choice(["Working Professional", "Student", "Unemployed"], count, p=[0.2, 0.3, 0.5])
    visits = random.integers(0, 12, count)
    priced = random.random(count) < 0.3
    likely = -2.0 + 2.5 * (occupation == "Working Professional") + 1.5 * (visits >= 6) + 2.0 * priced
    people = pl.DataFrame(
        {
            "person_id": [f"p{n}" for n in range(count)],
            "occupation": occupation,
            "visits": visits.astype(float),
            "colour": random.choice(["red", "green", "blue"], count),
            "shoe_size": random.integers(35, 48, count).astype(float),
            "country": random.choice(["Germany", "France", ""], count),
        }
    )
    viewed = np.flatnonzero(priced)
    activities = pl.DataFrame(
        {
            "person_id": [f"p{n}" for n in viewed],
            "kind": "page_view",
            "at": pl.Series([AS_OF - timedelta(hours=int(n) % 100 + 1) for n in viewed], dtype=MOMENT),
            "detail": "https://m.example/pricing?x=1",
            "direction": "inbound",
            "outcome": pl.Series([None] * len(viewed), dtype=pl.String),
        }
    )
    return Examples(people, activities, random.random(count) < 1 / (1 + np.exp(-likely)))


@pytest.fixture(scope="module")
def found() -> Suggestion:
    return suggest(world(), most=5)


def test_it_finds_what_makes_the_difference_and_nothing_else(found: Suggestion) -> None:
    labels = [worth.criterion.label for worth in found.criteria]
    assert any("occupation is “Working Professional”" in label for label in labels)
    assert any("visits at least" in label for label in labels)
    assert any("page view" in label for label in labels)
    assert not any("colour" in label or "shoe" in label or "country" in label for label in labels)
    assert found.mean > 0.78
    strongest = [worth for worth in found.criteria if "Working Professional" in worth.criterion.label]
    assert strongest[0].criterion.points > 0
    assert strongest[0].effect > 0.02


def test_the_proposed_file_is_a_definition_that_scores_people_as_measured(found: Suggestion) -> None:
    examples = world()
    text = suggested_yaml(found, Gates(10, 30), title="Proposed", today=date(2026, 3, 2))
    assert "nobody has agreed to it yet" in text
    assert text.count("# effect ") == len(found.criteria)
    definition = load_definition(text, source="proposed.yaml")
    scores = qualify(definition, examples.people, examples.activities, now=AS_OF).get_column("score")
    assert roc_auc_score(examples.outcome, scores) == pytest.approx(found.mean, abs=0.03)
    met = meets([worth.criterion for worth in found.criteria], examples)
    assert [worth.met for worth in found.criteria] == pytest.approx(met.mean(axis=0))


def test_too_few_answers_are_refused_with_the_number_that_it_takes() -> None:
    with pytest.raises(
        TooFewAnswers, match=r"\d+ people reached the goal and \d+ did not; at least 30 of each"
    ):
        suggest(world(count=50))


def test_without_a_pattern_it_suggests_nothing_and_says_that_it_ranks_no_better_than_chance() -> None:
    examples = world(count=400)
    random = np.random.default_rng(3)
    shuffled = Examples(examples.people, examples.activities, random.permutation(examples.outcome))
    suggestion = suggest(shuffled)
    assert len(suggestion.criteria) <= 1
    assert abs(suggestion.mean - 0.5) < 0.08


def test_the_ranking_is_the_area_under_the_curve() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        scores, reached = random.integers(0, 9, 80), random.random(80) < 0.4
        assert ranking(scores, reached) == pytest.approx(roc_auc_score(reached, scores))


def test_only_what_was_done_before_the_handoff_counts_at_the_time_that_it_had_then() -> None:
    handed = [AS_OF - timedelta(days=50), AS_OF - timedelta(days=10)]
    handoffs = pl.DataFrame({"person_id": ["a", "b"], "handed_off_at": pl.Series(handed, dtype=MOMENT)})
    activities = pl.DataFrame(
        {
            "person_id": ["a", "a", "b"],
            "at": pl.Series(
                [handed[0] - timedelta(days=2), handed[0] + timedelta(days=1), handed[1]], dtype=MOMENT
            ),
        }
    )
    dispositions = pl.DataFrame(
        {
            "person_id": ["a", "a", "b", "b"],
            "at": pl.Series(
                [handed[0] + timedelta(days=n) for n in (1, 3)]
                + [handed[1] + timedelta(days=n) for n in (-5, 1)],
                dtype=MOMENT,
            ),
            "disposition": ["Poor quality", "Accepted", "Accepted", "Go-nowhere"],
        }
    )
    opportunities = pl.DataFrame(
        {"person_id": ["a"], "is_won": [False], "is_closed": [True]},
    )
    given = {
        "people": pl.DataFrame({"person_id": ["a", "b", "c"]}),
        "activities": activities,
        "handoffs": handoffs,
        "dispositions": dispositions,
        "opportunities": opportunities,
    }
    examples = examples_of("accepted", **given)
    assert examples.people.get_column("person_id").to_list() == ["a", "b"]
    assert examples.outcome.tolist() == [True, False]
    assert examples.activities.get_column("at").to_list() == [AS_OF - timedelta(days=2), AS_OF]
    assert examples_of("won", **given).outcome.tolist() == [False, False]
