"""How every asset runs its step: under the run's lease, with figures as metadata and errors as failures.

A permanent failure is never retried. Transient ones have been retried by the connectors already, so no asset
has a Dagster retry policy: Terminate terminates.
"""

from collections.abc import Iterator, Mapping

import dagster as dg

from connectors.errors import AuthError, ConfigError, ConnectorError, PermanentError, QuotaExhaustedError
from connectors.store.lease import LeaseHeldError
from passes.context import PassOptions
from passes.step import Step, StepResult
from passes.workbench import Workbench


def materialise(
    context: dg.AssetExecutionContext,
    workbench: Workbench,
    step: Step,
    options: PassOptions | None = None,
) -> dg.MaterializeResult[None]:
    """Run ``step`` as this asset and turn its result into what Dagster keeps and plots."""
    name = context.asset_key.path[-1]
    try:
        result = workbench.run(step, name, context.run.run_id, options)
    except dg.DagsterExecutionInterruptedError as stop:
        raise dg.Failure(
            "The run was terminated; the next pass goes on from here.", allow_retries=False
        ) from stop
    except (ConfigError, ConnectorError, LeaseHeldError) as error:
        raise _failure(name, error) from error
    for finding in result.findings:
        context.log.info("%s: %s", finding.name, finding.why)
    return dg.MaterializeResult(
        metadata=_metadata(result),
        check_results=list(_checks(context, result)),
    )


def _metadata(result: StepResult) -> Mapping[str, dg.MetadataValue]:
    figures = {
        name: dg.MetadataValue.int(int(value)) if float(value).is_integer() else dg.MetadataValue.float(value)
        for name, value in result.figures.items()
    }
    texts = {title: dg.MetadataValue.md(text) for title, text in result.texts.items()}
    return {**figures, **texts}


def _checks(context: dg.AssetExecutionContext, result: StepResult) -> Iterator[dg.AssetCheckResult]:
    declared = {key.name for key in context.selected_asset_check_keys}
    for finding in result.findings:
        if finding.name in declared:
            yield dg.AssetCheckResult(
                check_name=finding.name,
                passed=finding.holds,
                severity=dg.AssetCheckSeverity.ERROR,
                description=finding.why,
                metadata={
                    name: dg.MetadataValue.float(float(value)) for name, value in finding.figures.items()
                },
            )


def _failure(name: str, error: Exception) -> dg.Failure:
    verdict = "Repeating the run may succeed."
    if isinstance(error, LeaseHeldError):
        verdict = "Nothing was changed; the next scheduled pass will run."
    elif isinstance(error, QuotaExhaustedError):
        verdict = "Nothing is lost: the next pass after the quota's reset goes on from here."
    elif isinstance(error, AuthError | ConfigError | PermanentError):
        verdict = "Repeating the run will not help until this is put right."
    return dg.Failure(
        description=f"{name}: {error} {verdict}",
        metadata={"kind": type(error).__name__},
        allow_retries=False,
    )
