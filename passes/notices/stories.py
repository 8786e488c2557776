"""What a notice says, looked up when it is sent: names and reasons are kept in no outbox."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.store import agreement, links
from connectors.store.engine import where_in
from connectors.store.tables import activities, clocks, dispositions, judgements
from passes import persons
from passes.context import PassContext
from passes.notice_setup import NoticeSetup
from reports.notices.words import Story
from reports.words import count, percent
from sla_rules.notices.hours import Hours

_PAGES = 3
_HOST = re.compile(r"(?i)^(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*")
_TROUBLES = {
    "stopped": ("the guard stopped a pass; nothing was written", "accord plan --show {}"),
    "failed": ("a pass failed", "accord status"),
}


def stories(
    context: PassContext, setup: NoticeSetup, hours: Hours, connection: sa.Connection, rows: Sequence[Any]
) -> dict[str, Story]:
    """The story of each notice, by its id; none for somebody who is known no more."""
    known = _Known.of(context, connection, [row.link_id for row in rows if row.link_id is not None])
    found: dict[str, Story] = {}
    for row in rows:
        zone = hours.zone(row.role, row.recipient if "@" in row.recipient else None)
        if row.link_id is None and row.kind == "escalation":
            found[row.notice_id] = _of_period(context, connection, row, zone)
        elif row.link_id is None:
            what, command = _TROUBLES[row.about["what"]]
            found[row.notice_id] = Story(
                row.kind, zone, row.happened_at, what=what, command=command.format(row.about["pass_id"])
            )
        elif row.link_id in known.people:
            found[row.notice_id] = _story(context, setup, connection, known, row, zone)
    return found


def _of_period(context: PassContext, connection: sa.Connection, row: Any, zone: ZoneInfo) -> Story:
    """Of a promise about a whole period."""
    start = datetime.fromisoformat(row.about["start"])
    figures = agreement.published(connection, row.about["period"], start).get(row.about["commitment"])
    promise = next((c for c in context.contracts.sla.commitments if c.id == row.about["commitment"]), None)
    reached = None
    if figures is not None and figures.numerator is not None and figures.denominator is not None:
        reached = f"{count(figures.numerator)} of {count(figures.denominator)}, {percent(figures.value)}"
    return Story(
        "escalation",
        zone,
        row.happened_at,
        promise=promise.promise if promise is not None else row.about["commitment"],
        what=f"the {row.about['period']} from {start.astimezone(zone):%-d %B %Y}",
        reached=reached,
        command="accord scorecard",
    )


class _Known:
    """People, their reasons and clocks, for one batch of notices."""

    def __init__(
        self,
        people: Mapping[str, persons.Person],
        reasons: Mapping[str, str],
        running: Mapping[Any, Any],
        owners: Any,
    ) -> None:
        self.people, self.reasons, self.clocks, self.owners = people, reasons, running, owners

    @classmethod
    def of(cls, context: PassContext, connection: sa.Connection, link_ids: Sequence[str]) -> "_Known":
        rows = [row for row in links.load(connection, link_ids).values() if not row.merged]
        people = {person.link_id: person for person in persons.load(connection, rows)}
        judged = where_in(connection, sa.select(judgements), judgements.c.link_id, people)
        running = where_in(connection, sa.select(clocks), clocks.c.link_id, people)
        return cls(
            people,
            {row.link_id: row.reason for row in judged},
            {(row.link_id, row.commitment, row.handed_off_at): row for row in running},
            persons.load_owner_map(context, connection),
        )


def _story(
    context: PassContext, setup: NoticeSetup, connection: sa.Connection, known: _Known, row: Any, zone: Any
) -> Story:
    person, about = known.people[row.link_id], row.about
    record = person.living_salesforce
    promise = next((c for c in context.contracts.sla.commitments if c.id == _commitment(context, row)), None)
    handed = datetime.fromisoformat(about["handed_off_at"]) if "handed_off_at" in about else None
    clock = known.clocks.get((row.link_id, promise.id, handed)) if promise is not None else None
    answer = _answer(connection, row)
    return Story(
        kind=row.kind,
        zone=zone,
        at=row.happened_at,
        name=persons.name_of(person),
        company=_text(persons.value_of(person, "company", context.mapping)),
        owner=persons.owner_of(record, known.owners),
        reason=known.reasons.get(row.link_id),
        promise=promise.promise if promise is not None else None,
        why=clock.why if clock is not None else None,
        due_at=(clock.due_at or clock.stopped_at) if clock is not None else None,
        when=about.get("when"),
        pages=_pages(connection, row),
        answer=answer.disposition if answer is not None else None,
        answer_reason=answer.reason if answer is not None else None,
        objection=answer.note if answer is not None else None,
        url=setup.record_url(record.object_type, record.id) if record is not None else None,
    )


def _commitment(context: PassContext, row: Any) -> str | None:
    if row.kind != "hot_lead":
        return str(row.about["commitment"]) if "commitment" in row.about else None
    first = context.contracts.sla.stopping_at("first touch")
    return first.id if first is not None else None


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


def _answer(connection: sa.Connection, row: Any) -> Any:
    if row.kind != "feedback":
        return None
    at = datetime.fromisoformat(row.about["at"])
    query = sa.select(dispositions).where(dispositions.c.link_id == row.link_id, dispositions.c.at == at)
    return connection.execute(query).one_or_none()


def _path(page: str) -> str:
    """What people call a page: its path, without the host and what follows a question mark."""
    return _HOST.sub("", page).partition("?")[0].partition("#")[0] or "/"


def _pages(connection: sa.Connection, row: Any) -> tuple[str, ...]:
    if row.kind != "watched":
        return ()
    query = sa.select(activities.c.detail).where(
        activities.c.link_id == row.link_id,
        activities.c.kind == "page_view",
        activities.c.at >= datetime.fromisoformat(row.about["since"]),
    )
    seen = [
        _path(one.detail) for one in connection.execute(query.order_by(activities.c.at.desc())) if one.detail
    ]
    return tuple(dict.fromkeys(seen))[:_PAGES]
