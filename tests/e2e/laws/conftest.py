"""Worlds for the laws, each with a database of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.laws.world import World


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'accord.db'}"


@pytest.fixture
def make_world(database_url: str) -> Iterator[Callable[..., World]]:
    """Worlds with other rules, people or lag; stopped at the end."""
    made: list[World] = []

    def make(**settings: Any) -> World:
        made.append(World(database_url, **settings))
        return made[-1]

    yield make
    for world in made:
        world.stop()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """The shipped contracts, the staff, and nobody else."""
    return make_world()
