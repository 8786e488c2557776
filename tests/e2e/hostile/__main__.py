"""The whole campaign: ``python -m tests.e2e.hostile``. Half of the histories on SQLite, half on PostgreSQL.

Prints one table of what was run and what happened in it, and writes it to ``var/hostile.md``; a violation is told
with the steps that led to it. The exit code is 1 if there was one, or if fewer processes were killed than asked.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
DATABASES = ("sqlite", "postgresql")


def _start(database: str, histories: int, first_seed: int, counts: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.e2e.hostile.campaign", "--database", database]
    command += ["--histories", str(histories), "--seed", str(first_seed), "--counts", str(counts)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def _table(counts: dict[str, dict[str, int]]) -> str:
    names = sorted({name for one in counts.values() for name in one})
    lines = ["| | SQLite | PostgreSQL | together |", "| --- | ---: | ---: | ---: |"]
    for name in names:
        numbers = [counts[database].get(name, 0) for database in DATABASES]
        lines.append(f"| {name} | {numbers[0]} | {numbers[1]} | {sum(numbers)} |")
    return "\n".join(lines)


def main() -> int:
    """Run both halves side by side."""
    options = argparse.ArgumentParser(prog="python -m tests.e2e.hostile", description=__doc__)
    options.add_argument("--histories", type=int, default=2_000, help="of 30 steps or more, on both together")
    options.add_argument("--kills", type=int, default=300, help="processes to be killed by SIGKILL at least")
    options.add_argument("--seed", type=int, default=None, help="the same histories again")
    asked = options.parse_args()
    first_seed = asked.seed if asked.seed is not None else random.randrange(10**9)
    print(f"seed {first_seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        files = {database: Path(name) / f"{database}.json" for database in DATABASES}
        halves = [
            _start(database, -(-asked.histories // 2), first_seed + place * 1_000_000, files[database])
            for place, database in enumerate(DATABASES)
        ]
        ended = [half.wait() for half in halves]
        counts = {
            database: json.loads(file.read_text()) if file.exists() else {}
            for database, file in files.items()
        }
    table = _table(counts)
    print(table)
    report = ROOT / "var" / "hostile.md"
    report.parent.mkdir(exist_ok=True)
    report.write_text(f"seed {first_seed}\n\n{table}\n", "utf-8")
    kills = sum(one.get("kills by SIGKILL", 0) for one in counts.values())
    if kills < asked.kills:
        print(f"only {kills} processes were killed, and {asked.kills} were asked for", file=sys.stderr)
    return 1 if any(ended) or kills < asked.kills else 0


if __name__ == "__main__":
    sys.exit(main())
