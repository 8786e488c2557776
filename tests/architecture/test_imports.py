"""The layers hold: who may import whom, and what the pure packages may never know."""

import subprocess
import sys

import pytest

from tests.architecture.tree import PURE, ROOT, calls, imported, modules, named

IMPURE_MODULES = {
    "asyncio", "http", "io", "logging", "multiprocessing", "os", "random", "secrets", "shutil", "socket",
    "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "pl.now",
}


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_has_no_clock_no_chance_and_no_machine(package: str) -> None:
    found = [
        f"{named(path)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imported(path)
        if name in IMPURE_MODULES or name.split(".")[0] in IMPURE_MODULES
    ]
    found += [
        f"{named(path)}:{call.lineno} calls {name}"
        for path in modules(package)
        for call, name in calls(path)
        if name in CLOCKS or name in {"open", "input", "print"}
    ]

    assert found == []


@pytest.mark.parametrize(("one", "other"), [("sync_rules", "sla_rules"), ("sla_rules", "sync_rules")])
def test_the_sync_and_the_agreement_do_not_know_each_other(one: str, other: str) -> None:
    found = [
        f"{named(path)}:{line} imports {name}"
        for path in modules(one)
        for line, name in imported(path)
        if name.split(".")[0] == other
    ]

    assert found == []


def test_annotations_are_not_postponed() -> None:
    # Dagster reads the annotations of assets and their configuration when they are defined.
    found = [
        named(path) for path in modules("assets", "dagster_project") for _, name in imported(path)
        if name == "__future__"
    ]  # fmt: skip

    assert found == []
