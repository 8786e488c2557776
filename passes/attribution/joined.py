"""The campaigns that people joined, in order of time, from Salesforce's campaign members in the mirror."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connectors.store import mirror
from passes import persons

Joined = Mapping[str, Sequence[tuple[datetime, str]]]
"""By person: when they joined which campaign (by name), the oldest first."""


@dataclass(frozen=True, slots=True)
class Campaigns:
    """The first and the last campaign before a handoff, by name."""

    first: str | None = None
    last: str | None = None


def load(connection: sa.Connection, people: Sequence[persons.Person]) -> Joined:
    """The campaigns of each person; a Contact's are also those of the Lead that it was."""
    by_record = {
        record_id: person.link_id
        for person in people
        for record_id in (person.row.link.lead_id, person.row.link.salesforce_id)
        if record_id
    }
    members = mirror.find(connection, "member", by_record)
    records = mirror.load_many(connection, {key for keys in members.values() for key in keys})
    campaigns = mirror.load(
        connection, "salesforce", "Campaign", {str(one.fields["CampaignId"]) for one in records.values()}
    )
    found: dict[str, set[tuple[datetime, str, str]]] = {}
    for record_id, keys in members.items():
        for key in keys:
            member = records.get(key)
            campaign = campaigns.get(str(member.fields["CampaignId"])) if member is not None else None
            if member is None or member.deleted or campaign is None or not campaign.fields.get("Name"):
                continue
            at = member.created_at or member.modified_at
            joined = found.setdefault(by_record[record_id], set())
            joined.add((at, member.id, str(campaign.fields["Name"])))
    return {link_id: [(at, name) for at, _, name in sorted(joined)] for link_id, joined in found.items()}


def last(joined: Joined) -> dict[str, str | None]:
    """The campaign that each person joined last."""
    return {link_id: campaigns[-1][1] for link_id, campaigns in joined.items() if campaigns}


def before(joined: Sequence[tuple[datetime, str]], handed_off_at: datetime | None) -> Campaigns:
    """What brought the person up to the handoff; nothing before there is one."""
    names = [name for at, name in joined if handed_off_at is not None and at <= handed_off_at]
    return Campaigns(names[0], names[-1]) if names else Campaigns()
