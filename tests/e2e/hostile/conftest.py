"""The hostile machine's world: on SQLite, or on PostgreSQL by ``TEST_DATABASE``."""

from collections.abc import Iterator

import pytest

from tests.contract.store.conftest import started
from tests.e2e.fresh_databases import WANTED
from tests.e2e.hostile.databases import PostgresDatabases, SqliteFiles
from tests.e2e.hostile.hostile_world import HostileWorld


@pytest.fixture(scope="session")
def hostile_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileWorld]:
    folder = tmp_path_factory.mktemp("hostile")
    server = started(folder) if WANTED == "postgresql" else None
    made = HostileWorld(PostgresDatabases(server.get_uri()) if server else SqliteFiles(folder))
    yield made
    made.stop()
    if server:
        server.cleanup()
