"""What each of several proposed definitions would change, side by side with the one in force.

For the review pack: no people, only the three figures that managers weigh.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sla_rules.backtesting.backtest import SHOWN_GOAL, Both
from sla_rules.backtesting.facts import Facts
from sla_rules.backtesting.trial import Trial
from sla_rules.definition import LeadDefinition
from sla_rules.suggesting.examples import Goal


@dataclass(frozen=True)
class TweakEffect:
    """The effect of one proposal.

    Attributes:
        version: of the proposal.
        per_week: people newly qualified a week, on average.
        precision: of those chosen with a known outcome, the share that reached the goal; None where nobody was chosen.
        recall: of those who reached it, the share chosen; None where nobody did.
        moved_up, moved_down: people who qualify by the proposal alone, and by the definition in force alone.
    """

    version: str
    per_week: Both[float]
    precision: Both[float | None]
    recall: Both[float | None]
    moved_up: int
    moved_down: int


def tweak_effects(
    in_force: LeadDefinition,
    proposals: Sequence[LeadDefinition],
    facts: Facts,
    *,
    goal: Goal = SHOWN_GOAL,
) -> list[TweakEffect]:
    """The effect of each proposal, in their order; the past is replayed once for each, and once as it was."""
    now = Trial.of(in_force, facts)
    rates, ids = now.rates(goal), _who(now)
    found = []
    for proposal in proposals:
        trial = Trial.of(proposal, facts)
        other, others = trial.rates(goal), _who(trial)
        found.append(
            TweakEffect(
                proposal.version,
                Both(now.per_week(), trial.per_week()),
                Both(rates.precision, other.precision),
                Both(rates.recall, other.recall),
                len(others - ids),
                len(ids - others),
            )
        )
    return found


def _who(trial: Trial) -> set[str]:
    return set(trial.qualified().get_column("person_id"))
