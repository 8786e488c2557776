"""People are told in time and once: hot leads, clocks, escalations, feedback, troubles; through real servers."""

from tests.e2e.laws.world import World
from tests.e2e.notices.office import Office


def handed_over(world: World, email: str = "vera.brandt@nordwerk.example", **properties: str) -> str:
    """The Lead of a good fit who asks for a demo, owned by the rep and handed off."""
    contact_id = world.asks_for_demo(email, **properties)
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    world.org.update("Lead", lead_id, {"OwnerId": world.rep.user_id}, user_id=world.org.integration_user_id)
    world.settle()
    return lead_id


def call(world: World, lead_id: str) -> None:
    """The rep calls now."""
    task = {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
    values = {**task, "WhoId": lead_id, "OwnerId": world.rep.user_id}
    world.org.create("Task", values, user_id=world.rep.user_id)


def test_a_hot_lead_reaches_its_owner_once(world: World, office: Office) -> None:
    office.tell()
    lead_id = handed_over(world)
    assert office.tell().figures["told"] == 2
    (mail,) = office.mail.messages
    assert (mail["To"], mail["Subject"]) == (world.rep.email, "Hot lead: Vera Brandt, Nordwerk AG")
    text = mail.get_body(("plain",)).get_content()
    assert "asked for a demo" in text
    assert "First touch until: Monday 5 October, 11:" in text
    assert "CEST" in text
    assert f"/lightning/r/Lead/{lead_id}/view" in text
    html = mail.get_body(("html",)).get_content()
    assert f'href="{world.sandbox.salesforce.instance_url}/lightning/r/Lead/{lead_id}/view"' in html
    ((role, post),) = office.slack.posts
    assert (role, post["text"]) == ("owner", "Hot lead: Vera Brandt, Nordwerk AG")
    office.heard()
    for _ in range(3):
        world.run()
        office.tell()
    assert office.heard() == []
