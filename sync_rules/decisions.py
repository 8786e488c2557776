"""What people have decided about pairs of records: that the two are one, or that they are not.

Values only. A decision goes before every key that the records carry; a later one about a pair replaces it.
"""

from dataclasses import dataclass

from sync_rules.external_ids import id18
from sync_rules.records import Record

Pair = tuple[str, str]
"""A HubSpot id and a Salesforce id of 18 characters."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions about people, or those about companies; never both, their ids are two worlds."""

    same: frozenset[Pair] = frozenset()
    different: frozenset[Pair] = frozenset()


NO_DECISIONS = Decisions()


def pair_of(one: Record, another: Record) -> Pair:
    """The two records' ids, HubSpot's first."""
    hubspot, salesforce = (one, another) if one.side == "hubspot" else (another, one)
    return hubspot.id, id18(salesforce.id)
