"""Judge people by a lead definition: stage, score, criteria passed, failed and unknown, next change.

Here: criteria to masks, points to score, gates to stage. Not here: compiling the tests (``qualify_fit``,
``qualify_behaviour``) and words for people (``reasons``). ``now`` is an argument; nothing is read or written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce

import polars as pl

from sla_rules.attributes import columns_needed, read_attributes
from sla_rules.definition import STAGES, BehaviourCriterion, Criterion, LeadDefinition, Way
from sla_rules.qualify_behaviour import (
    ACTIVITY_COLUMNS,
    DAY,
    MOMENT,
    Asked,
    behaviour_of,
    fading_points,
)
from sla_rules.qualify_fit import attributes_of, holds

JUDGEMENT_SCHEMA = pl.Schema(
    {
        "person_id": pl.String(),
        "stage": pl.String(),
        "score": pl.Int32(),
        "passed": pl.UInt64(),
        "failed": pl.UInt64(),
        "unknown": pl.UInt64(),
        "next_change_at": MOMENT,
    }
)


def people_columns(definition: LeadDefinition) -> tuple[str, ...]:
    """Columns that ``qualify`` needs of people, with ``person_id``."""
    return ("person_id", *sorted(columns_needed(attributes_of(definition))))


def qualify(
    definition: LeadDefinition, people: pl.DataFrame, activities: pl.DataFrame, *, now: datetime
) -> pl.DataFrame:
    """Judge all people at one moment.

    Args:
        definition: the agreed lead definition.
        people: one row a person, at least ``people_columns(definition)``; null means unknown.
        activities: at least ``person_id``, ``kind``, ``at``, ``detail``, ``direction``, ``outcome``; rows of
            other people are ignored, rows after ``now`` do not count yet.
        now: the moment judged, aware.

    Returns:
        ``JUDGEMENT_SCHEMA``, rows in the order of ``people``. Bit i of a mask is ``definition.criteria[i]``.
        ``next_change_at`` is the earliest moment after ``now`` at which, with nothing added, a window ends,
        points fade or an activity of the future begins to count; null if never.

    Raises:
        ValueError: when a column is missing, a time is not in UTC, ``now`` is naive or a person comes twice.
    """
    _check(people, activities, now)
    asked = [Asked(bit, criterion.did) for bit, criterion in enumerate(definition.criteria) if criterion.did]
    frame = read_attributes(people, definition.vocabulary, attributes_of(definition)).join(
        behaviour_of(asked, activities, now=now), on="person_id", how="left", maintain_order="left"
    )
    by_bit = {item.bit: item for item in asked}
    tests = [
        holds(criterion.when) if criterion.when else pl.col(by_bit[bit].keeper).is_not_null()
        for bit, criterion in enumerate(definition.criteria)
    ]
    changes = [pl.col("arrival"), *_window_ends(asked)]
    points: dict[int, pl.Expr] = {}
    for bit, criterion in enumerate(definition.criteria):
        if isinstance(criterion, BehaviourCriterion) and criterion.half_life and criterion.points:
            points[bit], change = _fading(by_bit[bit], criterion.points, criterion.half_life, now)
            changes.append(change)
    frame = frame.select(
        "person_id",
        *(test.alias(f"criterion_{bit}") for bit, test in enumerate(tests)),
        *(fading.alias(f"points_{bit}") for bit, fading in points.items()),
        next_change_at=pl.min_horizontal(changes),
    )
    bits = range(len(definition.criteria))
    frame = frame.with_columns(
        passed=_mask(pl.col(f"criterion_{bit}").fill_null(False) for bit in bits),
        unknown=_mask(pl.col(f"criterion_{bit}").is_null() for bit in bits),
        fit_points=_section(definition, definition.fit.criteria, definition.fit.cap, points),
        behaviour_points=_section(
            definition, definition.behaviour.criteria, definition.behaviour.cap, points
        ),
    )
    everything = (1 << len(definition.criteria)) - 1
    return frame.select(
        "person_id",
        _stage(definition).cast(pl.String).alias("stage"),
        (pl.col("fit_points") + pl.col("behaviour_points")).cast(pl.Int32).alias("score"),
        "passed",
        (pl.lit(everything, pl.UInt64) & ~(pl.col("passed") | pl.col("unknown"))).alias("failed"),
        "unknown",
        "next_change_at",
    )


def _check(people: pl.DataFrame, activities: pl.DataFrame, now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError("now has no time zone; give an aware time in UTC")
    missing = [name for name in ACTIVITY_COLUMNS if name not in activities.columns]
    if missing:
        raise ValueError(f"activities lack the columns {', '.join(missing)}; add them, with null for nothing")
    if activities.schema["at"] != MOMENT:
        raise ValueError(f"activities.at is {activities.schema['at']}; it must be microseconds in UTC")
    if people.get_column("person_id").n_unique() != people.height:
        raise ValueError("people hold a person_id more than once; judge each person once")


def _mask(flags: Iterable[pl.Expr]) -> pl.Expr:
    set_bits = [flag.cast(pl.UInt64) * pl.lit(1 << bit, pl.UInt64) for bit, flag in enumerate(flags)]
    return pl.sum_horizontal(pl.lit(0, pl.UInt64), *set_bits)


def _bits(definition: LeadDefinition, names: Iterable[str]) -> pl.Expr:
    return pl.lit(sum({1 << definition.bits[name] for name in names}), pl.UInt64)


def _section(
    definition: LeadDefinition, criteria: Sequence[Criterion], cap: int, fading: Mapping[int, pl.Expr]
) -> pl.Expr:
    parts = []
    for criterion in criteria:
        bit = definition.bits[criterion.id]
        worth = pl.col(f"points_{bit}") if bit in fading else pl.lit(criterion.points, pl.Int32)
        parts.append(pl.when(pl.col(f"criterion_{bit}")).then(worth).otherwise(pl.lit(0, pl.Int32)))
    return pl.sum_horizontal(pl.lit(0, pl.Int32), *parts).clip(0, cap)


def _stage(definition: LeadDefinition) -> pl.Expr:
    """Stage from the columns ``passed``, ``fit_points`` and ``behaviour_points``."""
    stages = pl.Enum(STAGES)
    disqualified = pl.col("passed") & _bits(definition, [item.id for item in definition.disqualify]) != 0
    return (
        pl.when(disqualified)
        .then(pl.lit("go-nowhere", stages))
        .when(_gate(definition, definition.sql))
        .then(pl.lit("SQL", stages))
        .when(_gate(definition, definition.mql))
        .then(pl.lit("MQL", stages))
        .otherwise(pl.lit("lead", stages))
    )


def _gate(definition: LeadDefinition, ways: Sequence[Way]) -> pl.Expr:
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
        wanted = _bits(definition, way.all_of)
        parts.append(passed & wanted == wanted)
    if way.any_of is not None:
        parts.append(passed & _bits(definition, way.any_of) != 0)
    if way.none_of is not None:
        parts.append(passed & _bits(definition, way.none_of) == 0)
    return reduce(pl.Expr.and_, parts)


def _window_ends(asked: Iterable[Asked]) -> list[pl.Expr]:
    return [pl.col(item.keeper) + item.did.within for item in asked if item.did.within is not None]


def _fading(item: Asked, points: int, half_life: timedelta, now: datetime) -> tuple[pl.Expr, pl.Expr]:
    """Points left today, and the moment of the next step; both null where the criterion is not passed."""
    table = fading_points(points, half_life)
    last = len(table) - 1
    next_step: list[int | None] = [None] * len(table)
    for day in range(last - 1, -1, -1):
        next_step[day] = day + 1 if table[day + 1] != table[day] else next_step[day + 1]
    latest = pl.when(pl.col(item.keeper).is_not_null()).then(pl.col(item.latest))
    age_days = (pl.lit(now) - latest).dt.total_days().clip(0, last)
    left = pl.lit(pl.Series(table, dtype=pl.Int32)).gather(age_days)
    step = pl.lit(pl.Series(next_step, dtype=pl.Int64)).gather(age_days)
    return left, latest + step * pl.lit(DAY)
