"""Plans as they were stored, read back whole: for people who want to see one. Storing them is ``journal``'s."""

from typing import Any

import sqlalchemy as sa

from connectors.store import holds, journal
from connectors.store.engine import where_in
from connectors.store.tables import conflicts
from connectors.store.tables import journal as journal_table
from sync_rules.plan import Conflict, FieldChange, Hold, Plan, Write


def load_plan(connection: sa.Connection, plan_id: str) -> Plan | None:
    """A plan with its writes and conflicts, and with every hold that is open now; None if there is no such plan.

    Values are in the form that JSON keeps; agreements are not stored and come back empty.
    """
    stored = journal.plan_row(connection, plan_id)
    if stored is None:
        return None
    writes = sa.select(journal_table).where(journal_table.c.plan_id == plan_id)
    lost = sa.select(conflicts).where(conflicts.c.plan_id == plan_id)
    return Plan(
        made_at=stored.made_at,
        writes=tuple(write_of(row) for row in connection.execute(writes.order_by(journal_table.c.write_id))),
        holds=tuple(hold_of(row) for row in holds.open_holds(connection)),
        conflicts=tuple(
            conflict_of(row) for row in connection.execute(lost.order_by(conflicts.c.conflict_id))
        ),
        agreements=(),
        considered=stored.considered,
        in_agreement=stored.in_agreement,
    )


def conflicts_of(connection: sa.Connection, link_id: str) -> list[Conflict]:
    """Every value that a link ever lost to the other side, oldest first."""
    query = sa.select(conflicts).order_by(conflicts.c.conflict_id)
    return [conflict_of(row) for row in where_in(connection, query, conflicts.c.link_id, [link_id])]


def hold_of(row: Any) -> Hold:
    """A row of the holds as the plan had it."""
    return Hold(
        link_id=row.link_id,
        side=row.side,
        object_type=row.object_type,
        kind=row.kind,
        why=row.why,
        remedy=row.remedy,
        field=row.field or None,
        value=row.value,
        accepted=tuple(row.accepted),
    )


def conflict_of(row: Any) -> Conflict:
    """A row of the conflicts as the plan had it."""
    return Conflict(
        link_id=row.link_id,
        field=row.field,
        rule=row.rule,
        winner=row.winner,
        winning_value=row.winning_value,
        losing_value=row.losing_value,
        losing_at=row.losing_at,
        losing_actor=row.losing_actor,
        why=row.why,
    )


def write_of(row: Any) -> Write:
    """A row of the journal as the plan had it."""
    return Write(
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
