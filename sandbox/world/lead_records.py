"""The leads that sales had in Salesforce before HubSpot was connected, and what became of them.

Some are the same people as HubSpot contacts, some only sales knows. Their stories: untouched, worked,
closed, or converted with an opportunity. Work from now on is in ``rep_work``.
"""

from datetime import datetime, timedelta
from functools import partial

from sandbox.world.catalogue import ODD_LEAD_SOURCES
from sandbox.world.company_records import salesforce_account
from sandbox.world.contact_records import sources_of
from sandbox.world.deals import convert
from sandbox.world.draws import even, fraction, generator, pick
from sandbox.world.hours import add_minutes
from sandbox.world.profile import Profile
from sandbox.world.roster import Rep
from sandbox.world.sales_log import (
    book_meeting,
    draw_call,
    log_call,
    log_call_in_hubspot,
    log_email,
    plan_follow_up,
)
from sandbox.world.scenario import Kind, Side
from sandbox.world.world import Person, World

_ALPHA_STORY = 0.2360679774997898
_DAY_MIN = 480
_ODD_INDUSTRIES = ("Tech", "Software & SaaS", "Health Care", "Mfg", "Banking & Finance", "N/A")


def lead_fields(world: World, profile: Profile) -> dict[str, object]:
    """What a rep or an old import put into the Lead; missing values are left out."""
    company, seed, key = profile.company, world.seed, profile.key
    source = sources_of(seed, profile)[1]
    industry = company.industry.salesforce if company else "Other"
    if fraction(seed, "odd source", key) < world.scenario.odd_picklist:
        source = pick(ODD_LEAD_SOURCES, seed, "odd source value", key)
    if fraction(seed, "odd industry", key) < world.scenario.odd_picklist:
        industry = pick(_ODD_INDUSTRIES, seed, "odd industry value", key)
    fields: dict[str, object] = {
        "FirstName": profile.first_name,
        "LastName": profile.last_name if profile.old_email is None else _old_family(profile),
        "Email": profile.salesforce_email,
        "Title": profile.title_text,
        "Phone": profile.phone[:40],
        "MobilePhone": profile.mobile[:40],
        "Company": _company_name(profile),
        "Website": f"www.{company.domain}" if company else None,
        "Industry": industry,
        "NumberOfEmployees": company.employees if company else None,
        "AnnualRevenue": company.revenue if company else None,
        "City": profile.place.city,
        "State": profile.place.state,
        "Country": profile.country_text,
        "LeadSource": source,
        "OwnerId": _owner_id(world, profile),
    }
    if fraction(seed, "leaves sales", key) < world.scenario.salesforce_opt_outs:
        fields["HasOptedOutOfEmail"] = True
    if fraction(seed, "do not call sales", key) < world.scenario.do_not_call:
        fields["DoNotCall"] = True
    missing = world.scenario.missing_detail
    optional = ("Title", "Phone", "Industry", "NumberOfEmployees", "Country")
    return {
        name: value
        for name, value in fields.items()
        if value not in (None, "")
        and not (name in optional and fraction(seed, "missing", key, name) < missing)
    }


def _old_family(profile: Profile) -> str:
    local = (profile.old_email or "").partition("@")[0]
    return local.rpartition(".")[2].capitalize() or profile.last_name


def _company_name(profile: Profile) -> str:
    if profile.company is not None:
        return profile.company.account_name or profile.company_text
    return profile.company_text or "[not provided]"


def rep_of(world: World, profile: Profile) -> Rep:
    """The rep in whose territory the person sits."""
    return world.roster.rep_for(profile.place.country.region, world.seed, profile.key)


def _owner_id(world: World, profile: Profile) -> str:
    point = fraction(world.seed, "lead owner", profile.key)
    if point < world.scenario.unmapped_owners / 2 and profile.index < world.people_count:
        return world.roster.former_user_id
    if point < world.scenario.unmapped_owners:
        return world.roster.queue_id
    return rep_of(world, profile).user_id


def plan_lead(world: World, person: Person, created_at: datetime) -> None:
    """Put the making of the Lead and its story on the agenda."""
    profile, agenda, key = person.profile, world.agenda, person.profile.key
    agenda.add(created_at, key, partial(create_lead, world, person))
    scenario, rep = world.scenario, rep_of(world, profile)
    point = even(profile.index, _ALPHA_STORY, world.seed, "story")
    rng = generator(world.seed, "story", key)
    if point >= scenario.converted + scenario.closed + scenario.working or created_at >= world.started_at:
        return
    moment = created_at
    for touch in range(rng.randint(1, 4)):
        moment = add_minutes(rep.zone, moment, _DAY_MIN * rng.uniform(0.1, 2.0))
        if moment < world.started_at:
            agenda.add(moment, key, partial(_touch, world, person, rep, touch))
    ends = min(add_minutes(rep.zone, moment, _DAY_MIN * 0.3), world.started_at - timedelta(hours=5))
    if point < scenario.converted:
        agenda.add(ends, key, partial(_convert, world, person, rep))
    elif point < scenario.converted + scenario.closed:
        agenda.add(ends, key, partial(_set_status, world, person, rep, "Closed - Not Converted"))
    else:
        agenda.add(ends, key, partial(_set_status, world, person, rep, "Working - Contacted"))
        agenda.add(ends, key, partial(_remind, world, person, rep))
    if profile.kind is Kind.PLAIN and fraction(world.seed, "merged lead", key) < scenario.merged * 2:
        agenda.add(created_at + timedelta(minutes=30), key, partial(_merge_double, world, person, rep))


def create_lead(world: World, person: Person, at: datetime) -> None:
    """Enter the Lead, make its company's Account known, and put it into the campaign of its source."""
    profile = person.profile
    fields = lead_fields(world, profile)
    rep = rep_of(world, profile)
    if profile.company is not None and profile.side is not Side.HUBSPOT:
        salesforce_account(world, profile.company, at)
    person.lead_id = world.org.create("Lead", fields, user_id=rep.user_id, at=at)
    world.counts["new_leads"] += 1
    campaign = world.catalogue.campaigns.get(str(fields.get("LeadSource")))
    if campaign is not None and fraction(world.seed, "member", profile.key) < 0.7:
        responded = fraction(world.seed, "responded", profile.key) < 0.6
        member = {
            "CampaignId": campaign.id,
            "LeadId": person.lead_id,
            "Status": "Responded" if responded else "Sent",
        }
        world.org.create("CampaignMember", member, user_id=rep.user_id, at=at)


def _who(person: Person) -> str | None:
    return person.salesforce_contact_id or person.lead_id


def _touch(world: World, person: Person, rep: Rep, touch: int, at: datetime) -> None:
    who_id, profile = _who(person), person.profile
    if who_id is None:
        return
    rng = generator(world.seed, "old touch", profile.key, touch)
    name = f"{profile.first_name} {profile.last_name}"
    point = rng.random()
    if point < 0.6:
        call = draw_call(rng, rep.character.honesty)
        log_call(world, rep, who_id, name, call, at)
        if rng.random() < rep.character.logs_twice:
            log_call_in_hubspot(world, rep, profile.email, name, call, at)
    elif point < 0.9 or touch == 0:
        log_email(world, rep, who_id, name, "Meridian Analytics and your reporting", at)
    else:
        starts_at = add_minutes(rep.zone, at, _DAY_MIN)
        book_meeting(world, rep, who_id, name, starts_at, at)


def _remind(world: World, person: Person, rep: Rep, at: datetime) -> None:
    who_id = _who(person)
    if who_id is not None and fraction(world.seed, "reminder", person.profile.key) < rep.character.diligence:
        name = f"{person.profile.first_name} {person.profile.last_name}"
        plan_follow_up(world, rep, who_id, name, at + timedelta(days=4), at)


def _set_status(world: World, person: Person, rep: Rep, status: str, at: datetime) -> None:
    if person.lead_id is not None:
        world.org.update("Lead", person.lead_id, {"Status": status}, user_id=rep.user_id, at=at)


def _convert(world: World, person: Person, rep: Rep, at: datetime) -> None:
    if person.lead_id is not None:
        person.salesforce_contact_id = convert(world, rep, person.lead_id, person.profile.key, at)


def _merge_double(world: World, person: Person, rep: Rep, at: datetime) -> None:
    profile = person.profile
    if person.lead_id is None:
        return
    double = {
        "FirstName": profile.first_name[:1],
        "LastName": profile.last_name,
        "Company": _company_name(profile),
        "OwnerId": rep.user_id,
    }
    loser_id = world.org.create("Lead", double, user_id=rep.user_id, at=at)
    world.agenda.add(at + timedelta(minutes=10), profile.key, partial(_merge, world, person, rep, loser_id))


def _merge(world: World, person: Person, rep: Rep, loser_id: str, at: datetime) -> None:
    if person.lead_id is not None:
        world.org.merge("Lead", person.lead_id, [loser_id], user_id=rep.user_id, at=at)
