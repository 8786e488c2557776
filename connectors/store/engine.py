"""Opening the database, bringing its tables up to date, and writing many rows at once.

SQLite in WAL mode by default; PostgreSQL by its URL. The rows themselves belong to the sibling modules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite

from connectors.errors import ConfigError
from connectors.redaction import quiet_wire_logs, redacted, remember_secrets

_T = TypeVar("_T")
_ROWS_AT_ONCE = 5_000
_KEYS_AT_ONCE = 10_000
# Statements of ours that no setting can mend.
_OUR_FAULTS = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError, sa.exc.InternalError)
_MIGRATIONS = Path(__file__).parent / "migrations"
_WROTE = "wrote in this transaction"


def _dump(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _load(value: Any) -> Any:
    # SQLite keeps a bare number in a JSON column as a number.
    return orjson.loads(value) if isinstance(value, str) else value


class Store:
    """A handle on Accord's database.

    Args:
        url: an SQLAlchemy URL; ``postgresql://`` is read as ``postgresql+psycopg2://``.

    Raises:
        ConfigError: the database cannot be opened or written.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine = _make_engine(self.url)
        self._guard: Callable[[sa.Connection], None] | None = None

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """One transaction; what it wrote is there whole or not at all.

        Raises:
            ConfigError: the database cannot be reached, is read-only or lacks its tables.
            Exception: whatever the guard raises (see ``guarded``).
        """
        try:
            with self.engine.begin() as connection:
                connection.info[_WROTE] = False
                yield connection
                if self._guard is not None and connection.info[_WROTE]:
                    self._guard(connection)
        except sa.exc.DatabaseError as error:
            if isinstance(error, _OUR_FAULTS):
                raise
            raise ConfigError([_explain(self.engine.url, error)]) from error

    @contextmanager
    def guarded(self, guard: Callable[[sa.Connection], None]) -> Iterator[None]:
        """Inside, ``guard`` has the last word on every transaction that writes: if it raises, none of it stays."""
        before, self._guard = self._guard, guard
        try:
            yield
        finally:
            self._guard = before

    def migrate(self) -> None:
        """Bring the tables to this version of Accord; does nothing where they are already."""
        with self.begin() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
            if present == _newest_revision():
                return
            config = Config()
            config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


@cache
def _newest_revision() -> str | None:
    """Found once a process: Alembic runs every file of the migrations to know it."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _with_driver(url: str) -> str:
    for bare in ("postgresql://", "postgres://"):
        if url.startswith(bare):
            return "postgresql+psycopg2://" + url.removeprefix(bare)
    return url


def _make_engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # Not chained: a port that is no number is quoted, and may be the end of a password.
        raise ConfigError(
            [
                "ACCORD_DATABASE_URL is not a database URL; write sqlite:///path/accord.db or postgresql://…, "
                "with a password's special signs percent-encoded"
            ]
        ) from None
    passwords = parsed.query.get("password", ())
    remember_secrets(parsed.password, *([passwords] if isinstance(passwords, str) else passwords))
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                [f"the folder of the database, {folder}, cannot be made ({error.strerror})"]
            ) from error
    # Parameters and rows are people's data; they stay out of errors and logs.
    quiet_wire_logs()
    engine = sa.create_engine(parsed, json_serializer=_dump, json_deserializer=_load, hide_parameters=True)
    if parsed.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "after_cursor_execute", _note_write)
    return engine


def _note_write(
    connection: sa.Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        connection.info[_WROTE] = True


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _explain(url: sa.URL, error: sa.exc.DatabaseError) -> str:
    what = redacted(str(error.orig).strip().splitlines()[0])
    where = url.set(query={}).render_as_string(hide_password=True)
    return f"the database {where} cannot be used: {what}; check ACCORD_DATABASE_URL and who may write there"


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    keep: Sequence[str] = (),
) -> int:
    """Insert rows, or overwrite those whose primary key is there already.

    Args:
        keep: columns that an existing row keeps (``first_seen_at``).

    Returns:
        How many rows were given.
    """
    statement = _upserting(table, connection.dialect.name, tuple(keep))
    total = 0
    for chunk in chunks(rows, _ROWS_AT_ONCE):
        connection.execute(statement, chunk)
        total += len(chunk)
    return total


@cache
def _upserting(table: sa.Table, dialect: str, keep: tuple[str, ...]) -> sa.Insert:
    """Built once: a pass upserts a hundred times, mostly a row or two, and building costs more than running."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    key = [column.name for column in table.primary_key]
    statement = make(table)
    overwrite = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in key and column.name not in keep
    }
    if not overwrite:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=overwrite)


def chunks(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Cut an iterable into lists of at most ``size``."""
    source = iter(rows)
    while chunk := list(islice(source, size)):
        yield chunk


def where_in(
    connection: sa.Connection, query: sa.Select[Any], column: sa.ColumnElement[Any], keys: Iterable[Any]
) -> Iterator[sa.Row[Any]]:
    """Run ``query`` for the rows whose ``column`` is one of ``keys``, in few statements."""
    for chunk in chunks(sorted(set(keys)), _KEYS_AT_ONCE):
        yield from connection.execute(query.where(column.in_(chunk)))
