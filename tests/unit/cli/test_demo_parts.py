"""The demo's folder and ports: nothing of anybody else's is touched."""

import socket
from pathlib import Path

import pytest

from cli.demo.folder import fresh
from cli.demo.ui import free_port
from cli.errors import DemoFailedError, DemoRunningError


def test_a_new_demo_removes_what_the_last_one_left_and_nothing_else(tmp_path: Path) -> None:
    with fresh(tmp_path) as folder:
        for file in (
            tmp_path / "accord.db",
            tmp_path / "accord.db-wal",
            folder.scorecard,
            folder.environment,
        ):
            file.write_text("old", "utf-8")
        (folder.dagster_home / "history").mkdir()
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    with fresh(tmp_path) as folder:
        assert list(folder.dagster_home.iterdir()) == []
        assert {entry.name for entry in tmp_path.iterdir()} == {".lock", "dagster", "mine.txt"}


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with fresh(tmp_path) as folder:
        (tmp_path / "accord.db").write_text("in use", "utf-8")
        with pytest.raises(DemoRunningError), fresh(tmp_path):
            pass
        assert (tmp_path / "accord.db").read_text("utf-8") == "in use"
        assert folder.database_url.endswith("accord.db")
    with fresh(tmp_path):
        pass


def test_the_next_free_port_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert port < free_port(port) < port + 50


def test_no_free_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.demo.ui._PORTS_TRIED", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DemoFailedError, match="no free port"):
            free_port(taken.getsockname()[1])
