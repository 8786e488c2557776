"""One link turns out to be two people: each record gets a link of its own. The counterpart of ``absorb``."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from connectors.store import holds, links, mirror
from connectors.store import tables as stored
from connectors.store.evidence import records_of
from sync_rules.identity import link_id_of
from sync_rules.records import Link


def separate(connection: sa.Connection, link: Link, *, now: datetime) -> tuple[Link, Link]:
    """Take a link's two records apart.

    The record that began the link keeps it with everything that is kept under it: clocks, stages, handoffs,
    journal. What both agreed on and what was computed of both is forgotten, and computed again of each alone.

    Returns:
        The link that stays, and the new one of the other record.
    """
    of_hubspot = replace(link, salesforce_type=None, salesforce_id=None, lead_id=None, evidence="separated")
    of_salesforce = replace(link, hubspot_id=None, evidence="separated")
    kept, other = (of_hubspot, of_salesforce) if link.link_id.startswith("h") else (of_salesforce, of_hubspot)
    if other.hubspot_id is not None:
        begun = link_id_of("contacts" if link.kind == "person" else "companies", other.hubspot_id)
    else:
        began = "Lead" if other.lead_id else other.salesforce_type or ""
        begun = link_id_of(began, other.lead_id or other.salesforce_id or "")
    other = replace(other, link_id=_free_id(connection, begun))
    links.save(connection, [kept, other], now=now)
    fresh = sa.update(stored.links).where(stored.links.c.link_id.in_([kept.link_id, other.link_id]))
    # No record of Accord's own remembers one person's values as the other's.
    connection.execute(fresh.values(base=sa.null(), computed={}, activities_met=0))
    mirror.assign(connection, {key: one.link_id for one in (kept, other) for key in records_of(one)})
    holds.replace(connection, [kept.link_id], [], now=now)
    return kept, other


def _free_id(connection: sa.Connection, begun: str) -> str:
    """The id that the record's own link would have; a signpost of that name has served its time."""
    link_id, number = begun, 1
    while (row := links.load(connection, [link_id]).get(link_id)) is not None:
        if row.merged:
            connection.execute(sa.delete(stored.links).where(stored.links.c.link_id == link_id))
            break
        number += 1
        link_id = f"{begun}.{number}"
    return link_id
