"""``python -m sandbox``: serve a seeded sandbox until told to end.

Prints one JSON line with both vendors' addresses and credentials when both servers answer. Ends without a
traceback on SIGINT or SIGTERM (exit code 0); a wrong argument or a port in use is one line on stderr and
exit code 2.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from types import FrameType

import orjson

from sandbox.launch import start_sandbox
from sandbox.server import PortInUseError

_USAGE_ERROR = 2


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port: 0 to 65535, 0 for any free one")
    return port


def _people(text: str) -> int:
    people = int(text)
    if people < 0:
        raise argparse.ArgumentTypeError(f"{people} is fewer than no people")
    return people


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an ISO time such as 2026-11-02T08:00:00+00:00"
        ) from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no time zone: add Z or an offset")
    return moment


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="Simulated HubSpot and Salesforce APIs on 127.0.0.1, with a seeded business behind them.",
    )
    parser.add_argument("--hubspot-port", type=_port, default=0, help="0, the default, takes any free port")
    parser.add_argument(
        "--salesforce-port", type=_port, default=0, help="0, the default, takes any free port"
    )
    parser.add_argument("--seed", type=int, default=1, help="same seed, same world (default 1)")
    parser.add_argument("--people", type=_people, default=500, help="size of the business (default 500)")
    parser.add_argument("--scenario", default="default", help="default, quiet, empty or dirty")
    parser.add_argument(
        "--start", type=_moment, help="the sandbox's time at start, ISO with zone (default: now)"
    )
    parser.add_argument("--frozen", action="store_true", help="the clock moves only when told to")
    parser.add_argument("--search-lag-s", type=float, default=2.0, help="HubSpot's search lag (default 2)")
    parser.add_argument("--tier", default="professional", help="HubSpot's edition (default professional)")
    parser.add_argument(
        "--exit-with-parent", action="store_true", help="also end when standard input is closed"
    )
    return parser


def _end_with_standard_input(ended: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    ended.set()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    ended = threading.Event()
    try:
        if chosen.exit_with_parent:
            threading.Thread(target=_end_with_standard_input, args=(ended,), daemon=True).start()
        with start_sandbox(
            seed=chosen.seed,
            people=chosen.people,
            scenario=chosen.scenario,
            start=chosen.start,
            frozen=chosen.frozen,
            search_lag_s=chosen.search_lag_s,
            tier=chosen.tier,
            hubspot_port=chosen.hubspot_port,
            salesforce_port=chosen.salesforce_port,
        ) as sandbox:
            try:
                sys.stdout.buffer.write(orjson.dumps(sandbox.credentials, option=orjson.OPT_APPEND_NEWLINE))
                sys.stdout.buffer.flush()
                ended.wait()
            finally:
                # A second Ctrl-C must not interrupt an orderly end.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
    except KeyboardInterrupt:
        return 0
    except PortInUseError as error:
        print(f"sandbox: {error}; choose another, or 0 for any free one", file=sys.stderr)
        return _USAGE_ERROR
    except ValueError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return _USAGE_ERROR
    return 0


if __name__ == "__main__":
    sys.exit(main())
