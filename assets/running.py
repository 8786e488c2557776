"""How every asset runs its step: under the run's lease, with figures as metadata and errors as failures.

No asset has a Dagster retry policy: the connectors retry, and a policy would retry Terminate too.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import dagster as dg
import sqlalchemy as sa

from assets.bench import Ask, Bench
from assets.failures import FORESEEN, failure_of
from assets.shown import metadata_of, without_addresses
from passes.step import Step, StepResult

# Dagster queues a run while another holds its pool, also one that somebody starts from an asset's page.
POOL = "accord"

# Dagster reads annotations when it loads, and knows the bare class only.
if TYPE_CHECKING:
    Materialised: TypeAlias = dg.MaterializeResult[None]
else:
    Materialised = dg.MaterializeResult


def materialise(
    context: dg.AssetExecutionContext, bench: Bench, step: Step, ask: Ask | None = None
) -> Materialised:
    """Run ``step`` as this asset and turn its result into what Dagster keeps and plots.

    Raises:
        dagster.Failure: something foreseeable went wrong; never to be retried as it is.
    """
    name = context.asset_key.path[-1]
    return shown(context, lambda: bench.run(step, name, context.run.run_id, ask))


def shown(context: dg.AssetExecutionContext, run: Callable[[], StepResult]) -> Materialised:
    """What ``run`` gives back as what Dagster keeps and plots.

    Raises:
        dagster.Failure: as ``materialise``.
    """
    name = context.asset_key.path[-1]
    try:
        result = run()
    except FORESEEN as error:
        # Without its cause: the connectors' stack says nothing to the people who read this.
        raise failure_of(name, error) from None
    except sa.exc.StatementError as error:
        error.hide_parameters = True  # they are people's data, and Dagster keeps the message
        raise
    for finding in result.findings:
        context.log.info(f"{finding.name}: {without_addresses(finding.why)}")
    return dg.MaterializeResult(metadata=metadata_of(result), check_results=list(_checks(context, result)))


def _checks(context: dg.AssetExecutionContext, result: StepResult) -> Iterator[dg.AssetCheckResult]:
    declared = {key.name for key in context.selected_asset_check_keys}
    for name in sorted(declared - {finding.name for finding in result.findings}):
        yield dg.AssetCheckResult(check_name=name, passed=True, description="There was nothing to check.")
    for finding in result.findings:
        if finding.name in declared:
            yield dg.AssetCheckResult(
                check_name=finding.name,
                passed=finding.holds,
                severity=dg.AssetCheckSeverity.WARN
                if finding.severity == "warning"
                else dg.AssetCheckSeverity.ERROR,
                description=without_addresses(finding.why),
                metadata={
                    **{name: dg.MetadataValue.float(float(value)) for name, value in finding.figures.items()},
                    **{
                        title: dg.MetadataValue.md(without_addresses(t)) for title, t in finding.texts.items()
                    },
                },
            )
