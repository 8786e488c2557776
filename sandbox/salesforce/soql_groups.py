"""COUNT, GROUP BY and the other aggregates: AggregateResult records."""

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.salesforce.fields import FieldSpec, number
from sandbox.salesforce.soql_fields import Resolved
from sandbox.salesforce.soql_filter import Scope, compile_filter
from sandbox.salesforce.soql_tree import Call, Path, Query, malformed
from sandbox.salesforce.table import Row
from sandbox.salesforce.values import render

_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "COUNT": len,
    "COUNT_DISTINCT": lambda values: len({v.casefold() if isinstance(v, str) else v for v in values}),
    "SUM": lambda values: sum(values) if values else None,
    "AVG": lambda values: sum(values) / len(values) if values else None,
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
}
Resolve = Callable[[Path], Resolved]


def is_aggregate(query: Query) -> bool:
    """Whether the query gives AggregateResult records (plain ``COUNT()`` included)."""
    return bool(query.group_by) or any(
        isinstance(item, Call) and item.name in _AGGREGATES for item in query.items
    )


def counts_only(query: Query) -> bool:
    """Whether this is ``SELECT COUNT() FROM ...``, which answers with totalSize alone."""
    return any(isinstance(item, Call) and item.name == "COUNT" and item.path is None for item in query.items)


def grouped(query: Query, rows: Iterable[Row], resolve: Resolve, scope: Scope) -> list[dict[str, Any]]:
    """The AggregateResult records of ``rows``, after HAVING, ORDER BY, OFFSET and LIMIT."""
    keys = [resolve(path) for path in query.group_by]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(_key(field, row) for field in keys), []).append(row)
    if not keys and not groups:
        groups[()] = []
    columns = _columns(query, resolve)
    records = [_record(columns, members) for members in groups.values()]
    if query.having is not None:
        holds = compile_filter(query.having, _having_scope(query, resolve, scope))
        records = [record for record in records if holds(record)]
    for sort in reversed(query.order_by):
        name = _column_of(query, sort.operand)
        records.sort(key=lambda record: _sortable(record[name]), reverse=sort.descending)
    end = None if query.limit is None else query.offset + query.limit
    shown = records[query.offset : end]
    return [
        {"attributes": {"type": "AggregateResult"}}
        | {name: render(value) for name, value in record.items() if not name.startswith(" ")}
        for record in shown
    ]


def _key(field: Resolved, row: Row) -> Any:
    value = field.get(row)
    return value.casefold() if isinstance(value, str) and not field.spec.case_sensitive else value


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.casefold() if isinstance(value, str) else 0 if value is None else value)


Column = tuple[str, Callable[[list[Row]], Any]]


def _columns(query: Query, resolve: Resolve) -> list[Column]:
    columns: list[Column] = []
    grouped_by = {path.text.lower() for path in query.group_by}
    unnamed = 0
    for item in query.items:
        if isinstance(item, Path) and item.text.lower() in grouped_by:
            columns.append((item.alias or item.parts[-1], _first(resolve(item))))
        elif isinstance(item, Call) and item.name in _AGGREGATES:
            columns.append((item.alias or f"expr{unnamed}", _aggregate(query, item, resolve)))
            unnamed += item.alias is None
        else:
            column, text = (item.column, item.text) if isinstance(item, Path) else (1, "")
            message = f"Field must be grouped or aggregated: {text}"
            raise malformed(query.text, column, message)
    named = {name for name, _ in columns}
    wanted = [sort.operand for sort in query.order_by]
    for operand in wanted:
        name = _column_of(query, operand)
        if name not in named:
            work = (
                _first(resolve(operand)) if isinstance(operand, Path) else _aggregate(query, operand, resolve)
            )
            columns.append((name, work))
            named.add(name)
    return columns


def _column_of(query: Query, operand: Path | Call) -> str:
    """The column that ORDER BY means: a selected one, or a hidden one whose name begins with a blank."""
    unnamed = 0
    for item in query.items:
        if isinstance(item, Call):
            name = item.alias or f"expr{unnamed}"
            unnamed += item.alias is None
            if isinstance(operand, Call) and (operand.name, _text(operand)) == (item.name, _text(item)):
                return name
            if isinstance(operand, Path) and operand.text == item.alias:
                return name
        elif (
            isinstance(item, Path) and isinstance(operand, Path) and item.text.lower() == operand.text.lower()
        ):
            return item.alias or item.parts[-1]
    return f" {operand.text if isinstance(operand, Path) else operand.name + _text(operand)}"


def _text(call: Call) -> str:
    return "" if call.path is None else call.path.text.lower()


def _first(field: Resolved) -> Callable[[list[Row]], Any]:
    return lambda members: field.get(members[0]) if members else None


def _aggregate(query: Query, call: Call, resolve: Resolve) -> Callable[[list[Row]], Any]:
    if call.path is None:
        return len
    work = _AGGREGATES.get(call.name)
    if work is None:
        raise malformed(query.text, call.column, f"unexpected token: '{call.name}'")
    field = resolve(call.path)
    return lambda members: work([value for row in members if (value := field.get(row)) is not None])


def _record(columns: list[Column], members: list[Row]) -> Row:
    return Row({name: work(members) for name, work in columns} | {" members": members})


def _having_scope(query: Query, resolve: Resolve, scope: Scope) -> Scope:
    def of_group(operand: Path | Call) -> Resolved:
        if isinstance(operand, Path):
            spec: FieldSpec = resolve(operand).spec
            work = _first(resolve(operand))
        else:
            spec, work = number(operand.name), _aggregate(query, operand, resolve)

        def read(record: Row) -> Any:
            return work(record[" members"])

        return Resolved(spec, read, read)

    return Scope(of_group, scope.semi_join, scope.now, scope.zone)
