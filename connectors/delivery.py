"""Delivering writes batch by batch, so that a failure half way never loses the results already in hand.

What a batch is and how one is settled is each vendor's own.
"""

from collections.abc import Callable, Iterable, Sequence

from connectors.errors import ConnectorError, OutcomeUnknownError
from connectors.results import RecordWrite, WriteResult

Results = dict[str, WriteResult]


def deliver(batches: Iterable[tuple[Sequence[RecordWrite], Callable[[Results], None]]]) -> Results:
    """Results by key of all writes.

    Each batch comes with the function that settles it: it adds a result for each of its writes, or raises
    with as many as it has. A vendor's failure is raised if nothing is settled yet; later it becomes the
    result ``NOT_SENT`` of the writes left, or ``OUTCOME_UNKNOWN`` of those in doubt.

    Raises:
        ConnectorError: nothing was settled; ``OutcomeUnknownError`` carries the writes in doubt.
    """
    results: Results = {}
    failure: ConnectorError | None = None
    for writes, settle in batches:
        doubtful: set[str] = set()
        if failure is None:
            try:
                settle(results)
                continue
            except ConnectorError as error:
                if not results:
                    raise
                failure = error
                if isinstance(error, OutcomeUnknownError):
                    doubtful = {write.key for write in error.writes}
        for write in writes:
            code = "OUTCOME_UNKNOWN" if write.key in doubtful else "NOT_SENT"
            unsettled = WriteResult(write.key, False, write.record_id, code=code, message=str(failure))
            results.setdefault(write.key, unsettled)
    return results


def done(write: RecordWrite) -> WriteResult:
    """The result of a write by id that is, or needs to be, no more than done."""
    return WriteResult(write.key, True, write.record_id)
