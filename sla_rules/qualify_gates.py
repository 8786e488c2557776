"""Where criteria and points lead: the stage, the step inside it, the persona.

Here: gates as expressions over masks and points, personas by mask. Not here: how masks and points come about
(``qualify_fit``, ``qualify_behaviour``), and what a gate still lacks (``reasons_missing``).
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import polars as pl

from sla_rules.definition import LeadDefinition
from sla_rules.definition_gates import STAGES, Persona, Way


def persona_numbers(definition: LeadDefinition, passed: pl.Series) -> pl.Series:
    """The place of each person's persona in the definition, from 1; 0 for none.

    Which criteria of personas are passed together is looked at once for each combination, not for each person.
    """
    everywhere = definition.mask(name for persona in definition.personas for name in persona.criteria)
    if not everywhere:
        return pl.repeat(0, len(passed), dtype=pl.UInt8, eager=True).alias("persona_number")
    masks = pl.DataFrame({"mask": passed & everywhere})
    known = masks.unique()
    numbers = [persona_number(definition, mask) for mask in known.get_column("mask")]
    known = known.with_columns(persona_number=pl.Series(numbers, dtype=pl.UInt8))
    return masks.join(known, on="mask", how="left", maintain_order="left").get_column("persona_number")


def persona_number(definition: LeadDefinition, passed: int) -> int:
    """The same for one mask."""
    best, most = 0, (0, 0)
    for number, persona in enumerate(definition.personas, start=1):
        met = [name for name in persona.criteria if passed >> definition.bits[name] & 1]
        points = sum(definition.criteria[definition.bits[name]].points for name in met)
        if len(met) >= persona.needed and (best == 0 or (points, len(met)) > most):
            best, most = number, (points, len(met))
    return best


def gate_of(definition: LeadDefinition, persona: Persona | None, stage: str) -> Sequence[Way]:
    """The ways to ``MQL`` or ``SQL`` that count for a persona: its own, else the general ones."""
    own = None if persona is None else (persona.sql if stage == "SQL" else persona.mql)
    return own or (definition.sql if stage == "SQL" else definition.mql)


def open_ways(
    definition: LeadDefinition, stage: str, passed: int, score: int, persona_id: str | None
) -> list[Way]:
    """The ways to ``MQL`` or ``SQL`` that are open to one person; none for other stages."""
    if stage not in ("MQL", "SQL"):
        return []
    persona = next((one for one in definition.personas if one.id == persona_id), None)
    points = sum(item.points for item in definition.fit.criteria if passed >> definition.bits[item.id] & 1)
    fit = min(max(points, 0), definition.fit.cap)
    return [
        way
        for way in gate_of(definition, persona, stage)
        if (way.fit_points is None or fit >= way.fit_points)
        and (way.behaviour_points is None or score - fit >= way.behaviour_points)
        and (way.points is None or score >= way.points)
        and all(passed >> definition.bits[name] & 1 for name in way.all_of or ())
        and (way.any_of is None or passed & definition.mask(way.any_of))
        and not passed & definition.mask(way.none_of or ())
    ]


def stages_and_steps(definition: LeadDefinition) -> list[pl.Expr]:
    """``stage`` (an enumeration) and ``step`` (a name or null).

    Made from the columns ``passed``, ``fit_points``, ``behaviour_points`` and ``persona_number``.
    """
    stage = _stage(definition)
    return [stage.alias("stage"), _step(definition, stage).alias("step")]


def _stage(definition: LeadDefinition) -> pl.Expr:
    stages = pl.Enum(STAGES)
    worthless = pl.lit(definition.mask(item.id for item in definition.disqualify), pl.UInt64)
    disqualified = pl.col("passed") & worthless != 0
    return (
        pl.when(disqualified)
        .then(pl.lit("go-nowhere", stages))
        .when(_gate(definition, "SQL"))
        .then(pl.lit("SQL", stages))
        .when(_gate(definition, "MQL"))
        .then(pl.lit("MQL", stages))
        .otherwise(pl.lit("lead", stages))
    )


def _gate(definition: LeadDefinition, stage: str) -> pl.Expr:
    chain: Any = pl
    general = True
    for number, persona in enumerate(definition.personas, start=1):
        own = persona.sql if stage == "SQL" else persona.mql
        if own:
            chain = chain.when(pl.col("persona_number") == number).then(_any(definition, own))
            general = False
    everybody = _any(definition, gate_of(definition, None, stage))
    return everybody if general else chain.otherwise(everybody)


def _step(definition: LeadDefinition, stage: pl.Expr) -> pl.Expr:
    chain: Any = pl
    for step in reversed(definition.steps):
        here = (stage == step.inside) & _any(definition, step.open)
        chain = chain.when(here).then(pl.lit(step.name, pl.String))
    nothing = pl.lit(None, pl.String)
    return chain.otherwise(nothing) if definition.steps else nothing


def _any(definition: LeadDefinition, ways: Sequence[Way]) -> pl.Expr:
    return reduce(pl.Expr.or_, (_way(definition, way) for way in ways))


def _way(definition: LeadDefinition, way: Way) -> pl.Expr:
    passed, parts = pl.col("passed"), []
    if way.fit_points is not None:
        parts.append(pl.col("fit_points") >= way.fit_points)
    if way.behaviour_points is not None:
        parts.append(pl.col("behaviour_points") >= way.behaviour_points)
    if way.points is not None:
        parts.append(pl.col("fit_points") + pl.col("behaviour_points") >= way.points)
    if way.all_of is not None:
        wanted = pl.lit(definition.mask(way.all_of), pl.UInt64)
        parts.append(passed & wanted == wanted)
    if way.any_of is not None:
        parts.append(passed & pl.lit(definition.mask(way.any_of), pl.UInt64) != 0)
    if way.none_of is not None:
        parts.append(passed & pl.lit(definition.mask(way.none_of), pl.UInt64) == 0)
    return reduce(pl.Expr.and_, parts)
