"""What of the agreement is refused where people work, and what becomes of a breach that slipped in.

Which promises, statuses, reasons and answers are concerned; how a CRM is told is for ``connectors``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sla_rules.sla import Commitment, SlaContract
from sla_rules.sla_terms import TouchFloor


@dataclass(frozen=True, slots=True)
class FloorRefusal:
    """A lead status that may not be set before so many touches.

    Attributes:
        statuses: the statuses that disqualify.
        reasons: disposition reasons with which it is in order all the same.
        excuses: kinds of excuse (``opted out``) with which it is in order all the same.
    """

    touches: int
    statuses: tuple[str, ...]
    reasons: tuple[str, ...]
    excuses: tuple[str, ...]


def floor_refusal(contract: SlaContract) -> FloorRefusal | None:
    """What is to be refused as an early disqualification; None when nothing is promised."""
    commitment = _floor(contract)
    if commitment is None or not contract.answers.rejected_statuses:
        return None
    assert isinstance(commitment.target, TouchFloor)  # noqa: S101  # the contract admits no other
    return FloorRefusal(
        touches=commitment.target.minimum,
        statuses=contract.answers.rejected_statuses,
        reasons=commitment.excused_reasons,
        excuses=commitment.excused_by,
    )


def needs_reason(contract: SlaContract) -> tuple[str, ...]:
    """Dispositions that need a reason: those named, else all that say no or not yet."""
    answers = contract.answers
    if answers.reason_needed is not None:
        return answers.reason_needed
    return (*answers.recycled, *answers.rejected)


def needs_note(contract: SlaContract) -> tuple[str, ...]:
    """Dispositions that need a note."""
    return contract.answers.note_needed


def early_disqualification(contract: SlaContract) -> str | None:
    """The id of the commitment that no lead is disqualified before its touches, if there is one."""
    commitment = _floor(contract)
    return commitment.id if commitment else None


def reopened(
    contract: SlaContract, *, status: str | None, touches_made: int, reason: str | None, before: Sequence[str]
) -> str | None:
    """The status that a lead disqualified too early goes back to, or None where it stays as it is.

    Args:
        status: the lead's status now.
        touches_made: touches since its handoff.
        reason: its disposition reason.
        before: its statuses so far, the oldest first.
    """
    floor = floor_refusal(contract)
    if contract.on_early_disqualification != "reopen" or floor is None or status not in floor.statuses:
        return None
    if touches_made >= floor.touches or reason in floor.reasons:
        return None
    open_ones = [one for one in before if one not in floor.statuses]
    return open_ones[-1] if open_ones else contract.reopened_status


def _floor(contract: SlaContract) -> Commitment | None:
    return contract.stopping_at("disqualification")
