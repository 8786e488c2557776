"""Empty, migrated databases, one after the other: SQLite files, or databases of a PostgreSQL server.

Statements are compiled once for an engine, which costs more than the first passes of a small world: so most tests
have the same database again, emptied, and the same engine.

``TEST_DATABASE=postgresql`` has every law and complaint shown on PostgreSQL instead of on SQLite.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Protocol

import sqlalchemy as sa

from connectors.store.engine import Store
from tests.contract.store.conftest import started

WANTED = os.environ.get("TEST_DATABASE", "sqlite")


class FreshDatabases(Protocol):
    """Where new databases come from."""

    def url(self) -> str:
        """The URL of another one, empty and with all its tables."""

    def emptied(self) -> str:
        """The URL of the one that is empty again each time; nobody may be using it any more."""


class OneEngineStore(Store):
    """A store with the engine that earlier stores of its URL had; what was connected is not."""

    _engines: ClassVar[dict[str, sa.Engine]] = {}

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.engine = self._engines.setdefault(self.url, self.engine)


class SqliteFiles:
    """Copies of one migrated file, which are made faster than tables."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        _migrate(f"sqlite:///{folder / 'template.db'}")

    def url(self) -> str:
        return self._fresh(self._folder / f"{next(self._numbers)}")

    def emptied(self) -> str:
        return self._fresh(self._folder / "emptied")

    def _fresh(self, folder: Path) -> str:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copyfile(self._folder / "template.db", folder / "accord.db")
        return f"sqlite:///{folder / 'accord.db'}"


class PostgresDatabases:
    """Databases of one server, made from a migrated one."""

    def __init__(self, server_url: str) -> None:
        self._server = sa.make_url(server_url)
        admin = self._server.set(drivername="postgresql+psycopg2", database="postgres")
        self._admin = sa.create_engine(admin, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        self._numbers = itertools.count(1)
        self._run("CREATE DATABASE template_of_laws")
        _migrate(self._named("template_of_laws"))

    def url(self) -> str:
        return self._fresh(f"law_{next(self._numbers)}")

    def emptied(self) -> str:
        return self._fresh("emptied")

    def _fresh(self, name: str) -> str:
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._run(f"CREATE DATABASE {name} TEMPLATE template_of_laws")
        return self._named(name)

    def _named(self, database: str) -> str:
        return self._server.set(database=database).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(sa.text(statement))


@contextmanager
def fresh_databases(folder: Path, kind: str = WANTED) -> Iterator[FreshDatabases]:
    """Databases of one kind, with their server if they need one.

    Raises:
        ValueError: there is no such kind.
    """
    if kind == "sqlite":
        yield SqliteFiles(folder)
    elif kind == "postgresql":
        server = started(folder)
        try:
            yield PostgresDatabases(server.get_uri())
        finally:
            server.cleanup()
    else:
        raise ValueError(f"TEST_DATABASE is {kind!r}; write sqlite or postgresql")


def _migrate(url: str) -> None:
    store = Store(url)
    store.migrate()
    store.close()
