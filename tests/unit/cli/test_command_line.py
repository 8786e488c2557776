"""What the command line offers, and how values become cells."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from cli.console import plain, short
from cli.exits import MEANINGS
from cli.main import app

COMMANDS = (
    "setup", "plan", "sync", "import", "explain", "status", "holds", "reconcile", "review-links",
    "scorecard", "definition", "sla", "demo",
)  # fmt: skip


def test_help_names_every_command_and_every_exit_code() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    for name in COMMANDS:
        assert f" {name} " in shown.output
    for code, meaning in MEANINGS.items():
        assert str(int(code)) in shown.output
        assert meaning in shown.output


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0
    assert "Usage: " in shown.output


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["demo", "--people", "0"], ["import"], ["plan", "--limit", "x"]]
)
def test_a_command_line_that_makes_no_sense_is_refused(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_help_does_not_load_the_heavy_libraries() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from cli.main import app; "
        "CliRunner().invoke(app, ['--help']); "
        "print([m for m in ('dagster', 'polars', 'sqlalchemy', 'hubspot') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (0, "0"),
        (datetime(2026, 11, 22, 10, 5, 59, tzinfo=UTC), "2026-11-22 10:05"),
        (["a", None], "a, –"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b]0;owned\x07red\x1b[31m", "]0;ownedred[31m"),
        ("right\u202eleft", "rightleft"),
    ],
    ids=repr,
)
def test_cells_are_plain_text_on_one_line(value: object, shown: str) -> None:
    assert plain(value) == shown


def test_a_cut_is_marked() -> None:
    assert short("abcdef", 4) == "abc…"
    assert short("abc", 3) == "abc"
