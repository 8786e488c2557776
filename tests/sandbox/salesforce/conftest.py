"""A served org for each test, and the real client against it."""

import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import uvicorn
from simple_salesforce import Salesforce

from sandbox.clock import SandboxClock
from sandbox.salesforce.app import build_app
from sandbox.salesforce.org import Org

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Plain(requests.adapters.HTTPAdapter):
    """Sends what the client means for https to the local port."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def send(self, request: Any, **kw: Any) -> requests.Response:
        parts = urllib.parse.urlsplit(request.url)
        request.url = urllib.parse.urlunsplit(("http", f"127.0.0.1:{self.port}", parts.path, parts.query, ""))
        kw["timeout"] = kw.get("timeout") or (5, 30)
        return super().send(request, **kw)


@dataclass
class Served:
    """A running org: ``org`` is its python side, ``client`` the real client, ``raw`` plain HTTP."""

    org: Org
    clock: SandboxClock
    port: int
    rep_id: str
    _tokens: dict[str, str] = field(default_factory=dict)

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", Plain(self.port))
        return session

    def client(self, user_id: str | None = None) -> Salesforce:
        """The real client, as the integration user or as a person."""
        if user_id is None:
            return Salesforce(
                consumer_key=self.org.client_id,
                consumer_secret=self.org.client_secret,
                domain="acme.my",
                session=self.session(),
            )
        token = self.org.token_of(user_id)
        return Salesforce(
            session_id=token, instance_url=f"http://127.0.0.1:{self.port}", session=self.session()
        )

    def raw(self, method: str, path: str, *, version: str = "59.0", **kw: Any) -> requests.Response:
        """A request below the API version, or to an absolute path."""
        user_id = kw.pop("user_id", self.org.integration_user_id)
        headers = {"Authorization": f"Bearer {self.org.token_of(user_id)}", **kw.pop("headers", {})}
        if not path.startswith("/"):
            path = f"/services/data/v{version}/{path}"
        session = self.session()
        return session.request(
            method, f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=30, **kw
        )


@pytest.fixture(scope="session")
def _server() -> Iterator[tuple[Any, int]]:
    current: dict[str, Any] = {}

    async def switch(scope: Any, receive: Any, send: Any) -> None:
        await current["app"](scope, receive, send)

    config = uvicorn.Config(switch, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield current, server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def served(_server: tuple[Any, int]) -> Served:
    current, port = _server
    clock = SandboxClock(START, frozen=True)
    org = Org(clock)
    rep_id = org.add_user(email="rita@meridian-analytics.example", first_name="Rita", last_name="Rep")
    current["app"] = build_app(org)
    return Served(org, clock, port, rep_id)


@pytest.fixture
def sf(served: Served) -> Salesforce:
    return served.client()
