"""SOQL text to a tree of small frozen values; no schema, no rows.

Names are as written; ``soql_fields`` and ``soql_filter`` resolve them. Syntax errors become MALFORMED_QUERY
with the vendor's excerpt, caret and column.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.soql_tree import (
    AllOf,
    AnyOf,
    Call,
    Condition,
    Not,
    Path,
    Query,
    Relative,
    Sort,
    Test,
    Text,
    TypeOf,
    malformed,
)

_GRAMMAR = r"""
start: query
query: "SELECT"i item ("," item)* "FROM"i NAME [NAME] [scope] [where] [group] [order] [limit] [offset] [for_]
?item: path [NAME] -> selected
     | call
     | "(" query ")" -> child
     | "TYPEOF"i path when+ [else_] "END"i -> type_of
when: "WHEN"i NAME "THEN"i paths
else_: "ELSE"i paths
paths: path ("," path)*
call: NAME "(" [path] ")" [NAME]
path: NAME ("." NAME)*
scope: "USING"i "SCOPE"i NAME
where: "WHERE"i condition
group: "GROUP"i "BY"i path ("," path)* ["HAVING"i condition]
order: "ORDER"i "BY"i sort ("," sort)*
sort: operand [DIRECTION] ["NULLS"i PLACE]
limit: "LIMIT"i INT
offset: "OFFSET"i INT
for_: "FOR"i NAME
?condition: conjunction | conjunction ("OR"i conjunction)+ -> any_of
?conjunction: negation | negation ("AND"i negation)+ -> all_of
?negation: "NOT"i negation -> not_
         | "(" condition ")"
         | test
test: operand COMPARE value
    | operand "LIKE"i value -> like
    | operand "IN"i _list -> in_
    | operand "NOT"i "IN"i _list -> not_in
    | operand "INCLUDES"i _list -> includes
    | operand "EXCLUDES"i _list -> excludes
    | operand "IN"i "(" query ")" -> in_query
    | operand "NOT"i "IN"i "(" query ")" -> not_in_query
?operand: path | NAME "(" [path] ")" -> operand_call
_list: "(" value ("," value)* ")"
?value: STRING -> string
      | DATETIME -> datetime
      | DATE -> date
      | NUMBER -> number
      | INT -> number
      | "NULL"i -> null
      | "TRUE"i -> true
      | "FALSE"i -> false
      | RELATIVE -> relative
      | NAME -> relative
COMPARE: "<=" | ">=" | "!=" | "<>" | "=" | "<" | ">"
DIRECTION.2: "ASC"i | "DESC"i
PLACE.2: "FIRST"i | "LAST"i
RELATIVE.3: /[A-Z]+(_[A-Z]+)*:\d+/i
DATETIME.5: /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)/i
DATE.4: /\d{4}-\d\d-\d\d(?![T\d])/
INT.3: /\d+(?![\d.eE])/
NUMBER.2: /[+-]?\d+(\.\d+)?([eE][+-]?\d+)?/
STRING: /'(\\.|[^'\\])*'/s
NAME: /[A-Za-z_][A-Za-z0-9_]*/i
%import common.WS
%ignore WS
"""
_MOST_CHARACTERS = 100_000
_MOST_LITERAL = 4_000


def parse(text: str) -> Query:
    """The tree of a statement. Raises MALFORMED_QUERY."""
    if len(text) > _MOST_CHARACTERS:
        raise SalesforceFault("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
    return _parse(text)


@lru_cache(maxsize=256)
def _parse(text: str) -> Query:
    try:
        tree = _parser().parse(text)
        query: Query = _Builder(text).transform(tree)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from error
    except VisitError as error:
        if isinstance(error.orig_exc, SalesforceFault):
            raise error.orig_exc from error
        raise
    return query


def _syntax_error(text: str, error: UnexpectedInput) -> SalesforceFault:
    place = error.pos_in_stream
    if place is None or place < 0 or place >= len(text.rstrip()):
        return SalesforceFault("MALFORMED_QUERY", "unexpected token: '<EOF>'")
    word = re.match(r"\w+|.", text[place:], re.DOTALL)
    found = "" if word is None else word.group()
    return malformed(text, place + 1, f"unexpected token: '{found}'")


@lru_cache(maxsize=1)
def _parser() -> Any:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=True)


@v_args(inline=True)
class _Builder(Transformer):  # type: ignore[misc]  # lark is read without types
    """Turns the parse tree of one text into the values above."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._source = text

    def start(self, query: Query) -> Query:
        return query

    def query(self, *children: Any) -> Query:
        *items, source, _alias, _scope, where, group, order, limit, offset, _for = children
        group_by, having = group or ((), None)
        return Query(
            tuple(items), str(source), source.column, where, group_by, having, order or (), limit,
            offset or 0, self._source,
        )  # fmt: skip

    def path(self, *names: Token) -> Path:
        return Path(tuple(str(name) for name in names), names[0].start_pos + 1)

    def selected(self, path: Path, alias: Token | None) -> Path:
        return path if alias is None else Path(path.parts, path.column, str(alias))

    def call(self, name: Token, path: Path | None, alias: Token | None) -> Call:
        return Call(name.upper(), path, None if alias is None else str(alias), name.start_pos + 1)

    def operand_call(self, name: Token, path: Path | None) -> Call:
        return Call(name.upper(), path, None, name.start_pos + 1)

    def child(self, query: Query) -> Query:
        return query

    def type_of(self, path: Path, *rest: Any) -> TypeOf:
        return TypeOf(path, tuple(rest[:-1]), rest[-1] or ())

    def when(self, name: Token, paths: tuple[Path, ...]) -> tuple[str, tuple[Path, ...]]:
        return str(name), paths

    def else_(self, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        return paths

    def paths(self, *paths: Path) -> tuple[Path, ...]:
        return paths

    def scope(self, name: Token) -> str:
        return str(name)

    def where(self, condition: Condition) -> Condition:
        return condition

    def group(self, *children: Any) -> tuple[tuple[Path, ...], Condition | None]:
        return tuple(children[:-1]), children[-1]

    def order(self, *sorts: Sort) -> tuple[Sort, ...]:
        return sorts

    def sort(self, operand: Path | Call, direction: Token | None, place: Token | None) -> Sort:
        descending = direction is not None and direction.upper() == "DESC"
        return Sort(operand, descending, place is not None and place.upper() == "LAST")

    def limit(self, count: Token) -> int:
        return int(count)

    def offset(self, count: Token) -> int:
        if int(count) > 2000:
            raise malformed(
                self._source,
                count.start_pos + 1,
                "Maximum SOQL offset allowed is 2000",
                "NUMBER_OUTSIDE_VALID_RANGE",
            )
        return int(count)

    def for_(self, name: Token) -> str:
        return str(name)

    def any_of(self, *parts: Condition) -> AnyOf:
        return AnyOf(parts)

    def all_of(self, *parts: Condition) -> AllOf:
        return AllOf(parts)

    def not_(self, part: Condition) -> Not:
        return Not(part)

    def test(self, operand: Path | Call, operator: Token, value: Any) -> Test:
        return Test(operand, "!=" if operator == "<>" else str(operator), value)

    def like(self, operand: Path | Call, value: Any) -> Test:
        return Test(operand, "LIKE", value)

    def in_(self, operand: Path | Call, *values: Any) -> Test:
        return Test(operand, "IN", values)

    def not_in(self, operand: Path | Call, *values: Any) -> Test:
        return Test(operand, "NOT IN", values)

    def includes(self, operand: Path | Call, *values: Any) -> Test:
        return Test(operand, "INCLUDES", values)

    def excludes(self, operand: Path | Call, *values: Any) -> Test:
        return Test(operand, "EXCLUDES", values)

    def in_query(self, operand: Path | Call, query: Query) -> Test:
        return Test(operand, "IN", query)

    def not_in_query(self, operand: Path | Call, query: Query) -> Test:
        return Test(operand, "NOT IN", query)

    def string(self, token: Token) -> Text:
        raw = str(token)[1:-1]
        if len(raw) > _MOST_LITERAL:
            raise malformed(self._source, token.start_pos + 1, "string literal too long")
        return Text(raw, token.start_pos + 1, self._source)

    def datetime(self, token: Token) -> datetime:
        try:
            return datetime.fromisoformat(token.upper()).astimezone(UTC)
        except ValueError:
            raise malformed(self._source, token.start_pos + 1, f"line 1:0 invalid date: {token}") from None

    def date(self, token: Token) -> date:
        try:
            return date.fromisoformat(token)
        except ValueError:
            raise malformed(self._source, token.start_pos + 1, f"line 1:0 invalid date: {token}") from None

    def number(self, token: Token) -> int | float:
        return int(token) if re.fullmatch(r"[+-]?\d+", token) else float(token)

    def null(self) -> None:
        return None

    def true(self) -> bool:
        return True

    def false(self) -> bool:
        return False

    def relative(self, token: Token) -> Relative:
        name, _, count = str(token).partition(":")
        return Relative(name.upper(), int(count) if count else None)
