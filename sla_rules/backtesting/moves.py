"""Who would have come to another stage, and by which criteria.

Here: two trials of the same past to people who differ. Not here: the trials (``trial``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

import polars as pl

from sla_rules.backtesting.facts import QUALIFIED
from sla_rules.backtesting.replay import judged_at
from sla_rules.backtesting.trial import Trial
from sla_rules.definition import LeadDefinition
from sla_rules.definition_gates import STAGES
from sla_rules.qualify_behaviour import MOMENT
from sla_rules.qualify_gates import open_ways


@dataclass(frozen=True)
class Cause:
    """What one criterion gives by the one definition and by the other.

    Attributes:
        before, after: points by the definition in force and by the proposed one; None where the person does not meet it
            or the definition does not have it.
    """

    label: str
    before: int | None
    after: int | None
    disqualifies: bool = False

    @property
    def told(self) -> str:
        """``gains “viewed pricing” (+20)``."""
        if self.disqualifies:
            return f"{'is' if self.before is None else 'is no longer'} a go-nowhere: {self.label}"
        if self.before is None:
            return f"gains “{self.label}” ({self.after:+d})"
        if self.after is None:
            return f"loses “{self.label}” ({self.before:+d})"
        return f"“{self.label}” {self.before:+d} → {self.after:+d}"


@dataclass(frozen=True)
class Move:
    """One person who would have come further, less far, or elsewhere.

    Attributes:
        at: when the definition that brings the person further does so; for others the end of the time.
        before, after: how far they come by the definition in force and by the proposed one.
        points_before, points_after: the scores at that moment.
        causes: weightiest first; empty where only gates differ.
        way: the way to the further stage that is open by the one definition and leads there by it alone.
    """

    person_id: str
    at: datetime
    before: str
    after: str
    points_before: int
    points_after: int
    causes: tuple[Cause, ...]
    way: str = ""

    @property
    def direction(self) -> Literal["up", "down"]:
        """Whether the proposed definition brings the person further."""
        return "up" if STAGES.index(self.after) > STAGES.index(self.before) else "down"

    @property
    def why(self) -> str:
        """The causes in words."""
        return "; ".join(told(self))


def told(move: Move) -> list[str]:
    """Each cause in words; where no criterion differs, what gate does."""
    if move.causes or not move.way:
        return [cause.told for cause in move.causes] or ["the gates differ"]
    if move.direction == "up":
        return [f"{move.after} opens by “{move.way}”"]
    return [f"{move.before} no longer opens by “{move.way}”"]


def moves_between(in_force: Trial, proposed: Trial) -> list[Move]:
    """Everybody who comes to another stage, those who would qualify or no longer qualify first."""
    both = (
        in_force.furthest()
        .rename({"stage": "before", "at": "at_before"})
        .join(proposed.furthest().rename({"stage": "after", "at": "at_after"}), on="person_id")
        .filter(pl.col("before") != pl.col("after"))
    )
    rank = {name: pl.col(name).cast(pl.Enum(STAGES)).to_physical() for name in ("before", "after")}
    further = pl.max_horizontal(rank["before"], rank["after"]) >= STAGES.index(QUALIFIED[0])
    when = (
        pl.when(~further)
        .then(pl.lit(in_force.facts.until, MOMENT))
        .when(rank["after"] > rank["before"])
        .then("at_after")
        .otherwise("at_before")
    )
    both = both.with_columns(at=when)
    first, second = (_judged(trial, both) for trial in (in_force, proposed))
    rows = both.join(first, on="person_id").join(second, on="person_id", suffix="_after")
    explain = cache(lambda before, after: causes(in_force.definition, proposed.definition, before, after))
    found = [
        Move(
            row["person_id"],
            row["at"],
            row["before"],
            row["after"],
            row["score"],
            row["score_after"],
            explain(row["passed"], row["passed_after"]),
            _way(in_force.definition, proposed.definition, row),
        )
        for row in rows.iter_rows(named=True)
    ]
    return sorted(found, key=lambda one: (_gate(one.before) == _gate(one.after), one.at, one.person_id))


def causes(
    in_force: LeadDefinition, proposed: LeadDefinition, passed_before: int, passed_after: int
) -> tuple[Cause, ...]:
    """What differs between two judgements of one person at one moment."""
    worth = [_worth(in_force, passed_before), _worth(proposed, passed_after)]
    nowhere = {item.id for item in (*in_force.disqualify, *proposed.disqualify)}
    labels = {item.id: item.label for item in (*in_force.criteria, *proposed.criteria)}
    found = [
        Cause(labels[name], worth[0].get(name), worth[1].get(name), disqualifies=name in nowhere)
        for name in dict.fromkeys([*worth[0], *worth[1]])
        if worth[0].get(name) != worth[1].get(name)
    ]
    return tuple(
        sorted(found, key=lambda one: (not one.disqualifies, -abs((one.after or 0) - (one.before or 0))))
    )


def counted(moves: Iterable[Move]) -> list[tuple[str, int, int]]:
    """Each cause with how many people move up and down by it, the most frequent first."""
    up: Counter[str] = Counter()
    down: Counter[str] = Counter()
    for one in moves:
        (up if one.direction == "up" else down).update(told(one))
    return sorted(
        ((why, up[why], down[why]) for why in up.keys() | down.keys()),
        key=lambda row: (-(row[1] + row[2]), row[0]),
    )


def _way(in_force: LeadDefinition, proposed: LeadDefinition, row: Mapping[str, Any]) -> str:
    """The first open way to the further of the two stages, by the definition that brings the person there."""
    if STAGES.index(row["after"]) > STAGES.index(row["before"]):
        ways = open_ways(
            proposed, row["after"], row["passed_after"], row["score_after"], row["persona_after"]
        )
    else:
        ways = open_ways(in_force, row["before"], row["passed"], row["score"], row["persona"])
    return ways[0].way if ways else ""


def _gate(stage: str) -> bool:
    return stage in QUALIFIED


def _judged(trial: Trial, moments: pl.DataFrame) -> pl.DataFrame:
    found = judged_at(trial.definition, trial.facts.history, moments)
    return found.select("person_id", "score", "passed", "persona")


def _worth(definition: LeadDefinition, passed: int) -> dict[str, int]:
    return {item.id: item.points for bit, item in enumerate(definition.criteria) if passed >> bit & 1}
