"""Makes processes that run one pass each, so that they can be killed: ``python -m tests.e2e.hostile.forge``.

Everything is imported once; a process is forked for each pass. Takes JSON objects on standard input, one a line:
the settings of ``Settings`` by name, ``pass_id`` and ``now``. Answers a line with the process's id, and, once it
has ended, a line with its exit status.
"""

import json
import os
import sys
from datetime import datetime

from connectors.budget import CallBudget, Window
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gateway import HubSpotGateway
from connectors.store.engine import Store
from dagster_project.settings import Settings
from dagster_project.workbench import make_salesforce, read_contracts
from passes.context import PassOptions
from passes.run import run_pass
from passes.workbench import Workbench


def _work(asked: dict[str, str]) -> None:
    now = datetime.fromisoformat(asked.pop("now"))
    pass_id = asked.pop("pass_id")
    settings = Settings(**asked)
    bench = Workbench(
        Store(settings.database_url),
        hubspot=lambda: _hubspot(settings),
        salesforce=lambda: make_salesforce(settings),
        read_contracts=lambda: read_contracts(settings),
        time_zone=settings.time_zone,
        clock=lambda: now,
        read_s=now.timestamp,
    )
    with bench:
        run_pass(bench, pass_id, PassOptions(approve=True))


def _hubspot(settings: Settings) -> HubSpotGateway:
    """HubSpot without its limits, which would be waited for in real time."""
    windows = {lane: Window(calls=10_000, seconds=1.0) for lane in ("burst", "search")}
    budget = CallBudget("hubspot", windows)
    token = settings.hubspot_token.get_secret_value()
    return HubSpotGateway(HubSpotClient(token, base_url=settings.hubspot_url, budget=budget))


def main() -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 0
            try:
                _work(asked)
            except BaseException:  # noqa: BLE001 - a pass may fail; how it ended is the other side's question
                status = 1
            finally:
                os._exit(status)
        print(child, flush=True)
        _, ended = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


if __name__ == "__main__":
    main()
