"""Activities both ways, each once: copies, twins, edits, mistakes; marketing's engagement as one Task a day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.laws.world import START, World


@pytest.fixture
def pair(world: World) -> tuple[World, str, str]:
    """A linked person at rest, owned by the rep."""
    contact_id = world.contact()
    lead_id = world.lead()
    world.settle()
    return world, contact_id, lead_id


def _task(world: World, who_id: str, **fields: Any) -> str:
    values = {
        "Subject": "Intro",
        "WhoId": who_id,
        "OwnerId": world.rep.user_id,
        "Status": "Completed",
        **fields,
    }
    return world.org.create("Task", values, user_id=world.rep.user_id)


def _engagement(world: World, kind: str, contact_id: str, **properties: str) -> str:
    values = {
        "hs_timestamp": world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hubspot_owner_id": world.rep.owner_id,
        **properties,
    }
    made = world.portal.create(kind, values, actor=world.marketer, associations=[("contacts", contact_id)])
    return made.id


def _tasks(world: World, subtype: str) -> list[dict[str, Any]]:
    return [dict(row) for row in world.org.rows("Task") if row["TaskSubtype"] == subtype]


HUBSPOT_KINDS: list[tuple[str, dict[str, str], Callable[[World], list[dict[str, Any]]], str]] = [
    ("calls", {"hs_call_title": "Hello", "hs_call_duration": "300000"}, lambda w: _tasks(w, "Call"), "Hello"),
    ("emails", {"hs_email_subject": "Offer", "hs_email_direction": "EMAIL"}, lambda w: _tasks(w, "Email"), "Offer"),
    ("tasks", {"hs_task_subject": "Ring", "hs_task_status": "NOT_STARTED"}, lambda w: _tasks(w, "Task"), "Ring"),
    (
        "meetings",
        {
            "hs_meeting_title": "Demo",
            "hs_meeting_start_time": "2026-10-06T09:00:00Z",
            "hs_meeting_end_time": "2026-10-06T09:30:00Z",
        },
        lambda w: [dict(row) for row in w.org.rows("Event")],
        "Demo",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "properties", "there", "subject"), HUBSPOT_KINDS, ids=lambda v: str(v)[:8])
def test_what_is_logged_in_hubspot_is_copied_once_with_its_owner(
    pair: tuple[World, str, str],
    kind: str,
    properties: dict[str, str],
    there: Callable[[World], list[dict[str, Any]]],
    subject: str,
) -> None:
    world, contact_id, lead_id = pair
    made = _engagement(world, kind, contact_id, **properties)
    world.run()
    (copy,) = there(world)
    assert (copy["Subject"], copy["WhoId"], copy["OwnerId"]) == (subject, lead_id, world.rep.user_id)
    assert copy["HubSpot_Activity_Id__c"] == f"{kind}:{made}"
    assert len(world.portal.records(kind)) == 1


@pytest.mark.parametrize(("subtype", "kind"), [("Call", "calls"), ("Email", "emails"), ("Task", "tasks")])
def test_what_is_logged_in_salesforce_is_copied_once_with_its_owner(
    pair: tuple[World, str, str], subtype: str, kind: str
) -> None:
    world, contact_id, lead_id = pair
    task_id = _task(world, lead_id, TaskSubtype=subtype, ActivityDate="2026-10-05")
    world.run()
    (copy,) = world.portal.records(kind)
    assert copy.properties["salesforce_activity_id"] == task_id
    assert copy.properties["hubspot_owner_id"] == world.rep.owner_id
    assert world.portal.associated(kind, copy.id, "contacts") == [contact_id]
    assert len(_tasks(world, subtype)) == 1


def test_an_event_in_salesforce_becomes_a_meeting(pair: tuple[World, str, str]) -> None:
    world, _, lead_id = pair
    start = world.clock.now() + timedelta(days=1)
    event = {
        "Subject": "Demo",
        "WhoId": lead_id,
        "OwnerId": world.rep.user_id,
        "StartDateTime": start,
        "EndDateTime": start + timedelta(minutes=45),
    }
    world.org.create("Event", event, user_id=world.rep.user_id)
    world.run()
    (meeting,) = world.portal.records("meetings")
    assert meeting.properties["hs_meeting_start_time"] == start.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert meeting.properties["hs_meeting_end_time"] == "2026-10-06T08:55:00Z"
    assert len(world.org.rows("Event")) == 1


def test_a_call_logged_in_both_systems_counts_once_and_is_not_copied(pair: tuple[World, str, str]) -> None:
    world, contact_id, lead_id = pair
    _engagement(world, "calls", contact_id, hs_call_title="Intro", hs_call_direction="OUTBOUND")
    world.later(minutes=4)
    _task(world, lead_id, TaskSubtype="Call", CallType="Outbound")
    world.run()
    assert (len(world.portal.records("calls")), len(_tasks(world, "Call"))) == (1, 1)
    assert world.hs(contact_id)["accord_touches"] == "1"


def test_two_calls_an_hour_apart_are_two(pair: tuple[World, str, str]) -> None:
    world, contact_id, lead_id = pair
    _engagement(world, "calls", contact_id, hs_call_title="First", hs_call_direction="OUTBOUND")
    world.later(hours=1)
    _task(world, lead_id, TaskSubtype="Call", CallType="Outbound")
    world.run()
    assert (len(world.portal.records("calls")), len(_tasks(world, "Call"))) == (2, 2)
    assert world.hs(contact_id)["accord_touches"] == "2"


def _mail_by_tool(world: World, lead_id: str, message_id: str, sent_at: datetime | None = None) -> str:
    """What Enhanced Email leaves: a Task, and the mail beside it."""
    task_id = _task(world, lead_id, TaskSubtype="Email", Subject="Email: Offer")
    mail = {
        "ActivityId": task_id,
        "MessageIdentifier": message_id,
        "Subject": "Offer",
        "MessageDate": sent_at,
    }
    world.org.create("EmailMessage", mail, user_id=world.rep.user_id)
    return task_id


def _mail_in_hubspot(world: World, contact_id: str, message_id: str) -> str:
    mail = {"hs_email_subject": "Offer", "hs_email_direction": "EMAIL", "hs_email_message_id": message_id}
    return _engagement(world, "emails", contact_id, **mail)


@pytest.mark.parametrize("minutes", [0, 150], ids=["at once", "hours later"])
def test_a_mail_logged_in_both_systems_is_known_by_its_message_id(
    pair: tuple[World, str, str], minutes: float
) -> None:
    world, contact_id, lead_id = pair
    ours = [_mail_in_hubspot(world, contact_id, "<CAF1@mail.example>")]
    world.later(minutes=1)
    ours.append(_mail_in_hubspot(world, contact_id, "<CAF2@mail.example>"))
    world.later(minutes=minutes)
    theirs = [_mail_by_tool(world, lead_id, one) for one in ("<caf2@mail.example>", "<CAF1@mail.example>")]
    world.settle()
    assert (len(world.portal.records("emails")), len(_tasks(world, "Email"))) == (2, 2)
    named = {one.id: one.properties["salesforce_activity_id"] for one in world.portal.records("emails")}
    assert named == {ours[0]: theirs[1], ours[1]: theirs[0]}


@pytest.mark.parametrize("first", ["hubspot", "salesforce"])
def test_a_mail_that_the_other_tool_logs_after_it_was_copied_counts_once(
    pair: tuple[World, str, str], first: str
) -> None:
    world, contact_id, lead_id = pair
    tools = {
        "hubspot": lambda: _mail_in_hubspot(world, contact_id, "<CAF1@mail.example>"),
        "salesforce": lambda: _mail_by_tool(world, lead_id, "<CAF1@mail.example>"),
    }
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    tools.pop(first)()
    world.settle()
    assert (len(world.portal.records("emails")), len(_tasks(world, "Email"))) == (1, 1)
    (late,) = tools.values()
    world.later(hours=3)
    touched_at = world.sf("Lead", lead_id)["Accord_First_Touch_At__c"]
    late()
    world.settle()
    # The tool's own record stays; nothing is copied back, and the touch stays one.
    assert len(world.portal.records("emails")) + len(_tasks(world, "Email")) == 3
    assert world.hs(contact_id)["accord_touches"] == "1"
    assert world.sf("Lead", lead_id)["Accord_First_Touch_At__c"] == touched_at is not None


def test_a_mail_that_a_tool_logs_late_was_a_touch_when_it_was_sent(pair: tuple[World, str, str]) -> None:
    world, _, lead_id = pair
    sent_at = world.clock.now()
    world.later(hours=4)
    _mail_by_tool(world, lead_id, "<CAF1@mail.example>", sent_at)
    world.settle()
    (copy,) = world.portal.records("emails")
    assert copy.properties["hs_timestamp"] == sent_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_org_that_keeps_no_mails_is_read_all_the_same(pair: tuple[World, str, str]) -> None:
    world, contact_id, lead_id = pair
    world.org.permissions.deny("EmailMessage", "read", world.org.integration_user_id)
    _mail_by_tool(world, lead_id, "<CAF1@mail.example>")
    world.later(minutes=3)
    _mail_in_hubspot(world, contact_id, "<CAF1@mail.example>")
    world.settle()
    assert (len(world.portal.records("emails")), len(_tasks(world, "Email"))) == (1, 1)
    assert world.hs(contact_id)["accord_touches"] == "1"


def test_mails_that_are_shown_later_are_known_from_then_on(pair: tuple[World, str, str]) -> None:
    world, contact_id, lead_id = pair
    world.org.permissions.deny("EmailMessage", "read", world.org.integration_user_id)
    task_id = _mail_by_tool(world, lead_id, "<CAF1@mail.example>")
    world.settle()
    world.org.permissions.allow("EmailMessage", "read", world.org.integration_user_id)
    world.edit("Task", task_id, Subject="Email: the offer")
    world.settle()
    world.later(hours=3)
    _mail_in_hubspot(world, contact_id, "<CAF1@mail.example>")
    world.settle()
    assert len(_tasks(world, "Email")) == 1


def test_later_edits_flow_in_either_direction(pair: tuple[World, str, str]) -> None:
    world, contact_id, lead_id = pair
    call_id = _engagement(world, "calls", contact_id, hs_call_title="Hello", hs_call_body="no answer")
    task_id = _task(world, lead_id, Subject="Send offer", Status="Not Started", ActivityDate="2026-10-08")
    world.settle()
    world.portal.update("calls", call_id, {"hs_call_body": "called back"}, actor=world.marketer)
    (todo,) = world.portal.records("tasks")
    world.portal.update("tasks", todo.id, {"hs_task_status": "COMPLETED"}, actor=world.marketer)
    world.settle()
    assert _tasks(world, "Call")[0]["Description"] == "called back"
    assert world.sf("Task", task_id)["Status"] == "Completed"
    world.edit("Task", _tasks(world, "Call")[0]["Id"], Subject="Hello again")
    world.edit("Task", task_id, Subject="Send the new offer")
    world.settle()
    call = world.portal.record("calls", call_id)
    assert call is not None
    assert call.properties["hs_call_title"] == "Hello again"
    (todo,) = world.portal.records("tasks")
    assert todo.properties["hs_task_subject"] == "Send the new offer"


@pytest.mark.parametrize(
    ("rule", "kept"), [("two_way", "sales later"), ("prefer_hubspot", "marketing first")]
)
def test_of_two_edits_of_one_part_the_rule_chooses_and_the_loser_is_kept(
    make_world: Callable[..., World], rule: str, kept: str
) -> None:
    world = make_world(mapping={"edits: two_way": f"edits: {rule}"})
    contact_id = world.contact()
    world.lead()
    world.settle()
    call_id = _engagement(world, "calls", contact_id, hs_call_title="Hello")
    world.run()
    world.portal.update("calls", call_id, {"hs_call_title": "marketing first"}, actor=world.marketer)
    world.later(minutes=1)
    world.edit("Task", _tasks(world, "Call")[0]["Id"], Subject="sales later")
    world.settle()
    call = world.portal.record("calls", call_id)
    assert call is not None
    assert {call.properties["hs_call_title"], _tasks(world, "Call")[0]["Subject"]} == {kept}
    (lost,) = world.losses()
    assert (lost.link_id, lost.field, lost.rule, lost.winning_value) == (
        f"calls:{call_id}",
        "subject",
        rule,
        kept,
    )
    assert lost.losing_value == ({"sales later", "marketing first"} - {kept}).pop()


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_a_deletion_follows_where_the_mapping_says_so(make_world: Callable[..., World], side: str) -> None:
    both = "deletions: {hubspot_archived: delete, salesforce_deleted: delete}\n  # Forms"
    world = make_world(
        mapping={"deletions: {hubspot_archived: ignore, salesforce_deleted: ignore}\n  # Forms": both}
    )
    contact_id = world.contact()
    world.lead()
    world.settle()
    call_id = _engagement(world, "calls", contact_id, hs_call_title="Hello")
    _engagement(world, "calls", contact_id, hs_call_title="Stays", hs_timestamp="2026-10-05T07:00:00Z")
    world.settle()
    if side == "hubspot":
        world.portal.archive("calls", call_id, actor=world.marketer)
    else:
        (task,) = [row for row in _tasks(world, "Call") if row["Subject"] == "Hello"]
        world.org.delete("Task", task["Id"], user_id=world.rep.user_id)
    world.run(minutes=45)
    world.settle()
    assert [row["Subject"] for row in _tasks(world, "Call")] == ["Stays"]
    assert len(world.portal.records("calls")) == 1
    assert world.holds() == []


def test_the_tasks_of_a_deleted_lead_take_nothing_along_in_hubspot(make_world: Callable[..., World]) -> None:
    world = make_world(
        mapping={"salesforce_deleted: ignore}\n  # Forms": "salesforce_deleted: delete}\n  # Forms"}
    )
    contact_id = world.contact()
    lead_id = world.lead()
    world.settle()
    _engagement(world, "calls", contact_id, hs_call_title="Hello")
    world.settle()
    world.org.delete("Lead", lead_id, user_id=world.rep.user_id)
    world.settle()
    assert len(world.portal.records("calls")) == 1


def test_what_is_logged_today_for_last_week_restates_the_clock(world: World) -> None:
    contact_id = world.asks_for_demo()
    world.settle()
    world.later(days=2)
    world.settle()
    assert (world.hs(contact_id)["accord_touches"] or "0") == "0"
    before = world.hs(contact_id)["accord_first_touch_at"]
    then = START + timedelta(minutes=40)
    _engagement(
        world,
        "calls",
        contact_id,
        hs_timestamp=then.strftime("%Y-%m-%dT%H:%M:%SZ"),
        hs_call_direction="OUTBOUND",
    )
    world.settle()
    assert world.hs(contact_id)["accord_touches"] == "1"
    assert before is None
    assert str(world.hs(contact_id)["accord_first_touch_at"]).startswith(then.strftime("%Y-%m-%dT%H:%M"))


def test_activities_of_a_person_who_is_created_come_along(world: World) -> None:
    contact_id = world.asks_for_demo()
    _engagement(world, "calls", contact_id, hs_call_title="Hello")
    world.settle()
    (call,) = _tasks(world, "Call")
    assert call["WhoId"] == world.lead_of(contact_id)


def test_an_activity_deleted_on_one_side_is_not_made_again(pair: tuple[World, str, str]) -> None:
    world, contact_id, _ = pair
    call_id = _engagement(world, "calls", contact_id, hs_call_title="Hello")
    world.settle()
    world.org.delete("Task", _tasks(world, "Call")[0]["Id"], user_id=world.rep.user_id)
    world.settle()
    world.portal.update("calls", call_id, {"hs_call_body": "edited later"}, actor=world.marketer)
    world.settle()
    assert _tasks(world, "Call") == []


def test_a_day_of_engagement_is_one_task_that_grows(world: World) -> None:
    contact_id = world.contact()
    lead_id = world.lead()
    site = "https://www.meridian-analytics.example"
    world.portal.visit_page(contact_id, f"{site}/pricing")
    world.demo_request("vera.brandt@nordwerk.example")
    world.settle()
    (task,) = _tasks(world, "Task")
    assert (task["WhoId"], task["Status"]) == (lead_id, "Completed")
    assert task["Subject"] == "Marketing: 1 form, 1 page"
    world.later(hours=1)
    world.portal.visit_page(contact_id, f"{site}/case-studies/retail")
    world.run()
    (grown,) = _tasks(world, "Task")
    assert grown["Id"] == task["Id"]
    assert grown["Subject"] == "Marketing: 1 form, 2 pages"
    assert "/case-studies/retail" in grown["Description"]
    world.later(days=1)
    world.portal.visit_page(contact_id, f"{site}/pricing")
    world.run()
    days = sorted(str(row["HubSpot_Activity_Id__c"]) for row in _tasks(world, "Task"))
    assert days == [f"rollup:{contact_id}:2026-10-05", f"rollup:{contact_id}:2026-10-06"]
    assert world.portal.records("tasks") == []  # and it is not copied back


def test_an_owner_whom_the_other_side_does_not_know_does_not_stop_the_copy(
    pair: tuple[World, str, str],
) -> None:
    world, contact_id, _ = pair
    _engagement(
        world, "calls", contact_id, hs_call_title="Hello", hubspot_owner_id=world.roster.stray_owner_id
    )
    world.run()
    assert len(_tasks(world, "Call")) == 1
    assert world.held("owner").kind == "unmapped_owner"
