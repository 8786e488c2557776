"""Everything that is on record of one person, as rows: writes, conflicts, holds, stages. Reading only.

Putting them in order and into words is for whoever asks.
"""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import where_in
from connectors.store.tables import (
    activities,
    conflicts,
    holds,
    journal,
    links,
    owners,
    plans,
    stage_history,
)


def absorbed(connection: sa.Connection, link_id: str) -> set[str]:
    """The link and every link that was merged into it, over any number of merges."""
    known = {link_id}
    fresh: Collection[str] = known
    while fresh:
        query = sa.select(links.c.link_id)
        found = {row.link_id for row in where_in(connection, query, links.c.merged_into, fresh)}
        fresh = found - known
        known = known | fresh
    return known


def activity_keys(connection: sa.Connection, link_ids: Iterable[str]) -> set[str]:
    """The keys under which these people's activities are journalled."""
    query = sa.select(activities.c.record_key).distinct()
    return {row.record_key for row in where_in(connection, query, activities.c.link_id, link_ids)}


def roll_up_keys(connection: sa.Connection, prefix: str) -> set[str]:
    """The keys of journalled roll-ups that begin so."""
    query = sa.select(journal.c.link_id).distinct()
    wanted = journal.c.link_id.startswith(prefix, autoescape=True)
    return {row.link_id for row in connection.execute(query.where(wanted))}


def writes(connection: sa.Connection, keys: Iterable[str]) -> list[Any]:
    """Journal rows that were sent, with ``pass_id`` and ``made_at`` of their plan, oldest first."""
    query = (
        sa.select(journal, plans.c.pass_id, plans.c.made_at)
        .join(plans, plans.c.plan_id == journal.c.plan_id)
        .where(journal.c.sent_at.is_not(None))
    )
    return sorted(where_in(connection, query, journal.c.link_id, keys), key=lambda row: row.write_id)


def lost_values(connection: sa.Connection, link_ids: Iterable[str]) -> list[Any]:
    """Conflicts with ``pass_id``, ``made_at`` and ``status`` of their plan, oldest first."""
    query = sa.select(conflicts, plans.c.pass_id, plans.c.made_at, plans.c.status).join(
        plans, plans.c.plan_id == conflicts.c.plan_id
    )
    return sorted(where_in(connection, query, conflicts.c.link_id, link_ids), key=lambda row: row.conflict_id)


def all_holds(connection: sa.Connection, keys: Iterable[str]) -> list[Any]:
    """Open and released holds."""
    return list(where_in(connection, sa.select(holds), holds.c.link_id, keys))


def stages(connection: sa.Connection, link_ids: Iterable[str]) -> list[Any]:
    """Every change of stage."""
    return list(where_in(connection, sa.select(stage_history), stage_history.c.link_id, link_ids))


def names_of_actors(connection: sa.Connection, actors: Iterable[str]) -> dict[str, str]:
    """Names of owners by id; actors who are none are absent."""
    rows = where_in(connection, sa.select(owners), owners.c.owner_id, actors)
    return {row.owner_id: row.name for row in rows}
