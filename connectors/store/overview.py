"""Counts over everything that Accord knows, for people who ask how it stands. Reading only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import mirror
from connectors.store.tables import (
    api_usage,
    clocks,
    handoffs,
    holds,
    judgements,
    links,
    passes,
)
from connectors.store.tables_account import reconciliation


@dataclass(frozen=True, slots=True)
class BusyLead:
    """A person on both sides, with their records' ids."""

    name: str
    email: str
    hubspot_id: str
    salesforce_type: str
    salesforce_id: str


def people_by_stage(connection: sa.Connection) -> dict[str, int]:
    """People judged, by stage."""
    query = sa.select(judgements.c.stage, sa.func.count()).group_by(judgements.c.stage)
    return {row[0]: row[1] for row in connection.execute(query)}


def people_by_class(connection: sa.Connection) -> dict[str, int]:
    """People by where the last reconciliation put them."""
    column = reconciliation.c["class"]
    query = sa.select(column, sa.func.count()).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def handed_over(connection: sa.Connection) -> int:
    """People ever handed over to sales."""
    query = sa.select(sa.func.count(handoffs.c.link_id.distinct())).where(handoffs.c.confirmed)
    return int(connection.execute(query).scalar() or 0)


def held_by_kind(connection: sa.Connection) -> dict[str, int]:
    """Open holds by kind, the commonest first."""
    number = sa.func.count()
    query = (
        sa.select(holds.c.kind, number)
        .where(holds.c.released_at.is_(None))
        .group_by(holds.c.kind)
        .order_by(number.desc(), holds.c.kind)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def clocks_by_status(connection: sa.Connection) -> dict[str, int]:
    """Clocks by status."""
    query = sa.select(clocks.c.status, sa.func.count()).group_by(clocks.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def oldest_hold(connection: sa.Connection) -> Any:
    """The open hold that has waited longest, or None."""
    query = sa.select(holds).where(holds.c.released_at.is_(None))
    return connection.execute(query.order_by(holds.c.first_seen_at, holds.c.link_id).limit(1)).one_or_none()


def last_done(connection: sa.Connection) -> datetime | None:
    """When the last pass that wrote ended."""
    query = sa.select(sa.func.max(passes.c.finished_at)).where(passes.c.status == "done")
    return connection.execute(query).scalar()


def calls_since(connection: sa.Connection, since: datetime) -> dict[str, int]:
    """API calls by side of the passes that began since then."""
    query = (
        sa.select(api_usage.c.side, sa.func.sum(api_usage.c.calls))
        .join(passes, passes.c.pass_id == api_usage.c.pass_id)
        .where(passes.c.started_at >= since)
        .group_by(api_usage.c.side)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def busiest_lead(connection: sa.Connection) -> BusyLead | None:
    """The handed-over person on both sides with the most touches, an open Lead before others."""
    touches = sa.func.max(sa.func.coalesce(clocks.c.touches_made, 0))
    query = (
        sa.select(links.c.hubspot_id, links.c.salesforce_type, links.c.salesforce_id)
        .join(clocks, clocks.c.link_id == links.c.link_id)
        .where(
            links.c.hubspot_id.is_not(None),
            links.c.salesforce_id.is_not(None),
            links.c.merged_into.is_(None),
        )
        .group_by(links.c.link_id, links.c.hubspot_id, links.c.salesforce_type, links.c.salesforce_id)
        .order_by(sa.case((links.c.salesforce_type == "Lead", 0), else_=1), touches.desc(), links.c.link_id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    contact = mirror.load(connection, "hubspot", "contacts", [row.hubspot_id]).get(row.hubspot_id)
    fields = contact.fields if contact is not None else {}
    name = " ".join(str(fields[one]) for one in ("firstname", "lastname") if fields.get(one))
    return BusyLead(
        name or row.hubspot_id,
        str(fields.get("email") or ""),
        row.hubspot_id,
        row.salesforce_type,
        row.salesforce_id,
    )
