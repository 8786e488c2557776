"""What a plan costs with the connectors' batch sizes. How calls are counted is ``sync_rules.price``."""

from collections.abc import Iterable

from connectors.hubspot import associations, overtaken, reading
from connectors.salesforce import collection
from sync_rules.mapping import Mapping
from sync_rules.owners import ASSIGNMENT_RULES
from sync_rules.plan import Write
from sync_rules.price import BatchSizes, Price, price

AT_ONCE = 200
"""Writes of one kind that the apply step sends before it stores what became of them."""


def price_of(writes: Iterable[Write], mapping: Mapping, *, follow: bool = True) -> Price:
    """API calls by vendor to carry out these writes; ``follow`` adds the writes that follow from creates."""
    sizes = BatchSizes(
        at_once=AT_ONCE,
        hubspot=reading.BATCH,
        salesforce=collection.BATCH,
        associations=associations.CREATE_BATCH,
        histories=overtaken.BATCH,
        by_rule=mapping.owners.fallback == ASSIGNMENT_RULES,
    )
    return price(writes, sizes, follow=follow)
