"""Read a YAML contract so that every complaint about it can name its line.

Here: text -> plain values plus the line of each value, and pydantic's errors turned into sentences for the
person who edits the file. Not here: what a lead definition or an SLA may say.

Numbers, booleans and times follow YAML 1.2, because a contract is read by people: ``NO`` is Norway and not
false, ``17:00`` is a text and not 1020.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]


class ContractError(ValueError):
    """A contract cannot be used. ``problems`` holds every ``file:line: what, and what to do``."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Document:
    """A parsed contract: its values, and the line on which each of them begins.

    Attributes:
        source: the name shown to people, usually the file's path.
        value: dicts, lists and scalars, as written.
        lines: path of keys and indexes -> line number from 1.
        problems: what was wrong with the YAML itself, although it could be read (a key written twice).
    """

    source: str
    value: Any
    lines: Mapping[Path, int]
    problems: tuple[str, ...] = field(default=())

    def line(self, path: Path) -> int:
        """Line of the value at ``path``, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def complain(self, path: Path, what: str) -> str:
        """``file:line: what``."""
        return f"{self.source}:{self.line(path)}: {what}"


class _Loader(yaml.SafeLoader):
    """The safe loader with the scalar forms of YAML 1.2."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern in (
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"),
    ("null", r"~|null|Null|NULL|"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), None)


def parse_contract(text: str, *, source: str) -> Document:
    """Parse one YAML document.

    Raises:
        ContractError: when the text is not YAML; the problem names the line.
    """
    lines: dict[Path, int] = {}
    problems: list[str] = []
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = None if node is None else _build(loader, node, (), lines, problems, source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, len(text.splitlines())) if mark else 1
        detail = ", ".join(part for part in (error.context, error.problem) if part)
        raise ContractError(
            [
                f"{source}:{line}: this is not valid YAML ({detail}); check the indentation, "
                "colons and quotes here"
            ]
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        detail = " ".join(str(error).split())
        raise ContractError(
            [f"{source}:1: this is not valid YAML ({detail}); save it as plain UTF-8 text"]
        ) from error
    return Document(source, value, lines, tuple(problems))


def _build(
    loader: _Loader, node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[str], source: str
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                key = str(key_node.value)
            if key in result:
                problems.append(f"{source}:{line}: {key!r} is written twice; keep one of the two")
            lines[(*path, key)] = line
            result[key] = _build(loader, value_node, (*path, key), lines, problems, source)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(loader, item, (*path, index), lines, problems, source)
            for index, item in enumerate(node.value)
        ]
    try:
        return loader.construct_object(node, deep=True)
    except ValueError:
        # 2026-02-31 looks like a date; as a text it gets its complaint where a date is expected.
        return node.value


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """``did you mean 'pricing'?`` for a near miss, else the list of what is possible."""
    names = sorted(set(known))
    text = str(word)
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(text.casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    shown = ", ".join(names[:14]) + (", ..." if len(names) > 14 else "")
    return f"use one of: {shown}" if names else "remove it"


_ADVICE = {
    "missing": "is missing; add it",
    "string_type": "must be a text; put it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "date_type": "must be a date such as 2026-01-31",
    "date_parsing": "must be a date such as 2026-01-31",
    "date_from_datetime_parsing": "must be a date such as 2026-01-31",
    "tuple_type": "must be a list: one item a line, each after '- '",
    "list_type": "must be a list: one item a line, each after '- '",
    "dict_type": "must be a group of 'key: value' lines",
    "model_type": "must be a group of 'key: value' lines",
    "model_attributes_type": "must be a group of 'key: value' lines",
    "string_too_short": "must not be empty; write it out",
    "too_short": "must not be empty; add at least one item",
}


def contract_problems(error: ValidationError, document: Document, model: type[BaseModel]) -> list[str]:
    """Every error of pydantic as ``file:line: what, and what to do``, in the order of the file."""
    found: list[tuple[int, str]] = []
    for item in error.errors(include_url=False):
        path = tuple(part for part in item["loc"] if not (isinstance(part, str) and "[" in part))
        name = ".".join(str(part) for part in path if not isinstance(part, int)) or "the file"
        kind = item["type"]
        if kind == "extra_forbidden":
            what = f"unknown key {path[-1]!r}; {did_you_mean(path[-1], _known_keys(model, path[:-1]))}"
        elif kind in _ADVICE:
            what = f"{name} {_ADVICE[kind]}"
            if kind != "missing":
                what += f" (found {_shorten(item['input'])})"
        elif kind in ("value_error", "assertion_error"):
            context = item.get("ctx", {}).get("error")
            what = f"{name}: {context}" if path else str(context)
        elif kind == "literal_error":
            allowed = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
            what = f"{name}: {_shorten(item['input'])} is not known; {did_you_mean(item['input'], allowed)}"
        else:
            what = (
                f"{name}: {_shorten(item['input'])} does not fit; {item['msg'][:1].lower()}{item['msg'][1:]}"
            )
        found.append((document.line(path), document.complain(path, what)))
    return list(dict.fromkeys(text for _, text in sorted(found, key=lambda pair: pair[0])))


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _known_keys(model: type[BaseModel], path: Path) -> set[str]:
    """Names of the keys that may stand at ``path`` of a contract of ``model``."""
    models = {model}
    for part in path:
        if isinstance(part, str):
            fields = [m.model_fields[part].annotation for m in models if part in m.model_fields]
            models = {found for annotation in fields for found in _models_in(annotation)}
    return {info.alias or name for m in models for name, info in m.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType, list, tuple, dict) or hasattr(
        annotation, "__metadata__"
    ):
        for argument in get_args(annotation):
            yield from _models_in(argument)
