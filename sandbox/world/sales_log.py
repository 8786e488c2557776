"""What a rep writes down: calls, e-mails, meetings, follow-ups; and the same call once more in HubSpot.

Each function makes one activity and returns its id. When and why belongs to ``rep_work``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sandbox.hubspot.records import Actor
from sandbox.world.roster import Rep
from sandbox.world.world import World

_HUBSPOT_OUTCOMES = {
    "Connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "Left voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "No answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "Busy": "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "Wrong number": "17b47fee-58de-441e-a44c-c6300d46f273",
}
_OUTCOME_WEIGHTS = (0.32, 0.27, 0.29, 0.07, 0.05)


@dataclass(frozen=True)
class Call:
    """One call: ``outcome`` in the words of CallDisposition, ``duration_s`` in seconds."""

    outcome: str
    duration_s: int


def draw_call(rng: Random, honesty: float) -> Call:
    """What came of a call; a dishonest rep notes a voicemail after two seconds, or no call at all."""
    if rng.random() >= honesty:
        return Call("Left voicemail", rng.randint(0, 3))
    outcome = rng.choices(list(_HUBSPOT_OUTCOMES), _OUTCOME_WEIGHTS)[0]
    low, high = {"Connected": (70, 1500), "Left voicemail": (18, 50)}.get(outcome, (3, 28))
    return Call(outcome, rng.randint(low, high))


def _day(rep: Rep, at: datetime) -> str:
    return at.astimezone(rep.zone).date().isoformat()


def log_call(world: World, rep: Rep, who_id: str, name: str, call: Call, at: datetime) -> str:
    """A completed call Task on the Lead or Contact ``who_id``."""
    world.counts["calls"] += 1
    fields = {
        "WhoId": who_id,
        "OwnerId": rep.user_id,
        "Subject": f"Call: {name}",
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "CallDisposition": call.outcome,
        "CallDurationInSeconds": call.duration_s,
        "Status": "Completed",
        "ActivityDate": _day(rep, at),
    }
    return world.org.create("Task", fields, user_id=rep.user_id, at=at)


def log_call_in_hubspot(
    world: World, rep: Rep, email: str | None, name: str, call: Call, at: datetime
) -> str | None:
    """The same call typed into HubSpot as well; None when HubSpot has no such contact."""
    contact = None if email is None else world.contact_of(email)
    if contact is None:
        return None
    world.counts["hubspot_calls"] += 1
    properties = {
        "hs_timestamp": at.isoformat(),
        "hs_call_title": f"Call with {name}",
        "hs_call_direction": "OUTBOUND",
        "hs_call_status": "COMPLETED" if call.outcome == "Connected" else "NO_ANSWER",
        "hs_call_disposition": _HUBSPOT_OUTCOMES[call.outcome],
        "hs_call_duration": str(call.duration_s * 1000),
        "hubspot_owner_id": rep.owner_id,
    }
    record = world.portal.create("calls", properties, actor=Actor.user(rep.hubspot_user_id), at=at)
    world.portal.associate("calls", record.id, "contacts", contact.id, at=at)
    return record.id


def log_email(world: World, rep: Rep, who_id: str, name: str, subject: str, at: datetime) -> str:
    """A sent e-mail, logged as a completed Task."""
    world.counts["emails"] += 1
    fields = {
        "WhoId": who_id,
        "OwnerId": rep.user_id,
        "Subject": f"Email: {subject}",
        "Description": f"To: {name}\n\nHello,\n\n{subject}. Would next week suit you?\n\n{rep.name}",
        "TaskSubtype": "Email",
        "Status": "Completed",
        "ActivityDate": _day(rep, at),
    }
    return world.org.create("Task", fields, user_id=rep.user_id, at=at)


def book_meeting(world: World, rep: Rep, who_id: str, name: str, starts_at: datetime, at: datetime) -> str:
    """An Event of half an hour that begins at ``starts_at``, entered at ``at``."""
    world.counts["meetings"] += 1
    fields = {
        "WhoId": who_id,
        "OwnerId": rep.user_id,
        "Subject": f"Meeting: {name}",
        "StartDateTime": starts_at,
        "EndDateTime": starts_at + timedelta(minutes=30),
        "Location": "Video call",
    }
    return world.org.create("Event", fields, user_id=rep.user_id, at=at)


def plan_follow_up(world: World, rep: Rep, who_id: str, name: str, due_at: datetime, at: datetime) -> str:
    """An open Task that reminds the rep."""
    world.counts["follow_ups"] += 1
    fields = {
        "WhoId": who_id,
        "OwnerId": rep.user_id,
        "Subject": f"Follow up with {name}",
        "Status": "Not Started",
        "ActivityDate": _day(rep, due_at),
    }
    return world.org.create("Task", fields, user_id=rep.user_id, at=at)
