"""Two links turn out to be one person: everything kept under the loser goes over to the winner, at once."""

from typing import Any

import sqlalchemy as sa

from connectors.store import tables
from connectors.store.links import merge

# Histories whose rows may stand beside the winner's own.
_HISTORIES = (
    tables.handoffs,
    tables.dispositions,
    tables.sales_statuses,
    tables.stage_history,
    tables.excuses,
    tables.former_emails,
    tables.merge_decisions,
    tables.assignments,
)
_POINTERS = (
    tables.mirror,
    tables.activities,
    tables.former_activities,
    tables.journal,
    tables.conflicts,
    tables.tombstones,
    tables.link_evidence,
)


def absorb(connection: sa.Connection, loser: str, winner: str) -> None:
    """Give the winner the loser's records, activities, journal and history; keep the loser as a signpost."""
    if loser == winner:
        return
    for table in _POINTERS:
        connection.execute(sa.update(table).where(table.c.link_id == loser).values(link_id=winner))
    _keep_the_first_ones_handoffs(connection, loser, winner)
    for table in _HISTORIES:
        others = [column for column in table.primary_key if column.name != "link_id"]
        taken = table.alias("taken")
        same = [taken.c[column.name] == column for column in others]
        clash = sa.select(sa.literal(1)).where(taken.c.link_id == winner, *same).exists()
        connection.execute(sa.delete(table).where(table.c.link_id == loser, clash))
        connection.execute(sa.update(table).where(table.c.link_id == loser).values(link_id=winner))
    for table in (tables.judgements, tables.clocks, tables.holds, tables.attribute_history, tables.wake_ups):
        connection.execute(sa.delete(table).where(table.c.link_id == loser))
    links = tables.links
    base = connection.execute(sa.select(links.c.base).where(links.c.link_id == loser)).scalar()
    kept = connection.execute(sa.select(links.c.base).where(links.c.link_id == winner)).scalar()
    if base is not None and kept is None:
        connection.execute(sa.update(links).where(links.c.link_id == winner).values(base=base))
    due = {"judge_due": True, "feedback_due": True, "plan_due": True, "account_due": True}
    connection.execute(sa.update(links).where(links.c.link_id == winner).values(**due))
    merge(connection, loser, winner)


def _keep_the_first_ones_handoffs(connection: sa.Connection, loser: str, winner: str) -> None:
    """One person has one line of handoffs: that of the link which was handed over first, not both."""
    table = tables.handoffs

    def first(link_id: str) -> Any:
        query = sa.select(sa.not_(table.c.confirmed), table.c.handed_off_at).where(table.c.link_id == link_id)
        return connection.execute(
            query.order_by(table.c.confirmed.desc(), table.c.handed_off_at).limit(1)
        ).first()

    ours, theirs = first(winner), first(loser)
    if ours is not None and theirs is not None:
        later = loser if tuple(ours) <= tuple(theirs) else winner
        connection.execute(sa.delete(table).where(table.c.link_id == later))
