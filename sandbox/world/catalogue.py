"""Meridian's marketing: its forms, its e-mails, and its campaigns with their costs.

The calendar of e-mails is here; who opens them is in ``behaviour``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sandbox.hubspot.portal import Portal
from sandbox.salesforce.org import Org
from sandbox.world.behaviour import FORM_PAGES

_CAMPAIGNS = (
    # name, type, lead source, budgeted cost, actual cost, days before the start of the world, days long
    ("Self-Service Analytics Webinar", "Webinar", "Webinar", 6000, 5400.0, 24, 1),
    ("Forecasting Masterclass", "Webinar", "Webinar", 5000, 6150.5, 9, 1),
    ("DataExpo Berlin", "Trade Show", "Trade Show", 45000, 48920.75, 18, 3),
    ("Brand and Pricing Keywords", "Advertisement", "Paid Search", 12000, 11380.4, 30, 60),
    ("Partner Referrals", "Referral Program", "Referral", 4000, 2100.0, 30, 60),
    ("Buyer's Guide Syndication", "Advertisement", "Content", 9000, 9000.0, 27, 40),
    ("Website", "Other", "Web", 0, 0.0, 30, 90),
    ("Outbound Banking DACH", "Telemarketing", "Outbound", 15000, 13875.0, 30, 45),
    ("Partner Co-Marketing Nordics", "Partners", "Partner", 7000, 3500.0, 20, 40),
)
_FORM_SOURCES = {
    "Demo request": ("web_form", "Web"),
    "Contact sales": ("web_form", "Web"),
    "Pricing quote": ("paid_search", "Paid Search"),
    "Guide download": ("content", "Content"),
    "Webinar registration": ("webinar", "Webinar"),
    "Newsletter": ("web_form", "Web"),
}
OTHER_SOURCES = (("trade_show", "Trade Show"), ("partner", "Partner"), ("referral", "Referral"))
OUTBOUND = ("outbound", "Outbound")
ODD_LEAD_SOURCES = ("web", "Website", "Trade show", "Google Ads", "Trade Show ", "Employee Referral", "Messe")
"""Values that reps type past the picklist, which Salesforce takes through its API."""


@dataclass(frozen=True)
class Mailing:
    """One marketing e-mail of HubSpot: ``campaign_id`` is what its events carry."""

    campaign_id: int
    name: str
    sent_at: datetime
    url: str


@dataclass(frozen=True)
class Campaign:
    """A campaign in Salesforce; ``lead_source`` is the source whose people belong to it."""

    id: str
    name: str
    lead_source: str


@dataclass(frozen=True)
class Catalogue:
    """What marketing has set up: form guids by form name, campaigns by Salesforce lead source."""

    forms: dict[str, str]
    campaigns: dict[str, Campaign]


def sources_of_form(form: str) -> tuple[str, str]:
    """The lead source of people who come by ``form``, as HubSpot and as Salesforce say it."""
    return _FORM_SOURCES[form]


def mailings_on(day: date) -> list[Mailing]:
    """The e-mails sent on ``day``: a newsletter on Tuesdays, an invitation every other Thursday."""
    week = day.isocalendar().week
    if day.weekday() == 1:
        sent = datetime.combine(day, time(8, 30), tzinfo=UTC)
        return [
            Mailing(70000 + day.toordinal() % 10000, f"Newsletter week {week}", sent, "/blog/data-quality")
        ]
    if day.weekday() == 3 and week % 2 == 0:
        sent = datetime.combine(day, time(13), tzinfo=UTC)
        return [Mailing(80000 + day.toordinal() % 10000, f"Demo day week {week}", sent, "/demo")]
    return []


def set_up_forms(portal: Portal) -> dict[str, str]:
    """Publish the six forms; returns their guids by name."""
    return {name: portal.add_form(name).guid for name in FORM_PAGES}


def set_up_campaigns(org: Org, *, user_id: str, start: datetime) -> dict[str, Campaign]:
    """Enter the campaigns in Salesforce; the first one of a lead source is the one its people join."""
    found: dict[str, Campaign] = {}
    for name, kind, source, budgeted, actual, days_before, days_long in _CAMPAIGNS:
        opened = start - timedelta(days=days_before)
        closes = opened + timedelta(days=days_long)
        record_id = org.create(
            "Campaign",
            {
                "Name": name,
                "Type": kind,
                "Status": "Completed" if closes <= start else "In Progress",
                "StartDate": opened.date().isoformat(),
                "EndDate": closes.date().isoformat(),
                "IsActive": True,
                "BudgetedCost": budgeted,
                "ActualCost": actual,
            },
            user_id=user_id,
            at=opened,
        )
        found.setdefault(source, Campaign(record_id, name, source))
    return found
