"""What is known of one person, as values: records, fields with their rules, stage, clocks, holds, writes.

Reads the database only, and plans for this one person to say what the next pass would do. How it is shown is
``show.py``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cli.explain import identity
from cli.explain.fields import FieldLine, field_lines
from cli.explain.identity import Identity
from connectors.store import assignments, frames, holds, journal, links, overview
from connectors.store.journal import JournalRow
from connectors.store.stored_plans import conflicts_of
from connectors.store.tables import clocks, handoffs, judgements, stage_history
from connectors.store.tables import links as link_table
from connectors.store.tables_account import reconciliation
from passes import persons
from passes.agreement import admission
from passes.context import PassContext
from passes.persons import Person
from passes.planning import planning_state
from sla_rules.definition import LeadDefinition
from sync_rules.plan import Conflict, Plan
from sync_rules.planner import build_plan
from sync_rules.state import PlanInput

_WRITES = 12


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of the lead definition and how the person stands to it."""

    section: str
    label: str
    points: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one person.

    Attributes:
        person: link, records and company.
        linked_at: when the link was made or last changed.
        standing: class and reason of the last reconciliation, or None before the first.
        clause: the rule that keeps them from one side, by its place in the contracts, or "".
        admission: whether they may go over to Salesforce, in words.
        judgement: the row of the judgements, or None before the first.
        plan: what a pass would write for this person now, from what was last read.
        assignment: whom the routing policy gave the person to, or None.
        due: steps that have not yet looked at what changed.
    """

    person: Person
    name: str
    linked_at: datetime
    standing: tuple[str, str] | None
    admission: str
    clause: str
    judgement: dict[str, Any] | None
    criteria: tuple[CriterionLine, ...]
    history: tuple[dict[str, Any], ...]
    handoffs: tuple[dict[str, Any], ...]
    assignment: dict[str, Any] | None
    clocks: tuple[dict[str, Any], ...]
    fields: tuple[FieldLine, ...]
    holds: tuple[Any, ...]
    conflicts: tuple[Conflict, ...]
    writes: tuple[JournalRow, ...]
    plan: Plan
    due: tuple[str, ...]
    last_pass: datetime | None
    identity: Identity


def gather(context: PassContext, connection: sa.Connection, link_id: str) -> Facts:
    """Read everything about the person of a living link."""
    row = links.load(connection, [link_id])[link_id]
    [person] = persons.load(connection, [row])
    now = context.now()
    owners = persons.load_owner_map(context, connection)
    states = planning_state.people_states(context, connection, [row], now=now)
    schemas = planning_state.load_schemas(context, connection)
    plan = build_plan(PlanInput(people=states, owners=owners, schemas=schemas), context.mapping, now=now)
    held = tuple(holds.open_holds(connection, [link_id]))
    judged = _rows(connection, judgements, link_id)
    stored = connection.execute(sa.select(link_table).where(link_table.c.link_id == link_id)).one()
    stage = judged[0]["stage"] if judged else None
    done = [one for one in journal.of_links(connection, [link_id]) if one.state in {"done", "failed"}]
    return Facts(
        person=person,
        name=persons.name_of(person),
        linked_at=stored.made_at,
        standing=_standing(connection, link_id),
        admission=admission.admit(person, stage, context.mapping).why,
        clause=_clause(context, person, judged[0] if judged else None),
        judgement=judged[0] if judged else None,
        criteria=_criteria(context.contracts.definition, judged[0]) if judged else (),
        history=_rows(connection, stage_history, link_id, "at"),
        handoffs=_rows(connection, handoffs, link_id, "handed_off_at"),
        assignment=_assignment(connection, link_id),
        clocks=_rows(connection, clocks, link_id, "started_at"),
        fields=field_lines(
            [*context.mapping.people.fields.values(), *context.mapping.people.computed.values()],
            (person.hubspot, person.salesforce),
            context.mapping.default_region,
            states[0].base or {},
            owners,
            plan,
            held,
        ),
        holds=held,
        conflicts=tuple(conflicts_of(connection, link_id)),
        writes=tuple(done[-_WRITES:]),
        plan=plan,
        due=tuple(name for name in ("judge_due", "feedback_due", "plan_due") if getattr(stored, name)),
        last_pass=overview.last_done(connection),
        identity=identity.gather(connection, row.link),
    )


def _rows(
    connection: sa.Connection, table: sa.Table, link_id: str, order: str | None = None
) -> tuple[dict[str, Any], ...]:
    frame = frames.read(connection, table, link_ids=[link_id])
    return tuple((frame.sort(order) if order else frame).to_dicts())


def _assignment(connection: sa.Connection, link_id: str) -> dict[str, Any] | None:
    row = assignments.of_links(connection, [link_id]).get(link_id)
    return dict(row._mapping) if row is not None else None


def _standing(connection: sa.Connection, link_id: str) -> tuple[str, str] | None:
    query = sa.select(reconciliation.c["class"], reconciliation.c.reason)
    found = connection.execute(query.where(reconciliation.c.link_id == link_id)).one_or_none()
    return None if found is None else (found[0], found[1])


def _clause(context: PassContext, person: Person, judged: dict[str, Any] | None) -> str:
    """Which rule keeps the person from the other side."""
    rules, link = context.mapping.admission, person.row.link
    if link.hubspot_id is None:
        return f"mapping, admission.create_in_hubspot: {rules.create_in_hubspot}"
    if link.salesforce_id is not None or judged is None:
        return ""
    if judged["stage"] in rules.stages:
        return f"mapping, admission.minimum: {', '.join(rules.minimum)}"
    stops = [
        line.label for line in _criteria(context.contracts.definition, judged) if line.verdict == "passed"
    ]
    banned = [
        label for label in stops if label in {one.label for one in context.contracts.definition.disqualify}
    ]
    if banned:
        return f"lead definition, disqualify: {', '.join(banned)}"
    lacks = f" ({judged['missing']})" if judged["missing"] else ""
    return f"mapping, admission.stages: {', '.join(rules.stages)}{lacks}"


def _criteria(definition: LeadDefinition, judged: dict[str, Any]) -> tuple[CriterionLine, ...]:
    masks = {name: int(judged[name], 16) for name in ("passed", "failed", "unknown")}
    sections = {item.id: "go-nowhere" for item in definition.disqualify}
    sections |= {item.id: "fit" for item in definition.fit.criteria}
    sections |= {item.id: "behaviour" for item in definition.behaviour.criteria}
    lines = []
    for bit, item in enumerate(definition.criteria):
        verdict = next((name for name, mask in masks.items() if mask >> bit & 1), "not judged")
        lines.append(CriterionLine(sections[item.id], item.label, item.points, verdict))
    return tuple(lines)
