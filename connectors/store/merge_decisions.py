"""Past merge decisions with their evidence, for replaying: kept once each, and for a bounded time.

A decision that every pass makes again (a value that is held, a blank that does not erase) is one row.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

import orjson
import sqlalchemy as sa

from connectors.store.engine import upsert
from connectors.store.tables import merge_decisions as decisions
from sync_rules.decided import Decided, from_stored, outcome_to_json, seen_to_json


def remember(connection: sa.Connection, made: Iterable[Decided], plan_id: str, *, now: datetime) -> int:
    """Keep decisions; one that is known keeps the time at which it was first made."""
    rows = {}
    for one in made:
        seen, outcome = seen_to_json(one), outcome_to_json(one.outcome)
        # Without the times: that of an unrelated edit of the record does not make it another decision.
        values = [seen.get("base"), seen["hubspot"][0], seen["salesforce"][0]]
        told = orjson.dumps([values, outcome, one.rule, one.blank], option=orjson.OPT_SORT_KEYS)
        digest = hashlib.sha256(told).hexdigest()[:16]
        rows[one.link_id, one.field, digest] = {
            "link_id": one.link_id,
            "field": one.field,
            "digest": digest,
            "kind": one.kind,
            "plan_id": plan_id,
            "decided_at": now,
            "rule": one.rule,
            "blank": one.blank,
            "seen": seen,
            "outcome": outcome,
        }
    return upsert(connection, decisions, rows.values(), keep=("plan_id", "decided_at"))


def forget_before(connection: sa.Connection, moment: datetime) -> int:
    """Drop what was decided before; answers how many."""
    return connection.execute(sa.delete(decisions).where(decisions.c.decided_at < moment)).rowcount


def since(connection: sa.Connection, moment: datetime | None) -> Iterator[tuple[datetime, str, Decided]]:
    """Decisions with the time and the plan in which they were first made, oldest first."""
    query = sa.select(decisions).order_by(decisions.c.decided_at, decisions.c.link_id, decisions.c.field)
    if moment is not None:
        query = query.where(decisions.c.decided_at >= moment)
    for row in connection.execute(query):
        yield (
            row.decided_at,
            row.plan_id,
            from_stored(row.link_id, row.kind, row.field, row.rule, row.blank, row.seen, row.outcome),
        )
