"""Databases for histories: an empty one for each, copies to go back to, on SQLite and on PostgreSQL."""

import shutil
import sqlite3
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from connectors.store.engine import Store


class Databases(Protocol):
    """One database that can be emptied, copied aside and put back; nobody may be connected meanwhile."""

    url: str

    def fresh(self) -> None:
        """Every table there and empty, but for what the template has."""

    def keep(self) -> None:
        """Take a backup, in place of an earlier one."""

    def put_back(self) -> None:
        """Restore the backup."""


class SqliteFiles:
    """A file, its template and its backup."""

    def __init__(self, folder: Path) -> None:
        self._live, self._template, self._backup = (
            folder / name for name in ("accord.db", "template.db", "backup.db")
        )
        self.url = f"sqlite:///{self._live}"
        _migrate(self.url)

    def make_template(self) -> None:
        """What is there now is what every history begins with."""
        _copy(self._live, self._template)

    def fresh(self) -> None:
        self._replace(self._template)

    def keep(self) -> None:
        _copy(self._live, self._backup)

    def put_back(self) -> None:
        self._replace(self._backup)

    def _replace(self, source: Path) -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{self._live}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(source, self._live)


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online backup: what is still in the write-ahead log belongs to it."""
    target.unlink(missing_ok=True)
    with sqlite3.connect(source) as here, sqlite3.connect(target) as there:
        here.backup(there)
    here.close()
    there.close()


class PostgresDatabases:
    """A database of a server, copied by ``CREATE DATABASE … TEMPLATE``."""

    def __init__(self, server_url: str, name: str = "hostile") -> None:
        base = sa.make_url(server_url)
        self._admin = sa.create_engine(
            base.set(drivername="postgresql+psycopg2", database="postgres"),
            isolation_level="AUTOCOMMIT",
            poolclass=sa.pool.NullPool,
        )
        self._live, self._template, self._backup = name, f"{name}_template", f"{name}_backup"
        self.url = base.set(database=name).render_as_string(hide_password=False)
        # The processes of a history die, and never the server or its machine: it need not wait for the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        for one in (self._live, self._template, self._backup):
            self._run(f'DROP DATABASE IF EXISTS "{one}" WITH (FORCE)')
        self._run(f'CREATE DATABASE "{self._live}"')
        _migrate(self.url)

    def make_template(self) -> None:
        """What is there now is what every history begins with."""
        self._copy(self._live, self._template)

    def fresh(self) -> None:
        self._copy(self._template, self._live)

    def keep(self) -> None:
        self._copy(self._live, self._backup)

    def put_back(self) -> None:
        self._copy(self._backup, self._live)

    def _copy(self, source: str, target: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        self._run(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(sa.text(statement))


def _migrate(url: str) -> None:
    store = Store(url)
    store.migrate()
    store.close()
