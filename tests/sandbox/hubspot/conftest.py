import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import hubspot
import orjson
import pytest
import requests
import uvicorn

from sandbox.clock import SandboxClock
from sandbox.hubspot.app import build_app
from sandbox.hubspot.portal import Actor, Owner, Portal

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TIMEOUT_S = 20


class Seconds:
    """Real seconds for bursts and token life, moved by hand."""

    def __init__(self) -> None:
        self.value = 1000.0

    def __call__(self) -> float:
        return self.value


@dataclass
class Server:
    """A running portal with what tests need around it."""

    portal: Portal
    clock: SandboxClock
    seconds: Seconds
    base_url: str

    def client(self, token: str | None = None) -> Any:
        return hubspot.Client.create(
            access_token=token or self.portal.access_token, host=self.base_url, base_url=self.base_url
        )

    def call(
        self, method: str, path: str, body: object = None, *, token: str | None = None, query: Any = None
    ) -> requests.Response:
        return requests.request(
            method,
            self.base_url + path,
            params=query,
            data=None if body is None else orjson.dumps(body),
            headers={"Authorization": f"Bearer {token or self.portal.access_token}"},
            timeout=TIMEOUT_S,
        )

    def settle(self) -> None:
        """Let search catch up and the burst windows pass."""
        self.clock.advance(10)
        self.seconds.value += 60


@pytest.fixture(scope="session")
def _running() -> Iterator[Server]:
    clock, seconds = SandboxClock(START, frozen=True), Seconds()
    portal = Portal(clock, seed=7, monotonic=seconds)
    config = uvicorn.Config(build_app(portal), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Server(portal, clock, seconds, f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def server(_running: Server) -> Server:
    """An empty portal on a frozen clock; every test begins with the same one."""
    _running.clock.set(START)
    _running.portal.tier = "professional"
    _running.portal.merge_keeps_primary_id = False
    _running.portal.reset()
    _running.portal.limits.enforced = False
    return _running


@pytest.fixture
def portal(server: Server) -> Portal:
    return server.portal


@pytest.fixture
def app_actor(portal: Portal) -> Actor:
    return Actor.integration(portal.app_id)


@pytest.fixture
def marketer(portal: Portal) -> Owner:
    return portal.add_owner(email="mara@meridian.example", first_name="Mara", last_name="Klein")
