"""One pass in a process of its own, for tests that kill it: ``python -m tests.e2e.laws.one_pass``.

Takes a JSON object on standard input: the settings of ``Settings`` by name, ``pass_id`` and ``now``.
"""

import json
import sys
from datetime import datetime

from dagster_project.settings import Settings
from dagster_project.workbench import open_workbench
from passes.context import PassOptions
from passes.run import run_pass


def main() -> None:
    """Run the pass, approved."""
    asked = json.load(sys.stdin)
    now = datetime.fromisoformat(asked.pop("now"))
    pass_id = asked.pop("pass_id")
    with open_workbench(Settings(**asked), clock=lambda: now) as bench:
        run_pass(bench, pass_id, PassOptions(approve=True))


if __name__ == "__main__":
    main()
