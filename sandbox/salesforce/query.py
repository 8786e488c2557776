"""Running SOQL: choosing rows, ordering, limits, and the answer's shape. Paging is in ``cursors``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.derive import archived
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.permissions import ACTIVITY
from sandbox.salesforce.soql import parse
from sandbox.salesforce.soql_fields import Resolved, Resolver
from sandbox.salesforce.soql_filter import Scope, candidates, compile_filter
from sandbox.salesforce.soql_groups import counts_only, grouped, is_aggregate
from sandbox.salesforce.soql_select import Selection
from sandbox.salesforce.soql_tree import Call, Path, Query, malformed
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

_SHARED_WITH_TOOLING = frozenset({"EntityDefinition"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found.

    ``records`` are the ids of the matches with ``render`` to show one, or finished AggregateResults when
    ``render`` is None; ``total`` is totalSize.
    """

    total: int
    records: list[Any]
    render: Callable[[Row], dict[str, Any]] | None
    sobject: str


class Runner:
    """Runs queries for one caller.

    Args:
        store: the org; its lock is held by the caller.
        user_id: whose field-level security and time zone apply.
        root: the URL prefix of the API version, ``/services/data/v59.0``.
        everything: True for queryAll: deleted, merged and archived rows too.
        tooling: True for the Tooling API's query.
    """

    def __init__(
        self, store: Store, user_id: str, root: str, *, everything: bool = False, tooling: bool = False
    ) -> None:
        self._store = store
        self._resolver = Resolver(store, user_id)
        self._root = root
        self._user_id = user_id
        self._everything = everything
        self._tooling = tooling
        user = store.row("User", user_id)
        self._zone = str(user["TimeZoneSidKey"]) if user is not None else "UTC"

    def run(self, text: str) -> Answer:
        """Parse and run a statement. Raises MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE and their like."""
        query = parse(text)
        spec = self._spec(query)
        if counts_only(query) and len(query.items) == 1 and not query.group_by:
            rows = self._matches(spec, query)
            return Answer(len(rows), [], None, spec.name)
        if is_aggregate(query):
            records = grouped(
                query, self._matches(spec, query), self._resolve(spec, query), self._scope(spec, query)
            )
            return Answer(len(records), records, None, spec.name)
        selection = Selection(self._resolver, spec, query, self._root, self._child)
        rows = self._cut(query, self._sorted(spec, query, self._matches(spec, query)))
        self._check_metadata(query, len(rows))
        return Answer(len(rows), [row.id for row in rows], selection.render, spec.name)

    def _spec(self, query: Query) -> ObjectSpec:
        spec = self._store.find_spec(query.source)
        hidden = spec is not None and not self._store.permissions.allows(spec.name, "read", self._user_id)
        apart = spec is not None and spec.tooling and not self._tooling
        if spec is None or hidden or (apart and spec.name not in _SHARED_WITH_TOOLING):
            message = (
                f"sObject type '{query.source}' is not supported. If you are attempting to use a custom "
                "object, be sure to append the '__c' after the entity name. Please reference your WSDL or "
                "the describe call for the appropriate names."
            )
            raise malformed(query.text, query.source_column, message, "INVALID_TYPE")
        return spec

    def _check_metadata(self, query: Query, found: int) -> None:
        names = {item.text.lower() for item in query.items if isinstance(item, Path)}
        if self._tooling and names & {"metadata", "fullname"} and found > 1:
            text = (
                "When retrieving results with Metadata or FullName fields, the query qualifications must "
                f"specify no more than one row for retrieval. Result size: {found}"
            )
            raise SalesforceFault("MALFORMED_QUERY", text)

    def _resolve(self, spec: ObjectSpec, query: Query) -> Callable[[Path], Resolved]:
        return lambda path: self._resolver.resolve(spec, path, query.text)

    def _scope(self, spec: ObjectSpec, query: Query) -> Scope:
        resolve = self._resolve(spec, query)

        def operand(found: Path | Call) -> Resolved:
            if isinstance(found, Call):
                raise malformed(query.text, found.column, f"unexpected token: '{found.name}'")
            return resolve(found)

        return Scope(operand, self._semi_join, self._store.now(), self._zone)

    def _semi_join(self, query: Query) -> Iterable[Any]:
        spec = self._spec(query)
        if len(query.items) != 1 or not isinstance(query.items[0], Path):
            raise malformed(query.text, query.source_column, "A semi join must select exactly one field")
        field = self._resolve(spec, query)(query.items[0])
        return [value for row in self._matches(spec, query) if (value := field.get(row)) is not None]

    def _matches(self, spec: ObjectSpec, query: Query, rows: Iterable[Row] | None = None) -> list[Row]:
        table = self._store.tables[spec.name]
        if rows is None:
            rows = candidates(table, query.where, self._resolve(spec, query))
        if not self._everything:
            rows = self._present(spec, rows)
        if not self._store.permissions.allows(spec.name, "view_all", self._user_id):
            # Without sharing rules a user sees what they own.
            rows = [row for row in rows if row.get("OwnerId") == self._user_id]
        if query.where is None:
            return list(rows)
        holds = compile_filter(query.where, self._scope(spec, query))
        return [row for row in rows if holds(row)]

    def _present(self, spec: ObjectSpec, rows: Iterable[Row]) -> Iterable[Row]:
        if spec.name in ACTIVITY:
            return [row for row in rows if not row["IsDeleted"] and not archived(self._store, row)]
        return [row for row in rows if not row["IsDeleted"]] if "IsDeleted" in spec.fields else rows

    def _sorted(self, spec: ObjectSpec, query: Query, rows: list[Row]) -> list[Row]:
        for sort in reversed(query.order_by):
            if isinstance(sort.operand, Call):
                message = f"unexpected token: '{sort.operand.name}'"
                raise malformed(query.text, sort.operand.column, message)
            field = self._resolve(spec, query)(sort.operand)
            if not field.spec.filterable:
                text = f"field '{field.spec.name}' can not be sorted in a query call"
                raise malformed(query.text, sort.operand.column, text, "INVALID_FIELD")
            rows = _by(rows, field, descending=sort.descending, nulls_last=sort.nulls_last)
        return rows

    @staticmethod
    def _cut(query: Query, rows: list[Row]) -> list[Row]:
        end = None if query.limit is None else query.offset + query.limit
        return rows[query.offset : end]

    def _child(self, parent: ObjectSpec, query: Query) -> Callable[[Row], Any]:
        child, field = next(
            (child, field)
            for child, field, relationship, _ in self._store.children(parent.name)
            if relationship.lower() == query.source.lower()
        )
        spec = self._store.specs[child]
        table = self._store.tables[child]
        selection = Selection(self._resolver, spec, query, self._root, self._child)

        def read(row: Row) -> dict[str, Any] | None:
            rows = self._matches(spec, query, table.equal(field, [row.id]))
            rows = self._cut(query, self._sorted(spec, query, rows))
            if not rows:
                return None
            return {"totalSize": len(rows), "done": True, "records": [selection.render(row) for row in rows]}

        return read


def _by(rows: list[Row], field: Resolved, *, descending: bool, nulls_last: bool) -> list[Row]:
    """Sorted by one key, stable; nulls go first unless told otherwise, whatever the direction."""
    empty: list[Row] = []
    filled: list[tuple[Any, Row]] = []
    fold = field.spec.type not in ("reference", "id")
    for row in rows:
        value = field.get(row)
        if value is None:
            empty.append(row)
        else:
            filled.append((value.casefold() if fold and isinstance(value, str) else value, row))
    filled.sort(key=lambda pair: pair[0], reverse=descending)
    ordered = [row for _, row in filled]
    return ordered + empty if nulls_last else empty + ordered
