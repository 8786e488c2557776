"""People excuse a clock, with a reason, and take that back; the clocks follow in the next pass, and by mark."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import agreement
from connectors.store.tables import clocks
from connectors.store.tables import links as link_table
from passes.context import PassContext

_LONGEST = 255


class ExcuseError(Exception):
    """The excuse cannot be given or taken back; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Excused:
    """What was decided: the clock, and the status that it had before."""

    link_id: str
    commitment: str
    handed_off_at: datetime
    status_before: str


def excuse(context: PassContext, link_id: str, commitment: str, *, reason: str, by: str) -> Excused:
    """Excuse the clock of the latest handoff.

    Raises:
        ExcuseError: there is no such clock, it needs none, or the reason is blank.
    """
    now = context.now()
    if not reason.strip():
        raise ExcuseError("an excuse needs a reason that both teams can read")
    with context.store.begin() as connection:
        clock = _latest(context, connection, link_id, commitment)
        if clock.status == "met":
            raise ExcuseError(f"{commitment} was met; nothing is to be excused")
        agreement.excuse(
            connection,
            {
                "link_id": link_id,
                "commitment": commitment,
                "handed_off_at": clock.handed_off_at,
                "given_at": now,
                "reason": reason.strip()[:_LONGEST],
                "given_by": by,
            },
        )
        _look_again(connection, link_id)
    return Excused(link_id, commitment, clock.handed_off_at, clock.status)


def revoke(context: PassContext, link_id: str, commitment: str, *, by: str) -> Excused:
    """Take back what excuses the clock of the latest handoff.

    Raises:
        ExcuseError: there is no such clock, or nobody excused it.
    """
    with context.store.begin() as connection:
        clock = _latest(context, connection, link_id, commitment)
        taken = agreement.revoke(
            connection, link_id, commitment, clock.handed_off_at, by=by, now=context.now()
        )
        if not taken:
            raise ExcuseError(f"nobody excused {commitment} here; `accord sla excuses` lists what stands")
        _look_again(connection, link_id)
    return Excused(link_id, commitment, clock.handed_off_at, clock.status)


def _latest(context: PassContext, connection: sa.Connection, link_id: str, commitment: str) -> Any:
    known = [one.id for one in context.contracts.sla.commitments if one.stop is not None]
    if commitment not in known:
        raise ExcuseError(f"the SLA has no clock {commitment!r}; it has {', '.join(known)}")
    query = (
        sa.select(clocks.c.handed_off_at, clocks.c.status)
        .where(clocks.c.link_id == link_id, clocks.c.commitment == commitment)
        .order_by(clocks.c.handed_off_at.desc())
    )
    row = connection.execute(query).first()
    if row is None:
        raise ExcuseError(
            f"{link_id} has no clock of {commitment}: never handed over, or not come to that yet"
        )
    return row


def _look_again(connection: sa.Connection, link_id: str) -> None:
    connection.execute(sa.update(link_table).where(link_table.c.link_id == link_id).values(feedback_due=True))
