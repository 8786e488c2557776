"""Every command, option, target and variable that the documentation names exists."""

import re
import shlex

import pytest
import typer

from cli.exits import MEANINGS
from cli.held import WORDS
from cli.main import app
from dagster_project.definitions import build_definitions
from dagster_project.settings import PREFIX, Settings
from tests.architecture.tree import ROOT, named
from tests.docs.pages import blocks, pages, table

OPERATE = ROOT / "docs" / "operate.md"
_ACCORD = re.compile(r"(?<![\w/.-])accord ([a-z-]+(?: [^`|]*)?)$")
_MAKE = re.compile(r"^make ([a-z-]+)$")


def _said() -> list[tuple[str, str]]:
    """Every command line told anywhere, with its page."""
    found = []
    for block in blocks("sh"):
        found += [(named(block.page), line) for line in block.body.splitlines() if line.strip()]
    for page in pages():
        found += [(named(page), code) for code in re.findall(r"`([^`\n]+)`", page.read_text("utf-8"))]
    return found


ACCORD = sorted({(page, found[1]) for page, line in _said() if (found := _ACCORD.search(line))})
MAKE = sorted({(page, found[1]) for page, line in _said() if (found := _MAKE.search(line))})


@pytest.mark.parametrize(("page", "line"), ACCORD)
def test_every_accord_command_exists(page: str, line: str) -> None:
    name, *words = shlex.split(line)
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]

    assert name in commands
    command = commands[name]
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    options = {flag for parameter in command.params for flag in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options


@pytest.mark.parametrize(("page", "target"), MAKE)
def test_every_make_target_exists(page: str, target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_commands_were_found() -> None:
    assert {"setup", "plan", "sync", "explain", "status", "holds"} <= {line.split()[0] for _, line in ACCORD}
    assert {"demo", "ui", "test", "check", "setup"} <= {target for _, target in MAKE}


def test_every_variable_exists_and_each_is_told_in_the_readme() -> None:
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    told = {
        word for page in pages() for word in re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]\b", page.read_text("utf-8"))
    }
    in_readme = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", (ROOT / "README.md").read_text("utf-8")))

    assert told <= settings
    assert settings <= in_readme


def test_defaults_of_variables_are_told_as_they_are() -> None:
    for names, _, default in table(ROOT / "README.md", "until you approve it.\n"):
        if default:
            name = re.findall(rf"{PREFIX}([A-Z_]+)", names)[0].lower()

            assert default.strip("`") == str(Settings.model_fields[name].default)


def test_exit_codes_are_told_as_they_are() -> None:
    assert {int(code): meaning for code, meaning in table(OPERATE, "## Exit codes\n")} == {
        int(code): meaning for code, meaning in MEANINGS.items()
    }


def test_every_kind_of_hold_has_a_remedy() -> None:
    told = {kind.strip("`") for kind, *_ in table(OPERATE, "never\nits batch.\n")}

    # These two are names that no step gives a hold.
    assert set(WORDS) - {"conflict", "unknown_option"} <= told


def test_jobs_schedules_sensors_and_groups_are_told_as_they_are() -> None:
    definitions = build_definitions(Settings())
    repository = definitions.get_repository_def()
    names = {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    names |= {schedule.name for schedule in repository.schedule_defs}
    names |= {
        sensor.name
        for sensor in repository.sensor_defs
        if sensor.name != "default_automation_condition_sensor"
    }
    graph = repository.asset_graph
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    text = OPERATE.read_text("utf-8")

    assert [name for name in sorted(names | groups) if f"`{name}`" not in text] == []
