"""Tweaks of a definition in force: what is missing is found, what misleads is dropped, and the file can be used."""

import numpy as np
import pytest

from cli.suggesting import proposed_text
from connectors.store.engine import Store
from passes.backtest.suggest import read_examples
from sla_rules.definition_loading import load_definition
from sla_rules.suggesting.examples import Examples, TooFewAnswers
from sla_rules.suggesting.tweaks import Tweak, ranking_of, top_tweaks
from sync_rules.mapping import load_shipped_mapping
from tests.unit.sla_rules.test_suggest import world

IN_FORCE = """\
title: In force
version: "7"
agreed_on: 2026-01-12
agreed_by: [both]
fit:
  cap: 60
  criteria:
    - {id: visitor, label: comes back, points: 15, when: {fields: {visits: {at_least: 6}}}}
    - {id: red, label: likes red, points: 20, when: {fields: {colour: [red], visits: {at_least: 0}}}}
    - {id: german, label: in Germany, points: 5, when: {country: [DE]}}
behaviour:
  cap: 60
  criteria:
    - {id: prices, label: looked at prices, points: 20, half_life: 14 days, did: {activity: page_view, page: /pricing}}
mql: {way: enough, points: 20}
sql: {way: plenty, points: 35, any_of: [visitor, german]}
"""


@pytest.fixture(scope="module")
def examples() -> Examples:
    return world(count=700)


@pytest.fixture(scope="module")
def tweaks(examples: Examples) -> list[Tweak]:
    return top_tweaks(load_definition(IN_FORCE, source="f.yaml"), examples)


def test_what_is_missing_is_added_and_what_misleads_goes(tweaks: list[Tweak]) -> None:
    changes = {(one.kind, one.criterion.label) for one in tweaks}
    assert ("add", "occupation is “Working Professional”") in changes
    assert ("drop", "likes red") in changes or ("points", "likes red") in changes
    assert [one.effect for one in tweaks] == sorted((one.effect for one in tweaks), reverse=True)
    assert len(tweaks) <= 3


def test_the_proposal_is_the_definition_in_force_with_the_changes_and_ranks_better(
    examples: Examples, tweaks: list[Tweak]
) -> None:
    now = ranking_of(load_definition(IN_FORCE, source="f.yaml"), examples)
    text = proposed_text(IN_FORCE, "accepted", now, tweaks)
    proposed = load_definition(text, source="proposed.yaml")
    assert proposed.version == "7 proposed"
    assert proposed.sql == load_definition(IN_FORCE, source="f.yaml").sql
    assert ranking_of(proposed, examples) > now + 0.05
    assert all(one.told in text for one in tweaks)


def test_a_criterion_that_a_gate_names_is_never_dropped(examples: Examples) -> None:
    random = np.random.default_rng(1)
    shuffled = Examples(examples.people, examples.activities, random.permutation(examples.outcome))
    found = top_tweaks(load_definition(IN_FORCE, source="f.yaml"), shuffled, most=20)
    assert not {one.criterion.id for one in found if one.kind == "drop"} & {"visitor", "german"}


def test_a_database_without_answers_gives_no_suggestion_but_the_number_that_it_takes() -> None:
    definition = load_definition(IN_FORCE, source="f.yaml")
    store = Store("sqlite://")
    store.migrate()
    with store.begin() as connection:
        nothing = read_examples(connection, load_shipped_mapping(), definition, "accepted")
    with pytest.raises(TooFewAnswers, match="0 people reached the goal and 0 did not; at least 30 of each"):
        top_tweaks(definition, nothing)
