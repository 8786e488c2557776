"""The org's automation that stands between a write and its commit.

Validation rules, the duplicate rule, territory assignment and scripted row locks. Formulas are evaluated in
``formula``.
"""

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sandbox.salesforce.formula import Formula


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """Refuses a save while its formula is true."""

    sobject: str
    name: str
    active: bool
    formula: Formula
    message: str
    error_field: str | None


@dataclass(slots=True)
class DuplicateRule:
    """Matches leads and contacts by e-mail.

    ``alert`` lets a caller insist; ``block`` never does; ``off`` (the default) matches nothing.
    """

    mode: Literal["off", "alert", "block"] = "off"
    name: str = "Standard_Lead_Duplicate_Rule"


@dataclass(slots=True)
class TerritoryAssignment:
    """Gives a lead to the owner of its country.

    Countries not listed in ``owners`` (keys in lower case) fall to one of the sales users by a stable hash,
    so the rule is live in every org that has sales users; ``active`` switches it off.
    """

    active: bool = True
    owners: dict[str, str] = field(default_factory=dict)

    def owner_for(self, country: str | None, sales_user_ids: Sequence[str]) -> str | None:
        """The owner's id, or None when the rule has no opinion (no country, nobody to give it to)."""
        if not self.active or country is None:
            return None
        key = country.strip().lower()
        if key in self.owners:
            return self.owners[key]
        if not sales_user_ids:
            return None
        return sales_user_ids[zlib.crc32(key.encode()) % len(sales_user_ids)]


class RowLocks:
    """Scripted UNABLE_TO_LOCK_ROW, for tests of retries; off until told."""

    def __init__(self) -> None:
        self._records: dict[str, int] = {}
        self._share = 0.0
        self._left: int | None = 0
        self._random = random.Random(0)

    def lock(self, record_ids: Sequence[str], *, times: int = 1) -> None:
        """Refuse the next ``times`` API writes of each of these records."""
        for record_id in record_ids:
            self._records[record_id] = times

    def share(self, share: float, *, seed: int = 0, times: int | None = None) -> None:
        """Refuse this share (0 to 1) of API writes, ``times`` refusals in all; None is without end."""
        self._share, self._left, self._random = share, times, random.Random(seed)

    def refuses(self, record_id: str) -> bool:
        """Whether this write meets a lock; uses one refusal up."""
        left = self._records.get(record_id, 0)
        if left > 0:
            self._records[record_id] = left - 1
            return True
        if self._share <= 0 or self._left == 0 or self._random.random() >= self._share:
            return False
        if self._left is not None:
            self._left -= 1
        return True
