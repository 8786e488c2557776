import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from sla_rules.yaml_lines import ContractError, contract_problems, did_you_mean, parse_contract


def test_values_are_read_as_people_mean_them() -> None:
    text = (
        "country: NO\nopens: 17:00\nyes_or_no: yes\nreal: true\nhalf: .5\nnothing: ~\nalso:\n"
        "version: '1'\n3: x\nday: 2026-02-31\n"
    )
    assert parse_contract(text, source="a.yaml").value == {
        "country": "NO",
        "opens": "17:00",
        "yes_or_no": "yes",
        "real": True,
        "half": 0.5,
        "nothing": None,
        "also": None,
        "version": "1",
        "3": "x",
        "day": "2026-02-31",
    }


def test_every_value_knows_its_line_and_what_is_missing_has_the_line_around_it() -> None:
    document = parse_contract("a:\n  b:\n    - x: 1\n    - x: 2\n", source="a.yaml")
    assert [document.line(path) for path in (("a",), ("a", "b", 1, "x"), ("a", "b", 1, "gone"), ("no",))] == [
        1,
        4,
        4,
        1,
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1\nb: 2\n", 2), ("a: b: c\n", 1), ("a: &x [*x]\n", 1), ("a: \x07\n", 1)],
)
def test_broken_yaml_is_one_problem_with_a_line(text: str, line: int) -> None:
    with pytest.raises(ContractError) as caught:
        parse_contract(text, source="a.yaml")
    (problem,) = caught.value.problems
    assert problem.startswith(f"a.yaml:{line}: this is not valid YAML")


def test_a_key_written_twice_is_named() -> None:
    document = parse_contract("a: 1\na: 2\n", source="a.yaml")
    assert document.problems == ("a.yaml:2: 'a' is written twice; keep one of the two",)


def test_near_misses_are_guessed_and_others_listed() -> None:
    assert did_you_mean("Pricng", ["pricing", "demo"]) == "did you mean 'pricing'?"
    assert did_you_mean("zzz", ["b", "a"]) == "use one of: a, b"
    assert did_you_mean("zzz", [str(number) for number in range(20)]).endswith(", ...")
    assert did_you_mean("zzz", []) == "remove it"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    size: int


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    parts: list[Inner] | None = None
    byname: dict[str, Inner] | None = None
    share: float = 0.5


def test_problems_of_nested_models_name_line_key_and_remedy() -> None:
    text = "parts:\n  - sise: 1\n  - size: 1.5\nbyname:\n  x: {size: a}\nshare: " + "[" + "1, " * 40 + "1]\n"
    document = parse_contract(text, source="a.yaml")
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(document.value)
    problems = contract_problems(caught.value, document, Outer)
    assert problems[0] == "a.yaml:2: parts.size is missing; add it"
    assert problems[1] == "a.yaml:2: unknown key 'sise'; did you mean 'size'?"
    assert problems[2] == "a.yaml:3: parts.size must be a whole number (found 1.5)"
    assert problems[3] == "a.yaml:5: byname.x.size must be a whole number (found 'a')"
    assert problems[4].startswith("a.yaml:6: share must be a number (found [1, 1,")
    assert len(problems) == 5
