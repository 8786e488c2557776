from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from connectors.errors import ConfigError
from connectors.store import cursors, tables
from connectors.store.engine import Store, upsert, where_in


def test_the_migrations_make_exactly_the_tables_that_the_code_names(store):
    with store.begin() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert difference == []


def test_migrating_twice_keeps_what_is_stored(store):
    with store.begin() as connection:
        cursors.put(connection, "read hubspot contacts", {"newest": "x"}, now=datetime.now(UTC))
    store.migrate()
    with store.begin() as connection:
        assert cursors.get(connection, "read hubspot contacts") == {"newest": "x"}


def test_a_failed_transaction_leaves_nothing(store):
    now = datetime.now(UTC)

    def fail_after_writing() -> None:
        with store.begin() as connection:
            cursors.put(connection, "a", 1, now=now)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail_after_writing()
    with store.begin() as connection:
        assert cursors.get(connection, "a") is None


def test_times_come_back_aware_and_in_utc_whatever_zone_they_went_in_with(store):
    berlin = timezone(timedelta(hours=1))
    with store.begin() as connection:
        cursors.put(connection, "a", 1, now=datetime(2026, 11, 16, 10, 0, tzinfo=berlin))
        moved_at = connection.execute(sa.select(tables.cursors.c.moved_at)).scalar_one()
    assert moved_at == datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    assert moved_at.utcoffset() == timedelta(0)


def test_a_naive_time_is_refused(store):
    with store.begin() as connection, pytest.raises(sa.exc.StatementError, match="naive"):
        cursors.put(connection, "a", 1, now=datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001


def test_a_series_of_numbers_only_grows(store):
    with store.begin() as connection:
        assert [cursors.next_number(connection, "mirror version") for _ in range(3)] == [1, 2, 3]
        assert cursors.next_number(connection, "another") == 1


def test_thousands_of_keys_are_looked_up_in_few_statements(store):
    rows = [{"name": f"n{number}", "value": number} for number in range(12_000)]
    with store.begin() as connection:
        assert upsert(connection, tables.sequences, rows) == 12_000
        query = sa.select(tables.sequences)
        found = list(where_in(connection, query, tables.sequences.c.name, [row["name"] for row in rows]))
    assert len(found) == 12_000


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("not a url", "ACCORD_DATABASE_URL is not a database URL"),
        ("sqlite:////proc/accord/accord.db", "cannot be made"),
    ],
)
def test_a_database_that_cannot_be_opened_says_what_to_set(url, says):
    with pytest.raises(ConfigError, match=says):
        Store(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    (tmp_path / "accord.db").write_bytes(b"this is a letter, not a database" * 50)
    store = Store(f"sqlite:///{tmp_path}/accord.db")
    with pytest.raises(ConfigError, match=r"accord\.db cannot be used"):
        store.migrate()
