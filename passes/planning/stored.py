"""A stored plan with all that a person wants to know of it: its price, the guard's word, the first meeting.

Looking only; nothing is planned or written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connectors.store import approvals, journal
from connectors.store.stored_plans import load_plan
from passes.planning.meeting import Group, first_meeting
from passes.planning.pricing import price_of
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.plan import Plan
from sync_rules.price import Price


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """One plan as it was stored.

    Attributes:
        waits: it may still be carried out, as far as its status says.
    """

    plan_id: str
    plan: Plan
    status: str
    tripped: tuple[Mapping[str, Any], ...]
    price: Price
    meeting: tuple[Group, ...]

    @property
    def waits(self) -> bool:
        """Whether a person may still approve it."""
        return self.status in approvals.WAITING and bool(self.plan.writes)


def load(connection: sa.Connection, plan_id: str, mapping: SyncMapping) -> StoredPlan:
    """The plan of this id.

    Raises:
        LookupError: there is none.
    """
    plan, row = load_plan(connection, plan_id), journal.plan_row(connection, plan_id)
    if plan is None or row is None:
        raise LookupError(f"there is no plan {plan_id}")
    # What followed from creates is among the writes of a plan that was begun.
    begun = row.status not in approvals.WAITING
    return StoredPlan(
        plan_id=plan_id,
        plan=plan,
        status=row.status,
        tripped=tuple(row.tripped),
        price=price_of(plan.writes, mapping, follow=not begun),
        meeting=first_meeting(connection, plan),
    )
