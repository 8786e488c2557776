"""What Accord wants both teams to see of each person: the computed values of the mapping, in canonical form."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from passes.attribution.joined import Campaigns
from passes.attribution.opportunities import Opportunity
from sla_rules.recycling.standing import Standing
from sync_rules.mail_wishes import HELD, MailWish
from sync_rules.mapping import Mapping as SyncMapping
from sync_rules.stored import to_json

OF_THE_HANDOFF = frozenset(
    {
        "handoff_at",
        "first_touch_due",
        "first_touch_at",
        "touches_owed",
        "sla_status",
        "first_campaign",
        "last_campaign",
    }
)
"""Wishes that are only a proposal until the person is in Salesforce."""
_CONTEXT_LINES = 12
_CONTEXT_LENGTH = 2000
_WORDS = {
    "form_submission": "submitted the form",
    "page_view": "viewed",
    "email_open": "opened the mail",
    "email_click": "clicked in the mail",
    "event_attended": "attended",
}


def wishes(
    *,
    judgement: Mapping[str, Any] | None,
    status: Mapping[str, Any] | None,
    touches_made: int,
    handed_off_at: datetime | None,
    marketing: Sequence[Mapping[str, Any]],
    sales_status: str | None,
    sales_owner: str | None,
    opportunity: Opportunity | None,
    brought_by: Campaigns,
    early_disqualification: str | None,
    campaigns: str | None,
    mail: MailWish,
    standing: Standing | None,
    mapping: SyncMapping,
) -> dict[str, Any]:
    """The computed values of one person in JSON form; only those that the mapping names.

    Args:
        judgement: a row of the judgements, or None before the first.
        status: the person's row of ``sla_status``, or None when never handed over.
        marketing: the newest marketing activities first: ``kind, at, detail``.
        opportunity: the newest one.
        campaigns: what sales reads of marketing's campaigns.
        mail: what sales asks of marketing's mail.
        brought_by: the campaigns that brought the person up to the handoff.
        early_disqualification: what both teams are to read of it, or None if there was none.
        standing: since sales sent the person back, or None.
    """
    wanted: dict[str, Any] = {}
    if judgement is not None:
        wanted |= {
            "stage": judgement["stage"],
            "score": Decimal(judgement["score"]),
            "reason": judgement["reason"] or None,
            "missing": judgement["missing"] or None,
            "definition_version": judgement["definition_version"],
        }
    wanted |= {
        "handoff_at": _second(handed_off_at),
        "first_touch_due": _second(status["first_touch_due_at"]) if status else None,
        "first_touch_at": _second(status["first_touch_at"]) if status else None,
        "touches_made": Decimal(status["touches_made"] if status else touches_made),
        "touches_owed": Decimal(status["touches_owed"]) if status else None,
        "sla_status": status["sla_status"] if status else "none",
        "early_disqualification": early_disqualification,
        "recycled": Decimal(standing.times) if standing else None,
        "cool_off_until": _second(standing.until) if standing and not standing.returned else None,
        "marketing_context": context_text(marketing),
        "campaigns": campaigns,
        "mail_in_name_of": mail.in_name_of,
        "hold_marketing_mail": HELD if mail.held else None,
        "hold_marketing_mail_why": mail.why,
        "sales_status": sales_status,
        "sales_owner": sales_owner,
        "opportunity_stage": opportunity.stage if opportunity else None,
        "opportunity_amount": opportunity.amount if opportunity else None,
        "opportunity_currency": opportunity.currency if opportunity else None,
        "outcome": opportunity.outcome if opportunity else None,
        "outcome_reason": opportunity.reason if opportunity else None,
        "first_campaign": brought_by.first,
        "last_campaign": brought_by.last,
    }
    return {name: to_json(value) for name, value in wanted.items() if name in mapping.people.computed}


def _second(moment: datetime | None) -> datetime | None:
    # Salesforce keeps whole seconds; anything finer would look like a difference for ever.
    return moment.replace(microsecond=0) if moment is not None else None


def context_text(marketing: Sequence[Mapping[str, Any]]) -> str | None:
    """What the person did lately, for the rep who is about to call; newest first."""
    lines = []
    for row in marketing[:_CONTEXT_LINES]:
        words = _WORDS.get(row["kind"])
        if words is not None:
            lines.append(f"{row['at']:%Y-%m-%d %H:%M} UTC: {words} {_short(row['detail'])}".rstrip())
    return "\n".join(lines)[:_CONTEXT_LENGTH] or None


def _short(detail: str | None) -> str:
    if not detail:
        return ""
    return urlsplit(detail).path or "/" if detail.startswith(("http://", "https://")) else detail
