"""Whom reps watch, by the box ``Accord_Watch__c`` on Lead, Contact and Account, and their visits to our pages.

The owner of the ticked record watches. A Lead that was converted is watched on, as the person it became.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connectors.store import links, mirror, watches
from connectors.store.engine import where_in
from connectors.store.tables import activities
from connectors.store.watches import Key
from passes import persons
from sla_rules.notices.events import Visit
from sync_rules.owners import OwnerMap

_KIND = "page_view"


@dataclass(frozen=True, slots=True)
class _Watch:
    """One link that somebody watches since then."""

    link_id: str
    watcher: str | None
    since: datetime


def visits(
    connection: sa.Connection, owners: OwnerMap, since: datetime, *, now: datetime
) -> tuple[Visit, ...]:
    """The visits since then of people who are watched."""
    watches.note(connection, now=now)
    watched: dict[str, list[_Watch]] = {}
    for one in _watched(connection, owners):
        watched.setdefault(one.link_id, []).append(one)
    query = sa.select(activities.c.link_id, activities.c.at, activities.c.detail).where(
        activities.c.kind == _KIND, activities.c.at >= since
    )
    return tuple(
        Visit(row.link_id, row.at, row.detail or "", one.watcher, one.since)
        for row in where_in(connection, query, activities.c.link_id, watched)
        for one in watched[row.link_id]
    )


def _watched(connection: sa.Connection, owners: OwnerMap) -> Iterator[_Watch]:
    ticked = watches.standing(connection)
    if not ticked:
        return
    people = watches.people_of(connection, (row.record_id for row in ticked if row.object_type == "Account"))
    of: list[list[Key]] = [
        people.get(row.record_id, [])
        if row.object_type == "Account"
        else [("salesforce", row.object_type, row.record_id)]
        for row in ticked
    ]
    linked = mirror.link_ids(connection, {key for keys in of for key in keys})
    living = links.living(connection, linked.values())
    records = mirror.load_many(connection, [("salesforce", row.object_type, row.record_id) for row in ticked])
    for row, keys in zip(ticked, of, strict=True):
        watcher = persons.owner_of(records.get(("salesforce", row.object_type, row.record_id)), owners)
        found = {living[linked[key]].link_id for key in keys if key in linked and linked[key] in living}
        yield from (_Watch(link_id, watcher, row.since) for link_id in sorted(found))
