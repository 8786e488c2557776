"""A whole pass without a scheduler: the same steps in the same order as the Dagster job."""

from collections.abc import Callable, Mapping, Sequence

from connectors.store import runs
from passes.accounting import reconcile
from passes.agreement import clocks, feedback
from passes.applying import apply
from passes.context import PassOptions
from passes.judging import qualify, timeline
from passes.linking import link
from passes.numbers import measure
from passes.planning import plan
from passes.reading import read_hubspot, read_salesforce
from passes.step import Finding, Step, StepResult
from passes.workbench import Workbench

# Keyed by the names of the assets that run them.
READING: Mapping[str, Step] = {
    "hubspot_people": read_hubspot.people,
    "hubspot_companies": read_hubspot.companies,
    "hubspot_activities": read_hubspot.activities,
    "hubspot_engagement": read_hubspot.engagement,
    "salesforce_people": read_salesforce.people,
    "salesforce_accounts": read_salesforce.accounts,
    "salesforce_activities": read_salesforce.activities,
    "salesforce_opportunities": read_salesforce.opportunities,
}
DECIDING: Mapping[str, Step] = {
    "people_links": link.people,
    "activity_timeline": timeline.build,
    "sales_feedback": feedback.gather,
    "judgements": qualify.judge,
    "sla_clocks": clocks.run,
    "sync_plan": plan.make,
}
WRITING: Mapping[str, Step] = {"applied_writes": apply.write, "reconciliation": reconcile.reconcile}
REPORTING: Mapping[str, Step] = {"sla_metrics": measure.metrics, "sla_scorecard": measure.scorecard}


class StepRefusedError(Exception):
    """Reading found what must be put right before the pass may go on; both sides' problems at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        self.why = "; ".join(finding.why for finding in findings)
        super().__init__(self.why)


_BLOCKING = {"hubspot_schema_complete", "salesforce_schema_complete"}


def run_pass(
    bench: Workbench,
    pass_id: str,
    options: PassOptions | None = None,
    *,
    progress: Callable[[str, StepResult | None], None] = lambda step, result: None,
) -> dict[str, StepResult]:
    """Run one pass; a dry run, or a plan that the guard stopped, ends after the plan.

    Args:
        progress: called with each step's name before it (None) and after it (its result).

    Returns:
        The result of each step that ran, by name.

    Raises:
        StepRefusedError: a side lacks fields that the mapping needs.
        ConnectorError, ConfigError, LeaseHeldError: as the steps raise them.
    """
    asked = options or PassOptions()
    results: dict[str, StepResult] = {}
    try:
        for name, step in READING.items():
            results[name] = _run(bench, name, step, pass_id, asked, progress)
        _require(results)
        for name, step in DECIDING.items():
            results[name] = _run(bench, name, step, pass_id, asked, progress)
        stopped = any(not finding.tolerable for finding in results["sync_plan"].findings)
        if not asked.dry_run and not stopped:
            for name, step in WRITING.items():
                results[name] = _run(bench, name, step, pass_id, asked, progress)
        else:
            with bench.store.begin() as connection:
                status = "stopped" if stopped else "dry"
                runs.end_pass(connection, pass_id, status, now=bench.clock())
    except BaseException:
        # How it ended may be told without the lease, which may be another's by now.
        bench.release()
        with bench.store.begin() as connection:
            runs.end_pass(connection, pass_id, "failed", now=bench.clock())
        raise
    finally:
        bench.release()
    return results


def _run(
    bench: Workbench,
    name: str,
    step: Step,
    pass_id: str,
    options: PassOptions,
    progress: Callable[[str, StepResult | None], None],
) -> StepResult:
    progress(name, None)
    result = bench.run(step, name, pass_id, options)
    progress(name, result)
    return result


def _require(results: Mapping[str, StepResult]) -> None:
    failed = [
        finding
        for result in results.values()
        for finding in result.findings
        if finding.name in _BLOCKING and not finding.holds
    ]
    if failed:
        raise StepRefusedError(failed)
