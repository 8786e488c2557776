"""Upcoming and running campaigns on Lead and Contact, for the people of a pass, and since when they stand there.

What is shown is ``sync_rules.campaigns_shown``.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from connectors.store import links, mirror, showings
from passes import persons
from passes.persons import Person
from sync_rules.campaigns_shown import Membership, Shown, shown
from sync_rules.plan import Write
from sync_rules.records import Record

FIELD = "campaigns"
# ``starts_at``: the first moment of the first day; ``first_shown_at``: null while it stood on no record.
SHOWINGS: dict[str, Any] = {
    "campaign_id": pl.String,
    "campaign": pl.String,
    "starts_at": pl.Datetime("us", "UTC"),
    "first_shown_at": pl.Datetime("us", "UTC"),
    "lead_days": pl.Float64,
}


def of_people(connection: sa.Connection, people: Sequence[Person], *, today: date) -> dict[str, Shown]:
    """What stands on each person's record, by link; people without a campaign are absent."""
    by_record: dict[str, str] = {}
    for person in people:
        link = person.row.link
        by_record |= {one: person.link_id for one in (link.salesforce_id, link.lead_id) if one}
    found = mirror.find(connection, "member", by_record)
    members = mirror.load_many(connection, (key for keys in found.values() for key in keys))
    wanted = {str(one.fields.get("CampaignId")) for one in members.values() if not one.deleted}
    known = mirror.load(connection, "salesforce", "Campaign", wanted)
    joined: dict[str, list[Membership]] = defaultdict(list)
    for record_id, keys in found.items():
        for key in keys:
            member = members.get(key)
            campaign = known.get(str(member.fields.get("CampaignId"))) if member is not None else None
            if member is not None and campaign is not None and not (member.deleted or campaign.deleted):
                joined[by_record[record_id]].append(_membership(member, campaign))
    told = {link_id: shown(some, today=today) for link_id, some in joined.items()}
    return {link_id: one for link_id, one in told.items() if one.text is not None}


def _membership(member: Record, campaign: Record) -> Membership:
    return Membership(
        campaign_id=campaign.id,
        name=str(campaign.fields.get("Name") or campaign.id),
        starts=_day(campaign.fields.get("StartDate")),
        ends=_day(campaign.fields.get("EndDate")),
        state=campaign.fields.get("Status"),
        active=bool(campaign.fields.get("IsActive")),
        status=member.fields.get("Status"),
        responded=bool(member.fields.get("HasResponded")),
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def note_shown(connection: sa.Connection, written: Iterable[Write], *, now: datetime, zone: ZoneInfo) -> int:
    """Note the campaigns that these writes have put on a record for the first time; answers how many."""
    told = {
        write.link_id
        for write in written
        if any(change.name == FIELD and change.after for change in write.changes)
    }
    if not told:
        return 0
    people = persons.load(connection, list(links.load(connection, told).values()))
    found = of_people(connection, people, today=now.astimezone(zone).date())
    return showings.note(connection, {key: now for one in found.values() for key in one.campaign_ids})


def frame(connection: sa.Connection, *, zone: ZoneInfo) -> pl.DataFrame:
    """Every campaign with a first day, as ``SHOWINGS``: ``lead_days`` is from first shown to the start."""
    known = showings.first_shown(connection)
    rows = []
    for record in mirror.load_all(connection, "salesforce", "Campaign"):
        starts = _day(record.fields.get("StartDate"))
        if record.deleted or starts is None:
            continue
        at = datetime.combine(starts, time(), zone).astimezone(UTC)
        seen = known.get(record.id)
        ahead = (at - seen).total_seconds() / 86_400 if seen is not None else None
        rows.append((record.id, record.fields.get("Name"), at, seen, ahead))
    return pl.DataFrame(rows, schema=SHOWINGS, orient="row")
