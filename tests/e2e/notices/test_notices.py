"""People are told in time and once: hot leads, clocks, escalations, watched people, feedback, troubles."""

from collections.abc import Callable

import pytest

from passes.notices.tell import tell, waiting
from passes.numbers import measure
from tests.e2e.laws.world import World
from tests.e2e.notices.office import ADMIN, MANAGER, MARKETING, Office

WHO = "Vera Brandt, Nordwerk AG"
PRICING = "https://www.meridian-analytics.example/pricing?utm_source=mail"


def handed_over(
    world: World, email: str = "vera.brandt@nordwerk.example", **properties: str
) -> tuple[str, str]:
    """The contact and the Lead of a good fit who asked for a demo; the Lead is the rep's."""
    contact_id = world.asks_for_demo(email, **properties)
    world.run()
    lead_id = str(world.lead_of(contact_id))
    world.org.update("Lead", lead_id, {"OwnerId": world.rep.user_id}, user_id=world.org.integration_user_id)
    world.run()
    return contact_id, lead_id


def call(world: World, lead_id: str) -> None:
    """The rep calls now."""
    task = {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
    values = {**task, "WhoId": lead_id, "OwnerId": world.rep.user_id}
    world.org.create("Task", values, user_id=world.rep.user_id)


def both(address: str, place: str, title: str) -> list[tuple[str, str]]:
    """A mail and a post."""
    return sorted([(address, title), (f"#{place}", title)])


def test_a_hot_lead_reaches_its_owner_once(world: World, office: Office) -> None:
    office.tell()
    _, lead_id = handed_over(world)
    assert office.tell().figures["told"] == 2
    (mail,) = office.mail.messages
    assert (mail["To"], mail["Subject"]) == (world.rep.email, f"Hot lead: {WHO}")
    text = mail.get_body(("plain",)).get_content()
    assert "asked for a demo" in text
    assert "First touch until: Monday 5 October, 11:" in text
    assert "CEST" in text
    url = f"{world.sandbox.salesforce.instance_url}/lightning/r/Lead/{lead_id}/view"
    assert url in text
    assert f'href="{url}"' in mail.get_body(("html",)).get_content()
    assert office.heard() == both(world.rep.email, "owner", f"Hot lead: {WHO}")
    # However often it is looked at, and when it is somebody else's, that person is told.
    for _ in range(2):
        world.run()
        office.tell()
    assert office.heard() == []
    world.edit("Lead", lead_id, OwnerId=world.colleague.user_id)
    world.run()
    office.tell()
    assert office.heard() == both(world.colleague.email, "owner", f"Hot lead: {WHO}")


def test_a_clock_is_due_then_broken_then_escalated_each_once(world: World, office: Office) -> None:
    office.tell()
    _, lead_id = handed_over(world)
    office.tell()
    office.heard()
    world.run(minutes=42)
    office.tell()
    due = "Due Monday 5 October, 11:05 CEST: " + WHO
    assert office.heard() == both(world.rep.email, "owner", due)
    world.run(minutes=20)
    for _ in range(2):
        office.tell()
        world.run()
    broken, escalated = f"Promise broken: {WHO}", f"Escalation: {WHO}"
    expected = [*both(world.rep.email, "owner", broken), *both(MANAGER, "manager", escalated)]
    assert office.heard() == sorted(expected)
    # A call that was made in time and logged late restates the clock, and changes nothing of what was told.
    call(world, lead_id)
    world.run()
    office.tell()
    assert office.heard() == []


def test_a_clock_that_was_met_meanwhile_is_not_told(world: World, office: Office) -> None:
    office.tell()
    world.later(hours=9)  # Monday evening
    _, lead_id = handed_over(world)
    office.tell()
    assert office.heard() == []
    world.later(hours=13)  # on Tuesday at eight the rep is there before the office opens
    call(world, lead_id)
    world.run()
    assert office.tell().figures["withdrawn"] == 2
    office.tell(minutes=90)
    assert office.heard() == []


def test_many_wait_for_the_morning_and_come_as_one(world: World, make_office: Callable[..., Office]) -> None:
    office = make_office(world, rules={"digest_over": 2}, slack_roles=())
    office.tell()
    world.later(days=4, hours=10)  # Friday, 20:00
    for number in range(3):
        handed_over(world, f"p{number}@nordwerk.example", firstname=f"Nr {number}")
    office.tell()
    office.tell(minutes=24 * 60)
    assert office.heard() == []
    world.later(days=1, hours=12, minutes=50)
    office.tell()
    (mail,) = office.mail.taken()
    assert mail["Subject"] == "3 notices: 3 hot leads"
    text = mail.get_body(("plain",)).get_content()
    assert [name in text for name in ("Nr 0", "Nr 1", "Nr 2")] == [True] * 3


def test_sales_answer_reaches_marketing(world: World, office: Office) -> None:
    office.tell()
    _, lead_id = handed_over(world)
    office.tell()
    office.heard()
    said = {"Accord_Disposition__c": "Too soon", "Accord_Disposition_Reason__c": "Bad timing"}
    world.edit(
        "Lead", lead_id, **said, Accord_Objection__c="<!channel> after the <b>budget</b> round & not before"
    )
    world.run()
    office.tell()
    (mail,), ((place, post),) = office.mail.taken(), office.slack.taken()
    assert (mail["To"], place) == (MARKETING, "marketing")
    assert mail["Subject"] == post["text"] == f"Sales on {WHO}: Too soon"
    body = post["blocks"][1]["text"]["text"]
    assert "*Objection:* &lt;!channel&gt; after the &lt;b&gt;budget&lt;/b&gt; round &amp; not before" in body
    assert "&lt;b&gt;budget" in mail.get_body(("html",)).get_content()
    assert "<!channel>" not in str(post)


def test_a_rep_watches_a_lead_and_a_colleague_an_account(world: World, office: Office) -> None:
    office.tell()
    contact_id, lead_id = handed_over(world)
    company = world.portal.create(
        "companies",
        {"name": "Ostwerk AG", "domain": "ostwerk.example", "country": "Germany"},
        actor=world.marketer,
    ).id
    names = {"Name": "Ostwerk AG", "Website": "ostwerk.example", "BillingCountry": "Germany"}
    mine = {**names, "OwnerId": world.colleague.user_id}
    account = world.org.create("Account", mine, user_id=world.colleague.user_id)
    other = world.contact("nina@ostwerk.example", firstname="Nina", lastname="Ost", company="Ostwerk AG")
    world.portal.associate("contacts", other, "companies", company)
    world.run()
    call(world, lead_id)
    world.portal.visit_page(contact_id, PRICING)
    world.run()
    office.tell()
    office.heard()
    world.edit("Lead", lead_id, Accord_Watch__c=True)
    world.org.update("Account", account, {"Accord_Watch__c": True}, user_id=world.colleague.user_id)
    world.run()
    office.tell()
    assert office.heard() == []  # that visit was before
    world.later(minutes=1)
    for _ in range(2):
        world.portal.visit_page(contact_id, PRICING)
        world.portal.visit_page(other, PRICING)
        world.run()
        office.tell()
    mails = {mail["To"]: mail for mail in office.mail.messages}
    assert "Looked at: /pricing" in mails[world.rep.email].get_body(("plain",)).get_content()
    expected = [
        *both(world.rep.email, "owner", f"Back on our pages: {WHO}"),
        *both(world.colleague.email, "owner", "Back on our pages: Nina Ost, Ostwerk AG"),
    ]
    assert office.heard() == sorted(expected)
    world.edit("Lead", lead_id, Accord_Watch__c=False)
    world.later(days=1)
    world.portal.visit_page(contact_id, PRICING)
    world.run()
    office.tell()
    assert [title for _, title in office.heard() if title.startswith("Back")] == []


def test_a_stopped_and_a_failing_pass_reach_the_admin_once(world: World, office: Office) -> None:
    office.tell()
    world.contact()
    for _ in range(2):
        world.run(approve=False)
        office.tell()
    stopped = "Accord: the guard stopped a pass; nothing was written"
    assert office.heard() == both(ADMIN, "admin", stopped)
    world.run()
    world.fault("hubspot", path="/crm/v3/objects/*", status=401, times=None)
    for _ in range(2):
        with pytest.raises(Exception, match="401"):
            world.run()
        office.tell()
    assert office.heard() == both(ADMIN, "admin", "Accord: a pass failed")


def test_what_was_before_is_not_told(world: World, office: Office) -> None:
    handed_over(world)
    world.run(minutes=80)
    office.tell()
    assert office.heard() == []


def test_with_every_channel_off_nothing_is_kept(world: World) -> None:
    handed_over(world)
    assert tell(world.bench).figures == {"told": 0}
    assert waiting(world.bench) == 0


def test_a_missed_quota_reaches_marketing_when_its_figure_is_published(world: World, office: Office) -> None:
    office.tell()
    world.later(days=28)  # 2 November
    world.bench.run(measure.metrics, "sla_metrics", "metrics 1")
    world.bench.release()
    for _ in range(2):
        office.tell(minutes=5)
    (mail,) = office.mail.messages
    assert mail["To"] == MARKETING
    assert mail["Subject"] == "Promise missed in the month from 1 October 2026"
    assert "Reached: 0 of 120, 0 %" in mail.get_body(("plain",)).get_content()
