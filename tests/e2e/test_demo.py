"""The demo as a newcomer runs it: one command, its printed figures, and what it leaves behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", "demo", "--people", "60", "--days", "3",
         "--keep", str(folder)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    return folder, done


def test_it_ends_well_and_quietly(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = played
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for noise in ("Traceback", "Warning", "DEBUG", " dagster - "):
        assert noise not in done.stdout + done.stderr


def test_the_last_pass_over_unchanged_systems_writes_nothing_in_at_most_20_calls(
    played: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    text = played[1].stdout
    found = re.search(r"Last pass over unchanged systems: (\d+) writes, (\d+) API calls", text)
    assert found is not None, text[-3000:]
    assert int(found[1]) == 0
    assert 0 < int(found[2]) <= 20


def test_it_tells_the_whole_story(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    text = played[1].stdout
    for part in (
        "Set up: what Accord needs in both",
        "writes planned for",
        "asset checks passed",
        "3 days of reps' and marketers' work",
        "handed over to sales",
        "Held back, each with its reason",
        "Sales makes the first touch within 1 business hour",
    ):
        assert part in text
    told = " ".join(text.split())
    assert re.search(r"differences that a rule or a hold explains, 0 that nothing explains\.", told)
    checks = re.search(r"(\d+) of (\d+) asset checks passed", told)
    assert checks is not None
    assert told.count("Not passed: ") == int(checks[2]) - int(checks[1]), "each is named"


def test_what_it_leaves_can_be_asked(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = played
    assert f"Scorecard: {folder / 'scorecard.html'}" in done.stdout
    assert "<svg" in (folder / "scorecard.html").read_text("utf-8")
    asked = re.search(r"(ACCORD_DATABASE_URL)=(\S+) accord explain (\S+)", done.stdout)
    assert asked is not None
    told = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", "explain", asked[3], "--json"],
        cwd=ROOT, env={**os.environ, asked[1]: asked[2]}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    person = json.loads(told.stdout)
    assert person["hubspot"] is not None
    assert person["salesforce"] is not None
    assert person["clocks"]


def test_its_past_can_be_judged_again_and_comes_out_as_written_down(
    played: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    asked = re.search(r"(ACCORD_DATABASE_URL)=(\S+) accord explain", played[1].stdout)
    assert asked is not None
    told = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", "backtest", "sla_rules/definition.yaml",
         "--since", "2026-01-01", "--json"],
        cwd=ROOT, env={**os.environ, asked[1]: asked[2]}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(told.stdout)
    assert found["record"]["compared"] > 60
    assert {one["why"] for one in found["record"]["differences"]} <= {
        "sales had sent them back, and what they did before no longer counted"
    }
    assert found["moves"] == []


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


@pytest.mark.long
def test_the_world_is_served_until_ctrl_c_and_nothing_stays_behind(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        child = subprocess.Popen(
            [sys.executable, "-c", "from cli.main import main; main()", "demo", "--people", "30", "--days", "1",
             "--keep", str(tmp_path), "--ui", "--port", str(port)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        text = "".join(iter(lambda: _line_before_the_end(child), ""))
    try:
        assert f"Port {port} is taken; using" in text
        pages = dict(re.findall(r"(Dagster|Salesforce|HubSpot) {2,}(http://127\.0\.0\.1:\d+\S*)", text))
        assert set(pages) == {"Dagster", "Salesforce", "HubSpot"}
        assert all(_answers(url) for url in pages.values())
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(90)
    assert child.returncode == 0
    assert not any(_answers(url) for url in pages.values())


def _line_before_the_end(child: subprocess.Popen[str]) -> str:
    """The next line, or nothing once the demo waits for Ctrl-C."""
    assert child.stdout is not None
    line = child.stdout.readline()
    return "" if "Ctrl-C" in line else line
