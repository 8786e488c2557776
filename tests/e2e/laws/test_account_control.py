"""What sales asks of marketing's mail is with marketing within one pass, and lifted when its time is over."""

from datetime import date

from tests.e2e.laws.world import World

IN_MY_NAME, HOLD, UNTIL = (
    "Accord_Mail_In_My_Name__c", "Accord_Hold_Marketing_Mail__c", "Accord_Hold_Mail_Until__c",
)  # fmt: skip
OPEN, DATED, ALWAYS = "While a deal is open", "Until the date given", "Until further notice"


def lead_with_contact(world: World) -> tuple[str, str]:
    contact_id = world.asks_for_demo()
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.edit("Lead", lead_id, OwnerId=world.rep.user_id)
    world.settle()
    return contact_id, lead_id


def asked(world: World, contact_id: str) -> tuple[str | None, str | None, str | None]:
    seen = world.hs(contact_id)
    return (
        seen["accord_mail_in_name_of"] or None,
        seen["accord_hold_marketing_mail"] or None,
        seen["accord_hold_marketing_mail_why"] or None,
    )


def suppressed(world: World) -> list[str]:
    """The contacts on the list that marketing does not send to."""
    (found,) = [one for one in world.portal.lists.live() if one.name == "Accord: no marketing mail"]
    return sorted(world.portal.list_members(found))


def opportunity(world: World, account_id: str, **fields: str) -> str:
    values = {
        "Name": "Platform",
        "AccountId": account_id,
        "StageName": "Prospecting",
        "CloseDate": "2026-12-01",
    }
    return world.org.create("Opportunity", {**values, **fields}, user_id=world.rep.user_id)


def test_mail_goes_out_in_the_reps_name_within_one_pass(world: World) -> None:
    contact_id, lead_id = lead_with_contact(world)
    world.edit("Lead", lead_id, **{IN_MY_NAME: True})
    world.run()
    assert asked(world, contact_id) == (world.rep.email.lower(), None, None)
    # Another rep takes over: it is their name now. A queue has none.
    world.edit("Lead", lead_id, OwnerId=world.colleague.user_id)
    world.run()
    assert asked(world, contact_id)[0] == world.colleague.email.lower()
    world.edit("Lead", lead_id, **{IN_MY_NAME: False})
    world.run()
    assert asked(world, contact_id) == (None, None, None)


def test_a_hold_until_a_date_ends_by_itself(world: World) -> None:
    contact_id, lead_id = lead_with_contact(world)
    world.edit("Lead", lead_id, **{HOLD: DATED, UNTIL: date(2026, 10, 7)})
    world.run()
    assert asked(world, contact_id) == (None, "yes", "asked on the Lead, until 2026-10-07")
    world.later(days=2)
    world.run()
    assert asked(world, contact_id)[1] == "yes"
    world.clear_counters()
    world.later(days=1)
    world.run()
    assert asked(world, contact_id) == (None, None, None)
    world.settle()
    world.clear_counters()
    world.run()
    assert world.writes() == {}


def test_a_hold_while_a_deal_is_open_follows_the_deal_and_conversion(world: World) -> None:
    contact_id, lead_id = lead_with_contact(world)
    world.edit("Lead", lead_id, **{HOLD: OPEN, IN_MY_NAME: True})
    world.run()
    assert asked(world, contact_id)[1] is None
    converted = world.convert(lead_id)
    world.edit("Contact", converted.contact_id, **{HOLD: OPEN})
    world.run()
    world.run()
    assert asked(world, contact_id)[1:] == ("yes", "asked on the Contact, while a deal is open")
    world.edit("Opportunity", converted.opportunity_id, StageName="Closed Lost")
    world.run()
    assert asked(world, contact_id)[1:] == (None, None)
    opportunity(world, converted.account_id)
    world.run()
    assert asked(world, contact_id)[1] == "yes"


def test_an_accounts_wish_holds_for_all_its_people(world: World) -> None:
    account = {"Name": "Nordwerk AG", "Website": "https://nordwerk.example", "OwnerId": world.rep.user_id}
    account_id = world.org.create("Account", account, user_id=world.rep.user_id)
    company = {"name": "Nordwerk AG", "domain": "nordwerk.example"}
    company_id = world.portal.create("companies", company, actor=world.marketer).id
    of_lead = world.asks_for_demo()
    world.portal.associate("contacts", of_lead, "companies", company_id)
    known = {"LastName": "Kunde", "Email": "k@nordwerk.example", "AccountId": account_id}
    world.org.create("Contact", known, user_id=world.rep.user_id)
    elsewhere = world.asks_for_demo("anna@anders.example", lastname="Anders", company="Anders GmbH")
    world.settle()
    of_contact = next(
        record.id
        for record in world.portal.records("contacts")
        if record.properties.get("email") == "k@nordwerk.example"
    )
    world.edit("Account", account_id, **{HOLD: OPEN, IN_MY_NAME: True})
    world.run()
    for contact_id in (of_lead, of_contact):
        assert asked(world, contact_id) == (world.rep.email.lower(), None, None)
    deal = opportunity(world, account_id)
    world.run()
    for contact_id in (of_lead, of_contact):
        assert asked(world, contact_id)[1:] == ("yes", "asked on the Account, while a deal is open")
    assert suppressed(world) == sorted([of_lead, of_contact])
    assert asked(world, elsewhere) == (None, None, None)
    world.edit("Opportunity", deal, StageName="Closed Won")
    world.run()
    for contact_id in (of_lead, of_contact):
        assert asked(world, contact_id)[1:] == (None, None)
    assert suppressed(world) == []


def test_marketing_cannot_lift_what_sales_asked(world: World) -> None:
    contact_id, lead_id = lead_with_contact(world)
    world.edit("Lead", lead_id, **{HOLD: ALWAYS})
    world.run()
    world.edit_contact(contact_id, accord_hold_marketing_mail="")
    world.run()
    assert asked(world, contact_id) == (None, "yes", "asked on the Lead, until further notice")
