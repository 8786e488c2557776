"""Links, their bases and what Accord wants computed on them.

Which records belong together is decided in ``sync_rules.identity``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert, where_in
from connectors.store.tables import links
from sync_rules.records import Link, LinkKind, Side

Due = Literal["judge_due", "feedback_due", "plan_due", "account_due"]
# Whatever makes somebody due for a decision makes them due for the account of everybody as well.
_ACCOUNT = {"account_due": True}


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link with its state.

    Attributes:
        base: canonical values that both sides last agreed on, by field name (JSON form); None at first.
        computed: canonical values that Accord wants on both sides, by computed field name (JSON form).
        made_at: when Accord first knew of them.
        merged: the link is only a signpost to the link that it was merged into.
    """

    link: Link
    base: Mapping[str, Any] | None
    computed: Mapping[str, Any]
    made_at: datetime
    merged: bool = False


def save(connection: sa.Connection, changed: Iterable[Link], *, now: datetime) -> None:
    """Add or change links; a new one is due everywhere, a known one keeps its base and computed values."""
    rows: list[dict[str, Any]] = [
        {
            "link_id": link.link_id,
            "kind": link.kind,
            "hubspot_id": link.hubspot_id,
            "salesforce_type": link.salesforce_type,
            "salesforce_id": link.salesforce_id,
            "lead_id": link.lead_id,
            "evidence": link.evidence,
            "made_at": now,
            "base": None,
            "computed": {},
            "judge_due": True,
            "feedback_due": True,
            "plan_due": True,
            "account_due": True,
            "activities_met": 0,
            "merged_into": None,
        }
        for link in changed
    ]
    upsert(connection, links, rows, keep=("base", "computed", "made_at", "activities_met"))


def load(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, LinkRow]:
    """Links by id."""
    found = where_in(connection, sa.select(links), links.c.link_id, link_ids)
    return {row.link_id: _link_row(row) for row in found}


def load_all(connection: sa.Connection, kind: LinkKind) -> list[LinkRow]:
    """Every living link of one kind, by id."""
    query = sa.select(links).where(links.c.kind == kind, links.c.merged_into.is_(None))
    return [_link_row(row) for row in connection.execute(query.order_by(links.c.link_id))]


def due(connection: sa.Connection, mark: Due, kind: LinkKind) -> list[LinkRow]:
    """The living links of one kind that a step has to look at, by id."""
    query = sa.select(links).where(links.c[mark], links.c.kind == kind, links.c.merged_into.is_(None))
    return [_link_row(row) for row in connection.execute(query.order_by(links.c.link_id))]


def clear(connection: sa.Connection, mark: Due, link_ids: Iterable[str]) -> None:
    """The step has finished with these links."""
    for chunk in chunks(sorted(set(link_ids)), 10_000):
        connection.execute(sa.update(links).where(links.c.link_id.in_(chunk)).values({mark: False}))


def mark(connection: sa.Connection, due_for: Due, link_ids: Iterable[str]) -> None:
    """Have a step look at these links again."""
    for chunk in chunks(sorted(set(link_ids)), 10_000):
        connection.execute(
            sa.update(links).where(links.c.link_id.in_(chunk)).values({due_for: True, **_ACCOUNT})
        )


def mark_all(connection: sa.Connection, mark: Due, kind: LinkKind) -> None:
    """Have a step look at every link of one kind again (a changed contract or mapping)."""
    connection.execute(sa.update(links).where(links.c.kind == kind).values({mark: True, **_ACCOUNT}))


def set_computed(connection: sa.Connection, wanted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Store what Accord wants on each link; links whose wish changed become due for the plan.

    Returns:
        The ids of the links whose wish changed.
    """
    known = load(connection, wanted)
    changed = [link_id for link_id, values in wanted.items() if dict(known[link_id].computed) != dict(values)]
    rows = [{"b_link_id": link_id, "computed": dict(wanted[link_id])} for link_id in changed]
    if rows:
        statement = sa.update(links).where(links.c.link_id == sa.bindparam("b_link_id"))
        connection.execute(
            statement.values(plan_due=True, account_due=True, computed=sa.bindparam("computed")), rows
        )
    return changed


def set_bases(connection: sa.Connection, bases: Mapping[str, Mapping[str, Any]]) -> None:
    """Store agreed values; fields not named keep their base."""
    known = load(connection, bases)
    rows = [
        {"b_link_id": link_id, "base": {**(known[link_id].base or {}), **values}}
        for link_id, values in bases.items()
        if link_id in known
    ]
    if rows:
        statement = sa.update(links).where(links.c.link_id == sa.bindparam("b_link_id"))
        connection.execute(statement.values(base=sa.bindparam("base")), rows)


def set_record(
    connection: sa.Connection, link_id: str, side: Side, object_type: str, record_id: str, *, now: datetime
) -> None:
    """A record was created for the link; it has its place on that side now."""
    values: dict[str, Any] = {"judge_due": True, "feedback_due": True, **_ACCOUNT}
    if side == "hubspot":
        values["hubspot_id"] = record_id
    else:
        values |= {"salesforce_type": object_type, "salesforce_id": record_id}
    statement = sa.update(links).where(links.c.link_id == link_id)
    connection.execute(statement.values(**values, evidence="created", made_at=now))


def forget_base(connection: sa.Connection, link_id: str) -> None:
    """One of the link's records is another now, which has agreed on nothing yet."""
    connection.execute(sa.update(links).where(links.c.link_id == link_id).values(base=None))


def merge(connection: sa.Connection, loser: str, winner: str) -> None:
    """Two links turned out to be one person: the loser stays as a signpost to the winner."""
    connection.execute(
        sa.update(links)
        .where(links.c.link_id == loser)
        .values(merged_into=winner, judge_due=False, feedback_due=False, plan_due=False, **_ACCOUNT)
    )


def living(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, Link]:
    """The living link of each id: itself, or the one that it was merged into, over any number of merges."""
    at = {link_id: link_id for link_id in link_ids}
    while True:
        query = sa.select(links.c.link_id, links.c.merged_into).where(links.c.merged_into.is_not(None))
        moved = {
            row.link_id: row.merged_into
            for row in where_in(connection, query, links.c.link_id, set(at.values()))
        }
        if not moved:
            break
        at = {link_id: moved.get(now, now) for link_id, now in at.items()}
    found = load(connection, set(at.values()))
    return {link_id: found[now].link for link_id, now in at.items() if now in found}


def by_record(
    connection: sa.Connection, *, hubspot_id: str | None = None, salesforce_id: str | None = None
) -> list[LinkRow]:
    """Links that hold a record on either side, or were converted from that Lead."""
    query = sa.select(links)
    if hubspot_id is not None:
        query = query.where(links.c.hubspot_id == hubspot_id)
    if salesforce_id is not None:
        query = query.where(sa.or_(links.c.salesforce_id == salesforce_id, links.c.lead_id == salesforce_id))
    return [_link_row(row) for row in connection.execute(query.order_by(links.c.link_id))]


def _link_row(row: Any) -> LinkRow:
    link = Link(
        link_id=row.link_id,
        kind=row.kind,
        hubspot_id=row.hubspot_id,
        salesforce_type=row.salesforce_type,
        salesforce_id=row.salesforce_id,
        evidence=row.evidence,
        lead_id=row.lead_id,
    )
    return LinkRow(link, row.base, row.computed, row.made_at, row.merged_into is not None)
