"""A message reaches its recipient whatever happens on the way: servers away, refusals, a process killed in between."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.store.tables import notices
from tests.e2e.cli_world import shell_of
from tests.e2e.laws.world import World
from tests.e2e.notices.office import Office
from tests.e2e.notices.test_notices import WHO, both, handed_over

ROOT = Path(__file__).parents[3]
# What `accord notices send` does, at the world's time.
TELLS = """
import sys
from datetime import datetime
from dagster_project.settings import load_settings
from dagster_project.workbench import open_workbench
from passes.notices.tell import tell
now = datetime.fromisoformat(sys.argv[1])
tell(open_workbench(load_settings(), clock=lambda: now))
"""


def kept(world: World) -> list[Any]:
    """The outbox."""
    with world.bench.store.begin() as connection:
        return list(connection.execute(sa.select(notices).order_by(notices.c.channel)))


def delivered(result: Any) -> bool:
    (finding,) = [one for one in result.findings if one.name == "notices_delivered"]
    return bool(finding.holds)


def test_servers_that_were_away_get_it_once_they_are_back(world: World, office: Office) -> None:
    office.tell()
    handed_over(world)
    office.mail.stop()
    office.slack.answers = [(503, "down", {})] * 2
    result = office.tell()
    assert (result.figures["told"], result.figures["postponed"]) == (0, 2)
    assert [(row.state, row.tries) for row in kept(world)] == [("queued", 1)] * 2
    assert len(office.slept) == 2  # a second try at once, and no more in this round
    # Not before its time, then again with a longer wait.
    assert office.tell().figures["postponed"] == 0
    office.slack.answers = []
    assert office.tell(minutes=2).figures["told"] == 1
    office.mail.start()
    assert office.tell(minutes=5).figures["told"] == 1
    assert office.heard() == both(world.rep.email, "owner", f"Hot lead: {WHO}")
    assert {row.state for row in kept(world)} == {"sent"}


def test_what_is_refused_for_good_is_given_up_with_a_remedy(
    world: World, make_office: Callable[..., Office]
) -> None:
    office = make_office(world, rules={"patience": {"tries": 2, "longest_wait": "1 minute"}}, slack_roles=())
    office.tell()
    handed_over(world)
    office.mail.refuses = ["550 unknown"]
    result = office.tell()
    assert result.figures["given up"] == 1
    assert not delivered(result)
    (row,) = kept(world)
    assert (row.state, "550" in row.trouble, bool(row.remedy)) == ("failed", True, True)
    shell = shell_of(world)
    listed = shell.accord("notices", "--state", "failed").stdout
    assert "given up" in listed
    assert "550" in listed
    assert "1 notices are queued once more" in shell.accord("notices", "again").stdout
    world.later(minutes=1)
    # `accord notices again` went by the machine's clock, which is ahead of the world's.
    with world.bench.store.begin() as connection:
        connection.execute(sa.update(notices).values(send_at=world.clock.now()))
    result = office.tell()
    assert result.figures["told"] == 1
    assert delivered(result)
    assert office.heard() == [(world.rep.email, f"Hot lead: {WHO}")]


def test_a_message_that_nobody_takes_is_given_up_after_the_agreed_tries(
    world: World, make_office: Callable[..., Office]
) -> None:
    office = make_office(world, rules={"patience": {"tries": 3}}, slack_roles=())
    office.tell()
    handed_over(world)
    office.mail.stop()
    figures = [office.tell(minutes=5).figures for _ in range(4)]
    office.mail.start()
    assert [one["postponed"] for one in figures] == [1, 1, 0, 0]
    assert [one["given up"] for one in figures] == [0, 0, 1, 0]


def test_killed_between_sending_and_noting_it_is_sent_again_under_the_same_id(
    world: World, make_office: Callable[..., Office], tmp_path: Path
) -> None:
    office = make_office(world, slack_roles=())
    office.tell()
    handed_over(world)
    rules = tmp_path / "notices.yaml"
    rules.write_text(office.text(), "utf-8")
    environment = {**os.environ, **shell_of(world).environment, "ACCORD_NOTICES": str(rules)}
    process = subprocess.Popen(
        [sys.executable, "-c", TELLS, world.clock.now().isoformat()], cwd=ROOT, env=environment
    )

    def dies() -> None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)

    office.mail.then = dies
    assert process.wait(120) == -signal.SIGKILL
    (first,) = office.mail.taken()
    assert [(row.state, row.tries) for row in kept(world)] == [("sending", 1)]
    # Its lease ends by itself.
    assert office.tell(minutes=5).figures["told"] == 0
    world.bench.read_s = lambda: time.time() + 120
    assert office.tell().figures["told"] == 1
    (second,) = office.mail.taken()
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()
    office.tell(minutes=5)
    assert office.mail.taken() == []


def test_nobody_is_named_in_the_outbox_figures_or_logs(
    world: World, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.tell()
    office.mail.refuses = ["451 not now, vera.brandt@nordwerk.example"] * 2
    # The server that the test runs tells of what it takes; it is not ours.
    logging.getLogger("mail").setLevel(logging.CRITICAL)
    with caplog.at_level(logging.DEBUG):
        handed_over(world)
        result = office.tell()
    rows = [{**row._mapping, "recipient": ""} for row in kept(world)]
    everything = json.dumps(
        [rows, result.figures, [f.why for f in result.findings], caplog.text], default=str
    )
    for secret in ("Vera", "Brandt", "Nordwerk", "vera.brandt", "/services/", world.rep.email):
        assert secret not in everything
    assert "451" in everything
