"""People outside Meridian: they see pages, send forms, open and click marketing e-mails, and leave.

Puts a period's doings on the agenda. The chances are in ``behaviour``, the calendar of e-mails in
``catalogue``. Every deed looks the contact up by address when its moment comes, so it follows merges,
changed addresses and deletions.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sandbox.hubspot.records import Actor
from sandbox.world.behaviour import (
    FORM_PAGES,
    SITE,
    PageView,
    form_on,
    mail_reaction,
    pricing_view_before,
    visits_on,
)
from sandbox.world.catalogue import Mailing, mailings_on
from sandbox.world.hours import local_days
from sandbox.world.world import World

_UTC = ZoneInfo("UTC")


def plan_visitors(world: World, emails: Iterable[str], after: datetime, until: datetime) -> None:
    """Plan visits and forms of known people in the time (after, until]."""
    days = local_days(_UTC, after, until)
    for email in emails:
        interest = world.interest(email)
        for day in days:
            for view in visits_on(world.seed, email, interest, day):
                if after < view.at <= until:
                    world.agenda.add(view.at, email, partial(_see, world, email, view))
            sent = form_on(world.seed, email, interest, day)
            if sent is not None and after < sent[0] <= until:
                world.agenda.add(sent[0], email, partial(_send_form, world, email, sent[1]))


def plan_fresh_pricing_views(world: World, emails: Iterable[str], now: datetime) -> None:
    """Plan a look at /pricing in the last 24 hours for some of the interested people among ``emails``."""
    for email in emails:
        view = pricing_view_before(world.seed, email, now)
        if view is not None and world.interest(email) != "cold":
            world.agenda.add(view.at, email, partial(_see, world, email, view))


def plan_mailings(world: World, after: datetime, until: datetime) -> None:
    """Plan the marketing e-mails sent in (after, until]; who gets them is decided when they are sent."""
    for day in local_days(_UTC, after, until):
        for mailing in mailings_on(day):
            if after < mailing.sent_at <= until:
                world.agenda.add(mailing.sent_at, mailing.name, partial(_send, world, mailing))


def _see(world: World, email: str, view: PageView, at: datetime) -> None:
    contact = world.contact_of(email)
    if contact is not None and contact.created_at <= at:
        world.portal.visit_page(contact.id, view.url, at=at, referrer=view.referrer)
        world.counts["page_views"] += 1


def _send_form(world: World, email: str, form: str, at: datetime) -> None:
    contact = world.contact_of(email)
    if contact is None or contact.created_at > at:
        return
    known = contact.properties
    values = {name: value for name in ("firstname", "lastname", "company") if (value := known.get(name))}
    world.portal.submit_form(
        world.catalogue.forms[form], email=email, values=values, page_url=SITE + FORM_PAGES[form], at=at
    )
    world.counts["form_submissions"] += 1


def _send(world: World, mailing: Mailing, at: datetime) -> None:
    for contact in world.portal.records("contacts"):
        email = contact.properties.get("email")
        if not email or contact.created_at > at or contact.properties.get("hs_email_optout") == "true":
            continue
        world.counts["marketing_emails"] += 1
        _event(world, mailing, "SENT", email, at)
        reaction = mail_reaction(
            world.seed,
            email,
            world.interest(email),
            (mailing.name, at),
            bounces=world.scenario.bounces,
            unsubscribes=world.scenario.unsubscribes,
        )
        moments = (
            ("DELIVERED", reaction.delivered_at),
            ("BOUNCE", reaction.bounced_at),
            ("OPEN", reaction.opened_at),
            ("CLICK", reaction.clicked_at),
        )
        for kind, moment in moments:
            if moment is not None:
                world.agenda.add(moment, email, partial(_event, world, mailing, kind, email))
        if reaction.unsubscribed_at is not None:
            world.agenda.add(reaction.unsubscribed_at, email, partial(_unsubscribe, world, email))


def _event(world: World, mailing: Mailing, kind: str, email: str, at: datetime) -> None:
    url = f"{SITE}{mailing.url}" if kind == "CLICK" else None
    world.portal.email_event(
        kind,
        recipient=email,
        campaign_id=str(mailing.campaign_id),
        campaign_name=mailing.name,
        at=at,
        url=url,
    )
    if kind in ("OPEN", "CLICK"):
        world.counts["opens" if kind == "OPEN" else "clicks"] += 1
    if kind == "CLICK":
        landing = PageView(at + timedelta(seconds=4), f"{SITE}{mailing.url}", None)
        world.agenda.add(landing.at, email, partial(_see, world, email, landing))


def _unsubscribe(world: World, email: str, at: datetime) -> None:
    if world.contact_of(email) is not None:
        world.portal.unsubscribe_all(email, actor=Actor.system("EMAIL"), at=at)
        world.counts["unsubscribes"] += 1
