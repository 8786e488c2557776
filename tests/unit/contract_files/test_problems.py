from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from contract_files.hints import did_you_mean, keys_allowed
from contract_files.lines import parse_contract
from contract_files.problems import checked


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Part(Strict):
    name: str = ""
    size: Annotated[int, Field(ge=1, le=9)] = 1
    colour: Literal["red", "green"] | None = None


class Other(Strict):
    weight: float


Parts = Annotated[
    tuple[Part, ...], BeforeValidator(lambda value: value if isinstance(value, list) else [value])
]


class Whole(Strict):
    version: Literal[1]
    title: Annotated[str, Field(min_length=1)] = "x"
    since: date | None = None
    agreed: bool = True
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    code: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "DE"
    words: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = ("x",)
    parts: Annotated[Parts, Field(strict=False)] = ()
    by_name: dict[str, Part] = {}
    by_kind: Mapping[Literal["call", "email"], Part] | None = None
    either: Part | Other | None = None
    constant: str | int | bool | None = None
    sign: Literal[",", ";", "tab"] = ","


def problems_of(text: str, *, version: str = "version: 1\n") -> list[str]:
    document = parse_contract(f"{version}{text}\n", source="a.yaml")
    whole, found = checked(document, Whole, filled_in=("name",))
    assert (whole is None) == bool(found)
    return document.problems(found)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: 3", "title must be a text; put it in quotes (found 3)"),
        ("title: true", "title must be a text; put it in quotes (found true)"),
        ("title: 2026-01-31", "title must be a text; put it in quotes (found 2026-01-31)"),
        ("title: [a]", "title must be a text (found a list)"),
        ("title:", "title is empty; write a text, or remove the line"),
        ("title: ''", "title must not be empty; write it out"),
        ("agreed: yes", "agreed must be true or false (found 'yes')"),
        ("since: 2026-02-31", "since must be a date such as 2026-01-31 (found '2026-02-31')"),
        ("share: half", "share must be a number (found 'half')"),
        ("share: 0", "share must be more than 0.0 (found 0)"),
        ("share: 1.5", "share must be less than 1.0 (found 1.5)"),
        ("code: de", "code: 'de' does not fit; string should match pattern '^[A-Z]{2}$'"),
        ("words: a", "words must be a list: one item a line, each after '- ' (found 'a')"),
        ("words: []", "words must not be empty; add at least one item"),
        ("words: [a, 2]", "words must be a text; put it in quotes (found 2)"),
        ("parts: {size: 0}", "parts.size must be at least 1 (found 0)"),
        ("parts: [{size: 1}, {size: 10}]", "parts.size must be at most 9 (found 10)"),
        ("parts: [3]", "parts must be a group of 'key: value' lines (found 3)"),
        ("parts: [{size: 1.5}]", "parts.size must be a whole number (found 1.5)"),
        ("by_name: [a]", "by_name must be a group of 'key: value' lines (found a list)"),
        ("by_name: {x: {colour: gren}}", "by_name.x.colour: 'gren' is not known; did you mean 'green'?"),
        ("by_name: {x: {colour: mauve}}", "by_name.x.colour: 'mauve' is not known; use one of: green, red"),
        ("by_kind: {cal: {}}", "by_kind.cal: 'cal' is not known; did you mean 'call'?"),
        ("constant: [1]", "constant must be a text or a whole number or true or false (found a list)"),
        ("sign:", "sign is empty; use one of: ,, ;, tab"),
        ("sign: [tab]", "sign: a list is not known; use one of: ,, ;, tab"),
        ("sign: x", "sign: 'x' is not known; use one of: ,, ;, tab"),
        (f"agreed: {'x' * 99}", f"agreed must be true or false (found '{'x' * 56}...)"),
    ],
)
def test_what_a_value_must_be_is_told_in_words(text: str, problem: str) -> None:
    assert problems_of(text) == [f"a.yaml:2: {problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("titel: x", "unknown key 'titel'; did you mean 'title'?"),
        ("parts: {sise: 1}", "unknown key 'sise'; did you mean 'size'?"),
        ("parts: [{size: 1}, {sise: 1}]", "unknown key 'sise'; did you mean 'size'?"),
        ("by_name: {size: {sise: 1}}", "unknown key 'sise'; did you mean 'size'?"),
        ("by_kind: {call: {sise: 1}}", "unknown key 'sise'; did you mean 'size'?"),
        ("by_name: {x: {zzz: 1}}", "unknown key 'zzz'; use one of: colour, size"),
    ],
)
def test_a_misspelt_key_is_guessed_wherever_it_stands(text: str, problem: str) -> None:
    assert problems_of(text) == [f"a.yaml:2: {problem}"]


def test_a_value_of_several_shapes_names_the_keys_of_all() -> None:
    assert keys_allowed(Whole, ("either", "Other")) == {"name", "size", "colour", "weight"}
    assert "a.yaml:2: unknown key 'wieght'; did you mean 'weight'?" in problems_of("either: {wieght: 1.5}")


def test_what_is_missing_has_the_line_of_the_group_that_lacks_it() -> None:
    assert problems_of("title: x", version="") == ["a.yaml:1: version is missing; add it"]


def test_a_number_from_a_choice_is_named() -> None:
    assert problems_of("", version="version: 2\n") == ["a.yaml:1: version: 2 is not known; use 1"]


def test_near_misses_are_guessed_and_others_listed() -> None:
    many = [str(number) for number in range(20)]
    assert did_you_mean("Pricng", ["pricing", "demo"]) == "did you mean 'pricing'?"
    assert did_you_mean("zzz", ["b", "a"]) == "use one of: a, b"
    assert did_you_mean("zzz", many).endswith(", ...")
    assert did_you_mean("zzz", many, otherwise="look it up") == "look it up"
    assert did_you_mean("zzz", []) == "remove it"
