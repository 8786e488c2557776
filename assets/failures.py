"""Foreseeable errors as Dagster failures: what failed, where, the remedy, and whether repeating helps.

Transient errors have been retried by the connectors already, so no failure asks Dagster to retry. Errors that
nobody foresaw are not turned into failures: their stack trace is needed.
"""

import dagster as dg

from connectors.errors import (
    AuthError,
    ConfigError,
    ConnectorError,
    OutcomeUnknownError,
    PermanentError,
    QuotaExhaustedError,
)
from connectors.store.lease import LeaseHeldError

FORESEEN = (ConfigError, ConnectorError, LeaseHeldError)


def failure_of(asset: str, error: Exception) -> dg.Failure:
    """The failure of an asset for one of the ``FORESEEN`` errors."""
    verdict = _verdict(error)
    shown = {"kind": type(error).__name__, "what": _what(error), "verdict": verdict}
    if isinstance(error, ConnectorError):
        shown["where"] = f"{error.side}: {error.operation}"
        if error.remedy:
            shown["remedy"] = error.remedy
    return dg.Failure(
        description=f"{asset}: {_what(error)} {verdict}",
        metadata={name: dg.MetadataValue.text(text) for name, text in shown.items()},
        allow_retries=False,
    )


def _what(error: Exception) -> str:
    text = "; ".join(error.problems) if isinstance(error, ConfigError) else str(error)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _verdict(error: Exception) -> str:
    match error:
        case LeaseHeldError():
            return "Nothing was changed; the next scheduled pass will run."
        case QuotaExhaustedError():
            return "Nothing is lost: the next pass after the quota's reset goes on from here."
        case AuthError() | ConfigError() | PermanentError():
            return "Repeating the run will not help until this is put right."
        case OutcomeUnknownError():
            return "The next pass reads what became of the write before it repeats anything."
        case _:
            return "Nothing is lost: the next pass goes on from here."
