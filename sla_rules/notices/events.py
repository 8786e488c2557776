"""What there is to tell at one moment: from clocks, handoffs, answers, visits and troubles to events with a key.

An event's key is the same however often it is looked at; who is told of it, and when, is ``decide.py``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sla_rules.notices.contract import Kind, NoticeRules, Role
from sla_rules.notices.hours import Hours
from sla_rules.qualify_behaviour import page_pattern
from sla_rules.sla import Escalation, SlaContract


@dataclass(frozen=True, slots=True)
class HotLead:
    """Somebody who is an SQL, in Salesforce, and whom nobody has touched since the handoff."""

    link_id: str
    handed_off_at: datetime
    since: datetime
    owner: str | None


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock as it stands; ``at_stake`` is its due time, or when a lead was disqualified too early."""

    link_id: str
    commitment: str
    handed_off_at: datetime
    owner: str | None
    status: str
    warn_at: datetime | None
    at_stake: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Sales said what became of a lead."""

    link_id: str
    at: datetime
    owner: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody looked at a page; ``watcher`` watches them, or their Account, since then."""

    link_id: str
    at: datetime
    page: str
    watcher: str | None
    watched_since: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Passes have ended badly since a good one; ``since`` names that one."""

    what: Literal["stopped", "failed"]
    at: datetime
    pass_id: str
    since: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A promise about a whole period was not kept, as its figures were published."""

    commitment: str
    period: str
    start: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """All that there is to tell of, as known now.

    Attributes:
        begun_at: since when notices are sent; what happened before is not told.
        at_work: owners who can be told: active users.
    """

    begun_at: datetime
    hot: tuple[HotLead, ...] = ()
    clocks: tuple[ClockLine, ...] = ()
    answers: tuple[Answer, ...] = ()
    visits: tuple[Visit, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    missed: tuple[Missed, ...] = ()
    at_work: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell, once.

    Attributes:
        owner: of the record, or who watches it.
        roles: who is told.
        about: what the text is made from later: ids and times, nothing personal.
    """

    kind: Kind
    key: str
    at: datetime
    owner: str | None
    link_id: str | None
    roles: tuple[Role, ...]
    about: Mapping[str, str] = field(default_factory=dict)


def events(
    rules: NoticeRules, contract: SlaContract, hours: Hours, state: State, now: datetime
) -> list[Event]:
    """Every event that stands at ``now``, each key once, by key."""
    found: dict[str, Event] = {}
    for event in _all(rules, contract, hours, state, now):
        if event.roles and _in_time(rules, state, event, now):
            found.setdefault(event.key, event)
    return [found[key] for key in sorted(found)]


def _in_time(rules: NoticeRules, state: State, event: Event, now: datetime) -> bool:
    return state.begun_at <= event.at <= now and now - event.at <= rules.tell_within.elapsed


def _all(
    rules: NoticeRules, contract: SlaContract, hours: Hours, state: State, now: datetime
) -> Iterator[Event]:
    told = rules.notices.told
    for hot in state.hot:
        about = {"handed_off_at": hot.handed_off_at.isoformat()}
        key = f"hot_lead:{hot.link_id}:{hot.handed_off_at.isoformat()}"
        yield Event("hot_lead", key, hot.since, hot.owner, hot.link_id, told("hot_lead"), about)
    escalations = {one.id: one.escalation for one in contract.commitments}
    for line in state.clocks:
        yield from _of_clock(rules, escalations.get(line.commitment, ()), line, now)
    for one in state.missed:
        yield _of_period(rules, escalations.get(one.commitment, ()), one)
    for answer in state.answers:
        about = {"at": answer.at.isoformat()}
        key = f"feedback:{answer.link_id}:{about['at']}"
        yield Event("feedback", key, answer.at, answer.owner, answer.link_id, told("feedback"), about)
    # The first visit of a day tells of it, whichever is known first.
    for visit in sorted(state.visits, key=lambda one: one.at):
        yield from _of_visit(rules, hours, visit)
    for trouble in state.troubles:
        about = {"what": trouble.what, "pass_id": trouble.pass_id}
        key = f"trouble:{trouble.what}:{trouble.since}"
        yield Event("trouble", key, trouble.at, None, None, told("trouble"), about)


def _of_clock(
    rules: NoticeRules, escalation: Iterable[Escalation], line: ClockLine, now: datetime
) -> Iterator[Event]:
    if line.status == "breached":
        kind, when, at = "breach", "breached", line.at_stake
    elif line.status == "pending" and line.warn_at is not None and line.warn_at <= now:
        kind, when, at = "due", "warned", line.warn_at
    else:
        return
    if at is None:
        return
    named = [rules.recipients.called(step.tell) for step in escalation if step.when == when]
    subject = f"{line.commitment}:{line.link_id}:{line.handed_off_at.isoformat()}"
    about = {"commitment": line.commitment, "handed_off_at": line.handed_off_at.isoformat(), "when": when}

    def event(of: Kind, roles: Iterable[Role]) -> Event:
        key = f"{of}:{when}:{subject}" if of == "escalation" else f"{of}:{subject}"
        return Event(of, key, at, line.owner, line.link_id, tuple(dict.fromkeys(roles)), about)

    mine: Kind = "breach" if kind == "breach" else "due"
    to_owner: list[Role] = (
        [role for role in named if role == "owner"] if rules.notices.of(mine).enabled else []
    )
    yield event(mine, [*rules.notices.told(mine), *to_owner])
    others: list[Role] = [role for role in named if role is not None and role != "owner"]
    if others and rules.notices.escalation.enabled:
        yield event("escalation", [*others, *rules.notices.told("escalation")])


def _of_period(rules: NoticeRules, escalation: Iterable[Escalation], missed: Missed) -> Event:
    named = [rules.recipients.called(step.tell) for step in escalation if step.when == "breached"]
    roles = [role for role in named if role is not None] if rules.notices.escalation.enabled else []
    about = {"commitment": missed.commitment, "period": missed.period, "start": missed.start.isoformat()}
    key = f"escalation:missed:{missed.commitment}:{missed.period}:{missed.start.isoformat()}"
    return Event("escalation", key, missed.at, None, None, tuple(dict.fromkeys(roles)), about)


def _of_visit(rules: NoticeRules, hours: Hours, visit: Visit) -> Iterator[Event]:
    if visit.at < visit.watched_since:
        return
    pages = rules.notices.watched.pages
    if pages and not re.search(page_pattern(pages), visit.page):
        return
    day = visit.at.astimezone(hours.zone("owner", visit.watcher)).date().isoformat()
    about = {"since": visit.at.isoformat()}
    # Of two who watch one person each is told.
    key = f"watched:{visit.link_id}:{visit.watcher or 'nobody'}:{day}"
    yield Event("watched", key, visit.at, visit.watcher, visit.link_id, rules.notices.told("watched"), about)
