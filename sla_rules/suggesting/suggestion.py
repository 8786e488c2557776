"""Suggest a definition: a few criteria with whole points, learnt from outcomes and measured on people held out.

Here: a suggestion from nothing, with the effect of each criterion. Not here: changes to a definition that is in
force (``tweaks``), the file that a person may adopt (``page``).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from sla_rules.definition import BehaviourCriterion, LeadDefinition
from sla_rules.suggesting.candidates import Asked, candidates, meets
from sla_rules.suggesting.choice import choose, ranking, score, whole_points
from sla_rules.suggesting.examples import Examples, Flags

FOLDS = 5
MOST_CRITERIA = 12


@dataclass(frozen=True)
class Worth:
    """A suggested criterion with its points.

    Attributes:
        effect: by how much the ranking of people held out gets worse without it (ROC AUC, mean of the folds).
        met: share of the people who meet it.
        reached: share of those who reached the goal.
    """

    criterion: Asked
    effect: float
    met: float
    reached: float

    @property
    def told(self) -> str:
        """The figures in words."""
        return (
            f"effect {self.effect:+.4f}; {self.met:.0%} of the people meet it, {self.reached:.0%} of them reached "
            "the goal"
        )


@dataclass(frozen=True)
class Suggestion:
    """What to ask, and how well it tells.

    Attributes:
        held_out: ROC AUC of each fold: criteria and points were found without the people that it ranks.
    """

    criteria: tuple[Worth, ...]
    held_out: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean of ``held_out``."""
        return sum(self.held_out) / len(self.held_out)


def suggest(
    examples: Examples, *, most: int = MOST_CRITERIA, definition: LeadDefinition | None = None, seed: int = 0
) -> Suggestion:
    """At most ``most`` criteria for these examples; ``definition`` lends its words.

    Raises:
        TooFewAnswers: when there is too little to learn from.
    """
    examples.check()
    found = suggested_criteria(examples, most=most, definition=definition)
    met = meets(found, examples)
    behaviour = behaviours(found)
    effects: list[list[float]] = []
    held_out: list[float] = []
    for train, test in folds(examples.outcome, seed):
        own = suggested_criteria(examples.at(train), most=most, definition=definition)
        held_out.append(ranked(own, examples.at(test)))
        points = whole_points(met[train], examples.outcome[train], behaviour)
        effects.append(_losses(met[test], points, behaviour, examples.outcome[test]))
    by_criterion = np.mean(effects, axis=0)
    worths = [
        Worth(
            item,
            float(by_criterion[place]),
            float(met[:, place].mean()),
            float(examples.outcome[met[:, place]].mean()),
        )
        for place, item in enumerate(found)
    ]
    return Suggestion(tuple(sorted(worths, key=lambda worth: -abs(worth.criterion.points))), tuple(held_out))


def suggested_criteria(
    examples: Examples, *, most: int = MOST_CRITERIA, definition: LeadDefinition | None = None
) -> list[Asked]:
    """The criteria with their points, learnt from all of ``examples``."""
    possible = candidates(examples, definition)
    met = meets(possible, examples)
    chosen = choose(met, examples.outcome, most)
    items = [possible[place] for place in chosen]
    points = whole_points(met[:, chosen], examples.outcome, behaviours(items))
    return [item.model_copy(update={"points": int(worth)}) for item, worth in zip(items, points, strict=True)]


def ranked(criteria: list[Asked], examples: Examples) -> float:
    """ROC AUC of the score of these criteria on these people."""
    points = np.array([item.points for item in criteria], dtype=np.int64)
    return ranking(score(meets(criteria, examples), points, behaviours(criteria)), examples.outcome)


def folds(outcome: Flags, seed: int) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Rows to learn from and rows held out, five times, each with the same share of outcomes."""
    yield from StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(outcome, outcome)


def behaviours(criteria: list[Asked]) -> Flags:
    """Which of them look at what people did."""
    return np.array([isinstance(item, BehaviourCriterion) for item in criteria], dtype=bool)


def _losses(met: Flags, points: npt.NDArray[np.int64], behaviour: Flags, reached: Flags) -> list[float]:
    whole = ranking(score(met, points, behaviour), reached)
    losses = []
    for place in range(len(points)):
        without = points.copy()
        without[place] = 0
        losses.append(whole - ranking(score(met, without, behaviour), reached))
    return losses
