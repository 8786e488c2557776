"""Read a lead definition from YAML and say everything that is wrong with it at once.

Here: text -> ``LeadDefinition`` or ``DefinitionError``, and the checks between items (ids, gates, count of
criteria). Not here: what one item may say (``definition``), names that lead nowhere (``definition_references``).
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from contract_files.errors import ContractError
from contract_files.hints import did_you_mean
from contract_files.lines import Document, Finding, Path, parse_contract
from contract_files.problems import checked
from sla_rules.attributes_words import Words
from sla_rules.definition import MAX_CRITERIA, DefinitionError, LeadDefinition
from sla_rules.definition_references import items_at, reference_problems

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
    in_words = list(_word_problems(document.value))
    words = Words.shipped() if in_words else _own_words(document.value)
    definition, found = checked(document, LeadDefinition, context={"words": words})
    problems = document.problems([*found, *in_words, *_id_problems(document)])
    if definition is None or problems:
        raise DefinitionError(problems)
    return definition


def _own_words(value: dict[str, Any]) -> Words:
    own = value.get("words") or {}
    return Words.shipped().extended(
        **{name: own.get(name) or {} for name in ("functions", "seniorities", "industries", "countries")},
        personal_mail=own.get("personal_mail") or (),
    )


def _word_problems(value: dict[str, Any]) -> Iterator[Finding]:
    """Problems of the section ``words``, which has to be sound before criteria can be checked against it."""
    own = value.get("words")
    if own is None:
        return
    if not isinstance(own, dict):
        yield ("words",), "words must be a group of 'key: value' lines"
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
            yield ("words", name), f"{name} must be a group of 'name: [words]' lines"
            continue
        known = shipped.values(kind) if kind else tuple(table)
        if name == "seniorities":
            known = tuple(shipped.seniority_levels)
        for key, words in table.items():
            path = ("words", name, key)
            if key not in known:
                yield path, f"{key!r} is not a known {kind}; {did_you_mean(key, known)}"
            if not isinstance(words, list) or not all(
                isinstance(word, str) and any(sign.isalnum() for sign in word) for word in words
            ):
                yield path, f"{name}.{key} must be a list of words in letters, like [treasury]"
    mail = own.get("personal_mail", [])
    if not isinstance(mail, list) or not all(isinstance(domain, str) for domain in mail):
        yield ("words", "personal_mail"), "personal_mail must be a list of mail domains"


def _id_problems(document: Document) -> Iterator[Finding]:
    """Ids written twice, too many criteria, names of no criterion. Works on whatever is readable."""
    seen: dict[str, Path] = {}
    count = 0
    for path, item in _criteria(document.value):
        count += 1
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            first = document.line((*seen[name], "id"))
            yield (*path, "id"), f"the id {name!r} is already used in line {first}; choose another"
        seen.setdefault(name, path)
        if count == MAX_CRITERIA + 1:
            yield path, f"there are more than {MAX_CRITERIA} criteria; join or drop some from here on"
    yield from reference_problems(document.value, seen)


def _criteria(value: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield from items_at(value.get("disqualify"), ("disqualify",))
    for section in ("fit", "behaviour"):
        content = value.get(section)
        if isinstance(content, dict):
            yield from items_at(content.get("criteria"), (section, "criteria"))
