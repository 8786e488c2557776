"""WHERE and HAVING as predicates, and which index can serve them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.fields import NUMBER_TYPES, FieldSpec
from sandbox.salesforce.ids import to_id18
from sandbox.salesforce.soql_dates import days_of, moments_of
from sandbox.salesforce.soql_fields import Getter, Resolved
from sandbox.salesforce.soql_tree import AllOf, AnyOf, Call, Condition, Not, Path, Query, Relative, Test, Text
from sandbox.salesforce.table import Row, Table

Predicate = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a filter needs to know: how to resolve an operand, run a semi-join, and the user's today."""

    resolve: Callable[[Path | Call], Resolved]
    semi_join: Callable[[Query], Iterable[Any]]
    now: datetime
    zone: str


def compile_filter(condition: Condition, scope: Scope) -> Predicate:
    """The predicate of a condition. Raises INVALID_FIELD and its like for what cannot be filtered."""
    if isinstance(condition, AllOf):
        every = [compile_filter(part, scope) for part in condition.parts]
        return lambda row: all(part(row) for part in every)
    if isinstance(condition, AnyOf):
        some = [compile_filter(part, scope) for part in condition.parts]
        return lambda row: any(part(row) for part in some)
    if isinstance(condition, Not):
        inner = compile_filter(condition.part, scope)
        return lambda row: not inner(row)
    return _test(condition, scope)


def _test(test: Test, scope: Scope) -> Predicate:
    field = scope.resolve(test.operand)
    if not field.spec.filterable:
        text = f"field '{field.spec.name}' can not be filtered in a query call"
        raise SalesforceFault("INVALID_FIELD", text)
    get = _comparable(field)
    if test.operator == "LIKE":
        return _like(field.spec, get, test.value)
    if test.operator in ("INCLUDES", "EXCLUDES"):
        return _includes(get, test)
    if isinstance(test.value, tuple | Query):
        return _membership(field.spec, get, test, scope)
    if isinstance(test.value, Relative):
        return _relative(field.spec, get, test, scope)
    return _comparison(get, test.operator, literal(field.spec, test.value))


def _comparable(field: Resolved) -> Getter:
    """Reads the value in the form in which it is compared."""
    if field.spec.case_sensitive or field.spec.type in ("reference", "id") or not _is_text(field.spec):
        return field.get
    read = field.get

    def folded(row: Row) -> Any:
        value = read(row)
        return value.casefold() if isinstance(value, str) else value

    return folded


def _is_text(spec: FieldSpec) -> bool:
    return spec.type not in NUMBER_TYPES and spec.type not in ("boolean", "date", "datetime")


def literal(spec: FieldSpec, value: Any) -> Any:
    """A literal in the form in which values of ``spec`` are compared. Raises INVALID_FIELD."""
    if value is None:
        return False if spec.type == "boolean" else None
    wanted: type[Any] | tuple[type[Any], ...]
    if spec.type in ("reference", "id"):
        if not isinstance(value, Text):
            raise _wrong_type(spec, "ID", quoted=True)
        found = to_id18(str(value))
        if found is None:
            text = f"invalid ID field: {value}"
            raise SalesforceFault("INVALID_QUERY_FILTER_OPERATOR", text)
        return found
    if spec.type == "boolean":
        wanted, name = bool, "boolean"
    elif spec.type in NUMBER_TYPES:
        wanted, name = (int, float), spec.type
    elif spec.type == "date":
        wanted, name = date, "date"
    elif spec.type == "datetime":
        wanted, name = datetime, "dateTime"
    else:
        wanted, name = Text, "string"
    right = isinstance(value, wanted) and not (isinstance(value, bool) and wanted is not bool)
    if not right or (wanted is date and isinstance(value, datetime)):
        raise _wrong_type(spec, name, quoted=wanted is Text)
    return str(value) if spec.case_sensitive else value.casefold() if isinstance(value, str) else value


def _wrong_type(spec: FieldSpec, name: str, *, quoted: bool) -> SalesforceFault:
    text = (
        f"value of filter criterion for field '{spec.name}' must be of type {name} and should "
        f"{'' if quoted else 'not '}be enclosed in quotes"
    )
    return SalesforceFault("INVALID_FIELD", text)


def _comparison(get: Getter, operator: str, value: Any) -> Predicate:
    if operator == "=":
        return lambda row: bool(get(row) == value)
    if operator == "!=":
        return lambda row: bool(get(row) != value)
    tests: dict[str, Callable[[Any], bool]] = {
        "<": lambda found: bool(found < value),
        "<=": lambda found: bool(found <= value),
        ">": lambda found: bool(found > value),
        ">=": lambda found: bool(found >= value),
    }
    test = tests[operator]

    def ordered(row: Row) -> bool:
        found = get(row)
        return found is not None and value is not None and test(found)

    return ordered


def _like(spec: FieldSpec, get: Getter, value: Any) -> Predicate:
    if not isinstance(value, Text) or not _is_text(spec) or spec.type in ("reference", "id"):
        raise SalesforceFault("INVALID_QUERY_FILTER_OPERATOR", "invalid operator on " + spec.type + " field")
    flags = re.DOTALL if spec.case_sensitive else re.DOTALL | re.IGNORECASE
    pattern = re.compile(value.like().pattern, flags)
    return lambda row: (found := get(row)) is not None and pattern.fullmatch(found) is not None


def _includes(get: Getter, test: Test) -> Predicate:
    wanted = [frozenset(part.strip().casefold() for part in str(value).split(";")) for value in test.value]

    def holds(row: Row) -> bool:
        found = frozenset((get(row) or "").split(";"))
        return any(parts <= found for parts in wanted)

    return holds if test.operator == "INCLUDES" else lambda row: not holds(row)


def _membership(spec: FieldSpec, get: Getter, test: Test, scope: Scope) -> Predicate:
    if isinstance(test.value, Query):
        values = frozenset(scope.semi_join(test.value))
    else:
        values = frozenset(literal(spec, value) for value in test.value)
    if test.operator == "IN":
        return lambda row: get(row) in values
    return lambda row: get(row) not in values


def _relative(spec: FieldSpec, get: Getter, test: Test, scope: Scope) -> Predicate:
    if spec.type not in ("date", "datetime"):
        raise _wrong_type(spec, spec.type, quoted=_is_text(spec))
    days = days_of(test.value, scope.now, scope.zone)
    bounds: tuple[Any, Any] = moments_of(days, scope.zone) if spec.type == "datetime" else days
    first, after = bounds
    tests: dict[str, Callable[[Any], bool]] = {
        "=": lambda found: bool(first <= found < after),
        "!=": lambda found: not first <= found < after,
        "<": lambda found: bool(found < first),
        "<=": lambda found: bool(found < after),
        ">": lambda found: bool(found >= after),
        ">=": lambda found: bool(found >= first),
    }
    holds = tests[test.operator]
    return lambda row: holds(found) if (found := get(row)) is not None else test.operator == "!="


# -- choice of an index --

Bounds = tuple[datetime | None, datetime | None]


def candidates(
    table: Table, condition: Condition | None, resolve: Callable[[Path], Resolved]
) -> Iterable[Row]:
    """Rows among which all matches are: by an equality index, by SystemModstamp, or every row."""
    if condition is None:
        return table.rows.values()
    best: list[Row] | None = None
    for part in condition.parts if isinstance(condition, AllOf) else (condition,):
        found = _by_equality(table, part, resolve)
        if found is not None and (best is None or len(found) < len(best)):
            best = found
    if best is not None:
        return best
    low, high = _bounds(condition)
    return table.rows.values() if low is None and high is None else table.stamped(low, high)


def _by_equality(table: Table, part: Condition, resolve: Callable[[Path], Resolved]) -> list[Row] | None:
    if not isinstance(part, Test) or part.operator not in ("=", "IN") or not isinstance(part.operand, Path):
        return None
    if isinstance(part.value, Query):
        return None
    field = resolve(part.operand)
    if not field.own or not (field.spec.indexed or field.spec.type == "id") or not field.spec.filterable:
        return None
    values = part.value if isinstance(part.value, tuple) else (part.value,)
    wanted = [literal(field.spec, value) for value in values if not isinstance(value, Relative)]
    return None if None in wanted or len(wanted) < len(values) else table.equal(field.spec, wanted)


def _bounds(condition: Condition) -> Bounds:
    """The range of SystemModstamp outside of which nothing can match; None is open."""
    if isinstance(condition, AllOf):
        lows, highs = zip(*(_bounds(part) for part in condition.parts), strict=True)
        return (
            max((low for low in lows if low is not None), default=None),
            min((high for high in highs if high is not None), default=None),
        )
    if isinstance(condition, AnyOf):
        lows, highs = zip(*(_bounds(part) for part in condition.parts), strict=True)
        return (None if None in lows else min(lows), None if None in highs else max(highs))
    if not isinstance(condition, Test) or not isinstance(condition.operand, Path):
        return None, None
    if condition.operand.text.lower() != "systemmodstamp" or not isinstance(condition.value, datetime):
        return None, None
    value = condition.value
    if condition.operator == "=":
        return value, value
    return {"<": (None, value), "<=": (None, value), ">": (value, None), ">=": (value, None)}.get(
        condition.operator, (None, None)
    )
