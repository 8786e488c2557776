"""Worlds for the laws, each with a database of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.store.engine import Store
from tests.e2e.laws.business import begin_business, state_of
from tests.e2e.laws.world import World


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all its tables; copying it is faster than making them."""
    path = tmp_path_factory.mktemp("migrated") / "accord.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture
def database_url(tmp_path: Path, migrated: Path) -> str:
    shutil.copyfile(migrated, tmp_path / "accord.db")
    return f"sqlite:///{tmp_path / 'accord.db'}"


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What the little business looks like after passes that nobody interrupted."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('undisturbed') / 'accord.db'}")
    try:
        begin_business(world)
        world.settle()
        return state_of(world)
    finally:
        world.stop()


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
