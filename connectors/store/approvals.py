"""Stored plans that wait for a person: which they are, what is left of them to send, and what took their place.

Also what a pass has confirmed, for taking it back. Storing plans and settling their writes is ``journal``'s.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.stored_plans import write_of
from connectors.store.tables import journal, passes, plans
from sync_rules.plan import Write

WAITING = ("stopped", "dry")


def plans_named(connection: sa.Connection, name: str) -> list[Any]:
    """Rows of the plans with this id, or else of those whose id begins so, newest first."""
    return _named(connection, plans, plans.c.plan_id, plans.c.made_at, name)


def passes_named(connection: sa.Connection, name: str) -> list[Any]:
    """Rows of the passes with this id, or else of those whose id begins so, newest first."""
    return _named(connection, passes, passes.c.pass_id, passes.c.started_at, name)


def _named(
    connection: sa.Connection, table: sa.Table, key: sa.Column[Any], at: sa.Column[Any], name: str
) -> list[Any]:
    exact = connection.execute(sa.select(table).where(key == name)).all()
    if exact:
        return list(exact)
    query = sa.select(table).where(key.startswith(name, autoescape=True)).order_by(at.desc())
    return list(connection.execute(query))


def last_written(connection: sa.Connection) -> str | None:
    """The pass that has written last, or None."""
    query = (
        sa.select(plans.c.pass_id)
        .join(journal, journal.c.plan_id == plans.c.plan_id)
        .where(journal.c.state == "done")
        .order_by(journal.c.settled_at.desc(), journal.c.write_id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def newest_waiting(connection: sa.Connection, *, besides: Sequence[str]) -> Any:
    """The newest plan that waits for approval and whose id begins with none of ``besides``, or None."""
    query = (
        sa.select(plans)
        .where(
            plans.c.status.in_(WAITING),
            *(sa.not_(plans.c.plan_id.startswith(one, autoescape=True)) for one in besides),
        )
        .order_by(plans.c.made_at.desc(), plans.c.plan_id.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def superseded_by(connection: sa.Connection, plan: Any) -> Any:
    """The newest plan made after this one of which something was sent, or None."""
    sent = sa.select(journal.c.plan_id).where(journal.c.sent_at.is_not(None))
    query = sa.select(plans).where(plans.c.made_at > plan.made_at, plans.c.plan_id.in_(sent))
    return connection.execute(query.order_by(plans.c.made_at.desc()).limit(1)).one_or_none()


def pending(connection: sa.Connection, plan: Any) -> list[Write]:
    """What is left of a plan to send, also if a newer plan that was never sent had it withdrawn."""
    query = sa.select(journal).where(sa.or_(_planned(plan), _set_aside(plan)))
    return [write_of(row) for row in connection.execute(query.order_by(journal.c.write_id))]


def reopen(connection: sa.Connection, plan: Any) -> None:
    """Make the writes of a plan that were withdrawn unsent ready to be sent."""
    connection.execute(sa.update(journal).where(_set_aside(plan)).values(state="planned", settled_at=None))


def confirmed(connection: sa.Connection, pass_id: str) -> Sequence[Write]:
    """What both sides have confirmed of a pass's plan, in the order in which it was planned."""
    query = (
        sa.select(journal)
        .join(plans, plans.c.plan_id == journal.c.plan_id)
        .where(plans.c.pass_id == pass_id, journal.c.state == "done")
    )
    return [write_of(row) for row in connection.execute(query.order_by(journal.c.write_id))]


def first_confirmed_at(connection: sa.Connection, pass_id: str) -> datetime | None:
    """When the first write of a pass's plan was confirmed; None if none was."""
    query = (
        sa.select(sa.func.min(journal.c.settled_at, type_=journal.c.settled_at.type))
        .join(plans, plans.c.plan_id == journal.c.plan_id)
        .where(plans.c.pass_id == pass_id, journal.c.state == "done")
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def _planned(plan: Any) -> sa.ColumnElement[bool]:
    return sa.and_(journal.c.plan_id == plan.plan_id, journal.c.state == "planned")


def _set_aside(plan: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        journal.c.plan_id == plan.plan_id,
        journal.c.state == "withdrawn",
        journal.c.sent_at.is_(None),
        # Earlier ones are of an earlier planning of the same pass.
        journal.c.settled_at > plan.made_at,
    )
