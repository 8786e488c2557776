"""YAML read together with the line of every key, so that a complaint can name its line.

Only reading belongs here: what the keys mean is the business of whoever validates the document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]


class YamlError(ValueError):
    """The text is not usable YAML; ``problems`` holds one ``file:line: what, and what to do`` each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Document:
    """Parsed data with the 1-based line at which each path begins."""

    data: Any
    source: str
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest parent that is in the text."""
        for length in range(len(path), -1, -1):
            if (found := self.lines.get(path[:length])) is not None:
                return found
        return 1

    def where(self, path: Path) -> str:
        """``file:line`` of ``path``."""
        return f"{self.source}:{self.line(path)}"


class _Reader:
    """Builds plain data from a node tree, noting lines and every key given twice."""

    def __init__(self, loader: yaml.SafeLoader, source: str) -> None:
        self._loader = loader
        self._source = source
        self.lines: dict[Path, int] = {}
        self.problems: list[str] = []
        self._open: set[int] = set()

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._open:
            self._complain(node, "an anchor that contains itself; write the value out")
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            self._complain(node, f"cannot be read ({error}); put the text in quotes")
            return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(key_node, "a key must be plain text; use a simple name")
                continue
            key = self._scalar(key_node)
            # A bare `no:` or `1:` is not text to YAML, and Accord's keys are all names.
            name = key if isinstance(key, str) else key_node.value
            if name in data:
                self._complain(key_node, f"`{name}` is given twice; keep one of them")
                continue
            self.lines[(*path, name)] = key_node.start_mark.line + 1
            data[name] = self.build(value_node, (*path, name))
        return data

    def _complain(self, node: yaml.Node, what: str) -> None:
        self.problems.append(f"{self._source}:{node.start_mark.line + 1}: {what}")


def read_yaml(text: str, *, source: str) -> Document:
    """Parse ``text``; ``source`` is the file's name for messages.

    Raises:
        YamlError: broken syntax, a key given twice, a self-containing anchor or an unreadable value.
    """
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return Document(data=None, source=source, lines={(): 1})
        reader = _Reader(loader, source)
        data = reader.build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = error.problem or error.context or "not YAML"
        raise YamlError([f"{source}:{line}: {what}; check indentation, colons and quotes"]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError([f"{source}:{line}: {error.reason}; save the file as plain UTF-8 text"]) from error
    if reader.problems:
        raise YamlError(reader.problems)
    return Document(data=data, source=source, lines=reader.lines)
