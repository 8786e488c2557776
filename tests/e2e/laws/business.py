"""A little business with a bit of everything, and what people see of it in the end whatever happened between."""

from typing import Any

from tests.e2e.laws.world import World


def begin_business(world: World) -> None:
    """People on either side or both, with activities on either side."""
    ids = {
        "new": world.asks_for_demo("new@nordwerk.example", lastname="New"),
        "other": world.asks_for_demo("other@nordwerk.example", lastname="Other"),
        "met": world.contact("met@nordwerk.example", lastname="Met"),
    }
    ids["lead"] = world.lead("met@nordwerk.example", LastName="Met", City="Bremen", HasOptedOutOfEmail=True)
    ids["sales only"] = world.lead("sales@suedwerk.example", LastName="Sales", Company="Südwerk")
    call = {
        "hs_timestamp": "2026-10-05T07:30:00Z",
        "hs_call_title": "Hello",
        "hubspot_owner_id": world.rep.owner_id,
    }
    world.portal.create("calls", call, actor=world.marketer, associations=[("contacts", ids["met"])])
    task = {
        "Subject": "Send offer",
        "WhoId": ids["lead"],
        "OwnerId": world.rep.user_id,
        "Status": "Not Started",
    }
    world.org.create("Task", task, user_id=world.rep.user_id)
    return ids


_MOVING = {
    "Accord_Handoff_At__c",
    "Accord_First_Touch_Due__c",
    "accord_handoff_at",
    "HubSpot_Activity_Id__c",
    "HubSpot_Activity_At__c",
}


def state_of(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """What people see on both sides, without ids and times that differ between any two runs."""
    state: dict[str, list[tuple[Any, ...]]] = {}
    for sobject in ("Lead", "Contact", "Task", "Event"):
        rows = []
        for row in world.org.rows(sobject):
            names = [n for n in row if n.startswith(("Accord_", "HubSpot_")) or n in _SHOWN]
            rows.append(tuple((n, str(row[n])) for n in sorted(names) if n not in _MOVING))
        state[sobject] = sorted(rows)
    for object_type in ("contacts", "calls", "emails", "meetings", "tasks"):
        rows = []
        for record in world.portal.records(object_type):
            values = record.properties
            names = [n for n in values if n.startswith(("accord_", "hs_call_t", "hs_task_s")) or n in _SHOWN]
            rows.append(tuple((n, str(values[n])) for n in sorted(names) if n not in _MOVING))
        state[object_type] = sorted(rows)
    return state


_SHOWN = {
    "Email", "City", "Status", "HasOptedOutOfEmail", "Subject", "Title", "LastName",
    "email", "city", "hs_lead_status", "hs_email_optout", "lastname", "jobtitle", "lifecyclestage",
}  # fmt: skip
