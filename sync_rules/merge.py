"""The three-way merge of one field: base, HubSpot, Salesforce, and the field's rule.

Canonical values in, a decision out. It writes nothing, reads no records and knows no API names.

The order of "latest", when both sides changed: the later time stands. A time that is only an upper bound (the
record changed by then, the field perhaps earlier) counts as its bound, so a certain time wins over it only
when it is not earlier; at equal times the certain one wins, and between equals Salesforce. A value that is
our own write coming back is no change by a person, and loses to one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sync_rules.mapping_model import FieldSpec
from sync_rules.reconsent import NO_EVIDENCE, Reconsent
from sync_rules.records import Side, Stamp, other


class _NoBase:
    """The type of ``NO_BASE``."""

    def __repr__(self) -> str:
        return "NO_BASE"


NO_BASE: Final = _NoBase()
"""The field was never agreed: the link is new, or the field is new in the mapping."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A canonical value as one side has it now, and when it came to be."""

    value: Any
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Loss:
    """The value that a decision overwrites although somebody had set it."""

    winner: Side
    winning_value: Any
    losing_value: Any
    losing_at: datetime | None
    losing_actor: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the field.

    Attributes:
        value: what both sides hold once the writes are done; meaningless unless ``settled``.
        settled: both sides agree after the writes, so ``value`` is the new base.
        conflict: the value lost, if one was.
    """

    value: Any
    write_hubspot: bool
    write_salesforce: bool
    conflict: Loss | None
    why: str
    settled: bool = True

    @property
    def writes(self) -> Side | None:
        """The side to write, if any; never both, because the value came from one of them."""
        if self.write_hubspot:
            return "hubspot"
        return "salesforce" if self.write_salesforce else None


_NAMES: dict[Side, str] = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def merge_field(
    spec: FieldSpec,
    base: Any,
    hubspot: Seen | None,
    salesforce: Seen | None,
    *,
    reconsent: Reconsent | None = None,
) -> Decision:
    """Decide one field.

    Args:
        base: the last agreed canonical value, or ``NO_BASE``.
        hubspot, salesforce: None where there is no record, or the record has no such field.
        reconsent: the evidence of a later "yes" of the person, for consent fields that are opted out.
    """
    if hubspot is None or salesforce is None:
        present = hubspot or salesforce
        return _leave(present.value if present else None, "only one side has this field", settled=False)
    if spec.rule in ("dont_sync", "accord"):
        return _leave(base, "not synced", settled=False)
    if hubspot.value == salesforce.value:
        return _leave(hubspot.value, "both sides agree")
    sides: dict[Side, Seen] = {"hubspot": hubspot, "salesforce": salesforce}
    if spec.rule == "most_restrictive":
        return _most_restrictive(base, sides, reconsent)
    if spec.rule == "always_salesforce":
        return _authority(spec, base, "salesforce", sides)
    if spec.rule == "always_hubspot":
        return _authority(spec, base, "hubspot", sides)
    if base is NO_BASE:
        return _first_meeting(spec, sides)
    return _changed(spec, base, sides)


def later(hubspot: Stamp, salesforce: Stamp) -> Side:
    """Which side's present value is the later one, by the order in this module's description."""
    if hubspot.ours != salesforce.ours and (hubspot if hubspot.ours else salesforce).certain:
        return "salesforce" if hubspot.ours else "hubspot"
    if hubspot.at != salesforce.at:
        return "hubspot" if hubspot.at > salesforce.at else "salesforce"
    return "hubspot" if hubspot.certain and not salesforce.certain else "salesforce"


# ---- rules -----------------------------------------------------------------------------------------------


def _most_restrictive(base: Any, sides: dict[Side, Seen], reconsent: Reconsent | None) -> Decision:
    """A "yes" anywhere is "yes"; taking it back on one side takes evidence, or is undone and recorded."""
    winner: Side = "hubspot" if sides["hubspot"].value else "salesforce"
    if base is not True:
        return _flow(winner, sides, f"{_NAMES[winner]} is the more restrictive", lost=False)
    if reconsent is not None and not sides[reconsent.side].value:
        return _flow(reconsent.side, sides, reconsent.why, lost=False)
    return _flow(winner, sides, f"{_NAMES[winner]} is the more restrictive; {NO_EVIDENCE}", lost=True)


def _authority(spec: FieldSpec, base: Any, side: Side, sides: dict[Side, Seen]) -> Decision:
    """One side always decides; the other's edits are put back."""
    theirs = sides[other(side)]
    lost = theirs.value != base if base is not NO_BASE else theirs.value is not None
    if sides[side].value is None and not _blank_counts(spec, base, side, sides):
        return _leave(base, f"a blank in {_NAMES[side]} does not erase", settled=False)
    return _flow(side, sides, f"{_NAMES[side]} always decides", lost=lost)


def _first_meeting(spec: FieldSpec, sides: dict[Side, Seen]) -> Decision:
    """No base: fill blanks from across, else let the rule choose."""
    for side in sides:
        if sides[other(side)].value is None:
            return _flow(side, sides, f"only {_NAMES[side]} had a value", lost=False)
    winner = _winner(spec, sides)
    return _flow(winner, sides, f"first meeting: {_reason(spec, winner)}", lost=True)


def _changed(spec: FieldSpec, base: Any, sides: dict[Side, Seen]) -> Decision:
    moved = [side for side in sides if sides[side].value != base]
    if len(moved) == 1:
        return _one_changed(spec, base, moved[0], sides)
    winner = _winner(spec, sides)
    why = f"both changed: {_reason(spec, winner)}"
    if sides[winner].value is None and not _blank_counts(spec, base, winner, sides):
        winner = other(winner)
        why = f"both changed: a blank in {_NAMES[other(winner)]} does not erase"
    elif spec.blank == "keep" and sides[other(winner)].value is None:
        why = f"{_NAMES[winner]} has a new value"
    return _flow(winner, sides, why, lost=True)


def _one_changed(spec: FieldSpec, base: Any, side: Side, sides: dict[Side, Seen]) -> Decision:
    mine, theirs = sides[side].stamp, sides[other(side)].stamp
    back = mine.ours and mine.certain and not theirs.ours and theirs.at > mine.at
    if back and sides[other(side)].value is not None:
        # We wrote it and did not live to remember; since then the other side went back to the old value.
        return _flow(other(side), sides, f"changed in {_NAMES[other(side)]}", lost=False)
    if sides[side].value is None and not _blank_counts(spec, base, side, sides):
        return _leave(base, f"emptied in {_NAMES[side]}, and a blank does not erase", settled=False)
    return _flow(side, sides, f"changed in {_NAMES[side]}", lost=False)


def _winner(spec: FieldSpec, sides: dict[Side, Seen]) -> Side:
    if spec.rule == "prefer_hubspot":
        return "hubspot"
    if spec.rule == "prefer_salesforce":
        return "salesforce"
    return later(sides["hubspot"].stamp, sides["salesforce"].stamp)


def _reason(spec: FieldSpec, winner: Side) -> str:
    return f"{_NAMES[winner]} {'was later' if spec.rule == 'two_way' else 'is preferred'}"


def _blank_counts(spec: FieldSpec, base: Any, side: Side, sides: dict[Side, Seen]) -> bool:
    """Whether the blank on ``side`` may empty the other side."""
    if spec.blank == "clear":
        return True
    if spec.blank == "keep" or base is NO_BASE or base is None:
        # Never known is not the same as emptied by a person.
        return False
    untouched = sides[other(side)].value == base
    return untouched or later(sides["hubspot"].stamp, sides["salesforce"].stamp) == side


# ---- outcomes --------------------------------------------------------------------------------------------


def _leave(value: Any, why: str, *, settled: bool = True) -> Decision:
    return Decision(value, False, False, None, why, settled)


def _flow(winner: Side, sides: dict[Side, Seen], why: str, *, lost: bool) -> Decision:
    loser = sides[other(winner)]
    value = sides[winner].value
    conflict = None
    if lost and not (loser.stamp.ours and loser.stamp.certain):
        conflict = Loss(winner, value, loser.value, loser.stamp.at, loser.stamp.actor, why)
    return Decision(
        value,
        write_hubspot=winner == "salesforce",
        write_salesforce=winner == "hubspot",
        conflict=conflict,
        why=why,
    )
