"""Reading an import mapping and saying everything that is wrong with it at once.

Here: YAML -> ``LoadedMapping``, the checks between its items, and its check against a file's columns. What one
item may say is ``mapping_model.py``; the check against HubSpot is ``properties.py``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from contract_files.errors import ContractError
from contract_files.hints import did_you_mean
from contract_files.lines import Document, Finding, parse_contract
from contract_files.lines import Path as YamlPath
from contract_files.problems import checked
from imports.mapping_model import ImportMapping

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
    rules, found = checked(document, ImportMapping)
    problems = document.problems(found if rules is None else _cross_checks(rules))
    if rules is None or problems:
        raise ImportMappingError(problems)
    return LoadedMapping(rules, document)


def column_problems(mapping: LoadedMapping, columns: Sequence[str]) -> list[str]:
    """Columns that the mapping names and the file does not have."""
    have = set(columns)
    return [
        mapping.complain(path, f"the file has no column {name!r}; {did_you_mean(name, have)}")
        for path, name in mapping.rules.columns()
        if name not in have
    ]


def _cross_checks(rules: ImportMapping) -> Iterator[Finding]:
    for name, rule in rules.properties.items():
        path: YamlPath = ("properties", name)
        if name in _NOT_A_PROPERTY:
            yield path, f"{name}: {_NOT_A_PROPERTY[name]}"
        elif not _NAME.fullmatch(name):
            yield (
                path,
                f"{name!r} is no HubSpot property name; write it like 'lead_origin', not as its label",
            )
        judged = [column for column in rule.columns if column in rules.feedback]
        if judged and rule.create_property is None:
            yield (
                path,
                f"{name} would be made of {judged[0]!r}, which is feedback from sales; give it a property of its "
                "own ('create_property'), so that it never becomes an input",
            )
    for at, column in rules.columns():
        if at[0] in ("identity", "opt_out") and column in rules.feedback:
            yield at, f"{column!r} is feedback from sales; use another column"
    if not rules.properties:
        yield ("properties",), "names no property; add at least one"
