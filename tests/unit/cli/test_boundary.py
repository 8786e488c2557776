"""Which error ends a command with which exit code, and what is said."""

import sqlite3

import pytest
import sqlalchemy as sa
import typer

from cli.errors import (
    DemoFailedError,
    DemoRunningError,
    FileRefusedError,
    NotInstalledError,
    PortTakenError,
    boundary,
)
from cli.exits import MEANINGS, Exit
from connectors.errors import (
    AuthError,
    ConfigError,
    MissingPermission,
    OutcomeUnknownError,
    PermanentError,
    QuotaExhaustedError,
    RetryableError,
)
from connectors.store.lease import LeaseHeldError
from passes.run import StepRefusedError
from passes.step import Finding
from sla_rules.definition import DefinitionError
from sla_rules.sla_loading import SlaError
from sync_rules.mapping import MappingError

FINDING = Finding(
    "hubspot_schema_complete",
    holds=False,
    why="contacts.a (a) there is no such field; contacts.b (b) there is no such field; Lead.c (c) is hidden",
)
CASES = [
    (ConfigError(["one is wrong", "two is wrong"]), Exit.CONFIG, "two is wrong"),
    (MappingError(["mapping.yaml:3: x"]), Exit.CONFIG, "mapping.yaml:3"),
    (DefinitionError(["definition.yaml:4: y"]), Exit.CONFIG, "definition.yaml:4"),
    (SlaError(["sla.yaml:5: z"]), Exit.CONFIG, "sla.yaml:5"),
    (FileRefusedError(["people.csv: no header"]), Exit.CONFIG, "people.csv"),
    (PortTakenError(3000, "--hubspot-port"), Exit.CONFIG, "--hubspot-port"),
    (NotInstalledError("the demo needs lark"), Exit.CONFIG, "lark"),
    (DemoRunningError("another demo"), Exit.BUSY, "--keep"),
    (LeaseHeldError("another pass is running (holder x)"), Exit.BUSY, "Nothing was changed"),
    (DemoFailedError("Dagster ended"), Exit.FAILED, "Dagster ended"),
    (StepRefusedError([FINDING]), Exit.SCHEMA, "contacts: a, b: there is no such field"),
    (AuthError("hubspot", "GET x", status=401, remedy="Check the token."), Exit.REFUSED, "Check the token."),
    (MissingPermission("hubspot", "GET x", remedy="Grant the app: y."), Exit.REFUSED, "Grant the app"),
    (RetryableError("salesforce", "GET x", code="TIMEOUT"), Exit.UNREACHABLE, "Nothing is lost"),
    (QuotaExhaustedError("hubspot", "GET x"), Exit.UNREACHABLE, "used up"),
    (OutcomeUnknownError("salesforce", "POST x"), Exit.UNREACHABLE, "reads what became of it"),
    (PermanentError("salesforce", "POST x", code="INVALID_FIELD"), Exit.REJECTED, "INVALID_FIELD"),
    (
        sa.exc.DatabaseError("select 1", None, sqlite3.DatabaseError("file is not a database")),
        Exit.CONFIG,
        "file is not a database",
    ),
    (sqlite3.OperationalError("disk I/O error"), Exit.CONFIG, "disk I/O error"),
    (PermissionError(13, "Permission denied", "var/scorecard.html"), Exit.CONFIG, "var/scorecard.html"),
]


@pytest.mark.parametrize(("error", "code", "said"), CASES, ids=lambda value: type(value).__name__)
def test_a_foreseeable_error_is_a_message_and_an_exit_code(
    error: Exception, code: Exit, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, boundary():
        raise error
    printed = capsys.readouterr()
    assert ended.value.exit_code == code
    assert said in " ".join(printed.err.split())
    assert printed.out == ""
    assert "Traceback" not in printed.err


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), boundary():
        raise ZeroDivisionError


def test_ctrl_c_is_an_end_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, boundary():
        raise KeyboardInterrupt
    assert ended.value.exit_code == 130
    assert "goes on from here" in capsys.readouterr().err


def test_what_a_vendor_says_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    message = "bad \x1b[2Jvalue [bold]loud[/bold]"
    with pytest.raises(typer.Exit), boundary():
        raise PermanentError("hubspot", "POST x", message=message)
    printed = capsys.readouterr().err
    assert "\x1b[2J" not in printed
    assert "[bold]loud[/bold]" in printed


def test_every_exit_code_is_explained() -> None:
    assert set(MEANINGS) == set(Exit)
