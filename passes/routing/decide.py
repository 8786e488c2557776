"""Assigns whoever is handed over, and notes what became of earlier assignments.

An assignment is a proposal until the record shows it. Once somebody else has set the owner it is left to them, for
good. The write itself is a row of the plan.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.store import assignments, cursors, links
from connectors.store.assignments import DONE, LEFT, PROPOSED, QUEUED
from connectors.store.tables import handoffs
from passes import persons
from passes.context import PassContext
from passes.persons import Person
from passes.reading.integration_user import integration_user
from passes.routing import facts
from passes.routing.standing import Intake, Taken, taken_by
from sla_rules.routing.assign import Assignment, Floor, Lead, amount_of, assign
from sla_rules.routing.ledger import Given
from sla_rules.routing.policy import RoutingPolicy

_SINCE = "routing on since"
# What was given longer ago says nothing about whose turn it is.
_REMEMBERED = timedelta(days=90)
_LONGEST_REASON = 255
Row = dict[str, Any]


def run(context: PassContext) -> dict[str, float]:
    """Settle what has come true, leave what others have taken, and assign who is new; figures of it."""
    policy, now = context.contracts.routing, context.now()
    with context.store.begin() as connection:
        since = _on_since(connection, policy, now)
    if since is None:
        return {}
    with context.store.begin() as connection:
        owners = persons.load_owner_map(context, connection)
        intake = Intake(policy, owners, integration_user(context, connection))
        return dict(_Round(context, connection, intake, now).settle(since))


def _on_since(connection: sa.Connection, policy: RoutingPolicy, now: datetime) -> datetime | None:
    """Since when the policy is on: whom sales got before that is not given away again. None while it is off."""
    known = cursors.get(connection, _SINCE)
    if not policy.enabled:
        if known:
            cursors.put(connection, _SINCE, "", now=now)
        return None
    if not known:
        cursors.put(connection, _SINCE, now.isoformat(), now=now)
        return now
    return datetime.fromisoformat(known)


class _Round:
    """One pass's look at everybody who is to be assigned or was."""

    def __init__(
        self, context: PassContext, connection: sa.Connection, intake: Intake, now: datetime
    ) -> None:
        self._context, self._connection, self._intake, self._now = context, connection, intake, now
        self._rows: dict[str, Row] = {}
        self._tally: Counter[str] = Counter()

    def settle(self, since: datetime) -> Mapping[str, float]:
        """The whole of it; answers how many were assigned, queued, settled and left to others."""
        connection = self._connection
        before = {row.link_id: row._asdict() for row in assignments.unsettled(connection)}
        done = {row.link_id: row._asdict() for row in assignments.given_and_changed(connection)}
        fresh = {row.link_id: row for row in assignments.handed_over(connection, since=since)}
        ids = before.keys() | done.keys() | fresh.keys()
        people = {one.link_id: one for one in _load(connection, ids)}
        handed = {**_handoffs(connection, before), **fresh}
        for link_id, row in done.items():
            self._look_after(people[link_id], row)
        gone = [link_id for link_id in before if link_id not in handed]
        assignments.drop(connection, gone)
        floor = facts.floor(self._context, connection, self._intake, _promised(before.values()), self._now)
        waiting = [
            people[link_id]
            for link_id in sorted((before.keys() | fresh.keys()) - set(gone))
            if not self._is_settled(people[link_id], before.get(link_id), floor)
        ]
        self._assign(waiting, before, handed, floor)
        assignments.save(connection, list(self._rows.values()))
        links.mark(connection, "plan_due", self._rows)
        return {name: float(number) for name, number in self._tally.items()}

    def _look_after(self, person: Person, row: Row) -> None:
        """Whom somebody else has now is theirs."""
        taken = taken_by(person, self._intake)
        record = person.living_salesforce
        if record is None or record.fields.get("IsConverted") or (taken and taken.owner == row["owner"]):
            return
        whom = taken.why if taken else "belongs to nobody again"
        self._leave(person, row, f"given to {row['owner']}; since then it {whom}", taken, given=True)

    def _is_settled(self, person: Person, row: Row | None, floor: Floor) -> bool:
        """Whether nothing has to be decided: somebody has the person, or what was decided still stands."""
        taken = taken_by(person, self._intake)
        if row is not None and taken is not None and taken.owner == row["owner"]:
            if person.living_salesforce is not None:
                self._rows[person.link_id] = {**row, "state": DONE, "settled_at": self._now}
                self._tally["assignments settled"] += 1
            return True
        if taken is not None:
            self._leave(person, row, f"{taken.why}; left to them", taken)
            return True
        return (
            row is not None
            and row["state"] == PROPOSED
            and row["owner"] in floor.active
            and row["owner"] not in floor.away
        )

    def _leave(
        self, person: Person, row: Row | None, why: str, taken: Taken | None, *, given: bool = False
    ) -> None:
        kept = (
            row if row is not None and given else {"team": None, "territory": None, "pool": {}, "score": 0.0}
        )
        self._rows[person.link_id] = {
            "link_id": person.link_id,
            "state": LEFT,
            "owner": taken.owner if taken else None,
            "team": kept["team"],
            "territory": kept["territory"],
            "reason": why[:_LONGEST_REASON],
            "company": facts.company(person),
            "score": kept["score"],
            "pool": kept["pool"],
            "policy_version": self._intake.policy.version,
            "decided_at": row["decided_at"] if row is not None else self._now,
            "settled_at": self._now,
        }
        self._tally["left to their owners"] += 1

    def _assign(
        self,
        waiting: Sequence[Person],
        before: Mapping[str, Row],
        handed: Mapping[str, Any],
        floor: Floor,
    ) -> None:
        if not waiting:
            return
        again = {person.link_id for person in waiting}
        some = facts.leads(self._context, self._connection, waiting, handed, self._intake)
        found = assign(self._intake.policy, some, self._given(again), floor)
        scores: Mapping[str, Lead] = {lead.person_id: lead for lead in some}
        for one in found:
            row = before.get(one.person_id)
            if one.queued and row is not None and (row["owner"], row["reason"]) == (one.owner, one.reason):
                continue
            self._rows[one.person_id] = self._row(one, scores[one.person_id])
            self._tally["queued" if one.queued else "assigned"] += 1

    def _given(self, again: Iterable[str]) -> list[Given]:
        """The teams' ledgers, without those who are assigned anew."""
        policy, without = self._intake.policy, set(again)
        rows = assignments.to_teams(self._connection, since=self._now - _REMEMBERED)
        return [
            Given(row.team, row.owner, amount_of(policy.teams[row.team], row.score), row.pool)
            for row in rows
            if row.team in policy.teams and row.pool and row.link_id not in without
        ]

    def _row(self, one: Assignment, lead: Lead) -> Row:
        return {
            "link_id": one.person_id,
            "state": QUEUED if one.queued else PROPOSED,
            "owner": one.owner,
            "team": one.team,
            "territory": one.territory,
            "reason": one.reason[:_LONGEST_REASON],
            "company": lead.company,
            "score": lead.score,
            "pool": dict(one.pool),
            "policy_version": self._intake.policy.version,
            "decided_at": self._now,
            "settled_at": None,
        }


def _load(connection: sa.Connection, link_ids: Iterable[str]) -> list[Person]:
    rows = links.load(connection, link_ids)
    return persons.load(connection, [rows[link_id] for link_id in sorted(rows)])


def _handoffs(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, Any]:
    """The latest handoff of each of these people."""
    query = sa.select(handoffs).where(handoffs.c.link_id.in_(sorted(link_ids)))
    return {row.link_id: row for row in connection.execute(query.order_by(handoffs.c.handed_off_at))}


def _promised(rows: Iterable[Row]) -> Mapping[str, int]:
    """How many leads are each owner's by a proposal that no record shows yet."""
    return Counter(row["owner"] for row in rows if row["state"] == PROPOSED)
