"""Kills real processes in the middle of a pass: at a request that a vendor receives, or after some milliseconds."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.e2e.hostile.hostile_world import HostileWorld

ROOT = Path(__file__).parents[3]
_PATIENCE_S = 120.0


class Executioner:
    """One forge of processes for one world; ends with ``close``."""

    def __init__(self, world: HostileWorld) -> None:
        self.world = world
        command = [sys.executable, "-m", "tests.e2e.hostile.forge"]
        self._forge = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def kill(self, *, after_requests: int, then_ms: int) -> bool:
        """Start a pass and send SIGKILL some milliseconds after so many requests; False: it had ended by then."""
        world = self.world
        # The other process keeps to no limits: it would do so in real time.
        world.portal.limits.enforced = False
        before = world.api_calls
        child = self._start()
        ended = threading.Event()
        status: list[int] = []

        def wait() -> None:
            status.append(self._line())
            ended.set()

        reader = threading.Thread(target=wait)
        reader.start()
        deadline_s = time.monotonic() + _PATIENCE_S
        while world.api_calls < before + after_requests and time.monotonic() < deadline_s:
            if ended.wait(0.001):
                break
        if not ended.wait(then_ms / 1000):
            os.kill(child, signal.SIGKILL)
        reader.join(_PATIENCE_S)
        world.portal.limits.enforced = True
        return status == [-signal.SIGKILL]

    def _start(self) -> int:
        world = self.world
        hubspot, salesforce = world.sandbox.hubspot, world.sandbox.salesforce
        asked = {
            "database_url": world.database_url,
            "hubspot_token": hubspot.access_token,
            "hubspot_url": hubspot.base_url,
            "salesforce_url": salesforce.instance_url,
            "salesforce_client_id": salesforce.client_id,
            "salesforce_client_secret": salesforce.client_secret,
            "now": world.machine_now().isoformat(),
            "pass_id": world.next_pass(),
        }
        assert self._forge.stdin is not None
        self._forge.stdin.write(json.dumps(asked) + "\n")
        self._forge.stdin.flush()
        return self._line()

    def _line(self) -> int:
        assert self._forge.stdout is not None
        return int(self._forge.stdout.readline())

    def close(self) -> None:
        """End the forge."""
        assert self._forge.stdin is not None
        self._forge.stdin.close()
        self._forge.wait(30)
