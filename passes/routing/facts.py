"""What the decision needs of the people to be assigned and of the reps: read from the database alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import assignments, frames, links, mirror
from connectors.store.tables import judgements
from connectors.store.tables import mirror as mirror_table
from passes import persons
from passes.context import PassContext
from passes.persons import Person
from passes.routing.standing import Intake
from sla_rules.attributes import read_attributes
from sla_rules.routing.assign import Floor, Lead
from sla_rules.routing.away import away
from sla_rules.routing.policy import QUEUE
from sync_rules.records import Record

_ATTRIBUTES = ("country", "region", "industry", "employees", "source")


def leads(
    context: PassContext,
    connection: sa.Connection,
    people: Sequence[Person],
    handed: Mapping[str, Any],
    intake: Intake,
) -> list[Lead]:
    """The people as the policy sees them.

    Args:
        handed: their handoffs, by link.
    """
    ids = [person.link_id for person in people]
    scores = dict(frames.read(connection, judgements, link_ids=ids).select("person_id", "score").iter_rows())
    known = read_attributes(
        persons.frame(people, context.mapping), context.contracts.definition.vocabulary, _ATTRIBUTES
    )
    attributes = {row["person_id"]: row for row in known.iter_rows(named=True)}
    company_of = {person.link_id: company(person) for person in people}
    having = _company_owners(connection, people, company_of, intake)
    return [
        Lead(
            person.link_id,
            handed[person.link_id].handed_off_at,
            score=float(scores.get(person.link_id) or 0),
            stage=handed[person.link_id].stage,
            company=company_of[person.link_id],
            company_owner=having.get(person.link_id),
            **{name: attributes[person.link_id][name] for name in _ATTRIBUTES},
        )
        for person in people
    ]


def company(person: Person) -> str | None:
    """By which people of one company know each other: the Account, else the HubSpot company."""
    known = person.account or person.company
    return f"{known.object_type}:{known.id}" if known is not None and not known.deleted else None


def _company_owners(
    connection: sa.Connection,
    people: Sequence[Person],
    company_of: Mapping[str, str | None],
    intake: Intake,
) -> dict[str, str]:
    """Who has somebody of each person's company, by link: the Account's owner, an earlier assignment, a colleague's."""
    earlier = assignments.with_companies(connection, {one for one in company_of.values() if one})
    colleagues = _colleagues(connection, people)
    found: dict[str, str] = {}
    for person in people:
        tried = (
            _rep(person.account, intake),
            earlier.get(company_of[person.link_id] or ""),
            *(_rep(record, intake) for record in colleagues.get(person.link_id, ())),
        )
        if owner := next((one for one in tried if one), None):
            found[person.link_id] = owner
    return found


def _rep(record: Record | None, intake: Intake) -> str | None:
    """The human who owns the record, if one does."""
    if record is None or record.deleted or record.side != "salesforce":
        return None
    key = persons.owner_of(record, intake.owners)
    if key is None or key.startswith(QUEUE) or intake.holds(key):
        return None
    return key


def _colleagues(connection: sa.Connection, people: Sequence[Person]) -> dict[str, list[Record]]:
    """The Salesforce records of others of the same company, the oldest first."""
    employers = {
        person.link_id: [one.id for one in (person.company, person.account) if one is not None]
        for person in people
    }
    found = mirror.find(connection, "person:employer", {one for some in employers.values() for one in some})
    link_of = mirror.link_ids(connection, {key for keys in found.values() for key in keys})
    records = _salesforce_records(connection, link_of.values())
    answer: dict[str, list[Record]] = {}
    for link_id, ids in employers.items():
        others = {link_of[key] for one in ids for key in found.get(one, ()) if key in link_of} - {link_id}
        some = [records[other] for other in others if other in records]
        answer[link_id] = sorted(some, key=lambda one: (one.created_at or one.modified_at, one.id))
    return answer


def _salesforce_records(connection: sa.Connection, link_ids: Iterable[str]) -> dict[str, Record]:
    rows = links.load(connection, set(link_ids))
    keys = {
        ("salesforce", row.link.salesforce_type, row.link.salesforce_id): link_id
        for link_id, row in rows.items()
        if row.link.salesforce_type and row.link.salesforce_id and not row.merged
    }
    loaded = mirror.load_many(connection, keys)  # type: ignore[arg-type]  # narrowed above
    return {keys[key]: record for key, record in loaded.items() if not record.deleted}


def floor(
    context: PassContext,
    connection: sa.Connection,
    intake: Intake,
    promised: Mapping[str, int],
    now: datetime,
) -> Floor:
    """Who is there, and how many open leads each has.

    Args:
        promised: leads that are each owner's by a proposal that no record shows yet.
    """
    policy = intake.policy
    bounded = any(
        team.capacity_of(member) is not None for team in policy.teams.values() for member in team.members
    )
    held = _open_leads(context, connection, intake) if bounded else {}
    for owner, number in promised.items():
        held[owner] = held.get(owner, 0) + number
    return Floor(
        active=frozenset(intake.owners.ids["salesforce"]),
        away=away(context.contracts.sla, now),
        open_leads=held,
    )


def _open_leads(context: PassContext, connection: sa.Connection, intake: Intake) -> dict[str, int]:
    """Living Leads that are neither converted nor closed, by owner."""
    answers = context.contracts.sla.answers
    closed = {*answers.converted_statuses, *answers.rejected_statuses}
    owner_id = mirror_table.c.fields["OwnerId"].as_string()
    status = mirror_table.c.fields["Status"].as_string()
    query = (
        sa.select(owner_id, sa.func.count())
        .where(
            mirror_table.c.side == "salesforce",
            mirror_table.c.object_type == "Lead",
            sa.not_(mirror_table.c.deleted),
            sa.or_(status.is_(None), status.not_in(closed)),
        )
        .group_by(owner_id)
    )
    held: dict[str, int] = {}
    for found, number in connection.execute(query):
        key = intake.owners.key_of("salesforce", str(found)) if found else None
        if key is not None:
            held[key] = held.get(key, 0) + int(number)
    return held
