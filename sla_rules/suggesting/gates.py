"""How many points a suggested definition asks for MQL and SQL.

Here: thresholds from the scores and outcomes of the examples. Not here: the scores.
"""

from dataclasses import dataclass

import numpy as np

from sla_rules.suggesting.choice import Points
from sla_rules.suggesting.examples import Flags

_SURE = 2 / 3
"""Share of those from a threshold on who must have reached the goal, for SQL."""


@dataclass(frozen=True)
class Gates:
    """Points from which a person is an MQL and an SQL; ``sql`` is never the lower of the two."""

    mql: int
    sql: int


def gates_of(scores: Points, reached: Flags) -> Gates:
    """MQL as many people as reached the goal; SQL from where two of three did."""
    mql = max(int(np.quantile(scores, 1 - reached.mean())), 1)
    steps = [int(step) for step in np.unique(scores) if step >= mql]
    sure = [step for step in steps if reached[scores >= step].mean() >= _SURE]
    return Gates(mql, sure[0] if sure else max(steps, default=mql))
