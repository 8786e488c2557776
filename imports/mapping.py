"""Reading an import mapping and saying everything that is wrong with it at once.

Here: YAML -> ``LoadedMapping``, the checks between its items, and its check against a file's columns. What one
item may say is ``mapping_model.py``; the check against HubSpot is ``properties.py``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from imports.mapping_model import ImportMapping, PropertyRule
from sla_rules.yaml_lines import ContractError, Document, contract_problems, did_you_mean, parse_contract
from sla_rules.yaml_lines import Path as YamlPath

SHIPPED = ("x_education",)

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOT_A_PROPERTY = {
    "email": "the address is made by 'identity'; remove it here",
    "hs_email_optout": "HubSpot takes opt-outs only through its subscription calls; use 'opt_out' instead",
}


class ImportMappingError(ContractError):
    """The mapping cannot be used; ``problems`` holds every ``file:line: what, and what to do``."""


@dataclass(frozen=True, slots=True)
class LoadedMapping:
    """A mapping with the lines of its file, for complaints about it."""

    rules: ImportMapping
    document: Document

    def complain(self, path: YamlPath, what: str) -> str:
        """``file:line: what``."""
        return self.document.complain(path, what)


def read_mapping(path: Path) -> LoadedMapping:
    """The mapping in a file.

    Raises:
        ImportMappingError: the file cannot be read, or with one line for every problem in it.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        problem = f"{path}: the mapping cannot be read ({error.strerror}); check the path"
        raise ImportMappingError([problem]) from error
    except UnicodeDecodeError as error:
        raise ImportMappingError([f"{path}: the mapping is not UTF-8 text; save it as such"]) from error
    return load_mapping(text, source=str(path))


def shipped_mapping_text(name: str) -> str:
    """The text of a mapping that comes with the product (one of ``SHIPPED``), as a start for one's own."""
    return (files("imports") / f"{name}.yaml").read_text("utf-8")


def load_mapping(text: str, *, source: str) -> LoadedMapping:
    """Parse and check a mapping.

    Raises:
        ImportMappingError: with one line for every problem, in the order of the file.
    """
    try:
        document = parse_contract(text, source=source)
    except ContractError as error:
        raise ImportMappingError(error.problems) from error
    if not isinstance(document.value, dict):
        raise ImportMappingError([f"{source}:1: is not an import mapping; start from a shipped one"])
    problems = list(document.problems)
    rules = _validated(document, problems)
    if rules is not None:
        problems += _cross_checks(rules, document)
    if rules is None or problems:
        raise ImportMappingError(sorted(dict.fromkeys(problems), key=lambda one: _line(one, source)))
    return LoadedMapping(rules, document)


def column_problems(mapping: LoadedMapping, columns: Sequence[str]) -> list[str]:
    """Columns that the mapping names and the file does not have."""
    have = set(columns)
    return [
        mapping.complain(path, f"the file has no column {name!r}; {did_you_mean(name, have)}")
        for path, name in mapping.rules.columns()
        if name not in have
    ]


def _line(problem: str, source: str) -> int:
    return int(problem[len(source) + 1 :].split(":", 1)[0])


def _validated(document: Document, problems: list[str]) -> ImportMapping | None:
    """The mapping, or None; each property is validated by itself, so that complaints know its keys."""
    value = document.value
    given = value.get("properties")
    sound: dict[str, PropertyRule] = {}
    if isinstance(given, dict):
        for name, raw in given.items():
            try:
                sound[name] = PropertyRule.model_validate(raw)
            except ValidationError as error:
                problems += contract_problems(error, _part(document, ("properties", name)), PropertyRule)
    try:
        return ImportMapping.model_validate({**value, "properties": sound} if sound else value)
    except ValidationError as error:
        # Without any sound property its errors have been told above, with their keys.
        told = contract_problems(error, document, ImportMapping)
        problems += [one for one in told if sound or not problems or not _within(one, document)]
        return None


def _within(problem: str, document: Document) -> bool:
    lines = [line for path, line in document.lines.items() if path[:1] == ("properties",) and len(path) > 1]
    return _line(problem, document.source) in lines


def _part(document: Document, path: YamlPath) -> Document:
    size = len(path)
    value: Any = document.value
    for key in path:
        value = value[key]
    lines = {found[size:]: line for found, line in document.lines.items() if found[:size] == path}
    return Document(document.source, value, lines)


def _cross_checks(rules: ImportMapping, document: Document) -> Iterator[str]:
    for name, rule in rules.properties.items():
        path: YamlPath = ("properties", name)
        if name in _NOT_A_PROPERTY:
            yield document.complain(path, f"{name}: {_NOT_A_PROPERTY[name]}")
        elif not _NAME.fullmatch(name):
            yield document.complain(
                path, f"{name!r} is no HubSpot property name; write it like 'lead_origin', not as its label"
            )
        judged = [column for column in rule.columns if column in rules.feedback]
        if judged and rule.create_property is None:
            yield document.complain(
                path,
                f"{name} would be made of {judged[0]!r}, which is feedback from sales; give it a property of its "
                "own ('create_property'), so that it never becomes an input",
            )
    for at, column in rules.columns():
        if at[0] in ("identity", "opt_out") and column in rules.feedback:
            yield document.complain(at, f"{column!r} is feedback from sales; use another column")
    if not rules.properties:
        yield document.complain(("properties",), "names no property; add at least one")
