"""People's decisions about pairs of records, kept with who made them and when; none is ever deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connectors.store.engine import where_in
from connectors.store.tables import link_decisions as decisions
from sync_rules.decisions import Decisions, Pair
from sync_rules.records import LinkKind

How = Literal["accept", "reject", "split"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about one pair of records."""

    kind: LinkKind
    pair: Pair
    verdict: Literal["same", "different"]
    made_by: str
    made_how: How


def add(connection: sa.Connection, decision: Decision, *, now: datetime) -> None:
    """Store a decision; it revokes what was decided about the pair before.

    That two records are one also revokes that either is one with any other.
    """
    hubspot_id, salesforce_id = decision.pair
    same_pair = sa.and_(decisions.c.hubspot_id == hubspot_id, decisions.c.salesforce_id == salesforce_id)
    revoked = same_pair
    if decision.verdict == "same":
        either = sa.or_(decisions.c.hubspot_id == hubspot_id, decisions.c.salesforce_id == salesforce_id)
        revoked = sa.or_(same_pair, sa.and_(either, decisions.c.verdict == "same"))
    _revoke(connection, sa.and_(decisions.c.kind == decision.kind, revoked), now)
    row = {
        "kind": decision.kind,
        "hubspot_id": hubspot_id,
        "salesforce_id": salesforce_id,
        "verdict": decision.verdict,
        "made_by": decision.made_by,
        "made_how": decision.made_how,
        "at": now,
        "revoked_at": None,
    }
    connection.execute(sa.insert(decisions), [row])


def in_force(connection: sa.Connection, kind: LinkKind) -> Decisions:
    """Every decision that stands about people, or about companies."""
    query = sa.select(decisions).where(decisions.c.kind == kind, decisions.c.revoked_at.is_(None))
    pairs: dict[str, set[Pair]] = {"same": set(), "different": set()}
    for row in connection.execute(query):
        pairs[row.verdict].add((row.hubspot_id, row.salesforce_id))
    return Decisions(frozenset(pairs["same"]), frozenset(pairs["different"]))


def apart_from(connection: sa.Connection, kind: LinkKind, record_ids: Iterable[str]) -> dict[str, set[str]]:
    """The ids across from which each of these records was told apart."""
    wanted = set(record_ids)
    found: dict[str, set[str]] = {}
    standing = sa.select(decisions).where(
        decisions.c.kind == kind, decisions.c.verdict == "different", decisions.c.revoked_at.is_(None)
    )
    for column, other in (("hubspot_id", "salesforce_id"), ("salesforce_id", "hubspot_id")):
        for row in where_in(connection, standing, decisions.c[column], wanted):
            found.setdefault(getattr(row, column), set()).add(getattr(row, other))
    return found


def move(
    connection: sa.Connection,
    kind: LinkKind,
    moved: Mapping[str, str],
    linked: Iterable[Pair],
    *,
    now: datetime,
) -> None:
    """Records went up in others (by old id): decisions about them are about those now.

    A merge that makes two records one, by what is linked, revokes that they were told apart.
    """
    standing = sa.and_(decisions.c.kind == kind, decisions.c.revoked_at.is_(None))
    for old, new in moved.items():
        for column in (decisions.c.hubspot_id, decisions.c.salesforce_id):
            connection.execute(sa.update(decisions).where(standing, column == old).values({column: new}))
    for hubspot_id, salesforce_id in linked:
        pair = sa.and_(decisions.c.hubspot_id == hubspot_id, decisions.c.salesforce_id == salesforce_id)
        _revoke(connection, sa.and_(standing, decisions.c.verdict == "different", pair), now)


def of_records(connection: sa.Connection, record_ids: Iterable[str]) -> list[Any]:
    """Every decision about these records, revoked ones too, oldest first."""
    wanted = sorted(set(record_ids))
    query = sa.select(decisions).where(
        sa.or_(decisions.c.hubspot_id.in_(wanted), decisions.c.salesforce_id.in_(wanted))
    )
    return list(connection.execute(query.order_by(decisions.c.decision_id)))


def latest(connection: sa.Connection, limit: int) -> list[Any]:
    """The latest decisions, newest first."""
    return list(
        connection.execute(sa.select(decisions).order_by(decisions.c.decision_id.desc()).limit(limit))
    )


def _revoke(connection: sa.Connection, which: sa.ColumnElement[bool], now: datetime) -> None:
    connection.execute(
        sa.update(decisions).where(which, decisions.c.revoked_at.is_(None)).values(revoked_at=now)
    )
