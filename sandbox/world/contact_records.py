"""How a person comes into HubSpot: by a form, from a list of a trade show, or typed in by a marketer.

Also what happens to the record afterwards without the person's doing: enrichment, owner, a changed
address, an opt-out, a merge. What the person does is in ``visitors``.
"""

from datetime import datetime, timedelta
from functools import partial

from sandbox.hubspot.records import Actor
from sandbox.world.behaviour import FORM_PAGES, SITE, first_form
from sandbox.world.catalogue import OTHER_SOURCES, OUTBOUND, sources_of_form
from sandbox.world.company_records import hubspot_company
from sandbox.world.draws import fraction, pick
from sandbox.world.hours import BERLIN, next_open
from sandbox.world.profile import Profile
from sandbox.world.scenario import Kind, Side
from sandbox.world.world import Person, World

_FORM_KINDS = frozenset({Kind.JUNK_NAME, Kind.STUDENT, Kind.COMPETITOR, Kind.DISPOSABLE, Kind.PLUS_DUPLICATE})
_OPTIONAL = ("jobtitle", "phone", "country", "industry", "employee_count")


def origin_of(seed: int, profile: Profile) -> str:
    """form, import or manual."""
    if profile.email is None:
        return "manual"
    point = fraction(seed, "origin", profile.key)
    if profile.kind in _FORM_KINDS or point < 0.74:
        return "form"
    return "import" if point < 0.90 else "manual"


def sources_of(seed: int, profile: Profile) -> tuple[str, str]:
    """The lead source in HubSpot's and in Salesforce's words."""
    origin = origin_of(seed, profile)
    if origin == "form":
        return sources_of_form(first_form(seed, profile.key, profile.interest))
    return pick(OTHER_SOURCES, seed, "source", profile.key) if origin == "import" else OUTBOUND


def _typed(world: World, profile: Profile) -> dict[str, str]:
    """What the person (or the list) gave; values that are missing are left out."""
    values = {
        "email": profile.old_email or profile.email,
        "firstname": profile.first_name,
        "lastname": profile.last_name,
        "company": profile.company_text,
        "jobtitle": profile.title_text,
        "phone": profile.phone,
        "country": profile.country_text,
    }
    return {name: value for name, value in values.items() if value and not _left_out(world, profile, name)}


def _left_out(world: World, profile: Profile, name: str) -> bool:
    return (
        name in _OPTIONAL
        and fraction(world.seed, "missing", profile.key, name) < world.scenario.missing_detail
    )


def _enriched(world: World, profile: Profile) -> dict[str, str]:
    """What marketing adds: firmographics, place, source, owner."""
    company = profile.company
    values: dict[str, str] = {
        "lead_source": sources_of(world.seed, profile)[0],
        "industry": profile.industry_text,
        "city": profile.place.city if profile.kind is not Kind.JUNK_NAME else "",
        "state": profile.place.state if profile.kind is not Kind.JUNK_NAME else "",
        "mobilephone": profile.mobile,
        "hubspot_owner_id": _owner(world, profile),
    }
    if company is not None:
        values["website"] = f"https://www.{company.domain}"
        values["employee_count"] = str(company.employees)
        values["annualrevenue"] = str(company.revenue)
        if fraction(world.seed, "linkedin", profile.key) < 0.3:
            values["linkedin_url"] = f"https://www.linkedin.com/in/{profile.key.partition('@')[0]}"
    if fraction(world.seed, "do not call", profile.key) < world.scenario.do_not_call:
        values["do_not_call"] = "true"
    return {name: value for name, value in values.items() if value and not _left_out(world, profile, name)}


def _owner(world: World, profile: Profile) -> str:
    roster, point = world.roster, fraction(world.seed, "hubspot owner", profile.key)
    if point < world.scenario.unmapped_owners:
        return roster.stray_owner_id
    if profile.side is Side.BOTH or point > 0.8:
        return roster.rep_for(profile.place.country.region, world.seed, profile.key).owner_id
    return ""


def _in_office(moment: datetime) -> datetime:
    return next_open(BERLIN, moment)


def plan_contact(world: World, person: Person, created_at: datetime) -> None:
    """Put the person's arrival in HubSpot, and what follows from it, on the agenda."""
    profile, agenda, seed = person.profile, world.agenda, world.seed
    agenda.add(created_at, profile.key, partial(_arrive, world, person))
    age = world.started_at - created_at if created_at < world.started_at else timedelta(days=10)
    if profile.old_email is not None:
        agenda.add(_in_office(created_at + age * 0.6), profile.key, partial(_change_address, world, person))
    if profile.email is not None and fraction(seed, "leaves", profile.key) < world.scenario.hubspot_opt_outs:
        address = profile.email
        agenda.add(
            created_at + age * 0.8,
            profile.key,
            lambda at: world.portal.unsubscribe_all(address, actor=Actor.system("EMAIL"), at=at),
        )
    if profile.kind is Kind.PLAIN and fraction(seed, "merged", profile.key) < world.scenario.merged:
        agenda.add(_in_office(created_at + age * 0.5), profile.key, partial(_merge_double, world, person))
    if fraction(seed, "marketer note", profile.key) < 0.08:
        agenda.add(_in_office(created_at + age * 0.3), profile.key, partial(_note, world, person))


def _arrive(world: World, person: Person, at: datetime) -> None:
    profile, portal = person.profile, world.portal
    typed = _typed(world, profile)
    address = typed.get("email")
    if address is not None and world.contact_of(address) is not None:
        return
    origin = origin_of(world.seed, profile)
    enricher = Actor.system("IMPORT")
    if origin == "form" and address is not None:
        form = first_form(world.seed, profile.key, profile.interest)
        person.contact_id = portal.submit_form(
            world.catalogue.forms[form], email=address, values=typed, page_url=SITE + FORM_PAGES[form], at=at
        )
        world.counts["form_submissions"] += 1
    elif origin == "import":
        person.contact_id = portal.create("contacts", typed, actor=enricher, at=at).id
    else:
        enricher = Actor.user(world.roster.marketer_for(world.seed, profile.key).user_id)
        person.contact_id = portal.create("contacts", typed, actor=enricher, at=at).id
    world.counts["new_contacts"] += 1
    world.agenda.add(at + timedelta(minutes=2), profile.key, partial(_enrich, world, person, enricher))
    if profile.company is not None:
        company_id = hubspot_company(world, profile.company, at)
        portal.associate("contacts", person.contact_id, "companies", company_id, at=at)


def _enrich(world: World, person: Person, enricher: Actor, at: datetime) -> None:
    if person.contact_id is not None:
        values = _enriched(world, person.profile)
        world.portal.update("contacts", person.contact_id, values, actor=enricher, at=at)


def _change_address(world: World, person: Person, at: datetime) -> None:
    contact_id, profile = person.contact_id, person.profile
    if contact_id is None or profile.email is None or world.contact_of(profile.email) is not None:
        return
    changes = {"email": profile.email, "lastname": profile.last_name}
    editor = Actor.user(world.roster.marketer_for(world.seed, profile.key).user_id)
    world.portal.update("contacts", contact_id, changes, actor=editor, at=at)


def _merge_double(world: World, person: Person, at: datetime) -> None:
    if person.contact_id is None or person.profile.email is None:
        return
    profile, portal = person.profile, world.portal
    local, _, domain = person.profile.email.partition("@")
    editor = Actor.user(world.roster.marketer_for(world.seed, profile.key).user_id)
    double = {
        "email": f"{local}.{profile.index}@{domain}",
        "firstname": profile.first_name,
        "lastname": profile.last_name,
        "city": profile.place.city,
    }
    other = portal.create("contacts", double, actor=editor, at=at)
    later = _in_office(at + timedelta(hours=1))
    world.agenda.add(later, profile.key, partial(_merge, world, person, other.id, editor))


def _merge(world: World, person: Person, other_id: str, editor: Actor, at: datetime) -> None:
    if person.contact_id is not None:
        merged = world.portal.merge("contacts", person.contact_id, other_id, actor=editor, at=at)
        person.contact_id = merged.id


def _note(world: World, person: Person, at: datetime) -> None:
    if person.contact_id is None:
        return
    marketer = world.roster.marketer_for(world.seed, person.profile.key)
    properties = {
        "hs_timestamp": at.isoformat(),
        "hs_note_body": f"Met {person.profile.first_name} at our booth, wants the pricing for teams.",
        "hubspot_owner_id": marketer.owner_id,
    }
    note = world.portal.create("notes", properties, actor=Actor.user(marketer.user_id), at=at)
    world.portal.associate("notes", note.id, "contacts", person.contact_id, at=at)
