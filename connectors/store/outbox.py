"""The outbox of notices: kept before they are sent, taken one message at a time, settled afterwards.

What is to be told is decided in ``sla_rules.notices``; how a message is made and sent is not known here.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store.engine import chunks, upsert
from connectors.store.tables import notices

QUEUED, SENDING, SENT, FAILED, WITHDRAWN = "queued", "sending", "sent", "failed", "withdrawn"
_OPEN = (QUEUED, SENDING)


@dataclass(frozen=True, slots=True)
class Message:
    """Notices that go out together: one, or a digest. ``message_id`` stays the same at every try."""

    message_id: str
    rows: tuple[Any, ...]


def known(connection: sa.Connection, since: datetime) -> dict[str, str]:
    """The state, by id, of every notice decided since then and of all that are not settled."""
    query = sa.select(notices.c.notice_id, notices.c.state).where(
        sa.or_(notices.c.decided_at >= since, notices.c.state.in_(_OPEN))
    )
    return {row.notice_id: row.state for row in connection.execute(query)}


def add(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Queue notices: the columns up to ``send_at``; one that was withdrawn is queued again."""
    fresh = {
        "state": QUEUED,
        "tries": 0,
        "message_id": None,
        "trouble": None,
        "remedy": None,
        "settled_at": None,
    }
    return upsert(connection, notices, [{**row, **fresh} for row in rows])


def withdraw(connection: sa.Connection, ids: Iterable[str], *, now: datetime) -> int:
    """Take back what has nothing to tell any more, unless it is on its way."""
    return _settle(connection, ids, {"state": WITHDRAWN, "settled_at": now}, only=(QUEUED,))


def dropped(connection: sa.Connection, message: Message, *, now: datetime) -> None:
    """There is nobody left whom the message tells of."""
    _settle(connection, _ids(message), {"state": WITHDRAWN, "settled_at": now}, only=_OPEN)


def due(connection: sa.Connection, now: datetime) -> int:
    """How many notices can be sent."""
    query = sa.select(sa.func.count()).select_from(notices)
    return connection.execute(query.where(notices.c.state.in_(_OPEN), notices.c.send_at <= now)).scalar() or 0


def messages(connection: sa.Connection, now: datetime, *, digest_over: int) -> list[Message]:
    """What is due, by recipient: more than ``digest_over`` at once become one message.

    A message that was tried before is the same again: the same notices under the same id.
    """
    query = sa.select(notices).where(notices.c.state.in_(_OPEN), notices.c.send_at <= now)
    begun: dict[str, list[Any]] = {}
    fresh: dict[tuple[str, str, str], list[Any]] = {}
    for row in connection.execute(query.order_by(notices.c.happened_at, notices.c.notice_id)):
        if row.message_id is not None:
            begun.setdefault(row.message_id, []).append(row)
        else:
            fresh.setdefault((row.channel, row.role, row.recipient), []).append(row)
    found = [Message(message_id, tuple(rows)) for message_id, rows in begun.items()]
    for rows in fresh.values():
        found += [_message(rows)] if len(rows) > digest_over else [_message([row]) for row in rows]
    return found


def _message(rows: Sequence[Any]) -> Message:
    names = ",".join(row.notice_id for row in rows)
    return Message(hashlib.sha256(names.encode()).hexdigest()[:40], tuple(rows))


def take(connection: sa.Connection, message: Message) -> None:
    """Note, before it is sent, that a message is on its way: whoever dies now leaves it to be sent again."""
    values = {"state": SENDING, "message_id": message.message_id, "tries": notices.c.tries + 1}
    _settle(connection, _ids(message), values, only=_OPEN)


def sent(connection: sa.Connection, message: Message, *, now: datetime) -> None:
    """The message was taken by the other side."""
    values = {"state": SENT, "settled_at": now, "trouble": None, "remedy": None}
    _settle(connection, _ids(message), values, only=(SENDING,))


def postponed(
    connection: sa.Connection, message: Message, *, until: datetime, trouble: str, remedy: str
) -> None:
    """The message was not taken; it is tried again."""
    values = {"state": QUEUED, "send_at": until, "trouble": trouble[:400], "remedy": remedy[:400]}
    _settle(connection, _ids(message), values, only=(SENDING,))


def failed(connection: sa.Connection, message: Message, *, now: datetime, trouble: str, remedy: str) -> None:
    """The message is not tried any more until somebody asks for it."""
    values = {"state": FAILED, "settled_at": now, "trouble": trouble[:400], "remedy": remedy[:400]}
    _settle(connection, _ids(message), values, only=(SENDING,))


def again(connection: sa.Connection, *, now: datetime) -> int:
    """Queue everything that failed once more; answers how many."""
    values = {"state": QUEUED, "send_at": now, "tries": 0, "settled_at": None}
    return int(
        connection.execute(sa.update(notices).where(notices.c.state == FAILED).values(**values)).rowcount
    )


def counts(connection: sa.Connection, since: datetime) -> dict[str, int]:
    """Notices by state: those settled since then, and all that are not."""
    number = sa.func.count()
    query = (
        sa.select(notices.c.state, number)
        .where(sa.or_(notices.c.settled_at.is_(None), notices.c.settled_at >= since))
        .group_by(notices.c.state)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def overdue(connection: sa.Connection, before: datetime) -> int:
    """How many should have gone out before then, and have not."""
    query = sa.select(sa.func.count()).select_from(notices)
    late = query.where(notices.c.state.in_(_OPEN), notices.c.happened_at < before, notices.c.tries > 0)
    return connection.execute(late).scalar() or 0


def listed(connection: sa.Connection, *, states: Sequence[str], limit: int) -> list[Any]:
    """The newest notices in these states."""
    query = sa.select(notices).where(notices.c.state.in_(states))
    return list(
        connection.execute(query.order_by(notices.c.decided_at.desc(), notices.c.notice_id).limit(limit))
    )


def _ids(message: Message) -> list[str]:
    return [row.notice_id for row in message.rows]


def _settle(
    connection: sa.Connection, ids: Iterable[str], values: Mapping[str, Any], *, only: Sequence[str]
) -> int:
    return sum(
        int(
            connection.execute(
                sa.update(notices)
                .where(notices.c.notice_id.in_(part), notices.c.state.in_(only))
                .values(**values)
            ).rowcount
        )
        for part in chunks(list(ids), 1_000)
    )
