"""What there is to tell, from the store: hot leads, clocks, answers, visits, troubles. Both CRMs are left alone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connectors.store import cursors
from connectors.store.engine import where_in
from connectors.store.tables import (
    clocks,
    dispositions,
    handoffs,
    judgements,
    links,
    passes,
    published_figures,
    stage_history,
)
from passes import persons
from passes.context import PassContext
from passes.notices.watching import visits
from sla_rules.metrics.attainment import kept
from sla_rules.notices.contract import NoticeRules
from sla_rules.notices.events import Answer, ClockLine, HotLead, Missed, State, Trouble
from sla_rules.sla import SlaContract
from sla_rules.sla_terms import Quota

_BEGUN = "notices begun"
_HOT = "SQL"
_LATEST_PASSES = 200


def begun(connection: sa.Connection, *, now: datetime) -> datetime:
    """Since when people are told; from now on, if they were not."""
    known = cursors.get(connection, _BEGUN)
    if known is None:
        cursors.put(connection, _BEGUN, now.isoformat(), now=now)
        return now
    return datetime.fromisoformat(known)


def end(connection: sa.Connection) -> None:
    """Nobody is told any more: whoever switches it on again begins anew."""
    cursors.drop(connection, _BEGUN)


def state(context: PassContext, connection: sa.Connection, rules: NoticeRules, now: datetime) -> State:
    """All that there is to tell of, as the store knows it now."""
    begun_at = begun(connection, now=now)
    since = max(begun_at, now - rules.tell_within.elapsed)
    owners = persons.load_owner_map(context, connection)
    return State(
        begun_at=begun_at,
        hot=tuple(_hot(connection, since)),
        clocks=tuple(_clocks(connection, since, now)),
        answers=tuple(_answers(connection, since)),
        visits=visits(connection, owners, since, now=now),
        troubles=tuple(_troubles(connection)),
        missed=tuple(_missed(context.contracts.sla, connection, since)),
        at_work=frozenset(key for key in owners.ids["salesforce"] if "@" in key),
    )


def _living(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(links.c.link_id == column, links.c.merged_into.is_(None))


def _hot(connection: sa.Connection, since: datetime) -> Iterable[HotLead]:
    query = (
        sa.select(handoffs.c.link_id, handoffs.c.handed_off_at, handoffs.c.owner)
        .join(judgements, judgements.c.link_id == handoffs.c.link_id)
        .where(
            judgements.c.stage == _HOT,
            handoffs.c.confirmed,
            sa.or_(handoffs.c.handed_off_at >= since, judgements.c.judged_at >= since),
            _living(handoffs.c.link_id),
        )
        .order_by(handoffs.c.handed_off_at)
    )
    # Of several handoffs of a person the latest counts.
    rows = {row.link_id: row for row in connection.execute(query)}
    latest = sa.select(stage_history.c.link_id, sa.func.max(stage_history.c.at).label("at")).group_by(
        stage_history.c.link_id
    )
    became = {row.link_id: row.at for row in where_in(connection, latest, stage_history.c.link_id, rows)}
    touched = sa.select(clocks.c.link_id, clocks.c.handed_off_at).where(clocks.c.first_touch_at.is_not(None))
    begun = {
        (row.link_id, row.handed_off_at) for row in where_in(connection, touched, clocks.c.link_id, rows)
    }
    for link_id, row in rows.items():
        if (link_id, row.handed_off_at) not in begun:
            since_when = max(row.handed_off_at, became.get(link_id, row.handed_off_at))
            yield HotLead(link_id, row.handed_off_at, since_when, row.owner)


def _clocks(connection: sa.Connection, since: datetime, now: datetime) -> Iterable[ClockLine]:
    # A lead that was disqualified too early was so at a time, not by one.
    at_stake = sa.func.coalesce(clocks.c.due_at, clocks.c.stopped_at)
    breached = sa.and_(
        clocks.c.status == "breached", sa.or_(clocks.c.due_at >= since, clocks.c.stopped_at >= since)
    )
    due = sa.and_(clocks.c.status == "pending", clocks.c.warn_at >= since, clocks.c.warn_at <= now)
    query = sa.select(clocks, at_stake.label("at_stake")).where(
        sa.or_(breached, due), _living(clocks.c.link_id)
    )
    for row in connection.execute(query):
        yield ClockLine(
            link_id=row.link_id,
            commitment=row.commitment,
            handed_off_at=row.handed_off_at,
            owner=row.owner,
            status=row.status,
            warn_at=row.warn_at,
            at_stake=row.at_stake,
        )


def _answers(connection: sa.Connection, since: datetime) -> Iterable[Answer]:
    # An empty one is an answer taken back, of which nobody is told.
    given = (dispositions.c.at >= since, dispositions.c.disposition != "")
    query = sa.select(dispositions).where(*given, _living(dispositions.c.link_id))
    for row in connection.execute(query):
        yield Answer(row.link_id, row.at, row.owner)


def _missed(contract: SlaContract, connection: sa.Connection, since: datetime) -> Iterable[Missed]:
    promises = {one.id: one for one in contract.commitments if one.measure is not None and one.escalation}
    query = sa.select(published_figures).where(published_figures.c.published_at >= since)
    for row in connection.execute(query):
        promise = promises.get(row.commitment)
        if promise is None or row.value is None or kept(promise, row.value):
            continue
        # A quota by the week is missed by the week, all else by the month.
        weekly = isinstance(promise.target, Quota) and promise.target.per == "week"
        if row.period == ("week" if weekly else "month"):
            yield Missed(row.commitment, row.period, row.period_start, row.published_at)


def _troubles(connection: sa.Connection) -> Iterable[Trouble]:
    """Passes that ended badly since the last good one: one trouble of each kind, at its first pass."""
    query = sa.select(passes).order_by(passes.c.started_at.desc()).limit(_LATEST_PASSES)
    bad: dict[Literal["stopped", "failed"], Any] = {}
    since = "the beginning"
    for row in connection.execute(query):
        if row.status == "done" and "reconciliation" in row.counts:
            since = row.pass_id
            break
        if row.status in ("stopped", "failed"):
            bad[row.status] = row
    for what, row in bad.items():
        yield Trouble(what=what, at=row.finished_at or row.started_at, pass_id=row.pass_id, since=since)
