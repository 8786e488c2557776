"""Converting leads and moving the opportunities that come of it, stage by stage, to won or lost."""

from datetime import datetime
from functools import partial
from random import Random

from sandbox.salesforce.errors import SalesforceFault
from sandbox.world.company_records import WEBSITE_FORMS
from sandbox.world.draws import generator
from sandbox.world.hours import add_minutes
from sandbox.world.roster import Rep
from sandbox.world.world import World

_PATH = ("Needs Analysis", "Proposal/Price Quote", "Negotiation/Review")
_WON_SHARE = 0.42
_DAY_MIN = 480


def deal_amount(rng: Random, employees: int | None) -> int:
    """Euros a year: a basic licence and seats for a part of the staff."""
    seats = max(5, int((employees or 120) * rng.uniform(0.01, 0.05)))
    return int(round(4000 + seats * rng.choice((290, 360, 420)), -2))


def convert(world: World, rep: Rep, lead_id: str, key: str, at: datetime) -> str | None:
    """Convert a lead with an opportunity, whose further way goes on the agenda.

    Returns:
        The id of the Salesforce Contact; None when Salesforce refused.
    """
    lead = world.org.record("Lead", lead_id)
    if lead is None:
        return None
    rng = generator(world.seed, "deal", key)
    account_id = _account_of(world, str(lead["Email"] or ""))
    try:
        conversion = world.org.convert_lead(
            lead_id,
            user_id=rep.user_id,
            converted_status="Closed - Converted",
            account_id=account_id,
            opportunity_name=f"{lead['Company']} - Analytics"[:120],
            owner_id=rep.user_id,
            at=at,
        )
    except SalesforceFault:
        world.counts["refused"] += 1
        return None
    world.counts["conversions"] += 1
    if conversion.opportunity_id is not None:
        employees = lead.get("NumberOfEmployees")
        start_deal(world, rep, conversion.opportunity_id, deal_amount(rng, employees), rng, at)
    return conversion.contact_id


def _account_of(world: World, email: str) -> str | None:
    domain = email.partition("@")[2]
    if not domain:
        return None
    sites = (form.format(domain) for form in WEBSITE_FORMS)
    return next((row.id for site in sites for row in world.org.find("Account", "Website", site)), None)


def start_deal(world: World, rep: Rep, opportunity_id: str, amount: int, rng: Random, at: datetime) -> None:
    """Give the opportunity its amount, and put its next stages on the agenda."""
    closes = add_minutes(rep.zone, at, _DAY_MIN * rng.uniform(6, 18))
    changes = {"Amount": amount, "StageName": "Qualification", "CloseDate": closes.date().isoformat()}
    world.org.update("Opportunity", opportunity_id, changes, user_id=rep.user_id, at=at)
    stages = [*_PATH[: rng.randint(1, 3)], "Closed Won" if rng.random() < _WON_SHARE else "Closed Lost"]
    moment = at
    for stage in stages:
        moment = add_minutes(rep.zone, moment, _DAY_MIN * rng.uniform(0.5, 4.0))
        world.agenda.add(moment, opportunity_id, partial(_move, world, rep, opportunity_id, stage))


def _move(world: World, rep: Rep, opportunity_id: str, stage: str, at: datetime) -> None:
    deal = world.org.record("Opportunity", opportunity_id)
    if deal is None or deal["IsClosed"]:
        return
    changes: dict[str, object] = {"StageName": stage}
    if stage.startswith("Proposal") and deal["Amount"] is not None:
        discount = generator(world.seed, "discount", deal["Name"]).choice((0.0, 0.0, 0.05, 0.1))
        changes["Amount"] = round(float(deal["Amount"]) * (1 - discount), 2)
    if stage.startswith("Closed"):
        changes["CloseDate"] = at.astimezone(rep.zone).date().isoformat()
    world.org.update("Opportunity", opportunity_id, changes, user_id=rep.user_id, at=at)
    world.counts[
        "deals_won" if stage == "Closed Won" else "deals_lost" if stage == "Closed Lost" else "deal_moves"
    ] += 1
