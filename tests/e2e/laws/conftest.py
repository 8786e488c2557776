"""Worlds for the laws, each with a database of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.fresh_databases import FreshDatabases, fresh_databases
from tests.e2e.laws.business import begin_business, state_of
from tests.e2e.laws.world import World


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshDatabases]:
    """Empty databases with all their tables."""
    with fresh_databases(tmp_path_factory.mktemp("databases")) as databases:
        yield databases


@pytest.fixture
def database_url(migrated: FreshDatabases) -> str:
    return migrated.emptied()


@pytest.fixture(scope="session")
def undisturbed(migrated: FreshDatabases) -> dict[str, list[tuple[Any, ...]]]:
    """What the little business looks like after passes that nobody interrupted."""
    world = World(migrated.url())
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
