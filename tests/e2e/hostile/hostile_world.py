"""The world of the laws, used again for one history after another, with a fate for each process in it."""

from datetime import datetime, timedelta

from connectors import setup
from passes.context import PassOptions
from passes.run import run_pass
from passes.workbench import Workbench
from sandbox.hubspot.limits import RateLimits
from sandbox.hubspot.portal import Actor
from tests.e2e.hostile.databases import Databases
from tests.e2e.hostile.perils import Fate, MortalStore, MortalWatch
from tests.e2e.laws.world import World

LEASE_S = 90.0


class HostileWorld(World):
    """One pair of systems whose histories follow each other.

    Attributes:
        passes_done: passes of this world that went through.
        skew: how far the machine's clock is from the vendors'.
        search_lag_s: of this history.
    """

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.skew = timedelta(0)
        self.fate = Fate()
        self.passes_done = 0
        super().__init__(databases.url)
        self.run()
        self.bench.close()
        databases.make_template()

    def machine_now(self) -> datetime:
        """What the clock of Accord's machine shows."""
        return self.clock.now() + self.skew

    def open_bench(self) -> Workbench:
        """A process of its own, which lives until its fate ends it."""
        self.client_clock = MortalWatch(self.fate, self.watch)
        return Workbench(
            MortalStore(self.database_url, self.fate),
            hubspot=self._hubspot,
            salesforce=self._salesforce,
            read_contracts=self._contracts,
            time_zone="Europe/Berlin",
            clock=self.machine_now,
            read_s=lambda: self.machine_now().timestamp(),
        )

    def begin(self) -> None:
        """Nobody in either system, an empty database, the first hour of the world."""
        self.leave()
        self.sandbox.reset()
        self.skew = timedelta(0)
        self.portal.limits = RateLimits("professional", self.clock.now, self.watch, self.portal.time_zone)
        self.roster = self.sandbox.world.roster
        self.rep, self.colleague = self.roster.reps[0], self.roster.reps[1]
        self.marketer = Actor.user(self.roster.marketers[0].user_id)
        self.forms = {form.name: form.guid for form in self.portal.engagement.forms.values()}
        self.databases.fresh()
        self.restart()
        context = self.bench.open("setup")
        setup.install(context.hubspot, context.salesforce)

    def restart(self, *, dies_at: int | None = None) -> None:
        """Another process takes over from the present one."""
        self.leave()
        self.fate = Fate(dies_at)
        self.bench = self.open_bench()

    def leave(self) -> None:
        """The present process is gone; what it had open is closed."""
        self.fate.dead = True
        self.bench.store.close()

    def one_pass(self, minutes: float = 5) -> None:
        """A pass that goes through.

        Raises:
            Exception: as ``run_pass`` does.
        """
        self.later(minutes=minutes)
        run_pass(self.bench, self.next_pass(), PassOptions(approve=True))
        self.passes_done += 1

    def next_pass(self) -> str:
        """A name that no pass of this world has had."""
        self._passes += 1
        return f"pass {self._passes}"
