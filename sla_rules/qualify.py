"""Judge people by a lead definition: stage, score, criteria passed, failed and unknown, next change.

Here: masks and points together. Not here: who people are (``qualify_fit``), what they did
(``qualify_behaviour``), where that leads (``qualify_gates``) and words for people (``reasons``). ``now`` is an
argument; nothing is read or written.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import polars as pl

from sla_rules.attributes import columns_needed
from sla_rules.definition import LeadDefinition
from sla_rules.qualify_behaviour import ACTIVITY_COLUMNS, MOMENT, asked_by, behaviour_of
from sla_rules.qualify_fit import attributes_of, fit_of
from sla_rules.qualify_gates import persona_numbers, stages_and_steps

JUDGEMENT_SCHEMA = pl.Schema(
    {
        "person_id": pl.String(),
        "stage": pl.String(),
        "score": pl.Int32(),
        "passed": pl.UInt64(),
        "failed": pl.UInt64(),
        "unknown": pl.UInt64(),
        "next_change_at": MOMENT,
        "persona": pl.String(),
        "step": pl.String(),
    }
)


def people_columns(definition: LeadDefinition) -> tuple[str, ...]:
    """Columns that ``qualify`` needs of people, with ``person_id``."""
    return ("person_id", *sorted(columns_needed(attributes_of(definition))))


def qualify(
    definition: LeadDefinition,
    people: pl.DataFrame,
    activities: pl.DataFrame,
    *,
    now: datetime,
    since: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Judge all people at one moment.

    Args:
        definition: the agreed lead definition.
        people: one row a person, at least ``people_columns(definition)``; null means unknown.
        activities: at least ``person_id``, ``kind``, ``at``, ``detail``, ``direction``, ``outcome``; rows of
            other people are ignored, rows after ``now`` do not count yet.
        now: the moment judged, aware.
        since: ``person_id, since``: of these people what they did up to then counts only against them.

    Returns:
        ``JUDGEMENT_SCHEMA``, rows in the order of ``people``. Bit i of a mask is ``definition.criteria[i]``.
        ``next_change_at`` is the earliest moment after ``now`` at which, with nothing added, a window ends,
        points fade or an activity of the future begins to count; null if never. ``persona`` is an id,
        ``step`` a name; null for none.

    Raises:
        ValueError: when a column is missing, a time is not in UTC, ``now`` is naive or a person comes twice.
    """
    _check(people, activities, now)
    person_ids = people.get_column("person_id")
    with ThreadPoolExecutor(1) as beside:  # Polars leaves the interpreter to the other thread
        waiting = beside.submit(fit_of, definition, people)
        did = behaviour_of(asked_by(definition), person_ids, activities, now=now, since=since)
        fit = waiting.result()
    frame = (
        fit.with_row_index("person")
        .join(did, on="person", how="left", maintain_order="left", suffix="_did")
        .select(
            person_ids,
            passed=pl.col("passed") | pl.col("passed_did").fill_null(0),
            unknown="unknown",
            fit_points=pl.col("points").clip(0, definition.fit.cap),
            behaviour_points=pl.col("points_did").fill_null(0).clip(0, definition.behaviour.cap),
            next_change_at="change_at",
        )
    )
    frame = frame.with_columns(persona_number=persona_numbers(definition, frame.get_column("passed")))
    frame = frame.with_columns(stages_and_steps(definition))
    persona_ids = pl.Series([None, *(persona.id for persona in definition.personas)], dtype=pl.String)
    everything = (1 << len(definition.criteria)) - 1
    return frame.select(
        "person_id",
        pl.col("stage").cast(pl.String),
        (pl.col("fit_points") + pl.col("behaviour_points")).cast(pl.Int32).alias("score"),
        "passed",
        (pl.lit(everything, pl.UInt64) & ~(pl.col("passed") | pl.col("unknown"))).alias("failed"),
        "unknown",
        "next_change_at",
        persona=pl.lit(persona_ids).gather("persona_number"),
        step="step",
    )


def _check(people: pl.DataFrame, activities: pl.DataFrame, now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError("now has no time zone; give an aware time in UTC")
    missing = [name for name in ACTIVITY_COLUMNS if name not in activities.columns]
    if missing:
        raise ValueError(f"activities lack the columns {', '.join(missing)}; add them, with null for nothing")
    if activities.schema["at"] != MOMENT:
        raise ValueError(f"activities.at is {activities.schema['at']}; it must be microseconds in UTC")
    person_ids = people.get_column("person_id")
    # Different hashes are different ids, and numbers are counted faster than texts.
    if person_ids.hash().n_unique() != people.height and person_ids.n_unique() != people.height:
        raise ValueError("people hold a person_id more than once; judge each person once")
