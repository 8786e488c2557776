"""What should hold of the whole after a pass, besides the account of everybody: the queue of holds, and the alarms.

Findings only; nothing is repaired here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from connectors.store import holds
from passes.accounting import alarms
from passes.context import PassContext
from passes.step import Finding
from sync_rules.hold_rules import Standing, judge_queue, owner_of


def findings(context: PassContext, connection: sa.Connection) -> tuple[Finding, ...]:
    """Everything that is looked at after a pass."""
    return (
        holds_not_ageing(context, connection),
        alarms.owners_at_work(context, connection),
        alarms.volume_as_usual(context, connection),
        alarms.writes_accepted(context, connection),
    )


def holds_not_ageing(context: PassContext, connection: sa.Connection) -> Finding:
    """Whether the queue of holds grows or ages beyond the mapping's limits; names kinds, counts and owners."""
    rules, now = context.mapping.holds, context.now()
    standing = holds.standing_since(connection, now - timedelta(days=1))
    queue = judge_queue(standing, rules.alarm, now=now)

    def listed(kinds: Mapping[str, int]) -> str:
        return ", ".join(f"{number} {kind} ({owner_of(kind, rules)})" for kind, number in kinds.items())

    why = []
    if queue.old:
        why.append(f"Held for more than {rules.alarm.older_than_days:g} days: {listed(queue.old)}.")
    if queue.grown:
        why.append(f"More than a day ago: {listed(queue.grown)}.")
    if why:
        why.append("`accord holds` names each with its remedy.")
    return Finding(
        "holds_not_ageing",
        holds=queue.fine,
        why=" ".join(why) or "No queue of holds grows or ages.",
        figures={
            "open holds": sum(one.until is None for one in standing),
            "holds too old": sum(queue.old.values()),
            "holds grown by": sum(queue.grown.values()),
            "oldest unsynced hours": _oldest_hours(standing, rules.alarm.except_kinds, now),
        },
    )


def _oldest_hours(standing: Sequence[Standing], except_kinds: Sequence[str], now: datetime) -> float:
    since = [one.since for one in standing if one.until is None and one.kind not in except_kinds]
    return round((now - min(since)).total_seconds() / 3600, 1) if since else 0.0
