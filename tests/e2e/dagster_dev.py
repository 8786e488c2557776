"""`dagster dev` as a child process, and the few questions that tests ask its GraphQL."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
_READY = "{workspaceOrError{... on Workspace{locationEntries{loadStatus locationOrLoadError{__typename}}}}}"
_RUN = "query($run:ID!){runOrError(runId:$run){... on Run{status tags{key value}}}}"
_SCHEDULE = """query($selector:ScheduleSelector!){
  scheduleOrError(scheduleSelector:$selector){... on Schedule{scheduleState{status}}}}"""


class DagsterDev:
    """Web server, daemon and code server on a free port; all of them end with the ``with`` block.

    Args:
        home: an empty folder for Dagster's own storage.
        environment: ``ACCORD_…`` variables.
    """

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self._home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")},
            **environment,
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
        }

    def __enter__(self) -> Self:
        shutil.copy(ROOT / "dagster.yaml", self._home)
        self._log = (self._home / "dev.log").open("w")
        command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1"]
        self._process = subprocess.Popen(
            [*command, "-p", str(self.port)],
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self.wait_until(self._is_ready, timeout_s=180)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # The whole group: a killed parent would leave web server and daemon behind.
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
        self._process.wait(timeout=10)
        self._log.close()

    def log(self) -> str:
        """What the processes said."""
        return (self._home / "dev.log").read_text()

    def wait_until(self, holds: Any, *, timeout_s: float) -> Any:
        """The first true answer of ``holds``.

        Raises:
            TimeoutError: with the end of the log.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if answer := holds():
                return answer
            if self._process.poll() is not None:
                break
            time.sleep(0.2)
        raise TimeoutError(self.log()[-3000:])

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as reply:
            answer: dict[str, Any] = json.load(reply)["data"]
        return answer

    def run_of(self, run_id: str) -> dict[str, Any]:
        """Status and tags of a run."""
        answer: dict[str, Any] = self.ask(_RUN, run=run_id)["runOrError"]
        return answer

    def is_switched_on(self, schedule: str) -> bool:
        """Whether a schedule runs."""
        selector = {
            "repositoryName": "__repository__",
            "repositoryLocationName": "accord",
            "scheduleName": schedule,
        }
        found = self.ask(_SCHEDULE, selector=selector)["scheduleOrError"]
        return bool(found["scheduleState"]["status"] == "RUNNING")

    def _is_ready(self) -> bool:
        try:
            entries = self.ask(_READY)["workspaceOrError"]["locationEntries"]
        except OSError:
            return False
        return all(
            entry["loadStatus"] == "LOADED"
            and entry["locationOrLoadError"]["__typename"] == "RepositoryLocation"
            for entry in entries
        ) and bool(entries)
