"""YAML read together with the line of every value, so that a complaint can name its line.

Here: text -> plain values and their lines. Not here: what the keys mean (whoever validates the document).

Numbers, booleans and dates follow YAML 1.2, because a contract is read by people: ``NO`` is Norway and not
false, ``17:00`` is a text and not 1020, ``010`` is ten and not eight.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from contract_files.errors import ContractError
from contract_files.secrets import REMEDY, secret_lines

Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value; ``()`` is the whole file."""
Finding = tuple[Path, str]
"""Where something is wrong; what, and what to do."""


@dataclass(frozen=True)
class Document:
    """A parsed contract: its values, and the line on which each of them begins.

    Attributes:
        source: the name shown to people, usually the file's path.
        value: dicts with text keys, lists and scalars (text, int, float, bool, date, None), as written.
        lines: path -> line number from 1.
        flaws: line and sentence of what was wrong with the YAML itself, although the rest could be read.
    """

    source: str
    value: Any
    lines: Mapping[Path, int]
    flaws: tuple[tuple[int, str], ...] = ()

    def line(self, path: Path) -> int:
        """Line of the value at ``path``, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def complain(self, path: Path, what: str) -> str:
        """``file:line: what``."""
        return f"{self.source}:{self.line(path)}: {what}"

    def problems(self, findings: Iterable[Finding]) -> list[str]:
        """The flaws and ``findings`` as ``file:line: what, and what to do``, each once, in file order."""
        told = [*self.flaws, *((self.line(path), what) for path, what in findings)]
        told.sort(key=lambda pair: pair[0])
        return list(dict.fromkeys(f"{self.source}:{line}: {what}" for line, what in told))


def parse_contract(text: str, *, source: str) -> Document:
    """Parse one YAML document; ``source`` is the file's name for the messages.

    Raises:
        ContractError: when the text is not YAML, or holds a secret; the problem names the line.
    """
    # Before anything else: the complaints about a file quote what stands in it.
    if found := list(secret_lines(text)):
        raise ContractError(f"{source}:{line}: this line {REMEDY}" for line in found)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        reader = _Reader(loader)
        value = None if node is None else reader.build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line, _last_line(text)) + 1 if mark else 1
        raise ContractError([f"{source}:{line}: {_said(error)}"]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"the character {text[error.position]!r} cannot stand in a text file; delete it"
        raise ContractError([f"{source}:{line}: {what}"]) from error
    except RecursionError as error:
        what = "lists or groups are nested too deeply; check the brackets"
        raise ContractError([f"{source}:1: {what}"]) from error
    return Document(source, value, reader.lines, tuple(reader.flaws))


def _last_line(text: str) -> int:
    return max(len(text.splitlines()) - 1, 0)


def _said(error: yaml.MarkedYAMLError) -> str:
    detail = ", ".join(part for part in (error.context, error.problem) if part)
    if r"'\t'" in detail:
        return "this is not valid YAML (a tab stands here); indent with spaces"
    return f"this is not valid YAML ({detail}); check the indentation, colons and quotes here"


class _Loader(yaml.SafeLoader):
    """The safe loader with the scalar forms of YAML 1.2, but for hexadecimal, octal and endless numbers."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern in (
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"),
    ("null", r"~|null|Null|NULL|"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), None)
# PyYAML's own reads 010 as octal.
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


class _Reader:
    """Builds plain values from a tree of nodes, noting lines and whatever cannot be taken over."""

    def __init__(self, loader: _Loader) -> None:
        self._loader = loader
        self._open: set[int] = set()
        self.lines: dict[Path, int] = {}
        self.flaws: list[tuple[int, str]] = []

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._open:
            self._complain(node, "this value contains itself through its anchor; write it out")
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._group(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self._open.discard(id(node))

    def _group(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        group: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(key_node, "a key must be a plain text; use a simple name")
                continue
            # A bare `true:` or `1:` is no text to YAML, and the keys of contracts are all names.
            key = key_node.value
            at = (*path, key)
            if key == "<<" and key_node.style is None:
                self._complain(key_node, "'<<' is not YAML 1.2; write out the lines that it stands for")
            elif key in group:
                first = self.lines[at]
                self._complain(
                    key_node, f"{key!r} is written twice, first in line {first}; keep one of the two"
                )
            else:
                self.lines[at] = key_node.start_mark.line + 1
                group[key] = self.build(value_node, at)
        return group

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node, deep=True)
        except ValueError:
            # 2026-02-31 looks like a date; as a text it gets its complaint where a date is expected.
            return node.value
        except yaml.constructor.ConstructorError:
            self._complain(node, f"the tag {node.tag!r} has no meaning here; remove it")
            return None

    def _complain(self, node: yaml.Node, what: str) -> None:
        self.flaws.append((node.start_mark.line + 1, what))
