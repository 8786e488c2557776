"""Personas, steps and examples: what the file may say of them, and who gets which."""

from typing import Any

import polars as pl
import pytest

from sla_rules.definition import DefinitionError
from sla_rules.definition_check import check_examples
from sla_rules.definition_loading import load_definition
from sla_rules.qualify import qualify
from sla_rules.reasons import reason_lines
from tests.property.definitions import ACTIVITY_SCHEMA, NOW, PEOPLE_SCHEMA

TEXT = """\
title: Small
version: "1"
agreed_on: 2026-01-12
agreed_by: both
effective_from: 2026-02-01
fit:
  cap: 50
  criteria:
    - {id: boss, label: a boss, points: 20, when: {seniority: [c_level, vp]}}
    - {id: finance, label: in finance, points: 10, when: {function: finance}}
    - {id: it, label: in IT, points: 10, when: {function: it}}
    - {id: big, label: a big company, points: 15, when: {employees: {at_least: 500}}}
behaviour:
  cap: 50
  criteria:
    - {id: asked, label: asked for a demo, points: 30, did: {activity: form_submission, form: Demo}}
mql: {way: everybody good, fit_points: 40}
sql: {way: asked, all_of: [boss, asked]}
steps:
  - {name: warm, inside: lead, open: {way: some points, points: 10}}
  - {name: hot, inside: lead, open: {way: asked, all_of: asked}}
personas:
  - {id: cfo, label: finance chief, criteria: [boss, finance]}
  - {id: it_lead, label: IT lead, criteria: [it, boss, big], at_least: 2, mql: {way: IT is enough, all_of: it}}
  - {id: anybody, label: somebody big, criteria: big}
examples:
  - {who: a CFO, person: {title: CFO}, expect: lead, persona: cfo, step: warm}
"""


def judged(**person: Any) -> dict[str, Any]:
    definition = load_definition(TEXT, source="p.yaml")
    people = pl.DataFrame([{"person_id": "p", **person}], schema=PEOPLE_SCHEMA)
    found = qualify(definition, people, pl.DataFrame(schema=ACTIVITY_SCHEMA), now=NOW)
    lines = reason_lines(definition, found, people).drop("person_id")
    (row,) = pl.concat([found, lines], how="horizontal").to_dicts()
    return row


@pytest.mark.parametrize(
    ("person", "persona", "stage"),
    [
        ({"title": "CFO"}, "cfo", "lead"),
        ({"title": "CFO", "employees": 900}, "it_lead", "lead"),
        ({"title": "CIO"}, "it_lead", "MQL"),
        ({"title": "IT Manager"}, None, "lead"),
        ({"title": "IT Manager", "employees": 900}, "it_lead", "MQL"),
        ({"title": "CEO", "employees": 900}, "it_lead", "lead"),
        ({"employees": 900}, "anybody", "lead"),
        ({}, None, "lead"),
    ],
)
def test_the_best_fitting_persona_counts_and_its_own_gate(
    person: dict[str, Any], persona: str | None, stage: str
) -> None:
    row = judged(**person)
    assert (row["persona"], row["stage"]) == (persona, stage)


def test_persona_and_step_are_told_in_the_reason_and_the_gap_is_the_personas_own() -> None:
    row = judged(title="CFO")
    assert row["reason"] == "lead (warm), 30 points: CFO; persona finance chief; a boss; in finance"
    assert row["missing"] == "unknown: number of employees (up to 15); to MQL: 10 more fit points"
    assert judged(title="CEO", employees=900)["missing"] == "to MQL: in IT"
    assert judged(title="CIO")["missing"].endswith("to SQL (1 of 2): asked for a demo")


def test_an_example_names_what_both_teams_expect() -> None:
    (one,) = check_examples(load_definition(TEXT, source="p.yaml"))
    assert one.differences == []
    (other,) = check_examples(
        load_definition(TEXT.replace("expect: lead", "because: [boss, big], expect: MQL"), source="p.yaml")
    )
    assert other.differences == [
        "expected MQL, is lead with 30 points",
        "expected because of big, which is unknown of this person",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("criteria: [boss, finance]", "criteria: [boss, asked]", "23: 'asked' is no fit criterion's id; use one of: "
                                                                 "big, boss, finance, it"),
        ("criteria: [boss, finance]", "criteria: [boss, boss]", "23: personas: names a criterion twice; remove one of "
                                                                "the two"),
        ("at_least: 2", "at_least: 4", "24: personas: at_least is 4, of 3 criteria; lower it"),
        ("id: it_lead", "id: cfo", "24: 'cfo' is already used above; choose another"),
        ("all_of: it}}", "all_of: its}}", "24: 'its' is no criterion's id; did you mean 'it'?"),
        ("name: hot", "name: SQL", "21: 'SQL' is a stage itself; give the step a name of its own"),
        ("name: hot", "name: warm", "21: 'warm' is already used above; choose another"),
        ("all_of: asked}}", "all_of: asks}}", "21: 'asks' is no criterion's id; did you mean 'asked'?"),
        ("persona: cfo", "persona: cof", "27: 'cof' is no persona of this definition; did you mean 'cfo'?"),
        ("step: warm", "step: cold", "27: 'cold' is no step of this definition; use one of: hot, warm"),
        ("expect: lead", "expect: leed", "27: examples.expect: 'leed' is not known; did you mean 'lead'?"),
        ("effective_from: 2026-02-01", "effective_from: soon", "5: effective_from must be a date such as 2026-01-31 "
                                                               "(found 'soon')"),
    ],
)  # fmt: skip
def test_a_problem_names_its_line_and_the_remedy(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    with pytest.raises(DefinitionError) as caught:
        load_definition(TEXT.replace(old, new, 1), source="p.yaml")
    assert f"p.yaml:{problem}" in caught.value.problems
