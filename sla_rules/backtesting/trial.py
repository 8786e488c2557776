"""One definition tried on the past: whom it would have qualified when, how many, and how often it was right.

Here: states of a replay to figures. Not here: two definitions beside each other (``backtest``).
"""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from sla_rules.backtesting.facts import QUALIFIED, Facts
from sla_rules.backtesting.replay import judged_at, replay
from sla_rules.definition import LeadDefinition
from sla_rules.definition_gates import STAGES
from sla_rules.metrics.cohort import newly_qualified
from sla_rules.suggesting.choice import ranking
from sla_rules.suggesting.examples import Goal

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Rates:
    """How often a definition was right about people whose outcome is known.

    Attributes:
        answered: people handed over in the time whose outcome is known.
        reached: those of them who reached the goal.
        chosen: those whom the definition would have qualified by the time of their handoff.
        right: those of the chosen who reached the goal.
        ranking: ROC AUC of the score at the handoff; None without both outcomes.
    """

    answered: int
    reached: int
    chosen: int
    right: int
    ranking: float | None

    @property
    def precision(self) -> float | None:
        """Of those it would have chosen, the share that reached the goal."""
        return self.right / self.chosen if self.chosen else None

    @property
    def recall(self) -> float | None:
        """Of those who reached the goal, the share that it would have chosen."""
        return self.right / self.reached if self.reached else None


@dataclass(frozen=True)
class Trial:
    """A definition and what it would have made of the past.

    Attributes:
        states: of ``replay``.
    """

    definition: LeadDefinition
    facts: Facts
    states: pl.DataFrame

    @classmethod
    def of(cls, definition: LeadDefinition, facts: Facts) -> "Trial":
        """Replay the definition."""
        return cls(definition, facts, replay(definition, facts.history, since=facts.since, until=facts.until))

    def qualified(self) -> pl.DataFrame:
        """``person_id, at``: each time somebody became MQL or SQL; who was one at the beginning did not become one."""
        there = pl.col("at") > self.facts.since
        return newly_qualified(self.states).filter(there)

    def volume(self) -> int:
        """People newly qualified in the time."""
        return self.qualified().get_column("person_id").n_unique()

    def per_week(self) -> float:
        """People newly qualified a week, on average."""
        return self.volume() / ((self.facts.until - self.facts.since) / _WEEK)

    def weekly(self) -> list[int]:
        """People newly qualified in each week, as the scorecard counts them."""
        found = self.qualified()
        return [
            found.filter(week.holds("at")).get_column("person_id").n_unique() for week in self.facts.weeks()
        ]

    def furthest(self) -> pl.DataFrame:
        """``person_id, stage, at``: how far everybody came and when first; without a gate passed, the last stage."""
        order = pl.col("stage").cast(pl.Enum(STAGES)).to_physical()
        passed = pl.col("stage").is_in(QUALIFIED)
        best = (
            self.states.filter(passed)
            .sort(order, "at", descending=[True, False])
            .group_by("person_id", maintain_order=True)
            .first()
        )
        others = self.states.join(best, on="person_id", how="anti").sort("at").group_by("person_id").last()
        return pl.concat([one.select("person_id", "stage", "at") for one in (best, others)]).sort("person_id")

    def chosen(self, goal: Goal) -> pl.DataFrame:
        """``person_id, reached, chosen``: everybody with an answer."""
        first = (
            self.states.filter(pl.col("stage").is_in(QUALIFIED)).group_by("person_id").agg(pl.col("at").min())
        )
        return (
            self.facts.answered(goal)
            .join(first, on="person_id", how="left")
            .select(
                "person_id",
                "reached",
                chosen=(pl.col("at") <= pl.col("handed_off_at")).fill_null(value=False),
            )
        )

    def rates(self, goal: Goal) -> Rates:
        """How often it was right."""
        found = self.chosen(goal)
        right = found.filter(pl.col("chosen") & pl.col("reached")).height
        return Rates(
            found.height,
            int(found.get_column("reached").sum()),
            int(found.get_column("chosen").sum()),
            right,
            self._ranking(goal),
        )

    def _ranking(self, goal: Goal) -> float | None:
        asked = self.facts.answered(goal)
        if asked.get_column("reached").n_unique() < 2:
            return None
        moments = asked.select("person_id", at="handed_off_at")
        scored = judged_at(self.definition, self.facts.history, moments).join(asked, on="person_id")
        reached = scored.get_column("reached").to_numpy().astype(bool)
        return ranking(scored.get_column("score").to_numpy().astype("int64"), reached)
