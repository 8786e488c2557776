"""One past merge decision with all that it was made from, so that it can be made again by other rules.

The evidence (base, both values with their times) and the outcome, and their form as JSON. Making it again is
``replay.py``; keeping it is the store's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sync_rules.mapping_model import FieldSpec, ValueType
from sync_rules.merge import NO_BASE, Decision, Seen
from sync_rules.normalise import Unreadable
from sync_rules.records import LinkKind, Side, Stamp
from sync_rules.stored import from_json, to_json

_UNREADABLE = "_unreadable"
Fate = Literal["hubspot", "salesforce", "nothing"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision came to.

    Attributes:
        wins: the side whose value stands on both, or ``nothing`` when both were left as they were.
        value: the canonical value that stands then; None when nothing was done, too.
        lost: a value that somebody had set was overwritten.
    """

    wins: Fate
    value: Any
    lost: bool

    @property
    def blanks(self) -> bool:
        """Whether a value was emptied by it."""
        return self.wins != "nothing" and self.value is None


@dataclass(frozen=True, slots=True)
class Decided:
    """One field of one link as it was decided.

    Attributes:
        rule, blank, type: of the field then, as the mapping had them.
        base: canonical, or ``NO_BASE``.
        hubspot, salesforce: canonical values with their times; who set them is not kept.
    """

    link_id: str
    kind: LinkKind
    field: str
    rule: str
    blank: str
    type: ValueType
    base: Any
    hubspot: Seen
    salesforce: Seen
    outcome: Outcome


def outcome_of(decision: Decision) -> Outcome:
    """The outcome of a merge."""
    side = decision.writes
    if side is None:
        return Outcome("nothing", None, lost=False)
    wins: Side = "salesforce" if side == "hubspot" else "hubspot"
    return Outcome(wins, decision.value, lost=decision.conflict is not None)


def decided(
    link_id: str, kind: LinkKind, spec: FieldSpec, base: Any, seen: tuple[Seen, Seen], decision: Decision
) -> Decided:
    """What ``decision`` was made from (HubSpot's value before Salesforce's), and what it came to."""
    return Decided(
        link_id, kind, spec.name, spec.rule, spec.blank, spec.type, base, *seen, outcome_of(decision)
    )


def seen_to_json(one: Decided) -> dict[str, Any]:
    """The evidence as JSON."""
    answer: dict[str, Any] = {
        "type": one.type,
        "hubspot": _seen(one.hubspot),
        "salesforce": _seen(one.salesforce),
    }
    if one.base is not NO_BASE:
        answer["base"] = _value(one.base)
    return answer


def outcome_to_json(outcome: Outcome) -> list[Any]:
    """The outcome as JSON."""
    return [outcome.wins, _value(outcome.value), outcome.lost]


def from_stored(
    link_id: str,
    kind: LinkKind,
    field: str,
    rule: str,
    blank: str,
    seen: Mapping[str, Any],
    outcome: list[Any],
) -> Decided:
    """The decision that was stored."""
    value_type: ValueType = seen["type"]
    wins, value, lost = outcome
    return Decided(
        link_id,
        kind,
        field,
        rule,
        blank,
        value_type,
        _read(seen["base"], value_type) if "base" in seen else NO_BASE,
        _read_seen(seen["hubspot"], value_type),
        _read_seen(seen["salesforce"], value_type),
        Outcome(wins, _read(value, value_type), lost),
    )


def _seen(seen: Seen) -> list[Any]:
    stamp = seen.stamp
    return [_value(seen.value), stamp.at.isoformat(), stamp.certain, stamp.ours]


def _read_seen(stored: list[Any], value_type: ValueType) -> Seen:
    value, at, certain, ours = stored
    return Seen(_read(value, value_type), Stamp(datetime.fromisoformat(at), certain, ours=ours))


def _value(value: Any) -> Any:
    if isinstance(value, Unreadable):
        return {_UNREADABLE: [value.raw, value.kind, value.why, list(value.accepted)]}
    return to_json(value)


def _read(stored: Any, value_type: ValueType) -> Any:
    if isinstance(stored, Mapping):
        raw, kind, why, accepted = stored[_UNREADABLE]
        return Unreadable(raw, kind, why, tuple(accepted))
    return from_json(stored, value_type)
