"""Companies and Accounts: matched by domain, then by name and country; kept in agreement, never created."""

from typing import Any

from connectors.store import links
from passes.linking import review
from tests.e2e.laws.world import World


def _company(world: World, **properties: str) -> str:
    return world.portal.create("companies", properties, actor=world.marketer).id


def _account(world: World, **fields: Any) -> str:
    return world.org.create("Account", fields, user_id=world.rep.user_id)


def _account_of(world: World, company_id: str) -> str | None:
    record = world.portal.record("companies", company_id)
    assert record is not None
    return record.properties.get("salesforce_account_id")


def test_they_match_by_domain_whatever_its_form(world: World) -> None:
    company_id = _company(world, name="Nordwerk AG", domain="nordwerk.example")
    account_id = _account(world, Name="NORDWERK", Website="https://www.nordwerk.example/de")
    world.settle()
    assert _account_of(world, company_id) == account_id
    assert world.sf("Account", account_id)["HubSpot_Company_Id__c"] == company_id


def test_they_match_by_name_and_country_where_no_domain_is_known(world: World) -> None:
    company_id = _company(world, name="Südwerk GmbH", country="Germany")
    other = _company(world, name="Südwerk", country="Austria")
    account_id = _account(world, Name="Sudwerk", BillingCountry="DE")
    world.settle()
    assert _account_of(world, company_id) == account_id
    assert _account_of(world, other) is None


def test_the_domain_goes_before_the_name(world: World) -> None:
    by_name = _company(world, name="Nordwerk", country="Germany")
    by_domain = _company(world, name="Other name", domain="nordwerk.example")
    account_id = _account(
        world, Name="Nordwerk", BillingCountry="Germany", Website="https://nordwerk.example"
    )
    world.settle()
    assert _account_of(world, by_domain) == account_id
    assert _account_of(world, by_name) is None


def test_edits_flow_by_rule_and_neither_is_created(world: World) -> None:
    company_id = _company(world, name="Nordwerk AG", domain="nordwerk.example", numberofemployees="400")
    account_id = _account(world, Name="Nordwerk AG", Website="nordwerk.example", NumberOfEmployees=350)
    _company(world, name="Only here", domain="only-here.example")
    _account(world, Name="Only there", Website="https://only-there.example")
    world.settle()
    assert world.sf("Account", account_id)["NumberOfEmployees"] == 400
    world.edit("Account", account_id, Name="Nordwerk SE", Industry="Technology")
    world.portal.update("companies", company_id, {"annualrevenue": "9000000"}, actor=world.marketer)
    world.run()
    company = world.portal.record("companies", company_id)
    assert company is not None
    assert company.properties["name"] == "Nordwerk SE"
    assert company.properties["industry"] == "COMPUTER_SOFTWARE"
    assert world.sf("Account", account_id)["AnnualRevenue"] == 9_000_000
    assert (len(world.portal.records("companies")), len(world.org.rows("Account"))) == (2, 2)


def test_merged_accounts_stay_linked(world: World) -> None:
    company_id = _company(world, name="Nordwerk AG", domain="nordwerk.example")
    loser = _account(world, Name="Nordwerk AG", Website="nordwerk.example")
    world.run()
    winner = _account(world, Name="Nordwerk Holding")
    world.org.merge("Account", winner, [loser], user_id=world.rep.user_id)
    world.run()
    assert _account_of(world, company_id) == winner
    with world.bench.store.begin() as connection:
        (row,) = [r for r in links.by_record(connection, hubspot_id=company_id) if not r.merged]
    assert row.link.salesforce_id == winner


def test_a_free_mail_domain_says_nothing_about_an_employer(world: World) -> None:
    """Two firms that gave a mail provider as their website are two, and nobody's mailbox makes an account."""
    company_id = _company(world, name="Bakery Klein", domain="gmail.com")
    account_id = _account(world, Name="Studio Gross", Website="https://www.gmail.com")
    contact_id = world.asks_for_demo("vera.brandt@gmail.com")
    world.settle()
    assert _account_of(world, company_id) is None
    assert world.sf("Account", account_id)["HubSpot_Company_Id__c"] is None
    assert world.lead_of(contact_id) is not None
    assert (len(world.portal.records("companies")), len(world.org.rows("Account"))) == (1, 1)


def test_an_accounts_parent_stays_whatever_flows(world: World) -> None:
    parent = _account(world, Name="Nordwerk Holding", Website="holding.example")
    child = _account(world, Name="Nordwerk AG", Website="nordwerk.example", ParentId=parent)
    company_id = _company(world, name="Nordwerk AG", domain="nordwerk.example")
    world.settle()
    world.portal.update("companies", company_id, {"numberofemployees": "700"}, actor=world.marketer)
    world.settle()
    assert world.sf("Account", child)["NumberOfEmployees"] == 700
    assert world.sf("Account", child)["ParentId"] == parent


def test_companies_can_be_told_apart_and_split_as_people_can(world: World) -> None:
    company_id = _company(world, name="Delta", domain="delta.example")
    account_id = _account(world, Name="Delta", Website="delta.example")
    world.settle()
    assert _account_of(world, company_id) == account_id
    with world.bench.alone("review") as context:
        review.split(context, f"hc{company_id}", "vera.admin")
    world.settle()
    assert _account_of(world, company_id) is None
    assert world.sf("Account", account_id)["HubSpot_Company_Id__c"] is None
    world.edit("Account", account_id, Industry="Technology")
    world.settle()
    assert _account_of(world, company_id) is None
