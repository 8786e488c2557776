"""Thousands of histories, counted: ``python -m tests.e2e.hostile.campaign --histories 1000 --database sqlite``.

Each seed gives the same histories again. A violation is told with the steps that led to it, and the campaign
goes on with the next seed; the exit code is 1 if there was any.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.contract.store.conftest import started
from tests.e2e.hostile.databases import PostgresDatabases, SqliteFiles
from tests.e2e.hostile.hostile_world import HostileWorld
from tests.e2e.hostile.killing import Executioner
from tests.e2e.hostile.machine import HostileMachine

# A few rows gain nothing from many threads, and lose by them when campaigns share a machine.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
# The first history of a seed is Hypothesis's simplest, and short.
AT_ONCE = 50
WHOLE = "histories of 30 steps or more"
LEAST_STEPS, STEPS = 30, 40


def histories(world: HostileWorld, number: int, first_seed: int, *, shrink: bool = False) -> int:
    """Run so many histories of 30 steps or more; answers how many seeds failed."""
    failed = 0
    HostileMachine.world = world
    wanted = HostileMachine.tally[WHOLE] + number
    one_seed = first_seed
    while HostileMachine.tally[WHOLE] < wanted:
        how = settings(
            max_examples=AT_ONCE,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        machine = seed(one_seed)(type("Seeded", (HostileMachine,), {}))
        try:
            run_state_machine_as_test(machine, settings=how, _min_steps=LEAST_STEPS)
        except Exception:  # noqa: BLE001 - a violation or a fault of the product: told, and on with the next
            failed += 1
            print(f"seed {one_seed}:", file=sys.stderr, flush=True)
            traceback.print_exc(limit=-3)
        one_seed += 1
        print(_progress(number, wanted), file=sys.stderr, flush=True)
    return failed


def _progress(number: int, wanted: int) -> str:
    tally = HostileMachine.tally
    done, killed = number - wanted + tally[WHOLE], tally["kills by SIGKILL"]
    return f"{done} of {number} histories, {killed} processes killed, {tally['violations']} violations"


def main() -> int:
    """Run a campaign on one database."""
    options = argparse.ArgumentParser()
    options.add_argument("--histories", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--counts", type=Path, help="a file for the counts, as JSON")
    options.add_argument("--shrink", action="store_true", help="shorten what failed, which takes minutes")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        server = started(Path(name)) if asked.database == "postgresql" else None
        databases = PostgresDatabases(server.get_uri()) if server is not None else SqliteFiles(Path(name))
        world = HostileWorld(databases)
        executioner = HostileMachine.executioner = Executioner(world)
        began_s = time.monotonic()
        failed = histories(world, asked.histories, asked.seed, shrink=asked.shrink)
        counts = Counter(HostileMachine.tally)
        counts["seeds that failed"] = failed
        counts["seconds"] = round(time.monotonic() - began_s)
        executioner.close()
        world.stop()
        if server is not None:
            server.cleanup()
    print(json.dumps(counts, indent=1, sort_keys=True))
    if asked.counts:
        asked.counts.write_text(json.dumps(counts))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
