"""Carries out a stored plan that a person has approved: exactly that plan, or nothing.

Both sides are read again first, and if anything that the plan found has moved, nothing is written. What an undo
restores is put under its hold before the first call, so that a crash in between cannot let it flow back. The time
line of activities is not moved on: what a newer plan saw and this one does not carry out is looked at again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from connectors.store import approvals, holds, journal, links, runs
from connectors.store.lease import LeaseHeldError
from passes import persons
from passes.accounting import reconcile
from passes.applying import apply
from passes.companies.named import with_companies
from passes.context import PassContext
from passes.planning.activity_state import remember_agreements
from passes.reading import afresh
from passes.step import StepResult
from passes.workbench import Workbench
from sync_rules.plan import Write
from sync_rules.present import Moved, Present, moved
from sync_rules.present_people import made_since, said_no_since
from sync_rules.undo import undone_bases, undone_holds

_APPROVABLE = (*approvals.WAITING, "approved")
_WHY_NOT = {
    "applied": "it was carried out already",
    "planned": "its pass has not ended; run `accord sync`, which plans again",
}


class PlanRefusedError(Exception):
    """A stored plan that is out of date or done; nothing was written."""

    def __init__(self, plan_id: str, why: str) -> None:
        self.plan_id, self.why = plan_id, why
        super().__init__(f"the plan {plan_id} cannot be carried out: {why}")


class PlanMovedError(PlanRefusedError):
    """Either side has moved under the plan; ``moved`` names the records and fields."""

    def __init__(self, plan_id: str, found: Sequence[Moved]) -> None:
        self.moved = tuple(found)
        records = len({(one.side, one.object_type, one.record_id) for one in found})
        super().__init__(plan_id, f"{records} records have changed since it was made")


def approve(
    bench: Workbench,
    plan_id: str,
    *,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, StepResult]:
    """Carry out one stored plan under the pass's lease, and account for everybody.

    Args:
        progress: called with each step's name before it.

    Returns:
        The result of each step by name, as of the pass that made the plan.

    Raises:
        PlanMovedError, PlanRefusedError: the plan does not fit any more; nothing was written.
        ConnectorError, ConfigError, LeaseHeldError: as the steps raise them.
    """
    results: dict[str, StepResult] = {}
    try:
        for name, step in (
            ("approval", _check),
            ("applied_writes", _carry_out),
            ("reconciliation", reconcile.reconcile),
        ):
            progress(name)
            results[name] = bench.run(step, name, plan_id)
    except LeaseHeldError:
        raise
    except Exception as error:
        _end(bench, plan_id, refused=isinstance(error, PlanRefusedError))
        raise
    finally:
        bench.release()
    return results


def _end(bench: Workbench, plan_id: str, *, refused: bool) -> None:
    """A pass whose plan was refused stands as before; of any other failure only part may have been written."""
    with bench.store.begin() as connection:
        plan = journal.plan_row(connection, plan_id)
        status = plan.status if refused and plan is not None else "failed"
        runs.end_pass(connection, plan_id, "done" if status == "applied" else status, now=bench.clock())


def _check(context: PassContext) -> StepResult:
    plan_id = context.pass_id
    with context.store.begin() as connection:
        plan = journal.plan_row(connection, plan_id)
        _require(plan, plan_id)
        newer = approvals.superseded_by(connection, plan)
        if newer is not None:
            raise PlanRefusedError(plan_id, f"the newer plan {newer.plan_id} has been carried out since")
        writes = approvals.pending(connection, plan)
        living = links.living(connection, {write.link_id for write in writes})
        owners = with_companies(context, connection, persons.load_owner_map(context, connection))
    records = afresh.read(context, writes, living)
    existing = afresh.existing(context, writes)
    present = Present(context.mapping, owners, living, records)
    found = list(moved(writes, present, living, records, existing, made_at=plan.made_at))
    found += said_no_since(writes, living, records, context.mapping)
    found += made_since(afresh.namesakes(context, writes), plan.made_at)
    if found:
        raise PlanMovedError(plan_id, found)
    return StepResult(figures={"writes approved": len(writes), "records read": len(records)})


def _require(plan: Any, plan_id: str) -> None:
    if plan is None:
        raise PlanRefusedError(plan_id, "there is no such plan")
    if plan.status not in _APPROVABLE:
        raise PlanRefusedError(plan_id, _WHY_NOT.get(plan.status, f"it is {plan.status}"))


def _carry_out(context: PassContext) -> StepResult:
    plan_id, now = context.pass_id, context.now()
    with context.store.begin() as connection:
        plan = journal.plan_row(connection, plan_id)
        apply.settle_interrupted(context, connection, plan_id)
        approvals.reopen(connection, plan)
        journal.set_status(connection, plan_id, "approved")
        writes: list[Write] = approvals.pending(connection, plan)
        living = links.living(connection, {write.link_id for write in writes})
        holds.add(connection, list(undone_holds(writes, living, context.mapping)), now=now)
        remember_agreements(connection, list(undone_bases(writes)))
    figures = apply.send_all(context, plan_id)
    with context.store.begin() as connection:
        journal.set_status(connection, plan_id, "applied")
        # What activities settled without a write is stored by the next pass, which looks at these once more.
        links.mark(connection, "plan_due", living)
    return StepResult(figures=figures)
