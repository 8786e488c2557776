"""Two versions of a lead definition beside each other: whether they judge alike, and who moves between them.

Here: definitions and frames in, answers out. Not here: which version is in force (``passes.judging.in_force``).
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.definition import LeadDefinition
from sla_rules.qualify import qualify

_SAID_ONLY = frozenset({"label", "way"})
_ABOUT_IT = {"title", "version", "agreed_on", "agreed_by", "effective_from", "examples"}

MOVES_SCHEMA = pl.Schema(
    {"person_id": pl.String(), "before": pl.String(), "after": pl.String(), "points": pl.Int32()}
)


@dataclass(frozen=True)
class Effect:
    """What a new version would do at one moment.

    Attributes:
        judged: how many people both versions judged.
        moves: ``MOVES_SCHEMA``, everybody whose stage differs; ``points`` is the change of the score.
    """

    judged: int
    moves: pl.DataFrame


def judge_alike(one: LeadDefinition, other: LeadDefinition) -> bool:
    """Whether nobody can be judged differently: the two differ in words about people and things only."""
    return bool(_essence(one) == _essence(other))


def effective_at(definition: LeadDefinition, zone: str) -> datetime | None:
    """The first moment of the day from which it is to judge, in the business's zone."""
    begins = definition.effective_from
    return None if begins is None else datetime.combine(begins, time.min, ZoneInfo(zone))


def moves(
    old: LeadDefinition,
    new: LeadDefinition,
    people: pl.DataFrame,
    activities: pl.DataFrame,
    *,
    now: datetime,
) -> Effect:
    """Who would be at another stage by the new version; the frames are those of ``qualify``."""
    before = qualify(old, people, activities, now=now)
    after = qualify(new, people, activities, now=now)
    both = pl.DataFrame(
        {
            "person_id": before.get_column("person_id"),
            "before": before.get_column("stage"),
            "after": after.get_column("stage"),
            "points": after.get_column("score") - before.get_column("score"),
        },
        schema=MOVES_SCHEMA,
    )
    return Effect(both.height, both.filter(pl.col("before") != pl.col("after")))


def _essence(definition: LeadDefinition) -> Any:
    return _without_words(definition.model_dump(exclude=_ABOUT_IT))


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_words(item) for key, item in value.items() if key not in _SAID_ONLY}
    if isinstance(value, list | tuple):
        return [_without_words(item) for item in value]
    return value
