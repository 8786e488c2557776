"""Which few criteria tell most, and how many whole points each is worth.

Here: forward selection by the score test of a logistic regression, points by rounding its coefficients, then a
search by single points for the best ranking. Not here: what the criteria are (``candidates``).
"""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from sla_rules.suggesting.examples import Flags

Numbers = npt.NDArray[np.float64]
Points = npt.NDArray[np.int64]

_TELLS = 10.8
"""Score statistic that chance reaches once in a thousand times."""
_AGAINST = 0.6
"""Weight of criteria that speak against somebody: teams agree on them less readily, and a sum stops at 0."""
_TOPS = (10, 15, 20, 30)
_STEPS = (-4, -2, -1, 1, 2, 4)
_GAIN = 1e-5
"""Of ranking, for which points are moved; less would follow single people."""


def ranking(score: Points, reached: Flags) -> float:
    """ROC AUC of a whole-number score of 0 or more: how often somebody who reached the goal has more points."""
    yes = np.bincount(score[reached], minlength=int(score.max(initial=0)) + 1)
    no = np.bincount(score[~reached], minlength=len(yes))
    below = np.concatenate(([0], np.cumsum(no)[:-1]))
    pairs = int(yes.sum()) * int(no.sum())
    return float((yes * (below + no / 2)).sum() / pairs) if pairs else 0.5


def score(met: Flags, points: Points, behaviour: Flags) -> Points:
    """The definition's score: the sums of fit and of behaviour, neither below 0."""
    return _above_nothing(
        {
            part: met[:, behaviour == part].astype(np.int64) @ points[behaviour == part]
            for part in (False, True)
        }
    )


def choose(met: Flags, reached: Flags, most: int) -> list[int]:
    """The columns of ``met`` that together tell most, at most ``most``, in the order found.

    A criterion that would get points against its own effect (because others tell the same) is left out: nobody
    would agree to it.
    """
    columns = met.astype(np.float64)
    counts = columns.sum(axis=0)
    helps = columns.T @ reached > counts * reached.mean()
    chosen: list[int] = []
    refused: set[int] = set()
    while len(chosen) < most:
        telling = _score_test(columns, reached, chosen) * np.where(helps, 1.0, _AGAINST)
        telling[[*chosen, *refused]] = 0.0
        if not len(telling) or telling.max() < _TELLS:
            break
        chosen.append(int(telling.argmax()))
        for place, weight in zip(tuple(chosen), _weights(columns[:, chosen], reached), strict=True):
            if (weight > 0) != helps[place]:
                chosen.remove(place)
                refused.add(place)
    return chosen


def whole_points(met: Flags, reached: Flags, behaviour: Flags) -> Points:
    """Points for each column, from -30 to 30, none of them 0 unless it tells nothing."""
    if not met.shape[1]:
        return np.zeros(0, dtype=np.int64)
    weights = _weights(met.astype(np.float64), reached)
    starts = [np.rint(weights / np.abs(weights).max() * top).astype(np.int64) for top in _TOPS]
    best = max(starts, key=lambda points: ranking(score(met, points, behaviour), reached))
    return _improved(met, reached, behaviour, best)


def _improved(met: Flags, reached: Flags, behaviour: Flags, points: Points) -> Points:
    worth = points.astype(np.int64)
    columns = met.astype(np.int64)
    sums = {part: columns[:, behaviour == part] @ worth[behaviour == part] for part in (False, True)}
    top = ranking(_above_nothing(sums), reached)
    better = True
    while better:
        better = False
        for place, step in product(range(len(points)), _STEPS):
            tried = worth[place] + step
            # A criterion keeps its sign: nobody agrees to points that mean the opposite.
            if tried * points[place] <= 0 or abs(tried) > max(_TOPS):
                continue
            part = bool(behaviour[place])
            moved = sums | {part: sums[part] + step * columns[:, place]}
            found = ranking(_above_nothing(moved), reached)
            if found > top + _GAIN:
                worth[place], sums, top, better = tried, moved, found, True
    return worth


def _above_nothing(sums: Mapping[bool, Points]) -> Points:
    return np.asarray(sum(np.maximum(part, 0) for part in sums.values()), dtype=np.int64)


def _weights(columns: Numbers, reached: Flags) -> Numbers:
    model = LogisticRegression(C=10.0, max_iter=500).fit(columns, reached)
    return np.asarray(model.coef_[0], dtype=np.float64)


def _score_test(columns: Numbers, reached: Flags, chosen: Sequence[int]) -> Numbers:
    """How much each column would add to what is chosen: the score statistic, large is telling."""
    count = len(reached)
    likely = np.full(count, reached.mean())
    if chosen:
        kept = columns[:, chosen]
        model = LogisticRegression(C=10.0, max_iter=500).fit(kept, reached)
        likely = model.predict_proba(kept)[:, 1]
    spread = likely * (1 - likely)
    known = np.hstack([np.ones((count, 1)), columns[:, chosen]])
    weighted = columns * spread[:, None]
    shared = known.T @ weighted
    inner = known.T @ (known * spread[:, None]) + 1e-9 * np.eye(known.shape[1])
    left = weighted.sum(axis=0) - np.einsum("ij,ij->j", shared, np.linalg.solve(inner, shared))
    surprise = columns.T @ (reached - likely)
    return np.asarray(np.where(left > 1e-6, surprise**2 / np.maximum(left, 1e-6), 0.0))
