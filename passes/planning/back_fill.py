"""Plans the back-fill of one new field for everybody who is linked already, as a pass of its own.

The plan is stored, judged by the caps and carried out by ``approve`` like any other, and journalled under its own id,
so that it can be undone. What it would write is ``sync_rules.back_fill``; which fields wait is ``new_fields.py``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from connectors.store import journal, links, mapped_fields, merge_decisions, runs
from connectors.store.mapped_fields import MappedField
from passes.context import PassContext
from passes.planning import new_fields, planning_state
from passes.planning.named import NotFoundError
from passes.planning.plan import storable
from passes.step import StepResult
from passes.workbench import Workbench
from sync_rules.guard import judge
from sync_rules.new_fields import FieldKey
from sync_rules.plan import Plan
from sync_rules.stored import base_to_json

_KINDS = {"people": "person", "companies": "company"}


@dataclass(frozen=True, slots=True)
class BackFill:
    """A stored back-fill.

    Attributes:
        survey: its figures, as ``sync_rules.back_fill.Survey`` names them, and ``price`` by side.
        tripped: the caps that it exceeds; it then waits to be approved by its id.
    """

    plan_id: str
    key: FieldKey
    plan: Plan
    survey: Mapping[str, Any]
    tripped: tuple[Mapping[str, Any], ...]


def waiting_field(connection: sa.Connection, name: str) -> MappedField:
    """The waiting field of that name (``companies.phone`` where people and companies both wait for one).

    Raises:
        NotFoundError: no such field waits, or two do.
    """
    kind, _, rest = name.partition(".")
    waiting = mapped_fields.waiting(connection)
    found = [one for one in waiting if one.key[1] == name or one.key == (_KINDS.get(kind), rest)]
    if not found:
        raise NotFoundError(f"no field {name} waits for a back-fill; `accord back-fill` lists those that do")
    if len(found) > 1:
        raise NotFoundError(
            f"{name} waits for people and for companies; say people.{name} or companies.{name}"
        )
    return found[0]


def plan_back_fill(bench: Workbench, key: FieldKey, plan_id: str) -> BackFill:
    """Read what was never read, plan and store the back-fill; writes to neither side.

    Raises:
        ConnectorError, ConfigError, LeaseHeldError: as reading raises them.
    """
    made: list[BackFill] = []

    def step(context: PassContext) -> StepResult:
        made.append(_plan(context, key))
        return StepResult(figures={"writes planned": len(made[0].plan.writes)})

    try:
        bench.run(step, "back_fill_plan", plan_id)
    finally:
        bench.release()
    return made[0]


def decline(bench: Workbench, key: FieldKey, pass_id: str) -> None:
    """Put the field in force without a back-fill; under the lease, since passes look at it."""

    def step(context: PassContext) -> StepResult:
        with context.store.begin() as connection:
            mapped_fields.put_in_force(connection, key)
        return StepResult()

    try:
        bench.run(step, "field_in_force", pass_id)
        with bench.store.begin() as connection:
            runs.end_pass(connection, pass_id, "done", now=bench.clock())
    finally:
        bench.release()


def _plan(context: PassContext, key: FieldKey) -> BackFill:
    now, plan_id = context.now(), context.pass_id
    raw, states = new_fields.planned(context, key, now=now)
    plan = storable(raw)
    with context.store.begin() as connection:
        caps = context.options.caps or context.mapping.caps
        verdict = judge(plan, planning_state.population(connection), caps, first_pass=False)
        tripped = tuple(asdict(item) for item in verdict.tripped)
        status: journal.PlanStatus = "stopped" if tripped else "dry"
        journal.store_plan(connection, plan_id, plan_id, plan, status=status, tripped=tripped)
        merge_decisions.remember(connection, raw.decisions, plan_id, now=now)
        # Who agrees already needs no write, and so no approval.
        links.set_bases(connection, {one.link_id: base_to_json(one.settled) for one in raw.agreements})
        found = new_fields.keep(context, connection, key, states, raw, now=now, plan_id=plan_id)
        runs.end_pass(connection, plan_id, status, now=now)
    return BackFill(plan_id, key, plan, found, tripped)
