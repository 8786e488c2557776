"""How links came to have their records, and the addresses that people had before; accounts that only grow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connectors.store.engine import upsert, where_in
from connectors.store.tables import former_emails, link_evidence
from sync_rules.records import Link, Side

Event = Literal["began", "joined", "created", "converted", "merged", "separated"]
RecordKey = tuple[Side, str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a link has the records that it has, from one moment on.

    Attributes:
        evidence: by what they were found to be one: ``e-mail``, ``external id``, ``a person's decision``, …
        keys: the kinds of all keys that agreed, strongest first.
    """

    link: Link
    event: Event
    evidence: str
    why: str
    keys: tuple[str, ...] = ()


def add(connection: sa.Connection, told: Sequence[Evidence], *, pass_id: str, now: datetime) -> None:
    """Put down what happened to links in one pass."""
    rows = [
        {
            "link_id": one.link.link_id,
            "at": now,
            "pass_id": pass_id,
            "event": one.event,
            "evidence": one.evidence,
            "keys": list(one.keys),
            "records": [list(key) for key in records_of(one.link)],
            "why": one.why,
        }
        for one in told
    ]
    if rows:
        connection.execute(sa.insert(link_evidence), rows)


def of_link(connection: sa.Connection, link_id: str) -> list[Any]:
    """The rows of one link, oldest first."""
    query = sa.select(link_evidence).where(link_evidence.c.link_id == link_id)
    return list(connection.execute(query.order_by(link_evidence.c.at, link_evidence.c.evidence_id)))


def records_of(link: Link) -> Iterable[RecordKey]:
    """The records that a link names, with the Lead that its Contact was converted from."""
    hubspot_type = "contacts" if link.kind == "person" else "companies"
    if link.hubspot_id is not None:
        yield "hubspot", hubspot_type, link.hubspot_id
    if link.salesforce_id is not None and link.salesforce_type is not None:
        yield "salesforce", link.salesforce_type, link.salesforce_id
    if link.lead_id is not None:
        yield "salesforce", "Lead", link.lead_id


def remember_emails(connection: sa.Connection, left: Mapping[str, Iterable[str]], *, now: datetime) -> None:
    """Keep addresses that the people of these links no longer have, by link id."""
    rows = [
        {"email": email, "link_id": link_id, "left_at": now}
        for link_id, emails in sorted(left.items())
        for email in sorted(emails)
    ]
    upsert(connection, former_emails, rows)


def who_had(connection: sa.Connection, emails: Iterable[str]) -> dict[str, list[str]]:
    """The links whose people had one of these addresses, with those of them that they had."""
    found: dict[str, list[str]] = {}
    query = sa.select(former_emails).order_by(former_emails.c.link_id, former_emails.c.email)
    for row in where_in(connection, query, former_emails.c.email, emails):
        found.setdefault(row.link_id, []).append(row.email)
    return found


def emails_had(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, list[str]]:
    """The addresses that the people of these links had before."""
    found: dict[str, list[str]] = {}
    query = sa.select(former_emails).order_by(former_emails.c.left_at, former_emails.c.email)
    for row in where_in(connection, query, former_emails.c.link_id, link_ids):
        found.setdefault(row.link_id, []).append(row.email)
    return found
