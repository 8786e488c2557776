"""Gathers what the planner needs: people and companies that are due, with bases, wishes, owners and schemas."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.store import assignments, frames, holds, journal, links, mapped_fields, mirror, runs
from connectors.store.tables import judgements
from connectors.store.tables import mirror as mirror_table
from passes import persons
from passes.agreement import admission, enforcement, fresh_start
from passes.agreement.wishes import OF_THE_HANDOFF
from passes.companies.named import with_companies
from passes.context import PassContext
from passes.linking import claims, deletions
from passes.planning import consent_lane
from passes.planning.activity_state import activity_states, roll_up_states
from passes.reading import barred, drift
from passes.recycling import standings
from sla_rules.recycling.standing import Standing
from sync_rules.plan_computed import CLEAR_THEN_SET
from sync_rules.records import LinkKind, Record
from sync_rules.review import UNDECIDED
from sync_rules.schema import Schemas
from sync_rules.state import CompanyState, PersonState, PlanInput
from sync_rules.stored import base_from_json
from sync_rules.undone import KIND as UNDONE
from sync_rules.undone import Undone, undone_of

_COUNTED = (
    "contacts",
    "companies",
    "Lead",
    "Contact",
    "Account",
    "calls",
    "emails",
    "meetings",
    "tasks",
    "Task",
)


def gather(context: PassContext, connection: sa.Connection, *, now: datetime) -> PlanInput:
    """Everything that may need a write, from the database alone."""
    owners = persons.load_owner_map(context, connection)
    companies = company_states(context, connection, _due(connection, "company"), now=now)
    if companies:
        owners = with_companies(context, connection, owners)
    return PlanInput(
        people=people_states(context, connection, _due(connection, "person"), now=now),
        companies=companies,
        activities=activity_states(context, connection, owners),
        roll_ups=roll_up_states(context, connection),
        opt_outs=consent_lane.unreached(context, connection, UNDECIDED),
        owners=owners,
        schemas=load_schemas(context, connection),
        drifted=drift.unreadable(connection),
    )


def load_schemas(context: PassContext, connection: sa.Connection) -> Schemas:
    """What both sides said of their fields, by object type; the names differ between the sides."""
    known = runs.load_schemas(connection, now=context.now())
    return {object_type: fields for (_side, object_type), fields in known.items()}


def _due(connection: sa.Connection, kind: LinkKind) -> list[links.LinkRow]:
    """Links that changed, and links with holds: a hold is released by itself once its cause is gone.

    Links of which nobody knows yet who they are wait for a person to decide.
    """
    due = {row.link.link_id: row for row in links.due(connection, "plan_due", kind)}
    standing = holds.open_holds(connection)
    undecided = {row.link_id for row in standing if row.kind in UNDECIDED or row.kind == barred.KIND}
    held = {row.link_id for row in standing} - due.keys()
    due |= {
        link_id: row
        for link_id, row in links.load(connection, held).items()
        if row.link.kind == kind and not row.merged
    }
    return [due[link_id] for link_id in sorted(due.keys() - undecided)]


def people_states(
    context: PassContext, connection: sa.Connection, rows: Sequence[links.LinkRow], *, now: datetime
) -> list[PersonState]:
    """People as the planner takes them."""
    people = persons.load(connection, rows)
    ids = [person.link_id for person in people]
    stages = dict(frames.read(connection, judgements, link_ids=ids).select("person_id", "stage").iter_rows())
    admissions = admission.admit_all(people, stages, context.mapping)
    frozen = flapping(context, connection, ids, now=now)
    undone = undone_fields(connection, ids)
    claimed = claims.of_links(
        connection,
        "person",
        [row.link for row in rows],
        [record for person in people for record in (person.hubspot, person.salesforce)],
    )
    waiting = _waiting(connection, "person")
    specs = context.mapping.people.fields
    alone = {one.link_id: record for one in people if (record := _only_record(one)) is not None}
    buried = deletions.buried(context, connection, alone, now)
    pairs = {one.link_id: (one.hubspot, one.salesforce) for one in people}
    reopened = enforcement.reopened(context, connection, people)
    fresh = fresh_start.fresh_starts(context.contracts.sla, connection, people)
    sent_back = standings.load(context.contracts.sla, connection, ids)
    ours = deletions.removed_by_us(connection, _with_deleted(pairs))
    assigned = assignments.wanted(connection, ids) if context.contracts.routing.enabled else {}
    return [
        PersonState(
            link=person.row.link,
            hubspot=person.hubspot,
            salesforce=person.salesforce,
            base=base_from_json(person.row.base, specs) if person.row.base is not None else None,
            computed=person.row.computed,
            proposed=OF_THE_HANDOFF if person.row.link.salesforce_id is None else frozenset(),
            admitted=admissions[person.link_id].admitted,
            admission_why=admissions[person.link_id].why,
            frozen_fields=frozen.get(person.link_id, frozenset()),
            undone=undone.get(person.link_id, {}),
            apart=claimed[person.link_id].apart,
            claimed_by=claimed[person.link_id].claimed_by,
            waiting=waiting if person.row.base is not None else frozenset(),
            customer_account_id=_customer_account(person),
            deleted_across=buried.get(person.link_id),
            removed_by_us=person.link_id in ours,
            lifecycle_back=_goes_back(context, person, sent_back.get(person.link_id)),
            **_status_set(reopened.get(person.link_id), fresh.get(person.link_id)),
            assigned_owner=assigned[person.link_id].owner if person.link_id in assigned else None,
            assigned_why=assigned[person.link_id].reason if person.link_id in assigned else "",
        )
        for person in people
    ]


def _status_set(reopened: str | None, fresh: fresh_start.FreshStart | None) -> dict[str, Any]:
    """What of the last turn, or of a disqualification that came too early, is undone on the record."""
    if fresh is None:
        return {"reopened_status": reopened, "reopened_why": "disqualified before the agreed touches"}
    return {
        "reopened_status": fresh.status,
        "reopened_why": "handed over again",
        "withdrawn": fresh_start.ANSWER if fresh.old_answer else frozenset(),
    }


def _goes_back(context: PassContext, person: persons.Person, standing: Standing | None) -> bool:
    """HubSpot's stage goes back with the person, but never from one that Accord does not set: customers stay so."""
    record = person.living_hubspot
    if standing is None or standing.returned or record is None:
        return False
    return record.fields.get("lifecyclestage") in context.mapping.lifecycle.stages.values()


def _only_record(person: persons.Person) -> Record | None:
    link = person.row.link
    if link.hubspot_id is not None and link.salesforce_id is not None:
        return None
    return person.living_hubspot or person.living_salesforce


def _with_deleted(
    pairs: Mapping[str, tuple[Record | None, Record | None]],
) -> dict[str, list[Record]]:
    """The records of those links of which one is deleted."""
    found = {link_id: [record for record in pair if record is not None] for link_id, pair in pairs.items()}
    return {link_id: pair for link_id, pair in found.items() if any(record.deleted for record in pair)}


def _customer_account(person: persons.Person) -> str | None:
    account = person.account
    if account is None or account.deleted:
        return None
    kind = str(account.fields.get("Type") or "")
    return account.id if kind.startswith("Customer") else None


def company_states(
    context: PassContext, connection: sa.Connection, rows: Sequence[links.LinkRow], *, now: datetime
) -> list[CompanyState]:
    """Companies as the planner takes them."""
    companies = mirror.load(
        connection, "hubspot", "companies", (r.link.hubspot_id for r in rows if r.link.hubspot_id)
    )
    accounts = mirror.load(
        connection, "salesforce", "Account", (r.link.salesforce_id for r in rows if r.link.salesforce_id)
    )
    specs = context.mapping.companies.fields
    ids = [row.link.link_id for row in rows]
    frozen = flapping(context, connection, ids, now=now)
    undone = undone_fields(connection, ids)
    waiting = _waiting(connection, "company")
    pairs = {
        row.link.link_id: (
            companies.get(row.link.hubspot_id or ""),
            accounts.get(row.link.salesforce_id or ""),
        )
        for row in rows
    }
    ours = deletions.removed_by_us(connection, _with_deleted(pairs))
    claimed = claims.of_links(
        connection, "company", [row.link for row in rows], [*companies.values(), *accounts.values()]
    )
    return [
        CompanyState(
            row.link,
            *pairs[row.link.link_id],
            base=base_from_json(row.base, specs) if row.base is not None else None,
            frozen_fields=frozen.get(row.link.link_id, frozenset()),
            undone=undone.get(row.link.link_id, {}),
            waiting=waiting if row.base is not None else frozenset(),
            removed_by_us=row.link.link_id in ours,
            apart=claimed[row.link.link_id].apart,
            claimed_by=claimed[row.link.link_id].claimed_by,
        )
        for row in rows
    ]


def _waiting(connection: sa.Connection, kind: LinkKind) -> frozenset[str]:
    """Fields of which nobody has decided yet what becomes of the values from before they were mapped."""
    return frozenset(one.key[1] for one in mapped_fields.waiting(connection) if one.key[0] == kind)


def flapping(
    context: PassContext, connection: sa.Connection, link_ids: Sequence[str], *, now: datetime
) -> dict[str, frozenset[str]]:
    """Fields that were written more often than the limit within the window: two systems fight over them."""
    rules = context.mapping.flaps
    since = now - timedelta(hours=rules.window_hours)
    written: Counter[tuple[str, str]] = Counter()
    put_back: Counter[tuple[str, str, str, str]] = Counter()
    synced = {*context.mapping.people.fields, *context.mapping.companies.fields}
    for row in journal.of_links(connection, link_ids, settled_since=since):
        if row.state != "done":
            continue
        for change in row.write.changes:
            if change.rule in ("accord", CLEAR_THEN_SET):
                # What Accord computes may change often; the same value again and again is a fight.
                put_back[row.write.link_id, change.name, row.write.side, repr(change.after)] += 1
            elif change.name in synced:
                written[row.write.link_id, change.name] += 1
    answer: dict[str, set[str]] = {}
    for (link_id, name, *_), number in [*written.items(), *put_back.items()]:
        if number > rules.limit:
            answer.setdefault(link_id, set()).add(name)
    return {link_id: frozenset(names) for link_id, names in answer.items()}


def undone_fields(connection: sa.Connection, link_ids: Sequence[str]) -> dict[str, dict[str, Undone]]:
    """Fields that were undone and rest, by link and name."""
    answer: dict[str, dict[str, Undone]] = {}
    for row in holds.open_holds(connection, link_ids):
        if row.kind == UNDONE:
            answer.setdefault(row.link_id, {})[row.field] = undone_of(row.side, row.value)
    return answer


def population(connection: sa.Connection) -> dict[str, int]:
    """How many living records the mirror holds, by object type."""
    query = (
        sa.select(mirror_table.c.object_type, sa.func.count())
        .where(mirror_table.c.object_type.in_(_COUNTED), sa.not_(mirror_table.c.deleted))
        .group_by(mirror_table.c.object_type)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
