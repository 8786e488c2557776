"""One pass from the command line: its progress in words, and what came of it as figures.

What a pass does is ``passes.run``; how a command shows the outcome is the command's business.
"""

import secrets
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

from rich.status import Status as Spinner

from cli.console import err
from connectors.store import journal
from passes.context import PassOptions
from passes.run import run_pass
from passes.step import Finding, StepResult
from passes.workbench import Workbench

Status = Literal["done", "dry", "stopped"]
STEP_WORDS: Mapping[str, str] = {
    "hubspot_people": "reading contacts in HubSpot",
    "hubspot_companies": "reading companies in HubSpot",
    "hubspot_activities": "reading calls, e-mails, meetings and tasks in HubSpot",
    "hubspot_engagement": "reading forms, page views and marketing e-mail",
    "salesforce_people": "reading Leads and Contacts in Salesforce",
    "salesforce_accounts": "reading Accounts in Salesforce",
    "salesforce_activities": "reading Tasks and Events in Salesforce",
    "salesforce_opportunities": "reading Opportunities and Campaigns in Salesforce",
    "people_links": "finding out who is who",
    "activity_timeline": "putting activities on one time line",
    "judgements": "applying the lead definition",
    "sales_feedback": "gathering what sales answered",
    "sla_clocks": "running the SLA's clocks",
    "sync_plan": "planning",
    "applied_writes": "writing to both CRMs",
    "reconciliation": "accounting for everybody",
}


@dataclass(frozen=True, slots=True)
class Passed:
    """What came of one pass.

    Attributes:
        status: ``done``, ``dry`` or ``stopped`` (by the guard, before the first write).
        results: by step.
        tripped: the caps that the plan exceeds, as the guard stored them; an approved pass has them too.
        seconds: on the machine's clock.
    """

    pass_id: str
    status: Status
    results: Mapping[str, StepResult]
    tripped: tuple[Mapping[str, Any], ...]
    seconds: float

    def figure(self, step: str, name: str) -> int:
        """One figure of one step; 0 if it has none."""
        result = self.results.get(step)
        return int(result.figures.get(name, 0)) if result else 0

    @property
    def written(self) -> int:
        """Records written on both sides."""
        return self.figure("applied_writes", "written")

    @property
    def failed(self) -> int:
        """Writes that a side refused; they are held with their reasons."""
        return self.figure("applied_writes", "failed")

    @property
    def calls(self) -> dict[str, int]:
        """API calls by side."""
        return {
            side: sum(int(r.figures.get(f"{side}_api_calls", 0)) for r in self.results.values())
            for side in ("hubspot", "salesforce")
        }

    @property
    def unexplained(self) -> int:
        """People whom the reconciliation could put into no class."""
        return self.figure("reconciliation", "remainder")

    @property
    def findings(self) -> list[Finding]:
        """What did not hold."""
        return [f for result in self.results.values() for f in result.findings if not f.holds]


def new_pass_id() -> str:
    """A name that no other pass has."""
    return f"cli-{secrets.token_hex(6)}"


def run(bench: Workbench, options: PassOptions | None = None, *, quiet: bool = False) -> Passed:
    """Run a pass, telling its steps on standard error.

    Raises:
        StepRefusedError, ConnectorError, ConfigError, LeaseHeldError: as the steps raise them.
    """
    pass_id = new_pass_id()
    began_s = time.perf_counter()
    line = Spinner("starting", console=err)

    def tell(step: str, result: StepResult | None) -> None:
        if result is None:
            line.update(STEP_WORDS.get(step, step))

    with nullcontext() if quiet else line:
        results = run_pass(bench, pass_id, options, progress=tell)
    with bench.store.begin() as connection:
        plan = journal.plan_row(connection, pass_id)
    tripped = tuple(plan.tripped) if plan is not None else ()
    return Passed(pass_id, _status(results), results, tripped, round(time.perf_counter() - began_s, 1))


def _status(results: Mapping[str, StepResult]) -> Status:
    if "reconciliation" in results:
        return "done"
    return "dry" if all(finding.tolerable for finding in results["sync_plan"].findings) else "stopped"
