"""Takes a pass back: reads what it wrote, as it is now, and stores the plan that restores it.

The undo is a pass of its own with a plan like any other: judged by the caps, carried out by ``approve``,
journalled, and itself undone in the same way. What is restored and what is left is ``sync_rules.undo``.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from connectors.store import approvals, journal, links, runs
from passes import persons
from passes.applying import bins
from passes.companies.named import with_companies
from passes.context import PassContext
from passes.planning import planning_state
from passes.planning.plan import storable
from passes.reading import afresh
from passes.step import StepResult
from passes.workbench import Workbench
from sync_rules.guard import judge
from sync_rules.plan import Plan
from sync_rules.present import Present
from sync_rules.records import Side
from sync_rules.undo import Left, undo


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """The stored plan that takes a pass back, and what it leaves.

    Attributes:
        tripped: the caps that it exceeds; it then waits to be approved by its id.
        bins: by side and object type, where a person finds what is left in the bin.
    """

    plan_id: str
    undone_pass: str
    plan: Plan
    left: tuple[Left, ...]
    tripped: tuple[Mapping[str, Any], ...]
    bins: Mapping[tuple[Side, str], bins.Bin]


def plan_undo(
    bench: Workbench, undone_pass: str, undo_id: str, *, computed: bool = False, archive_created: bool = False
) -> UndoPlan:
    """Plan to take a pass back; writes to neither side.

    Args:
        undo_id: the id of the new pass and its plan.
        computed: restore what Accord computes, too; the next pass computes it again.
        archive_created: archive the records that the pass created.

    Raises:
        ConnectorError, ConfigError, LeaseHeldError: as reading raises them.
    """
    made: list[UndoPlan] = []

    def step(context: PassContext) -> StepResult:
        made.append(_plan(context, undone_pass, computed=computed, archive_created=archive_created))
        tally = Counter(f"left {one.reason}" for one in made[0].left)
        return StepResult(figures={"writes planned": len(made[0].plan.writes), **tally})

    try:
        bench.run(step, "undo_plan", undo_id)
    finally:
        bench.release()
    return made[0]


def _plan(context: PassContext, undone_pass: str, *, computed: bool, archive_created: bool) -> UndoPlan:
    now = context.now()
    with context.store.begin() as connection:
        confirmed = approvals.confirmed(connection, undone_pass)
        deleted_at = approvals.first_confirmed_at(connection, undone_pass) or now
        named = links.living(connection, {write.link_id for write in confirmed})
        owners = with_companies(context, connection, persons.load_owner_map(context, connection))
    confirmed = [
        replace(write, link_id=named[write.link_id].link_id) if write.link_id in named else write
        for write in confirmed
    ]
    living = {link.link_id: link for link in named.values()}
    present = Present(context.mapping, owners, living, afresh.read(context, confirmed, living))
    answer = undo(
        confirmed,
        present,
        living,
        context.mapping,
        pass_id=undone_pass,
        computed=computed,
        archive_created=archive_created,
        gives_back=bins.GIVES_BACK,
        emptied=bins.emptied(deleted_at, now),
    )
    kept = {(one.side, one.object_type) for one in answer.left if one.reason == "archived"}
    found = {place: bins.bin_of(context, *place, deleted_at) for place in sorted(kept)}
    plan = storable(Plan(now, answer.writes, (), (), (), considered=len(living), in_agreement=0))
    with context.store.begin() as connection:
        caps = context.options.caps or context.mapping.caps
        verdict = judge(plan, planning_state.population(connection), caps, first_pass=False)
        tripped = tuple(asdict(item) for item in verdict.tripped)
        status: journal.PlanStatus = "stopped" if tripped else "dry"
        journal.store_plan(connection, context.pass_id, context.pass_id, plan, status=status, tripped=tripped)
        runs.end_pass(connection, context.pass_id, status, now=now)
    return UndoPlan(context.pass_id, undone_pass, plan, answer.left, tripped, found)
