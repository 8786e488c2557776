"""Account control: what sales asks of marketing's mail, and what follows for one person today.

Asked on the Lead, the Contact or the Account. How HubSpot hears of it is the mapping's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

IN_MY_NAME = "Accord_Mail_In_My_Name__c"
HOLD = "Accord_Hold_Marketing_Mail__c"
UNTIL = "Accord_Hold_Mail_Until__c"
FIELDS = (IN_MY_NAME, HOLD, UNTIL)
WHILE_OPEN, UNTIL_DATE, ALWAYS = "While a deal is open", "Until the date given", "Until further notice"
HOLDS = (WHILE_OPEN, UNTIL_DATE, ALWAYS)
HELD = "yes"


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands on one record.

    Attributes:
        where: ``Lead``, ``Contact`` or ``Account``.
        owner: the e-mail of the person who owns that record; None for a queue.
        hold: one of ``HOLDS``, or None.
    """

    where: str
    owner: str | None
    in_my_name: bool
    hold: str | None
    until: date | None


@dataclass(frozen=True, slots=True)
class MailWish:
    """What marketing is to do for one person today.

    Attributes:
        in_name_of: the e-mail of the rep in whose name mail goes out; None is the usual sender.
        held: no marketing mail at all.
        why: on which record that was asked, and until when.
        changes_on: the first day on which the answer is another without anybody doing anything.
    """

    in_name_of: str | None = None
    held: bool = False
    why: str | None = None
    changes_on: date | None = None


def asked_on(where: str, fields: Mapping[str, Any], owner: str | None) -> Asked:
    """What a Salesforce record asks; fields that were not read ask nothing."""
    until = fields.get(UNTIL)
    return Asked(
        where,
        owner,
        fields.get(IN_MY_NAME) is True,
        fields.get(HOLD) or None,
        date.fromisoformat(str(until)[:10]) if until else None,
    )


def mail_wish(asked: Sequence[Asked], *, open_deal: bool, today: date) -> MailWish:
    """What follows from all that was asked; the person's own record comes before the Account.

    A hold anywhere holds. One until a date that is not given holds until somebody gives it.

    Args:
        open_deal: whether the person, or their Account, has an open opportunity.
        today: in the business's time zone.
    """
    name = next((one.owner for one in asked if one.in_my_name and one.owner), None)
    holding = [(one, words) for one in asked if (words := _holds(one, open_deal, today)) is not None]
    ends = [
        one.until + timedelta(days=1)
        for one in asked
        if one.hold == UNTIL_DATE and one.until is not None and one.until >= today
    ]
    if not holding:
        return MailWish(in_name_of=name)
    why = "; ".join(f"asked on the {one.where}, {words}" for one, words in holding)
    return MailWish(name, held=True, why=why, changes_on=min(ends, default=None))


def _holds(one: Asked, open_deal: bool, today: date) -> str | None:
    """Until when, in words; None if it does not hold today."""
    if one.hold == WHILE_OPEN:
        return "while a deal is open" if open_deal else None
    if one.hold == UNTIL_DATE:
        if one.until is None:
            return "until a date that is not given yet"
        return f"until {one.until.isoformat()}" if one.until >= today else None
    return "until further notice" if one.hold == ALWAYS else None
