"""Read a lead definition from YAML and say everything that is wrong with it at once.

Here: text -> ``LeadDefinition`` or ``DefinitionError``, and the checks between items (ids, gates, count of
criteria). Not here: what one item may say (``definition``).
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from sla_rules.attributes_words import Words
from sla_rules.definition import MAX_CRITERIA, DefinitionError, LeadDefinition
from sla_rules.yaml_lines import (
    ContractError,
    Document,
    Path,
    contract_problems,
    did_you_mean,
    parse_contract,
)

SHIPPED_NAME = "definition.yaml"


def shipped_definition() -> LeadDefinition:
    """The definition that comes with the product."""
    return load_definition(shipped_definition_text(), source=SHIPPED_NAME)


def shipped_definition_text() -> str:
    """The text of the shipped definition, as a start for one's own."""
    return (files("sla_rules") / SHIPPED_NAME).read_text("utf-8")


def load_definition(text: str, *, source: str) -> LeadDefinition:
    """Parse and check a lead definition.

    Args:
        text: YAML.
        source: name of the file, for the messages.

    Raises:
        DefinitionError: with one line for every problem found, in the order of the file.
    """
    try:
        document = parse_contract(text, source=source)
    except ContractError as error:
        raise DefinitionError(error.problems) from error
    if not isinstance(document.value, dict):
        raise DefinitionError(
            [f"{source}:1: is not a lead definition; start from the shipped {SHIPPED_NAME}"]
        )
    word_problems = list(_word_problems(document))
    problems = [*document.problems, *word_problems, *_reference_problems(document)]
    definition = None
    try:
        words = Words.shipped() if word_problems else _own_words(document)
        definition = LeadDefinition.model_validate(document.value, context={"words": words})
    except ValidationError as error:
        problems += contract_problems(error, document, LeadDefinition)
    if definition is None or problems:
        raise DefinitionError(sorted(dict.fromkeys(problems), key=_line_of(source)))
    return definition


def _line_of(source: str) -> Any:
    return lambda problem: int(problem[len(source) + 1 :].split(":", 1)[0])


def _own_words(document: Document) -> Words:
    own = document.value.get("words") or {}
    return Words.shipped().extended(
        **{name: own.get(name) or {} for name in ("functions", "seniorities", "industries", "countries")},
        personal_mail=own.get("personal_mail") or (),
    )


def _word_problems(document: Document) -> Iterator[str]:
    """Problems of the section ``words``, which has to be sound before criteria can be checked against it."""
    own = document.value.get("words")
    if own is None:
        return
    if not isinstance(own, dict):
        yield document.complain(("words",), "words must be a group of 'key: value' lines")
        return
    shipped = Words.shipped()
    for name, kind in (
        ("functions", None),
        ("seniorities", "seniority"),
        ("industries", None),
        ("countries", "country"),
    ):
        table = own.get(name)
        if table is None:
            continue
        if not isinstance(table, dict):
            yield document.complain(("words", name), f"{name} must be a group of 'name: [words]' lines")
            continue
        known = shipped.values(kind) if kind else tuple(table)
        if name == "seniorities":
            known = tuple(shipped.seniority_levels)
        for key, words in table.items():
            path = ("words", name, key)
            if key not in known:
                yield document.complain(path, f"{key!r} is not a known {kind}; {did_you_mean(key, known)}")
            if not isinstance(words, list) or not all(
                isinstance(word, str) and any(sign.isalnum() for sign in word) for word in words
            ):
                yield document.complain(
                    path, f"{name}.{key} must be a list of words in letters, like [treasury]"
                )
    mail = own.get("personal_mail", [])
    if not isinstance(mail, list) or not all(isinstance(domain, str) for domain in mail):
        yield document.complain(("words", "personal_mail"), "personal_mail must be a list of mail domains")


def _reference_problems(document: Document) -> Iterator[str]:
    """Ids written twice, too many criteria, gates that name no criterion. Works on whatever is readable."""
    seen: dict[str, Path] = {}
    count = 0
    for path, item in _criteria(document.value):
        count += 1
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            first = document.line((*seen[name], "id"))
            yield document.complain(
                (*path, "id"), f"the id {name!r} is already used in line {first}; choose another"
            )
        seen.setdefault(name, path)
        if count == MAX_CRITERIA + 1:
            yield document.complain(
                path, f"there are more than {MAX_CRITERIA} criteria; join or drop some from here on"
            )
    for gate in ("mql", "sql"):
        for path, way in _items(document.value.get(gate), (gate,)):
            if not isinstance(way, dict):
                continue
            for key in ("all_of", "any_of", "none_of"):
                for at, name in _items(way.get(key), (*path, key)):
                    if isinstance(name, str) and name not in seen:
                        yield document.complain(
                            at, f"{name!r} is no criterion's id; {did_you_mean(name, seen)}"
                        )


def _criteria(value: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield from _items(value.get("disqualify"), ("disqualify",))
    for section in ("fit", "behaviour"):
        content = value.get(section)
        if isinstance(content, dict):
            yield from _items(content.get("criteria"), (section, "criteria"))


def _items(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index), item
    elif value is not None:
        yield path, value
