"""A template with a business's answers written in.

What is asked is ``answers.py``'s; the rest of a template's text stays as it is, comments too.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from contract_files.filling import fill, without_item
from sla_rules.notices.contract import ROLES, NoticeRules, Role
from sla_rules.sla import SlaContract, Team

# The role of notices that stands for the head of each team.
_TEAMS: Mapping[Team, Role] = {"sales": "manager", "marketing": "marketing"}


def definition(text: str, answers: Mapping[str, Any], *, today: date) -> str:
    """The lead definition of this business."""
    values = {
        ("title",): f"What counts as a lead at {answers['company']}",
        ("version",): f"{today.year}.1",
        ("agreed_on",): today,
        ("agreed_by",): answers["signed_by"],
        ("disqualify", "own_staff", "when", "email_domain"): answers["domains"],
        ("fit", "criteria", "home_region", "when", "country"): answers["countries"],
    }
    competitors = ("disqualify", "competitor")
    if not answers["competitors"]:
        return fill(without_item(text, competitors), values)
    return fill(text, values | {(*competitors, "when", "email_domain"): answers["competitors"]})


def sla(text: str, answers: Mapping[str, Any], *, today: date) -> str:
    """The agreement of this business."""
    count = answers["leads_per_month"]
    return fill(
        text,
        {
            ("title",): f"The agreement between marketing and sales at {answers['company']}",
            ("version",): f"{today:%Y-%m}",
            ("agreed_on",): today,
            ("agreed_by",): answers["signed_by"],
            ("currency",): answers["currency"],
            ("calendars", "office", "time_zone"): answers["time_zone"],
            ("calendars", "office", "holidays"): answers["holidays"],
            ("commitments", "qualified_leads", "promise"): (
                f"Marketing brings at least {count} newly qualified leads (MQL or SQL) a month."
            ),
            ("commitments", "qualified_leads", "target"): f"at least {count} per month",
        },
    )


def notices(text: str, rules: NoticeRules, agreement: SlaContract) -> str:
    """Who is told what, with everybody whom the agreement's escalations name: sales' under the manager.

    A name that a role has already stays where it is.
    """
    called = {role: list(rules.recipients.of(role).called) for role in _TEAMS.values()}
    known = {name.lower() for role in ROLES for name in rules.recipients.of(role).called}
    for commitment in agreement.commitments:
        role = _TEAMS[commitment.team]
        for step in commitment.escalation:
            if step.tell.lower() not in known:
                known.add(step.tell.lower())
                called[role].append(step.tell)
    return fill(text, {("recipients", role, "called"): names for role, names in called.items()})
