"""The one place where errors become messages: what happened, what to do, and an exit code.

Foreseeable errors only. Anything else keeps its traceback, because it is a fault of Accord's and must be seen.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import typer
from rich.text import Text

from cli.console import err, plain
from cli.exits import Exit


class PortTakenError(Exception):
    """A port that was asked for is in use by another program."""

    def __init__(self, port: int, option: str) -> None:
        self.port, self.option = port, option
        super().__init__(f"port {port} on 127.0.0.1 is in use")


class DemoRunningError(Exception):
    """Another demo keeps its files in the same folder."""


class FileRefusedError(Exception):
    """A file that must not be loaded; ``problems`` holds each reason with its remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class DemoFailedError(Exception):
    """A part of the demo did not start, or ended badly."""


class NotInstalledError(Exception):
    """An optional part of Accord is not installed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as people are told.

    Attributes:
        lines: what happened, one thing a line.
        remedy: what to do about it.
    """

    exit: Exit
    title: str
    lines: tuple[str, ...]
    remedy: str = ""


@contextmanager
def boundary() -> Iterator[None]:
    """Run a command; a foreseeable error is told on standard error and becomes its exit code."""
    try:
        yield
    except (KeyboardInterrupt, typer.Abort) as stop:
        interrupted = isinstance(stop, KeyboardInterrupt)
        err.print("Interrupted. The next pass goes on from here." if interrupted else "Nothing was done.")
        raise typer.Exit(Exit.INTERRUPTED if interrupted else Exit.NO) from None
    except Exception as error:
        problem = describe(error)
        if problem is None:
            raise
        show(problem)
        raise typer.Exit(problem.exit) from None


def show(problem: Problem) -> None:
    """Print a problem on standard error."""
    err.print(Text(problem.title, style="bold red"))
    several = len(problem.lines) > 1
    for line in problem.lines:
        err.print(Text(("  - " if several else "  ") + plain(line)), soft_wrap=True)
    if problem.remedy:
        err.print(Text("  " + problem.remedy), soft_wrap=True)


def describe(error: Exception) -> Problem | None:
    """What to tell people of an error; None if nobody foresaw it."""
    return _own(error) or _of_the_product(error) or _of_the_machine(error)


def _own(error: Exception) -> Problem | None:
    if isinstance(error, PortTakenError):
        remedy = f"End the program that uses it, or give another {error.option} (0: any free port)."
        return Problem(Exit.CONFIG, "A port is taken", (str(error),), remedy)
    if isinstance(error, DemoRunningError):
        return Problem(
            Exit.BUSY, "A demo is running", (str(error),), "End it, or give another --keep folder."
        )
    if isinstance(error, DemoFailedError):
        return Problem(Exit.FAILED, "The demo cannot go on", (str(error),))
    if isinstance(error, FileRefusedError):
        return Problem(Exit.CONFIG, "The file cannot be loaded; nothing was written", tuple(error.problems))
    if isinstance(error, NotInstalledError):
        return Problem(Exit.CONFIG, "Something is not installed", (str(error),))
    return None


def _of_the_product(error: Exception) -> Problem | None:
    # Imported when something failed: `accord --help` must not wait for Polars and SQLAlchemy.
    from connectors.errors import ConfigError, ConnectorError
    from connectors.store.lease import LeaseHeldError
    from contract_files.errors import ContractError
    from passes.applying.approve import PlanRefusedError
    from passes.forget import ForgetError
    from passes.linking.review import ReviewError
    from passes.planning.named import NotFoundError
    from passes.run import StepRefusedError

    if isinstance(error, ConfigError):
        return Problem(Exit.CONFIG, "The configuration cannot be used", tuple(error.problems))
    if isinstance(error, ContractError):
        return Problem(Exit.CONFIG, "A contract cannot be used", tuple(error.problems))
    if isinstance(error, LeaseHeldError):
        return Problem(Exit.BUSY, "Another pass is running", (str(error),), "Nothing was changed.")
    if isinstance(error, ForgetError):
        return Problem(Exit.REJECTED, "The erasure is not finished", (str(error),))
    if isinstance(error, NotFoundError):
        return Problem(Exit.NO, "Not found", (str(error),))
    if isinstance(error, ReviewError):
        return Problem(Exit.NO, "This cannot be decided", (str(error),), "Nothing was stored.")
    if isinstance(error, PlanRefusedError):
        remedy = "Nothing was written. `accord plan` plans from what is there now."
        return Problem(Exit.MOVED, "The plan cannot be carried out", (str(error),), remedy)
    if isinstance(error, StepRefusedError):
        remedy = "Nothing was written. `accord setup --check` lists what Accord itself needs."
        title = "The mapping and a CRM do not fit together"
        return Problem(Exit.SCHEMA, title, _grouped(error.why), remedy)
    return _of_a_vendor(error) if isinstance(error, ConnectorError) else None


_FIELD = re.compile(r"(?P<object>\w+)\.(?P<field>\w+) \(\w+\) (?P<what>.+)")


def _grouped(why: str) -> tuple[str, ...]:
    """A finding's problems, with the fields of one object that share a problem on one line."""
    lines: dict[tuple[str, str], list[str]] = {}
    for part in why.split("; "):
        match = _FIELD.fullmatch(part)
        key = (match["object"], match["what"]) if match else ("", part)
        lines.setdefault(key, []).append(match["field"] if match else "")
    return tuple(
        f"{name}: {', '.join(fields)}: {what}" if name else what for (name, what), fields in lines.items()
    )


def _of_a_vendor(error: Exception) -> Problem:
    from connectors.errors import (
        AuthError,
        MissingPermission,
        OutcomeUnknownError,
        QuotaExhaustedError,
        RetryableError,
    )

    what = (str(error),)
    if isinstance(error, AuthError):
        return Problem(Exit.REFUSED, "A CRM refused the credentials", what)
    if isinstance(error, MissingPermission):
        return Problem(Exit.REFUSED, "A permission is missing", what)
    if isinstance(error, QuotaExhaustedError):
        return Problem(Exit.UNREACHABLE, "The day's API calls are used up", what)
    if isinstance(error, RetryableError):
        remedy = "Nothing is lost: the next pass goes on from here."
        return Problem(Exit.UNREACHABLE, "A CRM could not be reached", what, remedy)
    if isinstance(error, OutcomeUnknownError):
        remedy = "The next pass reads what became of it before it writes again."
        return Problem(Exit.UNREACHABLE, "A write got no answer", what, remedy)
    return Problem(Exit.REJECTED, "A CRM rejected a call", what)


def _of_the_machine(error: Exception) -> Problem | None:
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from connectors.redaction import redacted

    if isinstance(error, DBAPIError | sqlite3.Error):
        cause = redacted(str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()[0])
        remedy = "Check ACCORD_DATABASE_URL, who may write there, and whether the disk is full."
        return Problem(Exit.CONFIG, "The database cannot be used", (cause,), remedy)
    if isinstance(error, SQLAlchemyError | ModuleNotFoundError) and "plugin" in str(error):
        return Problem(
            Exit.CONFIG, "The database cannot be used", (str(error),), "Check ACCORD_DATABASE_URL."
        )
    if isinstance(error, OSError) and error.filename is not None:
        what = f"{error.filename}: {error.strerror}"
        return Problem(
            Exit.CONFIG, "A file cannot be used", (what,), "Check the path and who may write there."
        )
    return None
