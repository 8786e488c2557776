"""Opportunities and campaign members by person and Account: through contact roles and members, from the mirror."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from connectors.store import cursors, mirror
from sync_rules.records import Record, Side

_VERSION = "opportunities and campaigns indexed to mirror version"
_TYPES: list[tuple[Side, str]] = [
    ("salesforce", "Opportunity"),
    ("salesforce", "OpportunityContactRole"),
    ("salesforce", "Campaign"),
    ("salesforce", "CampaignMember"),
]
_BY_MEMBER = "member"
_BY_CONTACT, _BY_OPPORTUNITY = "role_contact", "role_opportunity"
_BY_CAMPAIGN, _BY_ACCOUNT = "member_campaign", "opportunity_account"


@dataclass(frozen=True, slots=True)
class Touched:
    """Whom changed opportunities, roles, campaigns and members concern.

    Attributes:
        people: ids of Leads and Contacts.
        accounts: ids of Accounts whose opportunities changed.
    """

    people: frozenset[str]
    accounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One opportunity of one person, as sales has it now.

    Attributes:
        currency: ISO code; None in an org with one currency.
        reason: why it was won or lost, of a closed one.
    """

    opportunity_id: str
    stage: str | None
    amount: Decimal | None
    currency: str | None
    is_closed: bool
    is_won: bool
    created_at: datetime | None
    closed_at: datetime | None
    campaign_id: str | None
    reason: str | None = None

    @property
    def outcome(self) -> str:
        """``open``, ``won`` or ``lost``."""
        if self.is_won:
            return "won"
        return "lost" if self.is_closed else "open"


def index_changes(connection: sa.Connection, *, now: datetime) -> Touched:
    """Index what is new, so that it is found by person, Account and campaign; answers whom it concerns."""
    done = cursors.get(connection, _VERSION) or 0
    changed, reached = mirror.since(connection, done, _TYPES)
    mirror.index(connection, {("salesforce", r.object_type, r.id): _keys(r) for r in changed})
    of_type: dict[str, list[Record]] = defaultdict(list)
    for record in changed:
        of_type[record.object_type].append(record)
    roles, members = list(of_type["OpportunityContactRole"]), list(of_type["CampaignMember"])
    roles += _found(connection, _BY_OPPORTUNITY, [record.id for record in of_type["Opportunity"]])
    members += _found(connection, _BY_CAMPAIGN, [record.id for record in of_type["Campaign"]])
    cursors.put(connection, _VERSION, reached, now=now)
    return Touched(
        frozenset(str(one) for record in (*roles, *members) for one in _people(record)),
        frozenset(str(r.fields["AccountId"]) for r in of_type["Opportunity"] if r.fields.get("AccountId")),
    )


def _found(connection: sa.Connection, kind: str, keys: Iterable[str]) -> Iterable[Record]:
    found = mirror.find(connection, kind, keys)
    return mirror.load_many(connection, (key for keys in found.values() for key in keys)).values()


def _people(record: Record) -> list[str]:
    ids = (record.fields.get("ContactId"), record.fields.get("LeadId"))
    return [str(one) for one in ids if one]


def _keys(record: Record) -> list[tuple[str, str]]:
    if record.deleted:
        return []
    fields = record.fields
    if record.object_type == "CampaignMember":
        by_campaign = [(_BY_CAMPAIGN, str(fields["CampaignId"]))] if fields.get("CampaignId") else []
        return [(_BY_MEMBER, one) for one in _people(record)] + by_campaign
    wanted = {
        "OpportunityContactRole": ((_BY_CONTACT, "ContactId"), (_BY_OPPORTUNITY, "OpportunityId")),
        "Opportunity": ((_BY_ACCOUNT, "AccountId"),),
    }
    return [
        (kind, str(fields[name])) for kind, name in wanted.get(record.object_type, ()) if fields.get(name)
    ]


def with_open_deal(connection: sa.Connection, account_ids: Iterable[str]) -> set[str]:
    """The Accounts that have an open opportunity."""
    found = mirror.find(connection, _BY_ACCOUNT, account_ids)
    deals = mirror.load_many(connection, (key for keys in found.values() for key in keys))
    return {
        account_id
        for account_id, keys in found.items()
        if any(
            key in deals and not deals[key].deleted and not deals[key].fields.get("IsClosed") for key in keys
        )
    }


def of_contacts(
    connection: sa.Connection, contact_ids: Iterable[str], *, reason_field: str | None = None
) -> dict[str, list[Opportunity]]:
    """The living opportunities of each Contact, newest first.

    Args:
        reason_field: where sales keeps why one was won or lost.
    """
    by_contact = mirror.find(connection, _BY_CONTACT, contact_ids)
    roles = mirror.load_many(connection, (key for keys in by_contact.values() for key in keys))
    ids = {str(role.fields["OpportunityId"]) for role in roles.values()}
    records = mirror.load(connection, "salesforce", "Opportunity", ids)
    answer: dict[str, list[Opportunity]] = defaultdict(list)
    for contact_id, keys in by_contact.items():
        seen = {str(roles[key].fields["OpportunityId"]) for key in keys if key in roles}
        found = [records[one] for one in seen if one in records and not records[one].deleted]
        ordered = sorted(found, key=lambda r: (r.created_at or r.modified_at, r.id), reverse=True)
        answer[contact_id] = [_opportunity(record, reason_field) for record in ordered]
    return dict(answer)


def _opportunity(record: Record, reason_field: str | None) -> Opportunity:
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
        reason=fields.get(reason_field or "") if closed else None,
    )


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
