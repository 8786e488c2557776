"""Whose edit of a shared value of an activity stands, when it is not the same on both sides any more.

Values in, a decision out. Times are those of the whole records, since neither side tells more of an activity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync_rules.activity_forms import restored, stored
from sync_rules.mapping_activities import EditRule
from sync_rules.merge import NO_BASE
from sync_rules.plan import Conflict
from sync_rules.records import Record, Side, other

_NAMES: dict[Side, str] = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


@dataclass(frozen=True, slots=True)
class Settled:
    """Which side is written; ``lost``: somebody had set the value that is overwritten."""

    target: Side
    lost: bool
    why: str


def settle(
    name: str,
    base: Any,
    values: Mapping[Side, Any],
    records: Mapping[Side, Record],
    began: Side,
    rule: EditRule,
) -> Settled | None:
    """Decide one shared value that differs between the sides; None leaves both as they are.

    Args:
        base: as stored: the value last agreed, or by side the two values that an undo left apart, or ``NO_BASE``.
        began: the side where the activity was logged first; it counts where nothing was agreed yet, and between
            edits of one moment.
    """
    if base is NO_BASE:
        to = other(began)
        return Settled(to, values[to] is not None, f"{name} as it was logged in {_NAMES[began]}")
    agreed = {side: base[side] if isinstance(base, Mapping) else base for side in values}
    moved = [side for side, value in values.items() if value != restored(name, agreed[side])]
    if not moved:
        return None
    if len(moved) == 1:
        return Settled(other(moved[0]), False, f"{name} edited in {_NAMES[moved[0]]}")
    winner, reason = _winner(rule, records, began)
    return Settled(other(winner), True, f"{name} edited in both: {_NAMES[winner]} {reason}")


def _winner(rule: EditRule, records: Mapping[Side, Record], began: Side) -> tuple[Side, str]:
    if rule == "prefer_hubspot":
        return "hubspot", "is preferred"
    if rule == "prefer_salesforce":
        return "salesforce", "is preferred"
    if records[began].modified_at >= records[other(began)].modified_at:
        return began, "was later, or as late and logged it"
    return other(began), "was later"


def lost_edit(
    key: str, name: str, values: Mapping[Side, Any], loser: Record, rule: EditRule, found: Settled
) -> Conflict:
    """The record of an edit that lost."""
    winner = other(loser.side)
    return Conflict(
        link_id=key,
        field=name,
        rule=rule,
        winner=winner,
        winning_value=stored(values[winner]),
        losing_value=stored(values[loser.side]),
        losing_at=loser.modified_at,
        losing_actor=loser.modified_by,
        why=found.why,
    )
