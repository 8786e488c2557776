"""Opportunities and campaigns by person: through contact roles and members, from the mirror."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from connectors.store import cursors, mirror
from sync_rules.records import Record, Side

_VERSION = "opportunities indexed to mirror version"
_TYPES: list[tuple[Side, str]] = [
    ("salesforce", "Opportunity"),
    ("salesforce", "OpportunityContactRole"),
    ("salesforce", "CampaignMember"),
]
_BY_MEMBER = "member"
_BY_CONTACT, _BY_OPPORTUNITY = "role_contact", "role_opportunity"


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One opportunity of one person, as sales has it now."""

    opportunity_id: str
    stage: str | None
    amount: Decimal | None
    currency: str | None
    is_closed: bool
    is_won: bool
    created_at: datetime | None
    closed_at: datetime | None
    campaign_id: str | None

    @property
    def outcome(self) -> str:
        """``open``, ``won`` or ``lost``."""
        if self.is_won:
            return "won"
        return "lost" if self.is_closed else "open"


def index_changes(connection: sa.Connection, *, now: datetime) -> set[str]:
    """Index new contact roles and campaign members; returns the Contacts whose opportunities may have changed."""
    done = cursors.get(connection, _VERSION) or 0
    changed, reached = mirror.since(connection, done, _TYPES)
    roles = [record for record in changed if record.object_type == "OpportunityContactRole"]
    mirror.index(connection, {("salesforce", r.object_type, r.id): _role_keys(r) for r in roles})
    members = [record for record in changed if record.object_type == "CampaignMember"]
    mirror.index(connection, {("salesforce", r.object_type, r.id): _member_keys(r) for r in members})
    contacts = {str(role.fields["ContactId"]) for role in roles if role.fields.get("ContactId")}
    moved = [record.id for record in changed if record.object_type == "Opportunity"]
    for found in mirror.find(connection, _BY_OPPORTUNITY, moved).values():
        known = mirror.load_many(connection, found)
        contacts |= {str(role.fields["ContactId"]) for role in known.values() if role.fields.get("ContactId")}
    cursors.put(connection, _VERSION, reached, now=now)
    return contacts


def _role_keys(role: Record) -> list[tuple[str, str]]:
    if role.deleted:
        return []
    keys = []
    if role.fields.get("ContactId"):
        keys.append((_BY_CONTACT, str(role.fields["ContactId"])))
    if role.fields.get("OpportunityId"):
        keys.append((_BY_OPPORTUNITY, str(role.fields["OpportunityId"])))
    return keys


def _member_keys(member: Record) -> list[tuple[str, str]]:
    if member.deleted:
        return []
    ids = (member.fields.get("ContactId"), member.fields.get("LeadId"))
    return [(_BY_MEMBER, str(one)) for one in ids if one]


def of_contacts(connection: sa.Connection, contact_ids: Iterable[str]) -> dict[str, list[Opportunity]]:
    """The living opportunities of each Contact, newest first."""
    by_contact = mirror.find(connection, _BY_CONTACT, contact_ids)
    roles = mirror.load_many(connection, (key for keys in by_contact.values() for key in keys))
    ids = {str(role.fields["OpportunityId"]) for role in roles.values()}
    records = mirror.load(connection, "salesforce", "Opportunity", ids)
    answer: dict[str, list[Opportunity]] = defaultdict(list)
    for contact_id, keys in by_contact.items():
        seen = {str(roles[key].fields["OpportunityId"]) for key in keys if key in roles}
        found = [records[one] for one in seen if one in records and not records[one].deleted]
        ordered = sorted(found, key=lambda r: (r.created_at or r.modified_at, r.id), reverse=True)
        answer[contact_id] = [_opportunity(record) for record in ordered]
    return dict(answer)


def _opportunity(record: Record) -> Opportunity:
    fields = record.fields
    closed = bool(fields.get("IsClosed"))
    return Opportunity(
        opportunity_id=record.id,
        stage=fields.get("StageName"),
        amount=_amount(fields.get("Amount")),
        currency=fields.get("CurrencyIsoCode"),
        is_closed=closed,
        is_won=bool(fields.get("IsWon")),
        created_at=record.created_at,
        closed_at=record.modified_at if closed else None,
        campaign_id=fields.get("CampaignId"),
    )


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
