"""The lead definition's criteria as rules of the package rule-engine, for comparison.

The package is handed ready-made attributes and counts of activities, so it has less to do than ``qualify``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl
import rule_engine

from sla_rules.attributes import columns_needed, read_attributes
from sla_rules.attributes_words import fold
from sla_rules.definition import Amount, LeadDefinition, When
from sla_rules.qualify_behaviour import asked_by, behaviour_of
from sla_rules.qualify_fit import attributes_of


def rules_of(definition: LeadDefinition) -> list[tuple[int, rule_engine.Rule]]:
    """Mask and rule of each criterion."""
    return [
        (1 << bit, rule_engine.Rule(_condition(criterion.when) if criterion.when else f"did_{bit} >= 1"))
        for bit, criterion in enumerate(definition.criteria)
    ]


def facts_of(
    definition: LeadDefinition, people: pl.DataFrame, activities: pl.DataFrame, *, now: datetime
) -> list[dict[str, Any]]:
    """For each person the attributes read, and for each criterion on activities 1 if they were made, else 0."""
    wanted = attributes_of(definition)
    frame = read_attributes(
        people.select("person_id", *columns_needed(wanted)), definition.vocabulary, wanted
    )
    asked = asked_by(definition)
    did = behaviour_of(asked, people.get_column("person_id"), activities, now=now)
    passed = dict(did.select("person", "passed").iter_rows())
    rows = frame.to_dicts()
    for place, row in enumerate(rows):
        mask = passed.get(place, 0)
        row |= {f"did_{item.bit}": mask >> item.bit & 1 for item in asked}
    return rows


def passed_by(rules: Iterable[tuple[int, rule_engine.Rule]], facts: Iterable[Mapping[str, Any]]) -> list[int]:
    """The mask of the criteria that each person passes."""
    rules = list(rules)
    return [sum(mask for mask, rule in rules if rule.matches(row)) for row in facts]


def _condition(when: When) -> str:
    return " and ".join(f"({_test(key, value)})" for key, value in when.given.items())


def _test(key: str, value: Any) -> str:
    if isinstance(value, Amount):
        bounds = [(">=", value.at_least), ("<=", value.at_most)]
        return f"{key} != null and " + " and ".join(
            f"{key} {sign} {b}" for sign, b in bounds if b is not None
        )
    if key in ("title_words", "company_words"):
        text = f"{key.removesuffix('_words')}_folded"
        found = " or ".join(f'"{f" {fold(word)} "}" in {text}' for word in value)
        return f"{text} != null and ({found})"
    if key == "email_domain":
        return (
            "email_domain != null and ("
            + " or ".join(f'email_domain == "{name}" or email_domain.ends_with(".{name}")' for name in value)
            + ")"
        )
    if key in ("email_is", "name_is"):
        return " or ".join(f"{key.removesuffix('_is')}_{finding} == true" for finding in value)
    if key == "phone_is":
        return " or ".join(f"phone_valid == {str(one == 'valid').lower()}" for one in value)
    if key == "source":
        return f"source != null and source.as_lower in {_texts(one.strip().lower() for one in value)}"
    if isinstance(value, bool):
        return f"{key} == {str(value).lower()}"
    return f"{key} in {_texts(value)}"


def _texts(values: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
