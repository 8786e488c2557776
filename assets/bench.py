"""The resource behind every asset: opens the workbench when a step first needs it, and settles how passes ended.

Opening late makes a missing setting the failure of a step, with its remedy, and not a stack trace of Dagster's
resource machinery. What a step does belongs to ``passes``; what Dagster shows of it to ``running.py``.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Literal

import sqlalchemy as sa

from connectors.store import journal, runs
from connectors.store.tables import passes
from passes.context import PassContext, PassOptions
from passes.notices import tell
from passes.reading import watch
from passes.step import Step, StepResult
from passes.workbench import Workbench

Ask = Callable[[PassContext], PassOptions]


class Bench:
    """One worker's workbench: of a run where one process runs all steps, of a step where each has its own.

    Args:
        open_workbench: called once, when something is first asked.
    """

    def __init__(self, open_workbench: Callable[[], Workbench]) -> None:
        self._open_workbench = open_workbench
        self._workbench: Workbench | None = None
        self._worked_on: dict[str, bool] = {}

    def run(self, step: Step, name: str, pass_id: str, ask: Ask | None = None) -> StepResult:
        """Run one step of a pass.

        Args:
            ask: what the pass is asked to do differently, given what is configured.

        Raises:
            ConfigError, ConnectorError, LeaseHeldError: as opening and the step raise them.
        """
        workbench = self._opened()
        options = ask(workbench.open(pass_id)) if ask is not None else None
        went_well = False
        try:
            result = workbench.run(step, name, pass_id, options)
            went_well = all(finding.tolerable for finding in result.findings)
        finally:
            self._worked_on[pass_id] = self._worked_on.get(pass_id, True) and went_well
        return result

    def look(self) -> watch.Look:
        """Whether either side has something that the last pass did not read; one API call each."""
        return watch.newest_changes(self._opened().open("look"))

    def tell(self) -> StepResult:
        """Tell people what is new, and deliver what is due; no part of any pass."""
        return tell.tell(self._opened())

    def notices_waiting(self) -> int:
        """How many notices could be sent now."""
        return tell.waiting(self._opened())

    def close(self) -> None:
        """Note how the passes ended, release the lease and the database."""
        workbench, self._workbench = self._workbench, None
        if workbench is None:
            return
        try:
            # How a pass ended may be told without the lease, which may be another's by now.
            workbench.release()
            for pass_id, went_well in self._worked_on.items():
                _settle(workbench, pass_id, went_well=went_well)
        finally:
            workbench.close()

    def _opened(self) -> Workbench:
        if self._workbench is None:
            self._workbench = self._open_workbench()
        return self._workbench

    def __enter__(self) -> "Bench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _settle(workbench: Workbench, pass_id: str, *, went_well: bool) -> None:
    """A pass that its last step left open ended here; a later worker of the same pass opens it again."""
    with workbench.store.begin() as connection:
        status = connection.execute(sa.select(passes.c.status).where(passes.c.pass_id == pass_id)).scalar()
        if status != "running":
            return
        plan = journal.plan_row(connection, pass_id)
        ended: Literal["done", "dry", "stopped", "failed"] = "done" if went_well else "failed"
        if plan is not None and (plan.status == "stopped" or (plan.status == "dry" and went_well)):
            ended = plan.status
        runs.end_pass(connection, pass_id, ended, now=workbench.clock())
