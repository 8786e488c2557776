"""Names typed at random are told from names that people have, of any country."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

import faker.providers.person as person
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.attributes_mash import typed_at_random
from sla_rules.attributes_words import Words

WORDS = Words.shipped()
MOST_WRONG = 0.0002


def _listed() -> Iterator[str]:
    for module in pkgutil.iter_modules(person.__path__):
        if not module.ispkg:
            continue
        provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        for table in (getattr(provider, name) for name in dir(provider) if "name" in name):
            if isinstance(table, tuple | list | dict):
                yield from (name for name in table if isinstance(name, str) and "{{" not in name)


@cache
def real_names() -> tuple[str, ...]:
    return tuple(sorted(set(_listed())))


def test_hardly_any_real_name_is_called_random() -> None:
    wrong = [name for name in real_names() if typed_at_random(name, WORDS)]

    assert len(real_names()) > 50_000
    assert len(wrong) <= MOST_WRONG * len(real_names()), wrong


@pytest.mark.parametrize(
    "name",
    ["Hirschsprung", "Schwarzschild", "Skaggs", "Shahd", "Ng", "Krč", "Schwert", "Doherty", "Brzęczyszczykiewicz",
     "Hrdlička", "Bonbon", "Knights", "Иванов", "王", "O'Brien", "Greenwood", "van der Waarbeek"],
)  # fmt: skip
def test_odd_names_are_names(name: str) -> None:
    assert not typed_at_random(name, WORDS)


@pytest.mark.parametrize(
    "name",
    ["asdf", "qwerasd", "sdkfjh", "aslkdj", "jkjkjk", "sdfsdf", "ghjgfj", "Anna Xcvbnm", "fgdhgd", "lkjhgf"],
)
def test_what_a_tired_hand_types_is_found(name: str) -> None:
    assert typed_at_random(name, WORDS)


@given(
    st.sampled_from(["qwertyuiop", "asdfghjkl", "zxcvbnm"]),
    st.integers(0, 5),
    st.integers(5, 9),
    st.booleans(),
    st.sampled_from(["", "Anna ", "Müller-"]),
)
def test_a_run_along_a_row_of_keys_is_found(
    row: str, start: int, length: int, backwards: bool, before: str
) -> None:
    run = row[min(start, len(row) - 5) :][:length]
    assert typed_at_random(before + (run[::-1] if backwards else run), WORDS)


@given(
    st.text(alphabet="bcdfghjklmnpqrtvwxz", min_size=6, max_size=14).filter(lambda text: len(set(text)) > 3)
)
def test_capitals_and_accents_change_nothing(text: str) -> None:
    assert typed_at_random(text, WORDS) == typed_at_random(text.upper(), WORDS)


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text: str) -> None:
    assert typed_at_random(text, WORDS) in (True, False)
