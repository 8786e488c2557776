"""The org's rows and schema behind one lock, with transactions.

What a write must satisfy is in ``writes``; this module only stores, finds and rolls back.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.salesforce.errors import unsupported_type
from sandbox.salesforce.fields import FieldSpec, ObjectSpec
from sandbox.salesforce.ids import IdFactory
from sandbox.salesforce.objects_setup import CHILDREN, standard_objects
from sandbox.salesforce.permissions import Access, Permissions
from sandbox.salesforce.rules import DuplicateRule, RowLocks, TerritoryAssignment, ValidationRule
from sandbox.salesforce.table import Row, Table


class Store:
    """Tables, schema, permissions, rules and the undo log of the running transaction."""

    def __init__(self, clock: SandboxClock, seed: int) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self._seed = seed
        self._clear()

    def _clear(self) -> None:
        self.ids = IdFactory(self._seed)
        self.specs: dict[str, ObjectSpec] = standard_objects()
        self._by_lower = {name.lower(): name for name in self.specs}
        self._by_prefix: dict[str, str] = {}
        for name, spec in self.specs.items():
            self._by_prefix.setdefault(spec.prefix, name)
        self.tables: dict[str, Table] = {name: Table(spec) for name, spec in self.specs.items()}
        self.permissions = Permissions(self._grants_of, self._unrestricted)
        self.automated_user_id = ""
        self.validation_rules: dict[str, ValidationRule] = {}
        self.assignment = TerritoryAssignment()
        self.duplicates = DuplicateRule()
        self.row_locks = RowLocks()
        self.history_fields: dict[str, frozenset[str]] = {}
        self.replication_lag = timedelta(0)
        self.deleted_together: dict[str, list[tuple[str, str]]] = {}
        self._undo: list[tuple[str, str, Row | None]] | None = None

    def _unrestricted(self) -> frozenset[str]:
        return frozenset({self.automated_user_id})

    def _grants_of(self, user_id: str) -> Iterable[Row]:
        assignments, grants = self.tables["PermissionSetAssignment"], self.tables["FieldPermissions"]
        mine = assignments.equal(assignments.spec.fields["AssigneeId"], [user_id])
        return grants.equal(grants.spec.fields["ParentId"], [row["PermissionSetId"] for row in mine])

    def now(self, at: datetime | None = None) -> datetime:
        """The time that a write gets: ``at`` or the clock, UTC, whole seconds."""
        moment = self.clock.now() if at is None else at
        if moment.tzinfo is None:
            raise ValueError("at must be an aware time")
        return moment.astimezone(UTC).replace(microsecond=0)

    def find_spec(self, sobject: str) -> ObjectSpec | None:
        name = self._by_lower.get(sobject.lower())
        return None if name is None else self.specs[name]

    def spec(self, sobject: str) -> ObjectSpec:
        """The object of that name, whatever its case. Raises INVALID_TYPE."""
        found = self.find_spec(sobject)
        if found is None:
            raise unsupported_type(sobject)
        return found

    def object_of(self, record_id: str) -> str | None:
        """The object that an id's prefix belongs to."""
        return self._by_prefix.get(record_id[:3])

    def access(self, user_id: str, spec: ObjectSpec) -> Access:
        return self.permissions.access(user_id, spec)

    def row(self, sobject: str, record_id: str | None) -> Row | None:
        """The row with that 18-character id, deleted or not."""
        return None if record_id is None else self.tables[sobject].rows.get(record_id)

    def anywhere(self, record_id: str | None) -> tuple[str, Row] | None:
        """The object and row of an id of any object, when it exists and is not deleted."""
        if record_id is None:
            return None
        sobject = self.object_of(record_id)
        row = None if sobject is None else self.row(sobject, record_id)
        return None if sobject is None or row is None or row.deleted else (sobject, row)

    def holding(self, sobject: str, field_name: str, value: Any) -> list[Row]:
        """Rows not deleted whose field equals ``value``, by index."""
        table = self.tables[sobject]
        return [row for row in table.equal(table.spec.fields[field_name], [value]) if not row.deleted]

    def put(self, sobject: str, row: Row) -> None:
        """Store a row, remembering what it replaces while a transaction runs."""
        old = self.tables[sobject].put(row)
        if self._undo is not None:
            self._undo.append((sobject, row.id, old))

    def drop(self, sobject: str, record_id: str) -> None:
        """Remove a row of an object without a recycle bin."""
        old = self.tables[sobject].drop(record_id)
        if self._undo is not None:
            self._undo.append((sobject, record_id, old))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock; when the block raises, everything that it stored is taken back."""
        with self.lock:
            outermost = self._undo is None
            if self._undo is None:
                self._undo = []
            log = self._undo
            mark = len(log)
            try:
                yield
            except BaseException:
                self._roll_back(log, mark)
                raise
            finally:
                if outermost:
                    self._undo = None

    def _roll_back(self, log: list[tuple[str, str, Row | None]], mark: int) -> None:
        while len(log) > mark:
            sobject, record_id, old = log.pop()
            table = self.tables[sobject]
            if old is not None:
                table.put(old)
            elif record_id in table.rows:
                table.drop(record_id)
        self.permissions.changed()

    def children(self, parent: str) -> list[tuple[str, FieldSpec, str, bool]]:
        """(child object, its lookup field, relationship name, deleted with the parent) of ``parent``."""
        return [
            (child, self.specs[child].fields[field_name], relationship, cascade)
            for owner, relationship, child, field_name, cascade in CHILDREN
            if owner == parent
        ]
