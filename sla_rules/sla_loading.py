"""Reading the SLA from YAML: every problem at once, each with its line and its remedy.

Only text in, contract or problems out; who reads the file is the caller's business.
"""

import difflib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sla_rules import sla
from sla_rules.sla import SlaContract


class SlaError(ValueError):
    """The SLA cannot be used; ``problems`` has one ``file:line: what, and what to do`` each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def shipped_sla() -> SlaContract:
    """The agreement that comes with the package."""
    return load_sla(files("sla_rules").joinpath("sla.yaml").read_text("utf-8"), source="sla_rules/sla.yaml")


def load_sla(text: str, *, source: str) -> SlaContract:
    """Reads a contract.

    Args:
        text: YAML.
        source: the name that messages give (``sla.yaml``).

    Raises:
        SlaError: with all problems at once.
    """
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        problems = [f"{source}:{line}: {what}" for line, what in _repeated_keys(root)]
        document = loader.construct_document(root) if root is not None else None  # type: ignore[no-untyped-call]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SlaError([f"{source}:{line}: {error.problem}; mend the YAML at this place"]) from error
    except ValueError as error:
        raise SlaError([f"{source}:1: {error}; mend the value"]) from error
    finally:
        loader.dispose()  # type: ignore[no-untyped-call]
    if not isinstance(document, dict):
        raise SlaError([f"{source}:1: an SLA is a mapping with title, calendars, commitments ...; see the shipped one"])
    try:
        contract = SlaContract.model_validate({**document, "source": source})
    except ValidationError as error:
        problems += [_message(source, root, detail) for detail in error.errors()]
        raise SlaError(_in_line_order(problems)) from error
    if problems:
        raise SlaError(problems)
    return contract


def _repeated_keys(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, f"{key.value!r} stands twice; keep one"
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def _message(source: str, root: yaml.Node | None, detail: ErrorDetails) -> str:
    path = detail["loc"]
    where = ".".join(str(part) for part in path if part != "[key]") or "the agreement"
    kind = detail["type"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), sorted(_known_keys()), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "remove it, or see the shipped sla.yaml for the keys"
        what = f"{where} is not known; {hint}"
    elif kind == "missing":
        what = f"{where} is missing; add it"
    elif kind == "value_error":
        what = f"{where}: {str(detail['msg']).removeprefix('Value error, ')}"
    else:
        what = f"{where}: {detail['msg'][:1].lower()}{detail['msg'][1:]} (it is {detail['input']!r}); change it"
    return f"{source}:{_line(root, path)}: {what}"


def _known_keys() -> set[str]:
    models = [m for m in vars(sla).values() if isinstance(m, type) and issubclass(m, BaseModel)]
    return {name for model in models for name in model.model_fields} - {"source"}


def _line(node: yaml.Node | None, path: Sequence[Any]) -> int:
    """The line (from 1) of the deepest part of the path that is in the text."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _in_line_order(problems: list[str]) -> list[str]:
    return sorted(problems, key=lambda problem: int(problem.split(":")[1]))
