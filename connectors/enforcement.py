"""The Salesforce validation rules that keep the SLA where people work, made from the SLA file.

Nothing but the text of the rules: which promises they keep is ``sla_rules/enforcement.py``, installing them is
``salesforce/provision.py``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sla_rules.enforcement import FloorRefusal, floor_refusal, needs_note, needs_reason
from sla_rules.sla import SlaContract

EARLY = "Accord_No_Early_Disqualification"
REASON = "Accord_Disposition_Needs_Reason"
NOTE = "Accord_Disposition_Needs_Note"
OURS = (EARLY, REASON, NOTE)
_LONGEST_MESSAGE = 255
# Checkboxes of a Lead by what the SLA calls them; the other excuses cannot be seen on the record.
_CHECKBOXES = {"opted out": "HasOptedOutOfEmail", "do not call": "DoNotCall"}


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """A Salesforce validation rule: a record for which ``formula`` is true is refused with ``message``."""

    sobject: str
    name: str
    formula: str
    message: str
    shown_at: str


def salesforce_rules(contract: SlaContract) -> tuple[DeclaredRule, ...]:
    """The rules of this agreement; a promise that it lacks has no rule."""
    rules = []
    floor = floor_refusal(contract)
    if floor is not None:
        rules.append(_early(floor))
    # A disposition is given on the Lead, and on the Contact that it has become.
    for sobject in ("Lead", "Contact"):
        if names := needs_reason(contract):
            rules.append(_answered(sobject, REASON, names))
        if names := needs_note(contract):
            rules.append(_answered(sobject, NOTE, names))
    return tuple(rules)


def _early(floor: FloorRefusal) -> DeclaredRule:
    conditions = [
        "ISCHANGED(Status)",
        _one_of("Status", floor.statuses),
        f"BLANKVALUE(Accord_Touches_Made__c, 0) < {floor.touches}",
    ]
    if floor.reasons:
        # A reason alone is no answer: the clock reads it from the disposition that it belongs to.
        given = "NOT(ISBLANK(TEXT(Accord_Disposition__c)))"
        conditions.append(f"NOT(AND({given}, {_one_of('Accord_Disposition_Reason__c', floor.reasons)}))")
    conditions += [f"NOT({_CHECKBOXES[kind]})" for kind in floor.excuses if kind in _CHECKBOXES]
    touches = f"{floor.touches} touch{'' if floor.touches == 1 else 'es'}"
    message = f"The SLA asks for {touches} before a lead is disqualified. "
    message += "Log the touches made, or keep working the lead."
    if floor.reasons:
        message += f" Reasons that need none: {', '.join(floor.reasons)}."
    return DeclaredRule("Lead", EARLY, f"AND({', '.join(conditions)})", _short(message), "Status")


def _answered(sobject: str, name: str, dispositions: Sequence[str]) -> DeclaredRule:
    if name == REASON:
        field, blank = "Accord_Disposition_Reason__c", "ISBLANK(TEXT(Accord_Disposition_Reason__c))"
        message = "Choose a disposition reason, so that marketing can learn from it."
    else:
        # A long text has no blank of its own kind in a formula; its length is what can be asked.
        field, blank = "Accord_Objection__c", "LEN(Accord_Objection__c) = 0"
        message = (
            f"Note the objection in the prospect's words: the SLA asks for it with {', '.join(dispositions)}."
        )
    # Only who answers is asked: a record that slipped in without one can still be worked and synced.
    changed = f"OR(ISNEW(), ISCHANGED(Accord_Disposition__c), ISCHANGED({field}))"
    formula = f"AND({changed}, {_one_of('Accord_Disposition__c', dispositions)}, {blank})"
    return DeclaredRule(sobject, name, formula, _short(message), field)


def _one_of(field: str, values: Collection[str]) -> str:
    tests = [f"ISPICKVAL({field}, {_literal(value)})" for value in values]
    return tests[0] if len(tests) == 1 else f"OR({', '.join(tests)})"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[: _LONGEST_MESSAGE - 1]}…"
