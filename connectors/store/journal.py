"""Plans and their writes: stored before the first call, and what became of each afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert, where_in
from connectors.store.tables import conflicts, journal, plans
from sync_rules.plan import Conflict, FieldChange, Plan, Write

PlanStatus = Literal["planned", "stopped", "approved", "applied", "dry"]
WriteState = Literal["planned", "sent", "done", "failed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One write with what became of it."""

    write_id: int
    plan_id: str
    write: Write
    state: WriteState
    code: str | None
    message: str | None
    settled_at: datetime | None


def store_plan(
    connection: sa.Connection,
    plan_id: str,
    pass_id: str,
    plan: Plan,
    *,
    status: PlanStatus,
    tripped: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Keep a plan with every write and conflict in it. Values in it are JSON already."""
    row = {
        "plan_id": plan_id,
        "pass_id": pass_id,
        "made_at": plan.made_at,
        "status": status,
        "counts": plan.counts(),
        "tripped": [dict(item) for item in tripped],
        "considered": plan.considered,
        "in_agreement": plan.in_agreement,
    }
    # A pass whose planning is run again has the later plan.
    upsert(connection, plans, [row])
    connection.execute(sa.delete(conflicts).where(conflicts.c.plan_id == plan_id))
    for chunk in chunks((_write_row(plan_id, write) for write in plan.writes), 5_000):
        connection.execute(sa.insert(journal), chunk)
    add_conflicts(connection, plan_id, plan.conflicts)


def set_status(connection: sa.Connection, plan_id: str, status: PlanStatus) -> None:
    """Move a plan on; a dry or stopped plan's writes are withdrawn when a newer plan takes its place."""
    connection.execute(sa.update(plans).where(plans.c.plan_id == plan_id).values(status=status))


def plan_row(connection: sa.Connection, plan_id: str) -> Any:
    """One plan's row, or None."""
    return connection.execute(sa.select(plans).where(plans.c.plan_id == plan_id)).one_or_none()


def latest_plan(connection: sa.Connection, *, pass_id: str | None = None) -> Any:
    """The newest plan's row (of one pass), or None."""
    query = sa.select(plans).order_by(plans.c.made_at.desc(), plans.c.plan_id.desc()).limit(1)
    if pass_id is not None:
        query = query.where(plans.c.pass_id == pass_id)
    return connection.execute(query).one_or_none()


def ever_applied(connection: sa.Connection) -> bool:
    """Whether any plan of this pair of accounts was ever applied."""
    query = sa.select(sa.func.count()).select_from(plans).where(plans.c.status == "applied")
    return bool(connection.execute(query).scalar())


def add_writes(connection: sa.Connection, plan_id: str, writes: Sequence[Write]) -> None:
    """Add writes that follow from confirmed ones to a plan. Values in them are JSON already."""
    if writes:
        connection.execute(sa.insert(journal), [_write_row(plan_id, write) for write in writes])


def add_conflicts(connection: sa.Connection, plan_id: str, lost: Sequence[Conflict]) -> None:
    """Keep values that lost. They are JSON already."""
    for rows in chunks((_conflict_row(plan_id, conflict) for conflict in lost), 5_000):
        connection.execute(sa.insert(conflicts), rows)


def open_writes(connection: sa.Connection, plan_id: str) -> list[JournalRow]:
    """The writes of a plan that are not settled, in the order of the plan."""
    query = sa.select(journal).where(journal.c.plan_id == plan_id, journal.c.state.in_(["planned", "sent"]))
    return [_journal_row(row) for row in connection.execute(query.order_by(journal.c.write_id))]


def of_plan(connection: sa.Connection, plan_id: str) -> list[JournalRow]:
    """Every write of a plan, in its order."""
    query = sa.select(journal).where(journal.c.plan_id == plan_id)
    return [_journal_row(row) for row in connection.execute(query.order_by(journal.c.write_id))]


def unsettled(connection: sa.Connection) -> list[JournalRow]:
    """Writes that an interrupted pass had sent without learning what became of them."""
    query = sa.select(journal).where(journal.c.state == "sent").order_by(journal.c.write_id)
    return [_journal_row(row) for row in connection.execute(query)]


def mark_sent(connection: sa.Connection, write_ids: Iterable[int], *, now: datetime) -> None:
    """About to be sent: from here on the outcome is unknown until it is settled."""
    for chunk in chunks(write_ids, 10_000):
        connection.execute(
            sa.update(journal).where(journal.c.write_id.in_(chunk)).values(state="sent", sent_at=now)
        )


def settle(connection: sa.Connection, outcomes: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Record what became of writes: rows of ``write_id, state, record_id, code, message``."""
    if outcomes:
        connection.execute(
            sa.update(journal)
            .where(journal.c.write_id == sa.bindparam("b_write_id"))
            .values(
                state=sa.bindparam("b_state"),
                record_id=sa.func.coalesce(sa.bindparam("b_record_id"), journal.c.record_id),
                code=sa.bindparam("b_code"),
                message=sa.bindparam("b_message"),
                settled_at=now,
            ),
            [{f"b_{name}": value for name, value in outcome.items()} for outcome in outcomes],
        )


def withdraw_open(connection: sa.Connection, *, now: datetime, keep: str) -> int:
    """Writes that were planned and never sent are void once a newer plan is made, but for keys that end in ``keep``."""
    statement = sa.update(journal).where(
        journal.c.state == "planned", sa.not_(journal.c.key.endswith(keep, autoescape=True))
    )
    return connection.execute(statement.values(state="withdrawn", settled_at=now)).rowcount


def take_over(connection: sa.Connection, plan_id: str, *, kept: str) -> int:
    """Make what earlier plans left open, of keys that end in ``kept``, this plan's own."""
    statement = sa.update(journal).where(
        journal.c.state == "planned",
        journal.c.plan_id != plan_id,
        journal.c.key.endswith(kept, autoescape=True),
    )
    return connection.execute(statement.values(plan_id=plan_id)).rowcount


def of_links(
    connection: sa.Connection, link_ids: Iterable[str], *, settled_since: datetime | None = None
) -> list[JournalRow]:
    """Every write ever planned for these links (or settled since then), oldest first."""
    query = sa.select(journal)
    if settled_since is not None:
        query = query.where(journal.c.settled_at >= settled_since)
    rows = where_in(connection, query, journal.c.link_id, link_ids)
    return sorted((_journal_row(row) for row in rows), key=lambda row: row.write_id)


def counts(connection: sa.Connection, plan_id: str) -> dict[str, int]:
    """How many writes of a plan stand in each state."""
    query = (
        sa.select(journal.c.state, sa.func.count())
        .where(journal.c.plan_id == plan_id)
        .group_by(journal.c.state)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _write_row(plan_id: str, write: Write) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "key": write.key,
        "side": write.side,
        "object_type": write.object_type,
        "operation": write.operation,
        "record_id": write.record_id,
        "link_id": write.link_id,
        "changes": [[c.name, c.target, c.before, c.after, c.value, c.rule, c.why] for c in write.changes],
        "external_key": list(write.external_key) if write.external_key else None,
        "associations": [list(pair) for pair in write.associations],
        "state": "planned",
    }


def _conflict_row(plan_id: str, conflict: Conflict) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        "link_id": conflict.link_id,
        "field": conflict.field,
        "rule": conflict.rule,
        "winner": conflict.winner,
        "winning_value": conflict.winning_value,
        "losing_value": conflict.losing_value,
        "losing_at": conflict.losing_at,
        "losing_actor": conflict.losing_actor,
        "why": conflict.why,
    }


def _journal_row(row: Any) -> JournalRow:
    write = Write(
        key=row.key,
        side=row.side,
        object_type=row.object_type,
        operation=row.operation,
        record_id=row.record_id,
        link_id=row.link_id,
        changes=tuple(FieldChange(*change) for change in row.changes),
        external_key=tuple(row.external_key) if row.external_key else None,
        associations=tuple((to_type, to_id) for to_type, to_id in row.associations),
    )
    return JournalRow(row.write_id, row.plan_id, write, row.state, row.code, row.message, row.settled_at)
