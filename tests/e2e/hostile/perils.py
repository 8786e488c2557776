"""Deaths: a process that ends at a chosen step of its work, as if its machine had lost power.

A step is the beginning of an API call, or the beginning or the commit of a database transaction. Whoever is dead
does nothing more: no clean-up reaches the database or a vendor.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tests.e2e.fresh_databases import OneEngineStore


class KilledError(BaseException):
    """The process is dead. No ``except Exception`` of the product can stop it."""


class Fate:
    """Counts the steps of one process and ends it at the appointed one."""

    def __init__(self, dies_at: int | None = None) -> None:
        self._left = dies_at
        self.dead = False
        self.steps = 0

    def step(self, what: str) -> None:
        """One more step.

        Raises:
            KilledError: this was the last, or the process is dead already.
        """
        if self.dead:
            raise KilledError(what)
        self.steps += 1
        if self._left is not None and self.steps >= self._left:
            self.dead = True
            raise KilledError(what)


class MortalStore(OneEngineStore):
    """A store whose process may die at any transaction."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        self._fate.step("a transaction begins")
        with super().begin() as connection:
            yield connection
            self._fate.step("a transaction is committed")


class MortalWatch:
    """A clock that every API call reads, so that its process may die at any of them."""

    def __init__(self, fate: Fate, clock: Callable[[], float]) -> None:
        self._fate = fate
        self._clock = clock

    def __call__(self) -> float:
        self._fate.step("an API call begins")
        return self._clock()
