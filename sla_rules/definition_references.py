"""Names in a lead definition that lead nowhere: of criteria in gates, steps, personas and examples.

Here: checks on the raw values, so that they show beside the other problems. Not here: the ids themselves
(``definition_loading``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from contract_files.hints import did_you_mean
from contract_files.lines import Finding, Path
from sla_rules.definition_gates import STAGES

_WAY_KEYS = ("all_of", "any_of", "none_of")


def reference_problems(value: dict[str, Any], criteria: Mapping[str, Path]) -> Iterator[Finding]:
    """Every name that is nothing's, and names given twice.

    Args:
        value: the whole definition as it is written.
        criteria: id -> where the criterion stands.
    """
    for gate in ("mql", "sql"):
        yield from _ways(value.get(gate), (gate,), criteria)
    yield from _twice(value, "steps", "name")
    for path, step in _groups(value.get("steps"), ("steps",)):
        yield from _ways(step.get("open"), (*path, "open"), criteria)
        if step.get("name") in STAGES:
            what = f"{step['name']!r} is a stage itself; give the step a name of its own"
            yield (*path, "name"), what
    yield from _twice(value, "personas", "id")
    fit = [name for name, path in criteria.items() if path[0] == "fit"]
    for path, persona in _groups(value.get("personas"), ("personas",)):
        for at, name in items_at(persona.get("criteria"), (*path, "criteria")):
            if isinstance(name, str) and name not in fit:
                yield at, f"{name!r} is no fit criterion's id; {did_you_mean(name, fit)}"
        for gate in ("mql", "sql"):
            yield from _ways(persona.get(gate), (*path, gate), criteria)
    yield from _examples(value, criteria)


def _examples(value: dict[str, Any], criteria: Mapping[str, Path]) -> Iterator[Finding]:
    personas = _named(value, "personas", "id")
    steps = _named(value, "steps", "name")
    for path, example in _groups(value.get("examples"), ("examples",)):
        yield from _names(example.get("because"), (*path, "because"), criteria)
        for key, known in (("persona", personas), ("step", steps)):
            name = example.get(key)
            if isinstance(name, str) and name not in known:
                yield (*path, key), f"{name!r} is no {key} of this definition; {did_you_mean(name, known)}"


def _named(value: dict[str, Any], section: str, key: str) -> list[str]:
    found = (item.get(key) for _, item in _groups(value.get(section), (section,)))
    return [name for name in found if isinstance(name, str)]


def items_at(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The items of a list with their places; anything else is one item."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index), item
    elif value is not None:
        yield path, value


def _groups(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    return ((at, item) for at, item in items_at(value, path) if isinstance(item, dict))


def _ways(value: Any, path: Path, criteria: Mapping[str, Path]) -> Iterator[Finding]:
    for at, way in _groups(value, path):
        for key in _WAY_KEYS:
            yield from _names(way.get(key), (*at, key), criteria)


def _names(value: Any, path: Path, criteria: Mapping[str, Path]) -> Iterator[Finding]:
    for at, name in items_at(value, path):
        if isinstance(name, str) and name not in criteria:
            yield at, f"{name!r} is no criterion's id; {did_you_mean(name, criteria)}"


def _twice(value: dict[str, Any], section: str, key: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, item in _groups(value.get(section), (section,)):
        name = item.get(key)
        if isinstance(name, str) and name in seen:
            yield (*path, key), f"{name!r} is already used above; choose another"
        elif isinstance(name, str):
            seen.add(name)
