"""Marketers at work in HubSpot: they correct contacts, log calls and meetings, and collide with reps.

Each doing is drawn per contact and day and falls into Berlin business hours. E-mail campaigns are in
``visitors``, new people in ``arrivals``.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from sandbox.hubspot.records import Actor
from sandbox.world.draws import fraction, generator
from sandbox.world.hours import BERLIN, at_minute, is_open, is_workday, local_days, next_open
from sandbox.world.rep_work import corrections, save
from sandbox.world.titles import odd_title, write_title
from sandbox.world.world import World

_EDIT = 0.010
_LOG = 0.003
_COLLIDE = 0.006
_LATEST_MIN = 470
_SOURCES = ("web_form", "webinar", "trade_show", "partner", "paid_search", "referral", "content", "outbound")


def plan_marketers(world: World, emails: Iterable[str], after: datetime, until: datetime) -> None:
    """Plan what marketers do to these contacts in the time (after, until]."""
    days = [day for day in local_days(BERLIN, after, until) if is_workday(day)]
    for email in emails:
        for day in days:
            _plan_one(world, email, day, after, until)


def _plan_one(world: World, email: str, day: date, after: datetime, until: datetime) -> None:
    for what, chance, deed in (("edit", _EDIT, _edit), ("log", _LOG, _log), ("collide", _COLLIDE, _collide)):
        point = fraction(world.seed, what, email, day.toordinal())
        if point < chance:
            moment = at_minute(BERLIN, day, point / chance * _LATEST_MIN)
            if after < moment <= until:
                world.agenda.add(moment, email, partial(deed, world, email))


def _edit(world: World, email: str, at: datetime) -> None:
    contact = world.contact_of(email)
    if contact is None:
        return
    rng = generator(world.seed, "marketer edit", email, at.isoformat())
    profile = world.profiles.get(email)
    if profile is not None and rng.random() < 0.45:
        changes = {"country": profile.place.country.name}
        if changes["country"] == contact.properties.get("country"):
            title = profile.title
            known = title.function != "student"
            changes = {"jobtitle": write_title(title.function, title.seniority, rng) if known else "Student"}
    elif rng.random() < 0.5:
        changes = {"lead_source": rng.choice(_SOURCES)}
    else:
        changes = {"jobtitle": f"{contact.properties.get('jobtitle') or 'Contact'}".strip().title()}
    marketer = world.roster.marketer_for(world.seed, email)
    world.portal.update("contacts", contact.id, changes, actor=Actor.user(marketer.user_id), at=at)
    world.counts["marketer_edits"] += 1


def _log(world: World, email: str, at: datetime) -> None:
    contact = world.contact_of(email)
    if contact is None:
        return
    rng = generator(world.seed, "marketer log", email, at.isoformat())
    marketer = world.roster.marketer_for(world.seed, email)
    properties: dict[str, str] = {"hs_timestamp": at.isoformat(), "hubspot_owner_id": marketer.owner_id}
    kind = rng.choice(("calls", "meetings", "notes", "tasks"))
    if kind == "calls":
        properties |= {"hs_call_title": "Qualification call", "hs_call_direction": "OUTBOUND"}
        properties |= {"hs_call_status": "COMPLETED", "hs_call_duration": str(rng.randint(60, 900) * 1000)}
    elif kind == "meetings":
        ends_at = at + timedelta(minutes=30)
        properties |= {"hs_meeting_title": "Booth talk", "hs_meeting_outcome": "COMPLETED"}
        properties |= {"hs_meeting_start_time": at.isoformat(), "hs_meeting_end_time": ends_at.isoformat()}
    elif kind == "notes":
        properties |= {"hs_note_body": "Asked for the comparison with spreadsheets; sent the case study."}
    else:
        properties |= {"hs_task_subject": "Send the webinar recording", "hs_task_status": "NOT_STARTED"}
    record = world.portal.create(kind, properties, actor=Actor.user(marketer.user_id), at=at)
    world.portal.associate(kind, record.id, "contacts", contact.id, at=at)
    world.counts[f"hubspot_{kind}"] += 1


def _collide(world: World, email: str, at: datetime) -> None:
    """A marketer changes somebody whom the rep changes too, an hour before or after."""
    contact = world.contact_of(email)
    found = world.org.find("Contact", "Email", email) or [
        row for row in world.org.find("Lead", "Email", email) if not row["IsConverted"]
    ]
    if contact is None or not found:
        return
    row = found[0]
    rep = next((rep for rep in world.roster.reps if rep.user_id == row["OwnerId"]), None)
    if rep is None:
        return
    rng = generator(world.seed, "collision", email, at.isoformat())
    profile = world.profiles.get(email)
    known = profile is not None and profile.title.function != "student"
    title = odd_title(profile.title, rng) if profile is not None and known else "Consultant"
    changes = (
        {"jobtitle": title} if rng.random() < 0.6 else {"city": rng.choice(("Berlin", "London", "Boston"))}
    )
    marketer = world.roster.marketer_for(world.seed, email)
    world.portal.update("contacts", contact.id, changes, actor=Actor.user(marketer.user_id), at=at)
    world.counts["collisions"] += 1
    later = at + timedelta(minutes=rng.randint(1, 60))
    moment = later if is_open(rep.zone, later) else next_open(rep.zone, later)
    fixes = corrections(world, row, email, rng)
    sobject = "Contact" if row.id.startswith("003") else "Lead"
    if fixes:
        world.agenda.add(moment, email, lambda when: save(world, rep, sobject, row.id, fixes, when))
