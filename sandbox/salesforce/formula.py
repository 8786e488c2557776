"""A small evaluator of validation-rule formulas.

Knows the functions and operators listed in ``_FUNCTIONS`` and the grammar; anything else is refused when
the rule is saved. A formula is compiled once to nested closures and run per save.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

_GRAMMAR = r"""
?start: or_
?or_: and_ | and_ ("||" and_)+ -> any_
?and_: cmp | cmp ("&&" cmp)+ -> all_
?cmp: cat (COMPARE cat)?
?cat: sum | sum ("&" sum)+ -> concat
?sum: product ((PLUS | MINUS) product)*
?product: unary ((STAR | SLASH) unary)*
?unary: "!" unary -> not_
      | MINUS unary -> negative
      | atom
?atom: NUMBER -> number
     | STRING -> string
     | NAME "(" [or_ ("," or_)*] ")" -> call
     | NAME ("." NAME)* -> field
     | "$" NAME ("." NAME)* -> global_
     | "(" or_ ")"
COMPARE: "<=" | ">=" | "<>" | "!=" | "==" | "=" | "<" | ">"
PLUS: "+"
MINUS: "-"
STAR: "*"
SLASH: "/"
NUMBER: /\d+(\.\d+)?/
STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
COMMENT: /\/\*(.|\n)*?\*\//
%import common.WS
%ignore WS
%ignore COMMENT
"""


class FormulaError(ValueError):
    """The formula cannot be read, or names something that does not exist."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a formula sees: the row about to be saved, the row before (None on create), and the moment."""

    new: Mapping[str, Any]
    old: Mapping[str, Any] | None
    now: datetime
    user: Mapping[str, Any]


Run = Callable[[Context], Any]


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled formula; ``source`` is as written."""

    source: str
    run: Run

    def holds(self, context: Context) -> bool:
        return self.run(context) is True


def compile_formula(source: str, resolve: Callable[[str], str | None]) -> Formula:
    """Compile ``source``.

    Args:
        source: the formula as an administrator writes it.
        resolve: gives a field's exact API name, or None when the object has no such field.

    Raises:
        FormulaError: syntax, unknown function or unknown field.
    """
    try:
        tree = _parser().parse(source)
    except LarkError as error:
        raise FormulaError(f"Error: Syntax error. {str(error).splitlines()[0]}") from error
    return Formula(source, _Compiler(resolve).compile(tree))


@lru_cache(maxsize=1)
def _parser() -> Any:
    return Lark(_GRAMMAR, parser="lalr")


def _blank(value: Any) -> bool:
    return value is None or value == ""


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _compare(symbol: str) -> Callable[[Any, Any], bool | None]:
    test = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}.get(symbol)

    def apply(left: Any, right: Any) -> bool | None:
        if test is None:
            same = (left or None) == (right or None) if isinstance(left or right, str) else left == right
            return same if symbol in ("=", "==") else not same
        return None if left is None or right is None else bool(test(left, right))

    return apply


def _arith(symbol: str, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if symbol in "+-" and isinstance(left, date) and isinstance(right, int | float):
        return left + timedelta(days=right if symbol == "+" else -right)
    if symbol == "-" and isinstance(left, date) and isinstance(right, date):
        return (left - right).total_seconds() / 86400
    if symbol == "/":
        return None if right == 0 else left / right
    return {"+": operator.add, "-": operator.sub, "*": operator.mul}[symbol](left, right)


class _Compiler:
    """Turns a parse tree into closures; one instance per formula."""

    def __init__(self, resolve: Callable[[str], str | None]) -> None:
        self._resolve = resolve

    def compile(self, node: Any) -> Run:
        method = getattr(self, f"_{node.data}")
        run: Run = method(node.children)
        return run

    def _number(self, children: list[Token]) -> Run:
        value = float(children[0])
        return lambda _: value

    def _string(self, children: list[Token]) -> Run:
        value = children[0][1:-1].replace('\\"', '"').replace("\\'", "'").replace("\\\\", "\\")
        return lambda _: value

    def _name(self, node: Tree[Token]) -> str:
        if node.data != "field":
            raise FormulaError("Error: Incorrect argument type: a field is required here.")
        written = ".".join(node.children)
        found = self._resolve(written)
        if found is None:
            raise FormulaError(f"Error: Field {written} does not exist. Check spelling.")
        return found

    def _field(self, children: list[Token]) -> Run:
        if len(children) == 1 and children[0].upper() in ("TRUE", "FALSE", "NULL"):
            value = {"TRUE": True, "FALSE": False, "NULL": None}[children[0].upper()]
            return lambda _: value
        name = self._name(Tree("field", children))
        return lambda context: context.new.get(name)

    def _global_(self, children: list[Token]) -> Run:
        kind = children[0].lower()
        if kind == "permission":
            return lambda _: False
        if kind == "user" and len(children) == 2:
            name = str(children[1])
            return lambda context: context.user.get(name)
        raise FormulaError(f"Error: Field ${'.'.join(children)} does not exist. Check spelling.")

    def _not_(self, children: list[Any]) -> Run:
        inner = self.compile(children[0])
        return lambda context: inner(context) is not True

    def _negative(self, children: list[Any]) -> Run:
        inner = self.compile(children[1])
        return lambda context: _arith("*", inner(context), -1)

    def _any_(self, children: list[Any]) -> Run:
        parts = [self.compile(child) for child in children]
        return lambda context: any(part(context) is True for part in parts)

    def _all_(self, children: list[Any]) -> Run:
        parts = [self.compile(child) for child in children]
        return lambda context: all(part(context) is True for part in parts)

    def _concat(self, children: list[Any]) -> Run:
        parts = [self.compile(child) for child in children]
        return lambda context: "".join(_text(part(context)) or "" for part in parts)

    def _cmp(self, children: list[Any]) -> Run:
        left, test, right = self.compile(children[0]), _compare(children[1]), self.compile(children[2])
        return lambda context: test(left(context), right(context))

    def _sum(self, children: list[Any]) -> Run:
        run = self.compile(children[0])
        for symbol, operand in zip(children[1::2], children[2::2], strict=True):
            run = self._binary(str(symbol), run, self.compile(operand))
        return run

    _product = _sum

    @staticmethod
    def _binary(symbol: str, left: Run, right: Run) -> Run:
        return lambda context: _arith(symbol, left(context), right(context))

    def _call(self, children: list[Any]) -> Run:
        name, arguments = children[0].upper(), [child for child in children[1:] if child is not None]
        if name in ("ISCHANGED", "PRIORVALUE") and len(arguments) == 1:
            return self._prior(name, self._name(arguments[0]))
        function = _FUNCTIONS.get(name)
        if function is None:
            raise FormulaError(f"Error: Unknown function {name}. Check spelling.")
        low, high, apply = function
        if not low <= len(arguments) <= high:
            raise FormulaError(f"Error: Incorrect number of parameters for function '{name}()'.")
        parts = [self.compile(argument) for argument in arguments]
        return lambda context: apply(context, parts)

    @staticmethod
    def _prior(function: str, name: str) -> Run:
        if function == "PRIORVALUE":
            return lambda context: (context.new if context.old is None else context.old).get(name)
        return lambda context: context.old is not None and context.old.get(name) != context.new.get(name)


Apply = Callable[[Context, list[Run]], Any]


def _either(context: Context, parts: list[Run]) -> Any:
    value = parts[0](context)
    return parts[1](context) if _blank(value) else value


def _case(context: Context, parts: list[Run]) -> Any:
    value = parts[0](context)
    for when, then in zip(parts[1:-1:2], parts[2:-1:2], strict=True):
        if when(context) == value:
            return then(context)
    return parts[-1](context)


def _includes(context: Context, parts: list[Run]) -> bool:
    return parts[1](context) in (parts[0](context) or "").split(";")


_MANY = 1000
_FUNCTIONS: dict[str, tuple[int, int, Apply]] = {
    "AND": (1, _MANY, lambda c, p: all(part(c) is True for part in p)),
    "OR": (1, _MANY, lambda c, p: any(part(c) is True for part in p)),
    "NOT": (1, 1, lambda c, p: p[0](c) is not True),
    "IF": (3, 3, lambda c, p: p[1](c) if p[0](c) is True else p[2](c)),
    "CASE": (4, _MANY, _case),
    "ISNEW": (0, 0, lambda c, _: c.old is None),
    "ISPICKVAL": (2, 2, lambda c, p: (p[0](c) or "") == p[1](c)),
    "INCLUDES": (2, 2, _includes),
    "ISBLANK": (1, 1, lambda c, p: _blank(p[0](c))),
    "ISNULL": (1, 1, lambda c, p: p[0](c) is None),
    "BLANKVALUE": (2, 2, _either),
    "NULLVALUE": (2, 2, _either),
    "TEXT": (1, 1, lambda c, p: _text(p[0](c))),
    "VALUE": (1, 1, lambda c, p: None if _blank(p[0](c)) else float(p[0](c))),
    "LEN": (1, 1, lambda c, p: float(len(p[0](c) or ""))),
    "LOWER": (1, 1, lambda c, p: (p[0](c) or "").lower()),
    "UPPER": (1, 1, lambda c, p: (p[0](c) or "").upper()),
    "TRIM": (1, 1, lambda c, p: (p[0](c) or "").strip()),
    "CONTAINS": (2, 2, lambda c, p: (p[1](c) or "") in (p[0](c) or "")),
    "BEGINS": (2, 2, lambda c, p: (p[0](c) or "").startswith(p[1](c) or "")),
    "TODAY": (0, 0, lambda c, _: c.now.date()),
    "NOW": (0, 0, lambda c, _: c.now),
}
