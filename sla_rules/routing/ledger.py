"""Whose turn it is: what each rep of a team is owed, from what the team has been given so far.

Each lead is owed to all who were free for it, by weight, and paid to the one who got it. So a rep who was away is owed
nothing for that time, and a change of the policy makes no debts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Given:
    """One lead that a team was given.

    Attributes:
        amount: 1 where turns are counted, else the score; whole and positive.
        pool: who was free for it: owner to weight.
    """

    team: str
    owner: str
    amount: int
    pool: Mapping[str, int]


class Ledger:
    """What is owed to each rep of one team; sums are exact."""

    def __init__(self, given: Iterable[Given] = ()) -> None:
        self._owed: dict[str, Fraction] = defaultdict(Fraction)
        for one in given:
            self.book(one.owner, one.amount, one.pool)

    def book(self, owner: str, amount: int, pool: Mapping[str, int]) -> None:
        """One more lead: owed to the pool, paid to ``owner``; nothing where the owner is not of the pool."""
        if owner not in pool:
            return
        for name, share in _shares(amount, pool).items():
            self._owed[name] += share
        self._owed[owner] -= amount

    def owed(self, owner: str) -> Fraction:
        """Positive: the rep has had less than their share."""
        return self._owed[owner]

    def next_turn(self, pool: Mapping[str, int]) -> str:
        """Who of the pool gets the next lead where each counts one; at a tie the first of the pool.

        Nobody gets a lead before it is theirs by share, and of those whom one is due it goes to the one whose time to
        have it runs out first. With an unchanged pool nobody is ever a whole lead away from their share.
        """
        claims = self._claims(1, pool)
        total = sum(pool.values())
        due = [name for name in pool if claims[name] > 0] or list(pool)
        order = {name: number for number, name in enumerate(pool)}

        def runs_out(name: str) -> Fraction:
            return (1 - claims[name]) * total / pool[name]

        return min(due, key=lambda name: (runs_out(name), -pool[name], order[name]))

    def next_share(self, amount: int, pool: Mapping[str, int]) -> str:
        """Who of the pool gets a lead that counts ``amount``: to whom most is owed; at a tie the first of the pool."""
        claims = self._claims(amount, pool)
        order = {name: number for number, name in enumerate(pool)}
        return max(pool, key=lambda name: (claims[name], -order[name]))

    def _claims(self, amount: int, pool: Mapping[str, int]) -> dict[str, Fraction]:
        return {name: self._owed[name] + share for name, share in _shares(amount, pool).items()}


def _shares(amount: int, pool: Mapping[str, int]) -> dict[str, Fraction]:
    total = sum(pool.values())
    return {name: Fraction(amount * weight, total) for name, weight in pool.items()}
