"""Both vendors' simulators over HTTP, one pair per test, with a clock and waits that cost no time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from connectors.budget import CallBudget
from connectors.hubspot.client import BURST, SEARCH, HubSpotClient
from connectors.hubspot.gateway import HubSpotGateway
from connectors.retry import Retrier
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.gateway import SalesforceGateway
from connectors.salesforce.login import SalesforceCredentials
from sandbox.asgi import Gateway
from sandbox.clock import SandboxClock
from sandbox.faults import FaultRule, FaultScript
from sandbox.hubspot.app import build_app as build_hubspot
from sandbox.hubspot.portal import Actor, Portal
from sandbox.salesforce.app import build_app as build_salesforce
from sandbox.salesforce.org import Org
from sandbox.server import LocalServer
from sandbox.traffic import Counters

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@dataclass
class Stopwatch:
    """Monotonic seconds that pass only by sleeping on it."""

    now_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


@dataclass
class HubSpotSide:
    portal: Portal
    server: LocalServer
    faults: FaultScript
    counters: Counters
    watch: Stopwatch

    def fail(self, **rule: object) -> None:
        """Script one fault."""
        self.faults.add(FaultRule.model_validate({"vendor": "hubspot", **rule}))

    def gateway(
        self,
        token: str | None = None,
        *,
        reserve_share: float = 0.05,
        sleep: Callable[[float], None] | None = None,
    ) -> HubSpotGateway:
        budget = CallBudget(
            "hubspot",
            {"burst": BURST, "search": SEARCH},
            reserve_share=reserve_share,
            clock=self.watch,
            sleep=self.watch.sleep,
        )
        client = HubSpotClient(
            token or self.portal.access_token,
            base_url=self.server.base_url,
            retrier=Retrier(sleep=sleep or self.watch.sleep, chance=lambda: 0.5),
            budget=budget,
            timeout_s=(2.0, 2.0),
        )
        return HubSpotGateway(client)

    def person(self, **properties: str) -> str:
        """A contact made by a user; answers its id."""
        return self.portal.create("contacts", properties, actor=Actor.user(7)).id

    def calls(self, endpoint: str) -> int:
        """Requests that the simulator received for ``METHOD /template``."""
        return self.counters.of("hubspot").snapshot()["by_endpoint"].get(endpoint, 0)


@dataclass
class SalesforceSide:
    org: Org
    server: LocalServer
    faults: FaultScript
    counters: Counters
    watch: Stopwatch
    rep_id: str

    def fail(self, **rule: object) -> None:
        """Script one fault."""
        self.faults.add(FaultRule.model_validate({"vendor": "salesforce", **rule}))

    def credentials(self) -> SalesforceCredentials:
        return SalesforceCredentials(
            self.server.base_url, client_id=self.org.client_id, client_secret=self.org.client_secret
        )

    def gateway(
        self, credentials: SalesforceCredentials | None = None, *, reserve_share: float = 0.05
    ) -> SalesforceGateway:
        budget = CallBudget(
            "salesforce", {}, reserve_share=reserve_share, clock=self.watch, sleep=self.watch.sleep
        )
        client = SalesforceClient(
            credentials or self.credentials(),
            retrier=Retrier(sleep=self.watch.sleep, chance=lambda: 0.5),
            budget=budget,
            timeout_s=(2.0, 2.0),
        )
        return SalesforceGateway(client)

    def lead(self, **fields: object) -> str:
        """A lead made by a sales rep; answers its id."""
        values = {"LastName": "Doe", "Company": "Acme", **fields}
        return self.org.create("Lead", values, user_id=self.rep_id)


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(START, frozen=True)


@pytest.fixture
def hubspot_side(clock: SandboxClock) -> Iterator[HubSpotSide]:
    watch, faults, counters = Stopwatch(), FaultScript(), Counters()
    portal = Portal(clock, search_lag_s=0.0, monotonic=watch)
    server = LocalServer(0)
    server.start(Gateway(build_hubspot(portal), counters.of("hubspot"), faults, server.pause))
    yield HubSpotSide(portal, server, faults, counters, watch)
    server.begin_stop()
    server.stop()


@pytest.fixture
def salesforce_side(clock: SandboxClock) -> Iterator[SalesforceSide]:
    watch, faults, counters = Stopwatch(), FaultScript(), Counters()
    org = Org(clock)
    rep_id = org.add_user(email="rep@meridian-analytics.example", first_name="Rita", last_name="Rep")
    server = LocalServer(0)
    server.start(Gateway(build_salesforce(org), counters.of("salesforce"), faults, server.pause))
    yield SalesforceSide(org, server, faults, counters, watch, rep_id)
    server.begin_stop()
    server.stop()


@pytest.fixture
def hubspot(hubspot_side: HubSpotSide) -> HubSpotGateway:
    return hubspot_side.gateway()


@pytest.fixture
def salesforce(salesforce_side: SalesforceSide) -> SalesforceGateway:
    return salesforce_side.gateway()
