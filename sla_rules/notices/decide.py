"""Who is told what, and when: events become notices, each once for each recipient, however often it is decided.

Pure: what is known and what was decided before go in, what is new and what is not to be sent any more come out.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sla_rules.notices.contract import Channel, NoticeRules, Role
from sla_rules.notices.events import Event, State, events
from sla_rules.notices.hours import Hours
from sla_rules.sla import SlaContract

QUEUED, WITHDRAWN = "queued", "withdrawn"


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be used: whether mail goes out, and the roles that have a place on Slack."""

    email: bool = False
    slack: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Notice:
    """One event for one recipient by one channel.

    Attributes:
        notice_id: follows from event, channel and recipient alone.
        role: as whom they are told.
        recipient: a mail address; on Slack an owner's address, or the role whose place it is posted to.
        send_at: not before this.
    """

    notice_id: str
    event: Event
    channel: Channel
    role: Role
    recipient: str
    send_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What is new, and which queued notices (by id) have nothing to tell any more."""

    new: tuple[Notice, ...]
    withdrawn: tuple[str, ...]


def decide_notices(
    rules: NoticeRules,
    contract: SlaContract,
    reach: Reach,
    state: State,
    already: Mapping[str, str],
    now: datetime,
    hours: Hours | None = None,
) -> Decision:
    """Decides all notices as known at ``now``.

    Args:
        rules: who is told what.
        contract: the agreement: escalations, calendars.
        reach: the channels that can be used.
        state: what is known.
        already: the state of every notice decided before, by id; at least of those that ``state`` could tell of.
        now: aware.
        hours: the recipients' hours around ``now``; built when None.

    Returns:
        Notices that were never decided before, or were withdrawn and stand again; and the queued ones whose event
        stands no more: a clock that was met or excused meanwhile, a lead that was called, a watch that ended, or what
        is too old to be told.
    """
    open_at = hours or Hours.of(rules, contract, now)
    standing: dict[str, Notice] = {}
    for event in events(rules, contract, open_at, state, now):
        for notice in _notices(rules, reach, state, open_at, event, now):
            standing.setdefault(notice.notice_id, notice)
    new = tuple(one for one in standing.values() if already.get(one.notice_id, WITHDRAWN) == WITHDRAWN)
    gone = (
        notice_id for notice_id, status in already.items() if status == QUEUED and notice_id not in standing
    )
    return Decision(new, tuple(sorted(gone)))


def _notices(
    rules: NoticeRules, reach: Reach, state: State, hours: Hours, event: Event, now: datetime
) -> Iterator[Notice]:
    rule = rules.notices.of(event.kind)
    owner = event.owner if event.owner in state.at_work else None
    roles = dict.fromkeys(
        rules.without_owner if role == "owner" and owner is None else role for role in event.roles
    )
    for role in roles:
        person = owner if role == "owner" else None
        for channel in rule.by:
            for recipient in _recipients(rules, reach, channel, role, person):
                who = recipient if "@" in recipient else None
                send_at = hours.opening(role, who, now) if rule.quiet_hours else now
                yield Notice(
                    notice_id(event.key, channel, recipient), event, channel, role, recipient, send_at
                )


def _recipients(
    rules: NoticeRules, reach: Reach, channel: Channel, role: Role, person: str | None
) -> tuple[str, ...]:
    if channel == "slack":
        return (person or role,) if role in reach.slack else ()
    if not reach.email:
        return ()
    return (person,) if person is not None else rules.recipients.addresses(role)


def notice_id(key: str, channel: Channel, recipient: str) -> str:
    """The name of a notice, the same at every pass."""
    return hashlib.sha256("\0".join((key, channel, recipient)).encode()).hexdigest()[:40]
