"""Opens what a pass needs, once, and closes it again: store, gateways, contracts, lease."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce.gateway import SalesforceGateway
from connectors.store import lease, quotas, runs
from connectors.store.engine import Store
from passes.context import Contracts, PassContext, PassOptions
from passes.judging import in_force
from passes.notice_setup import SILENT, NoticeSetup
from passes.step import Step, StepResult

_LEASE = "pass"


def machine_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)


class Workbench:
    """A bench for one worker process.

    Args:
        store: opened and migrated here; closed with the bench.
        hubspot, salesforce: called at most once each, when a step first needs its side.
        read_contracts: called once, when a step first needs the contracts.
        read_s: the lease's clock, in seconds since the epoch.
        notices: called once, when somebody is to be told something; None is an installation that tells nobody.
    """

    def __init__(
        self,
        store: Store,
        *,
        hubspot: Callable[[], HubSpotGateway],
        salesforce: Callable[[], SalesforceGateway],
        read_contracts: Callable[[], Contracts],
        time_zone: str,
        engagement_source: Literal["properties", "events"] = "properties",
        clock: Callable[[], datetime] = machine_clock,
        read_s: Callable[[], float] = time.time,
        notices: Callable[[], NoticeSetup] | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.read_s = read_s
        self._read_notices = notices
        self._notices: NoticeSetup | None = None
        self._make_hubspot, self._make_salesforce = hubspot, salesforce
        self._read_contracts = read_contracts
        self._time_zone = time_zone
        self._engagement_source = engagement_source
        self._context: PassContext | None = None
        self._judging: Contracts | None = None
        self._lease: ExitStack = ExitStack()
        self._held: lease.Lease | None = None
        store.migrate()

    def open(self, pass_id: str, options: PassOptions | None = None) -> PassContext:
        """The context of a pass; connecting happens once for all passes of this bench."""
        if self._context is None:
            contracts = self._read_contracts()
            self._context = PassContext(
                store=self.store,
                hubspot=self._make_hubspot(),
                salesforce=self._make_salesforce(),
                contracts=contracts,
                pass_id=pass_id,
                clock=self.clock,
                time_zone=self._time_zone,
                engagement_source=self._engagement_source,
            )
        contracts = self._in_force(pass_id, self._context.contracts)
        return replace(self._context, contracts=contracts, pass_id=pass_id, options=options or PassOptions())

    def notices(self) -> NoticeSetup:
        """Whom to tell, and by which channels.

        Raises:
            ConfigError: the file of notices, or a variable that its channels need, cannot be used.
        """
        if self._notices is None:
            self._notices = self._read_notices() if self._read_notices is not None else SILENT
        return self._notices

    def _in_force(self, pass_id: str, contracts: Contracts) -> Contracts:
        """All steps of a pass judge by one definition, also where another takes effect meanwhile."""
        mine = self._held is not None and self._held.owner == pass_id
        if self._judging is not None and mine:
            return self._judging
        with self.store.begin() as connection:
            found = in_force.resolve(connection, contracts, now=self.clock(), zone=self._time_zone)
        self._judging = found if mine else None
        return found

    def run(self, step: Step, name: str, pass_id: str, options: PassOptions | None = None) -> StepResult:
        """Run one step under the pass's lease and note its figures, its seconds and its API calls.

        Raises:
            LeaseHeldError: another worker is running a pass.
        """
        self._take_lease(pass_id)
        context = self.open(pass_id, options)
        before = {"hubspot": context.hubspot.usage(), "salesforce": context.salesforce.usage()}
        began_s = time.perf_counter()
        with self.store.begin() as connection:
            runs.begin_pass(connection, pass_id, now=context.now())
        result = step(context)
        figures: dict[str, float] = dict(result.figures)
        with self.store.begin() as connection:
            for gateway in (context.hubspot, context.salesforce):
                used, earlier = gateway.usage(), before[gateway.side]
                calls = used.calls - earlier.calls
                if calls and used.daily_limit is not None and used.daily_remaining is not None:
                    quotas.note(
                        connection,
                        gateway.side,
                        limit=used.daily_limit,
                        remaining=used.daily_remaining,
                        now=context.now(),
                    )
                figures[f"{gateway.side}_api_calls"] = calls
                delta = {
                    endpoint: number - earlier.by_endpoint.get(endpoint, 0)
                    for endpoint, number in used.by_endpoint.items()
                    if number > earlier.by_endpoint.get(endpoint, 0)
                }
                if calls:
                    runs.add_usage(connection, pass_id, gateway.side, name, calls, delta)
            figures["seconds"] = round(time.perf_counter() - began_s, 3)
            runs.count(connection, pass_id, name, figures)
        return replace(result, figures=figures)

    @contextmanager
    def alone(self, name: str) -> Iterator[PassContext]:
        """A context outside of any pass, while no pass can run.

        Raises:
            LeaseHeldError: a pass is running.
        """
        owner = f"{name}-{secrets.token_hex(5)}"
        self._take_lease(owner)
        try:
            yield self.open(owner)
        finally:
            self.release()

    def _take_lease(self, pass_id: str) -> None:
        if self._held is not None and self._held.owner == pass_id:
            return
        self.release()
        self._held = self._lease.enter_context(
            lease.hold(self.store, _LEASE, owner=pass_id, read_s=self.read_s)
        )

    def release(self) -> None:
        """Let another worker run a pass."""
        self._lease.close()
        self._held = self._judging = None

    def close(self) -> None:
        """Release the lease and the database."""
        self.release()
        self.store.close()

    def __enter__(self) -> "Workbench":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
