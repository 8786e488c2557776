"""What a second handoff does to the record: the old answer is taken off it, and the lead is open again.

Without that a rep could not give the same answer again, and marketing's lists would show the last turn's. The answers
themselves stay in the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from connectors.store import frames
from connectors.store.tables import dispositions, handoffs, sales_statuses
from passes.agreement.feedback import DISPOSITION, OBJECTION, REASON
from passes.persons import Person
from passes.recycling import standings
from sla_rules.sla import SlaContract

ANSWER = frozenset({"disposition", "disposition_reason", "objection"})
"""The mapping's fields that hold the answer."""


@dataclass(frozen=True, slots=True)
class FreshStart:
    """One person who was handed over again.

    Attributes:
        old_answer: the record still shows the answer of the last turn.
        status: the lead status to set; None leaves it.
    """

    old_answer: bool
    status: str | None


def fresh_starts(
    contract: SlaContract, connection: sa.Connection, people: Sequence[Person]
) -> dict[str, FreshStart]:
    """People whose record still shows the turn before their latest handoff."""
    known = standings.load(contract, connection, [person.link_id for person in people])
    returned = [person for person in people if person.link_id in known and known[person.link_id].returned]
    ids = [person.link_id for person in returned]
    if not ids:
        return {}
    handed = _latest(
        frames.read(connection, handoffs, link_ids=ids, where=[handoffs.c.confirmed]), "handed_off_at"
    )
    answered = _latest(frames.read(connection, dispositions, link_ids=ids), "at")
    moved = _latest(frames.read(connection, sales_statuses, link_ids=ids), "at")
    found = {}
    for person in returned:
        at = handed[person.link_id]
        one = FreshStart(
            old_answer=answered[person.link_id] <= at and _shows_an_answer(person),
            status=_status(contract, person) if moved.get(person.link_id, at) <= at else None,
        )
        if one.old_answer or one.status is not None:
            found[person.link_id] = one
    return found


def _latest(frame: pl.DataFrame, time: str) -> dict[str, datetime]:
    return dict(frame.group_by("person_id").agg(pl.col(time).max()).iter_rows())


def _shows_an_answer(person: Person) -> bool:
    record = person.living_salesforce
    return record is not None and any(record.fields.get(name) for name in (DISPOSITION, REASON, OBJECTION))


def _status(contract: SlaContract, person: Person) -> str | None:
    record = person.living_salesforce
    if record is None or record.object_type != "Lead":
        return None
    answers = contract.answers
    worked_on = (*answers.accepted_statuses, *answers.rejected_statuses)
    return contract.recycling.handed_again_status if record.fields.get("Status") in worked_on else None
