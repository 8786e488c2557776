"""The simulated business without its servers: both stores, the clock, the seeded world, and their reset.

Servers and ports belong to ``sandbox.launch``; what the people do belongs to ``sandbox.world``.
"""

import threading
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.faults import FaultScript, PersonalEdit
from sandbox.hubspot.portal import Actor, HubSpotFault, Portal
from sandbox.salesforce.org import Org, SalesforceFault
from sandbox.traffic import Counters, Vendor
from sandbox.world.act import ActReport, act
from sandbox.world.seed import seed_world
from sandbox.world.world import World

_GONE = {"NOT_FOUND", "ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD"}


class Simulation:
    """Two vendors' stores and the people who work in them.

    Args:
        seed: decides every record, credential and act of the people.
        people: how many persons the seeded business knows.
        start: aware time at which the world is seeded; None means now.
        frozen: whether the clock stands still between jumps.
        search_lag_s: how long HubSpot's search lags behind a write.
        tier: HubSpot's edition, which decides limits and event endpoints.

    Raises:
        ValueError: unknown scenario or tier, negative ``people``, naive ``start``.
    """

    def __init__(
        self,
        *,
        seed: int,
        people: int,
        scenario: str = "default",
        start: datetime | None = None,
        frozen: bool = False,
        search_lag_s: float = 2.0,
        tier: str = "professional",
    ) -> None:
        if people < 0:
            raise ValueError(f"people must not be negative: {people}")
        self.seed, self.people, self.scenario = seed, people, scenario
        self.clock = SandboxClock(start, frozen=frozen)
        self._start, self._frozen = self.clock.now(), frozen
        self.portal = Portal(self.clock, seed=seed, search_lag_s=search_lag_s, tier=tier)
        self.org = Org(self.clock, seed=seed)
        self.counters = Counters()
        self.faults = FaultScript()
        self._acting = threading.Lock()
        self.world = self._seed()

    def _seed(self) -> World:
        world = seed_world(
            self.portal, self.org, self.clock, seed=self.seed, people=self.people, scenario=self.scenario
        )
        for user in self.org.rows("User"):
            # A user's token lasts: asked for once, it is known to the org from then on, also after a reset.
            self.org.token_of(user.id)
        return world

    def act(self, hours: float) -> ActReport:
        """Let the people work for ``hours`` of sandbox time; the clock stands that much later after it."""
        with self._acting:
            return act(self.world, hours=hours)

    def edit(self, asked: PersonalEdit) -> None:
        """A person's edit now; nothing happens to a record that is gone."""
        try:
            if asked.vendor == "hubspot":
                actor = Actor.user(int(asked.user))
                self.portal.update(asked.object_type, asked.record_id, asked.fields, actor=actor)
            else:
                self.org.update(asked.object_type, asked.record_id, asked.fields, user_id=asked.user)
        except HubSpotFault as fault:
            if fault.status != HTTPStatus.NOT_FOUND:
                raise
        except SalesforceFault as fault:
            if fault.code not in _GONE:
                raise

    def reset(self) -> None:
        """Return to the seeded start: records, clock, counters, and no faults."""
        with self._acting:
            # Frozen first: a clock that runs would have left the start again.
            self.clock.freeze(self._frozen)
            self.clock.set(self._start)
            self.portal.reset()
            self.org.reset()
            self.faults.clear()
            self.counters.clear()
            self.world = self._seed()

    def snapshot(self, vendor: Vendor) -> dict[str, Any]:
        """All records of one vendor, as its store tells them."""
        return self.portal.snapshot() if vendor == "hubspot" else self.org.snapshot()
