import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_files.errors import ContractError
from contract_files.lines import Document, parse_contract

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
SCALARS = st.none() | st.booleans() | st.integers() | NAMES
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def read(text: str) -> Document:
    return parse_contract(text, source="a.yaml")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("17:00", "17:00"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("010", 10),
        ("-7", -7),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ("~", None),
        ("", None),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-02-31", "2026-02-31"),
        ("2026-01-31 10:00:00", "2026-01-31 10:00:00"),
    ],
)
def test_values_are_read_as_people_mean_them(written: str, meant: object) -> None:
    value = read(f"key: {written}\n").value["key"]
    assert (value, type(value)) == (meant, type(meant))


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert read("3: a\nno: b\ntrue: c\n2026-01-31: d\n").value == {
        "3": "a",
        "no": "b",
        "true": "c",
        "2026-01-31": "d",
    }


@given(VALUES)
def test_whatever_json_says_yaml_says_too(value: object) -> None:
    assert read(json.dumps(value, ensure_ascii=False)).value == value


def test_every_value_knows_its_line_and_what_is_missing_has_the_line_around_it() -> None:
    document = read("# head\na:\n  b:\n    - x: 1\n    - x: 2\n")
    paths = [("a",), ("a", "b", 1, "x"), ("a", "b", 1, "gone"), ("no",), ()]
    assert [document.line(path) for path in paths] == [2, 5, 5, 2, 2]


def test_a_value_used_through_an_anchor_keeps_the_line_where_it_is_written() -> None:
    document = read("a: &hours\n  monday: x\nb: *hours\n")
    assert document.value["b"] == {"monday": "x"}
    assert [document.line(("b",)), document.line(("b", "monday"))] == [3, 2]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [1\nb: 2\n", "a.yaml:2: this is not valid YAML (while parsing a flow sequence, "),
        (
            "a: b: c\n",
            "a.yaml:1: this is not valid YAML (mapping values are not allowed here); check the indentation",
        ),
        ("a: [1", "a.yaml:1: this is not valid YAML"),
        ("a: 'x\n\n\n", "a.yaml:3: this is not valid YAML"),
        ("a:\n\tb: 1\n", "a.yaml:2: this is not valid YAML (a tab stands here); indent with spaces"),
        ("a: *b\n", "a.yaml:1: this is not valid YAML (found undefined alias"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2: this is not valid YAML"),
        ("a: 1\nb: \x07\n", "a.yaml:2: the character '\\x07' cannot stand in a text file; delete it"),
        ("[" * 1200, "a.yaml:1: lists or groups are nested too deeply"),
    ],
)
def test_broken_yaml_is_one_problem_with_a_line(text: str, problem: str) -> None:
    with pytest.raises(ContractError) as caught:
        read(text)
    (told,) = caught.value.problems
    assert told.startswith(problem)


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        (
            "a: 1\nb: 2\na: 3\n",
            {"a": 1, "b": 2},
            "3: 'a' is written twice, first in line 1; keep one of the two",
        ),
        (
            "a: &x [1, *x]\n",
            {"a": [1, None]},
            "1: this value contains itself through its anchor; write it out",
        ),
        ("? [a]\n: 1\nb: 2\n", {"b": 2}, "1: a key must be a plain text; use a simple name"),
        ("a: !mine x\nb: 2\n", {"a": None, "b": 2}, "1: the tag '!mine' has no meaning here; remove it"),
        (
            "a: &x {b: 1}\nc:\n  <<: *x\n",
            {"a": {"b": 1}, "c": {}},
            "3: '<<' is not YAML 1.2; write out the lines",
        ),
    ],
)
def test_a_flaw_does_not_hide_the_rest(text: str, value: object, problem: str) -> None:
    document = read(text)
    assert document.value == value
    (told,) = document.problems([])
    assert told.startswith(f"a.yaml:{problem}")


def test_problems_come_once_each_in_the_order_of_the_file() -> None:
    document = read("a: 1\nb: 2\nb: 3\nc: 4\n")
    findings = [(("c",), "late"), (("a",), "early"), (("a",), "again"), (("a",), "early")]
    assert document.problems(findings) == [
        "a.yaml:1: early",
        "a.yaml:1: again",
        "a.yaml:3: 'b' is written twice, first in line 2; keep one of the two",
        "a.yaml:4: late",
    ]


@given(st.text(st.sampled_from("ab1:-?,[]{}&*!|>'\"#%@`\n \t<~\x07\u2028")))
def test_no_text_is_too_odd_to_be_told_about(text: str) -> None:
    try:
        told = read(text).problems([])
    except ContractError as error:
        told = error.problems
        assert told
    for problem in told:
        source, line, _ = problem.split(":", 2)
        assert source == "a.yaml"
        assert 1 <= int(line) <= len(text.splitlines())
