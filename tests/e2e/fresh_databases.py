"""Empty, migrated databases, one after the other: SQLite files, or databases of a PostgreSQL server.

``TEST_DATABASE=postgresql`` has every law and complaint shown on PostgreSQL instead of on SQLite.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from connectors.store.engine import Store
from tests.contract.store.conftest import started

WANTED = os.environ.get("TEST_DATABASE", "sqlite")


class FreshDatabases(Protocol):
    """Where new databases come from."""

    def url(self) -> str:
        """The URL of another one, empty and with all its tables."""


class SqliteFiles:
    """Copies of one migrated file, which are made faster than tables."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        _migrate(f"sqlite:///{folder / 'template.db'}")

    def url(self) -> str:
        """The URL of another one, empty and with all its tables."""
        path = self._folder / f"{next(self._numbers)}" / "accord.db"
        path.parent.mkdir()
        shutil.copyfile(self._folder / "template.db", path)
        return f"sqlite:///{path}"


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
        """The URL of another one, empty and with all its tables."""
        name = f"law_{next(self._numbers)}"
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
