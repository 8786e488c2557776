"""``python -m sandbox`` as a script sees it: one JSON line, clean ends, clear refusals."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[3]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "sandbox", "--people", "5", "--scenario", "quiet", *arguments]
        started.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def ready_line(process: subprocess.Popen[str]) -> dict[str, dict[str, object]]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_one_json_line_then_serves_until_the_signal(start: Start, number: signal.Signals) -> None:
    process = start("--seed", "3")
    told = ready_line(process)
    hubspot, salesforce = told["hubspot"], told["salesforce"]
    assert set(hubspot) == {
        *("base_url", "access_token", "app_id", "portal_id", "client_id", "client_secret", "refresh_token"),
        *("user_tokens", "control_url", "pages_url"),
    }
    assert set(salesforce) == {
        *("base_url", "instance_url", "client_id", "client_secret", "username", "password", "security_token"),
        *("user_tokens", "control_url", "pages_url"),
    }
    for side in (hubspot, salesforce):
        assert side["user_tokens"], "the seeded people can act through the API"
        assert requests.get(f"{side['control_url']}/clock", timeout=10).status_code == 200
        assert requests.get(f"{side['pages_url']}", timeout=10).status_code == 200
    bearer = {"Authorization": f"Bearer {hubspot['access_token']}"}
    contacts = requests.get(f"{hubspot['base_url']}/crm/v3/objects/contacts", headers=bearer, timeout=10)
    assert contacts.status_code == 200
    secret = {"client_id": salesforce["client_id"], "client_secret": salesforce["client_secret"]}
    login = requests.post(
        f"{salesforce['base_url']}/services/oauth2/token",
        data={"grant_type": "client_credentials", **secret},
        timeout=10,
    )
    assert login.json()["instance_url"].endswith(str(salesforce["instance_url"]).removeprefix("http://"))
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (0, "", "")


def test_ends_with_its_parent_when_asked_to(start: Start) -> None:
    process = start("--exit-with-parent")
    ready_line(process)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("option", ["--hubspot-port", "--salesforce-port"])
def test_a_port_in_use_is_one_clear_line(start: Start, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(option, str(port))
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.count("\n") == 1
    assert f"port {port} on 127.0.0.1 is in use" in errors


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--start", "2026-11-02T08:00:00"], "has no time zone"),
        (["--start", "monday"], "is not an ISO time"),
        (["--people", "-1"], "fewer than no people"),
        (["--hubspot-port", "99999"], "not a port"),
        (["--scenario", "chaos"], "chaos"),
        (["--tier", "platinum"], "platinum"),
    ],
)
def test_a_wrong_argument_is_refused_without_a_traceback(
    start: Start, arguments: list[str], problem: str
) -> None:
    process = start(*arguments)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert problem in errors
    assert "Traceback" not in errors
