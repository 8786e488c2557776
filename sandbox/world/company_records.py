"""Writes companies into HubSpot and accounts into Salesforce, each in that system's own spelling."""

from datetime import datetime, timedelta

from sandbox.hubspot.records import Actor
from sandbox.world.companies import Company
from sandbox.world.draws import fraction, pick
from sandbox.world.world import World

WEBSITE_FORMS = ("{}", "www.{}", "https://www.{}", "http://{}/")
"""The ways in which a domain is written into an Account's website."""


def _entered(world: World, at: datetime, purpose: str, company: Company, reach_days: int) -> datetime:
    """When the company was entered: long ago for those of the beginning, else at once."""
    if at >= world.started_at:
        return at
    return world.started_at - timedelta(days=35 + reach_days * fraction(world.seed, purpose, company.index))


def hubspot_company(world: World, company: Company, at: datetime) -> str:
    """The id of the HubSpot company, which is created the first time; ``at`` is now."""
    known = world.company_ids.get(company.index)
    if known is not None:
        return known
    properties = {
        "name": company.name,
        "domain": company.domain,
        "industry": company.industry.hubspot,
        "numberofemployees": str(company.employees),
        "annualrevenue": str(company.revenue),
        "city": company.place.city,
        "country": company.place.country.name,
        "phone": company.phone,
    }
    entered = _entered(world, at, "company age", company, 300)
    record = world.portal.create("companies", properties, actor=Actor.system("IMPORT"), at=entered)
    world.company_ids[company.index] = record.id
    return record.id


def salesforce_account(world: World, company: Company, at: datetime) -> str | None:
    """The id of the Salesforce Account; None for a company that Salesforce does not know."""
    known = world.account_ids.get(company.index)
    if known is not None or company.account_name is None:
        return known
    rep = world.roster.rep_for(company.place.country.region, world.seed, company.domain)
    site = pick(WEBSITE_FORMS, world.seed, "site", company.domain)
    fields = {
        "Name": company.account_name,
        "Website": site.format(company.domain),
        "Type": "Customer - Direct" if company.is_customer else "Prospect",
        "Industry": company.industry.salesforce,
        "NumberOfEmployees": company.employees,
        "AnnualRevenue": company.revenue,
        "BillingCity": company.place.city,
        "BillingCountry": company.place.country.name,
        "Phone": company.phone,
        "OwnerId": rep.user_id,
    }
    entered = _entered(world, at, "account age", company, 500)
    record_id = world.org.create("Account", fields, user_id=world.roster.manager_user_id, at=entered)
    world.account_ids[company.index] = record_id
    return record_id
