"""Whose turn it is: what each rep of a team is owed, from what the team has been given so far.

Each lead is owed to all who were free for it, by weight, and paid to the one who got it. So a rep who was away is owed
nothing for that time, and a change of the policy makes no debts.
"""

import math
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
    """What is owed to each rep of one team. Sums are exact: whole numbers of a unit that divides by every pool."""

    def __init__(self, given: Iterable[Given] = ()) -> None:
        self._units = 1  # of one lead
        self._owed: dict[str, int] = defaultdict(int)
        for one in given:
            self.book(one.owner, one.amount, one.pool)

    def book(self, owner: str, amount: int, pool: Mapping[str, int]) -> None:
        """One more lead: owed to the pool, paid to ``owner``; nothing where the owner is not of the pool."""
        if owner not in pool:
            return
        for name, share in self._shares(amount, pool).items():
            self._owed[name] += share
        self._owed[owner] -= amount * self._units

    def owed(self, owner: str) -> Fraction:
        """In leads (or points of score); positive: the rep has had less than their share."""
        return Fraction(self._owed[owner], self._units)

    def next_turn(self, pool: Mapping[str, int]) -> str:
        """Who of the pool gets the next lead where each counts one; at a tie the first of the pool.

        Nobody gets a lead before it is theirs by share, and of those whom one is due it goes to the one whose time to
        have it runs out first. With an unchanged pool nobody is ever a whole lead away from their share.
        """
        claims = self._claims(1, pool)
        due = [name for name in pool if claims[name] > 0] or list(pool)
        whole = math.lcm(*pool.values())

        def runs_out(name: str) -> int:
            return (self._units - claims[name]) * (whole // pool[name])

        return min(due, key=lambda name: (runs_out(name), -pool[name]))

    def next_share(self, amount: int, pool: Mapping[str, int]) -> str:
        """Who of the pool gets a lead that counts ``amount``: to whom most is owed; at a tie the first of the pool."""
        claims = self._claims(amount, pool)
        return max(pool, key=lambda name: claims[name])

    def _claims(self, amount: int, pool: Mapping[str, int]) -> dict[str, int]:
        return {name: self._owed[name] + share for name, share in self._shares(amount, pool).items()}

    def _shares(self, amount: int, pool: Mapping[str, int]) -> dict[str, int]:
        total = sum(pool.values())
        if rest := self._units % total:
            finer = total // math.gcd(rest, total)
            self._units *= finer
            for name in self._owed:
                self._owed[name] *= finer
        each = amount * self._units // total
        return {name: each * weight for name, weight in pool.items()}
