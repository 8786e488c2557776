"""Count the API calls of a pass against the least possible, on the sandbox, as the vendors would bill them.

Run: python -m benchmarks.api_calls [--changed 1 50 200 1000]

1. Passes until nothing moves, then a pass over unchanged systems: 0 writes, at most 20 calls in all.
2. For each n, half of n people get another city in HubSpot (h of them) and half in Salesforce (s of them). The
   pass that carries this over may cost at most 20 + 1.2 x the least possible, where the least possible is

     ceil(h / 200)     HubSpot search pages, to learn who changed (0 where nobody did)
   + ceil(h / 100)     HubSpot batch reads of their values: a search tells values of a while ago, and no history
   + ceil(s / 2,000)   Salesforce query pages, to learn who changed and how
   + ceil(s / 100)     HubSpot batch updates
   + ceil(h / 200)     Salesforce collection updates

3. After each of those, one pass reads the echo of what was written; the passes of the minutes that follow find
   nothing to do, and the dearest of them may cost at most 20 calls.

The 20 pay for looking at everything that did not change. Calls are counted by the sandbox and not by the product.
Nobody works during the measurement, and it takes place months after the business was seeded: page views that grow
old, points that fade and clocks that run out would be changes too. Between two measurements the clock moves past the
overlap of the reads.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

import sqlalchemy as sa

from connectors import setup
from connectors.store.tables import links
from dagster_project.settings import Settings
from dagster_project.workbench import open_workbench
from passes.context import PassOptions
from passes.run import run_pass
from passes.workbench import Workbench
from sandbox.hubspot.records import Actor
from sandbox.launch import Sandbox, start_sandbox

MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
ALLOWANCE = 20
FACTOR = 1.2
PAST_OVERLAP_S = 11 * 60
MINUTES_AFTER = 12
UNTIL_ALL_IS_QUIET_S = 120 * 24 * 3600
PAST_SEARCH_LAG_S = 10
MOST_SETTLING_PASSES = 8


@dataclass(frozen=True)
class Person:
    """A person on both sides."""

    hubspot_id: str
    sobject: str
    salesforce_id: str


@dataclass(frozen=True)
class Measured:
    """What one pass cost."""

    written: int
    calls: int
    by_endpoint: Mapping[str, int]


def least_possible(in_hubspot: int, in_salesforce: int) -> int:
    """The fewest calls that can carry the changes over; the formula of the module."""
    return (
        ceil(in_hubspot / 200)
        + ceil(in_hubspot / 100)
        + ceil(in_salesforce / 2_000)
        + ceil(in_salesforce / 100)
        + ceil(in_hubspot / 200)
    )


class Bench:
    """A sandbox with a provisioned pair of accounts, and the passes over it."""

    def __init__(self, sandbox: Sandbox, workbench: Workbench) -> None:
        self._sandbox, self._workbench = sandbox, workbench
        self._passes = 0
        users = sandbox.org.rows("User")
        self._rep = next(
            user for user in users if user["IsActive"] and user["Email"] and user["UserType"] == "Standard"
        )
        users_of_hubspot = (owner.user_id for owner in sandbox.portal.owners.all())
        self._marketer = Actor.user(next(user_id for user_id in users_of_hubspot if user_id is not None))

    def run(self) -> Measured:
        """One pass, as the vendors would bill it."""
        self._passes += 1
        self._sandbox.counters.clear()
        results = run_pass(self._workbench, f"bench-{self._passes}", PassOptions(approve=True))
        by_endpoint = Counter(self._sandbox.counters.hubspot.requests)
        by_endpoint.update(self._sandbox.counters.salesforce.requests)
        written = int(results["applied_writes"].figures["written"])
        return Measured(written, self._sandbox.counters.api_calls, by_endpoint)

    def settle(self) -> None:
        """Passes until one writes nothing, and then until the overlap of the reads is past.

        Raises:
            SystemExit: the passes do not come to rest.
        """
        for _ in range(MOST_SETTLING_PASSES):
            self._sandbox.clock.advance(PAST_OVERLAP_S)
            if self.run().written == 0:
                self._sandbox.clock.advance(PAST_OVERLAP_S)
                return
        sys.exit(f"{MOST_SETTLING_PASSES} passes over unchanged systems still write")

    def idle_minutes(self) -> int:
        """The dearest of the passes with nothing to do in the minutes after one that wrote."""
        self._sandbox.clock.advance(60)
        self.run()
        costs = []
        for _ in range(MINUTES_AFTER):
            self._sandbox.clock.advance(60)
            costs.append(self.run().calls)
        return max(costs)

    def people(self) -> list[Person]:
        """Everybody who is on both sides, in a fixed order."""
        with self._workbench.store.begin() as connection:
            rows = connection.execute(
                sa.select(links.c.hubspot_id, links.c.salesforce_type, links.c.salesforce_id)
                .where(
                    links.c.kind == "person",
                    links.c.hubspot_id.is_not(None),
                    links.c.salesforce_id.is_not(None),
                )
                .where(links.c.merged_into.is_(None))
                .order_by(links.c.link_id)
            ).all()
        living = [row for row in rows if self._sandbox.portal.record("contacts", row[0]) is not None]
        return [Person(*row) for row in living]

    def edit(self, in_hubspot: Sequence[Person], in_salesforce: Sequence[Person], city: str) -> None:
        """People move; marketers note it for some, reps for others."""
        for person in in_hubspot:
            self._sandbox.portal.update("contacts", person.hubspot_id, {"city": city}, actor=self._marketer)
        for person in in_salesforce:
            field = "City" if person.sobject == "Lead" else "MailingCity"
            self._sandbox.org.update(
                person.sobject, person.salesforce_id, {field: city}, user_id=self._rep.id
            )
        self._sandbox.clock.advance(PAST_SEARCH_LAG_S)


def measure(people: int, changed: Sequence[int]) -> bool:
    """Print both measurements; whether all promises were kept."""
    kept = True
    with (
        tempfile.TemporaryDirectory() as folder,
        start_sandbox(seed=7, people=people, start=MONDAY) as sandbox,
    ):
        settings = Settings(
            database_url=f"sqlite:///{Path(folder) / 'accord.db'}",
            hubspot_token=sandbox.hubspot.access_token,
            hubspot_url=sandbox.hubspot.base_url,
            salesforce_url=sandbox.salesforce.instance_url,
            salesforce_client_id=sandbox.salesforce.client_id,
            salesforce_client_secret=sandbox.salesforce.client_secret,
        )
        with open_workbench(settings, clock=sandbox.clock.now) as workbench:
            context = workbench.open("setup")
            setup.install(context.hubspot, context.salesforce)
            bench = Bench(sandbox, workbench)
            bench.run()
            sandbox.clock.advance(UNTIL_ALL_IS_QUIET_S)
            bench.settle()
            idle = bench.run()
            kept = idle.written == 0 and idle.calls <= ALLOWANCE
            everybody = bench.people()
            print(f"API calls, {people:,} people seeded, {len(everybody):,} of them on both sides")
            print(
                f"  a pass over unchanged systems: {idle.written} writes, {idle.calls} calls (at most {ALLOWANCE})"
            )
            print(
                f"  {'changed':>8} {'written':>8} {'calls':>6} {'least':>6} {'at most':>8} {'calls/least':>12}"
                f" {'idle after':>11}"
            )
            for number in changed:
                if number > len(everybody):
                    print(f"  {number:>8,}  left out: not so many people are on both sides")
                    continue
                kept &= _row(bench, everybody[:number])
    return kept


def _row(bench: Bench, chosen: Sequence[Person]) -> bool:
    half = ceil(len(chosen) / 2)
    bench.edit(chosen[:half], chosen[half:], f"Newtown {len(chosen)}")
    measured = bench.run()
    least = least_possible(half, len(chosen) - half)
    limit = int(ALLOWANCE + FACTOR * least)
    after = bench.idle_minutes()
    good = measured.calls <= limit and measured.written == len(chosen) and after <= ALLOWANCE
    print(
        f"  {len(chosen):>8,} {measured.written:>8,} {measured.calls:>6} {least:>6} {limit:>8} "
        f"{measured.calls / least:>12.2f} {after:>11}{'' if good else '  MISSED'}"
    )
    if not good:
        for endpoint, calls in Counter(measured.by_endpoint).most_common():
            print(f"           {calls:>6} {endpoint}")
    bench.settle()
    return good


def main() -> int:
    """Print the measurements; 1 if a promise is missed."""
    parser = argparse.ArgumentParser(description="API calls of a pass against the least possible.")
    parser.add_argument("--changed", type=int, nargs="+", default=[1, 50, 200, 1000])
    parser.add_argument("--people", type=int, default=0, help="size of the seeded business; 0: large enough")
    options = parser.parse_args()
    people = options.people or max(300, int(max(options.changed) * 1.6))
    # A benchmark is run from a shell, where standard output is a text stream.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return 0 if measure(people, options.changed) else 1


if __name__ == "__main__":
    sys.exit(main())
