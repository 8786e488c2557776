"""What a suggestion learns from: people as they were when they were handed over, and what became of them.

Here: the examples as a value, and how outcomes are told from what sales answered. Not here: reading any of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment to which every handoff is moved, with what the person did before it."""
FEWEST = 30
"""Of each kind of outcome; with fewer, what looks like a pattern is mostly chance."""

Flags = npt.NDArray[np.bool_]
Goal = Literal["accepted", "won", "great example"]
GOALS: tuple[Goal, ...] = get_args(Goal)

_ANSWERS: Mapping[str, Mapping[str, bool]] = {
    "accepted": {
        "converted": True,
        "accepted": True,
        "great example": True,
        "poor quality": False,
        "go-nowhere": False,
    },
    "won": {"poor quality": False, "go-nowhere": False},
    "great example": {
        "great example": True,
        "converted": False,
        "accepted": False,
        "too soon": False,
        "poor quality": False,
        "go-nowhere": False,
    },
}
"""What a disposition says about each goal; one that is not named says nothing."""


class TooFewAnswers(ValueError):  # noqa: N818 - an answer to a question, not a failure
    """Nothing can be learnt yet; the text says how many answers there are and how many it takes."""


@dataclass(frozen=True)
class Examples:
    """People whose outcome is known.

    Attributes:
        people: one row each, columns as ``qualify`` wants them, known at the handoff.
        activities: of these people, none after the handoff, times moved so that each handoff is ``AS_OF``.
        outcome: whether the goal was reached, in the order of ``people``.
    """

    people: pl.DataFrame
    activities: pl.DataFrame
    outcome: Flags

    def at(self, rows: npt.NDArray[np.int64]) -> "Examples":
        """These rows only."""
        return Examples(self.people[rows], self.activities, self.outcome[rows])

    def check(self) -> None:
        """Refuse what is too little.

        Raises:
            TooFewAnswers: with what there is and what is needed.
        """
        reached = int(self.outcome.sum())
        missed = len(self.outcome) - reached
        if min(reached, missed) < FEWEST:
            raise TooFewAnswers(
                f"too few answers to learn from: {reached} people reached the goal and {missed} did not; at "
                f"least {FEWEST} of each are needed"
            )


def examples_of(
    goal: Goal,
    *,
    people: pl.DataFrame,
    activities: pl.DataFrame,
    handoffs: pl.DataFrame,
    dispositions: pl.DataFrame,
    opportunities: pl.DataFrame,
) -> Examples:
    """The examples of a history: the first handoff of each person, judged by what followed it.

    Args:
        goal: what counts as reached.
        people: as ``qualify`` wants them.
        activities: on the common time line; what came after the handoff is left out.
        handoffs: ``person_id``, ``handed_off_at``.
        dispositions: ``person_id``, ``at``, ``disposition``; the last one counts.
        opportunities: ``person_id``, ``is_won``, ``is_closed``; only ``won`` looks at them.
    """
    outcome = answers_of(goal, handoffs=handoffs, dispositions=dispositions, opportunities=opportunities)
    known = people.join(outcome, on="person_id", how="inner").sort("person_id")
    before = (
        activities.join(known.select("person_id", "handed_off_at"), on="person_id")
        .filter(pl.col("at") <= pl.col("handed_off_at"))
        .with_columns(at=pl.lit(AS_OF) - (pl.col("handed_off_at") - pl.col("at")))
        .drop("handed_off_at")
    )
    return Examples(
        known.drop("reached", "handed_off_at"), before, known.get_column("reached").to_numpy().astype(bool)
    )


def answers_of(
    goal: Goal, *, handoffs: pl.DataFrame, dispositions: pl.DataFrame, opportunities: pl.DataFrame
) -> pl.DataFrame:
    """``person_id, handed_off_at, reached``: what became of everybody's first handoff, where that is known."""
    first = handoffs.group_by("person_id").agg(pl.col("handed_off_at").min())
    said = _answers(
        goal, dispositions.join(first, on="person_id").filter(pl.col("at") >= pl.col("handed_off_at"))
    )
    outcome = said
    if goal == "won":
        deals = opportunities.filter(pl.col("is_won") | pl.col("is_closed"))
        won = deals.group_by("person_id").agg(pl.col("is_won").any().alias("reached"))
        outcome = pl.concat([won, said.join(won, on="person_id", how="anti")])
    return outcome.join(first, on="person_id").select("person_id", "handed_off_at", "reached")


def _answers(goal: Goal, dispositions: pl.DataFrame) -> pl.DataFrame:
    answers: dict[str, Any] = dict(_ANSWERS[goal])
    return (
        # An empty one is an answer taken back: before a second handoff, by which the one before still stands.
        dispositions.filter(pl.col("disposition") != "")
        .sort("at")
        .group_by("person_id")
        .agg(pl.col("disposition").last().str.to_lowercase())
        .select(
            "person_id",
            reached=pl.col("disposition").replace_strict(answers, default=None, return_dtype=pl.Boolean),
        )
        .drop_nulls()
    )
