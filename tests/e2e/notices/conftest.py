"""A world in which people are told: a mail server and a place like Slack on this machine."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.laws.conftest import database_url, make_world, migrated, undisturbed, world
from tests.e2e.laws.world import World
from tests.e2e.notices.office import Office

__all__ = ["database_url", "make_world", "migrated", "undisturbed", "world"]


@pytest.fixture
def make_office() -> Iterator[Callable[..., Office]]:
    """Offices of other rules; stopped at the end."""
    made: list[Office] = []

    def make(of: World, **settings: Any) -> Office:
        made.append(Office(of, **settings))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def office(world: World, make_office: Callable[..., Office]) -> Office:
    return make_office(world)
