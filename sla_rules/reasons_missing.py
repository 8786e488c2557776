"""What one person lacks to the next stage: what nobody knows of them, and how far the nearest gate is.

Here: the parts of the line ``missing`` that depend on the judgement, one combination of facts at a time. Not here:
the line itself (``reasons``) and the agreed minimum of information (``qualify_handoff``).
"""

from collections.abc import Iterable
from typing import Any

import polars as pl

from sla_rules.definition import Criterion, LeadDefinition
from sla_rules.definition_gates import Way
from sla_rules.qualify_gates import gate_of

FIELD_WORDS = {
    "title_words": "job title",
    "function": "job title",
    "seniority": "job title",
    "company_words": "company",
    "employees": "number of employees",
    "revenue": "revenue",
    "email_domain": "e-mail",
    "email_is": "e-mail",
    "name_is": "name",
    "phone_is": "phone",
    "source": "lead source",
    "email_opt_out": "whether they opted out",
    "do_not_call": "whether we may call",
}
"""Key of ``when`` -> what people call the field that it looks at, where the names differ."""


def unknown_fields(definition: LeadDefinition, stage: str, unknown: int) -> str:
    """Fields that nobody filled in and that could bring points or a gate, with the most that they could add.

    Of the criteria that look at one field in one way (sizes of a company, levels of a title) only one brings its
    points, so the highest counts. Empty for who needs none.
    """
    if stage not in ("lead", "MQL"):
        return ""
    wanted = gate_bits(definition)
    most: dict[str, dict[str, int]] = {}
    for bit, item in enumerate(definition.criteria):
        if unknown >> bit & 1 and item.when and (item.points > 0 or wanted >> bit & 1):
            for key in item.when.asks:
                ways = most.setdefault(FIELD_WORDS.get(key, key.replace("_", " ")), {})
                ways[key] = max(ways.get(key, 0), item.points)
    told = [(word, min(sum(ways.values()), definition.fit.cap)) for word, ways in most.items()]
    fields = [f"{word} (up to {points})" if points else word for word, points in told]
    return f"unknown: {', '.join(fields)}" if fields else ""


def gate_bits(definition: LeadDefinition) -> int:
    """The criteria that some gate asks for."""
    gates = [*definition.mql, *definition.sql]
    for persona in definition.personas:
        gates += [*(persona.mql or ()), *(persona.sql or ())]
    return definition.mask(name for way in gates for name in way.names)


def gated_persona(definition: LeadDefinition) -> pl.Expr:
    """The number of a person's persona if it has a gate of its own, else 0; from the column ``persona``."""
    numbers = {
        item.id: number for number, item in enumerate(definition.personas, start=1) if item.mql or item.sql
    }
    if not numbers:
        return pl.lit(0, pl.UInt8)
    return pl.col("persona").replace_strict(numbers, default=0, return_dtype=pl.UInt8)


def nearest_gate(
    definition: LeadDefinition, stage: str, persona: int, fit: int, behaviour: int, passed: int
) -> str:
    """What is lacking on the shortest way to the next stage, and how much of that way is done."""
    if stage not in ("lead", "MQL"):
        return ""
    target = "MQL" if stage == "lead" else "SQL"
    ways = gate_of(definition, definition.personas[persona - 1] if persona else None, target)
    needs = [_needs(definition, way, fit, behaviour, passed) for way in ways]
    _, met, words = min(needs, key=lambda need: need[0])
    done = f" ({met} of {met + len(words)})" if met + len(words) > 1 else ""
    return f"to {target}{done}: {', '.join(words)}"


def _needs(
    definition: LeadDefinition, way: Way, fit: int, behaviour: int, passed: int
) -> tuple[int, int, list[str]]:
    """How far a way is in points (a criterion counts what it is worth), conditions met, those lacking in words."""

    def lacking(names: Iterable[str]) -> list[Criterion]:
        bits = [definition.bits[name] for name in names]
        return [definition.criteria[bit] for bit in bits if not passed >> bit & 1]

    distance, met, words = 0, 0, []
    for wanted, have, name in (
        (way.fit_points, fit, "fit points"),
        (way.behaviour_points, behaviour, "behaviour points"),
        (way.points, fit + behaviour, "points"),
    ):
        if wanted is not None and have < wanted:
            distance += wanted - have
            words.append(f"{wanted - have} more {name}")
        elif wanted is not None:
            met += 1
    for item in lacking(way.all_of or ()):
        distance += _worth(item)
        words.append(item.label)
    met += len(way.all_of or ()) - len(lacking(way.all_of or ()))
    if way.any_of and len(choices := lacking(way.any_of)) == len(way.any_of):
        distance += min(_worth(item) for item in choices)
        words.append(" or ".join(item.label for item in choices))
    elif way.any_of:
        met += 1
    for name in way.none_of or ():
        if passed >> definition.bits[name] & 1:
            distance += 100
            words.append(f"must no longer be true: {definition.criteria[definition.bits[name]].label}")
        else:
            met += 1
    return distance, met, words


def _worth(item: Any) -> int:
    return max(int(item.points), 1)
