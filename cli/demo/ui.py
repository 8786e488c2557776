"""Serves the demo's world in the Dagster UI: ``dagster dev`` as a child process, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from cli.console import err
from cli.demo.dagster_run import REPOSITORY
from cli.demo.folder import Folder
from cli.errors import DemoFailedError

HOST = "127.0.0.1"
_PORTS_TRIED = 50
_START_S = 180.0
_STOP_S = 20.0


def free_port(wanted: int) -> int:
    """``wanted``, or the next port after it that nobody uses.

    Raises:
        DemoFailedError: none of the next fifty is free.
    """
    for port in range(wanted, wanted + _PORTS_TRIED):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise DemoFailedError(f"no free port from {wanted} to {wanted + _PORTS_TRIED - 1}")


@contextmanager
def dagster(
    folder: Folder, environment: Mapping[str, str], *, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """``dagster dev`` on the demo's world, answering from the block's beginning and ended after it.

    Raises:
        DemoFailedError: with where its log is.
    """
    workspace = REPOSITORY / "workspace.yaml"
    where = ["-w", str(workspace)] if workspace.exists() else ["-m", "dagster_project.definitions"]
    command = [sys.executable, "-m", "dagster", "dev", *where, "-h", HOST, "-p", str(port)]
    with folder.dagster_log.open("wb") as log:
        # Its own session: Ctrl-C reaches us alone, and we end its processes in order.
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and fixed arguments
            command,
            cwd=REPOSITORY if workspace.exists() else Path.cwd(),
            env={**os.environ, **environment, "DAGSTER_HOME": str(folder.dagster_home)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with err.status("starting Dagster"):
            _wait_until_it_answers(child, folder, port)
        yield child
    finally:
        with err.status("stopping Dagster"):
            _stop(child)


def until_stopped(child: subprocess.Popen[bytes], folder: Folder) -> None:
    """Wait for Ctrl-C, or for the signal that asks this process to end.

    Raises:
        DemoFailedError: Dagster ended by itself.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        child.wait()
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
    raise DemoFailedError(f"Dagster ended with code {child.returncode}; see {folder.dagster_log}")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _wait_until_it_answers(child: subprocess.Popen[bytes], folder: Folder, port: int) -> None:
    give_up_s = time.monotonic() + _START_S
    while time.monotonic() < give_up_s:
        if child.poll() is not None:
            raise DemoFailedError(f"Dagster ended with code {child.returncode}; see {folder.dagster_log}")
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/server_info", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise DemoFailedError(f"Dagster gave no answer in {_START_S:.0f} s; see {folder.dagster_log}")


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the child and the servers that it has started, first asking them to."""
    _signal_group(child.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_STOP_S)
    _signal_group(child.pid, signal.SIGKILL)
    child.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
