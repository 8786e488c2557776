"""Whether a pass runs or waits in Dagster already: asked before another one is started by the clock or a change."""

import dagster as dg

PASS_TAG = {"accord/pass": "one at a time"}
NOTICES_TAG = {"accord/notices": "one at a time"}
REASON = "A pass is running or waiting already."
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def pass_is_under_way(instance: dg.DagsterInstance) -> bool:
    """True while a run with the pass's tag has not ended."""
    return _is_under_way(instance, PASS_TAG)


def notices_are_under_way(instance: dg.DagsterInstance) -> bool:
    """True while people are being told."""
    return _is_under_way(instance, NOTICES_TAG)


def _is_under_way(instance: dg.DagsterInstance, tag: dict[str, str]) -> bool:
    return bool(instance.get_runs_count(dg.RunsFilter(tags=tag, statuses=_UNFINISHED)))
