"""`accord notices`, its words, and the end of `accord sync`; the sensor and the job of Dagster."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from assets.bench import Bench
from connectors.store.tables import notices
from dagster_project.definitions import build_definitions
from dagster_project.sensors import notices_sensor
from dagster_project.settings import Settings
from dagster_project.under_way import NOTICES_TAG
from passes.workbench import machine_clock
from tests.e2e.cli_world import Shell, shell_of
from tests.e2e.dagster_business import checks_of, figures_of, logged
from tests.e2e.laws.world import World
from tests.e2e.notices.office import Office
from tests.e2e.notices.test_notices import WHO, both, handed_over


@pytest.fixture
def shell(world: World, office: Office, tmp_path: Path) -> Iterator[Shell]:
    """A shell whose environment names the office's file and webhooks."""
    rules = tmp_path / "notices.yaml"
    rules.write_text(office.text(), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACCORD_NOTICES", str(rules))
        for role in office.slack_roles:
            patch.setenv(f"ACCORD_SLACK_WEBHOOK_{role.upper()}", office.slack.url(role))
        yield shell_of(world)


def test_the_list_the_test_message_and_mistakes(world: World, office: Office, shell: Shell) -> None:
    assert "There are no notices" in shell.accord("notices").stdout
    office.tell()
    handed_over(world)
    office.tell()
    office.heard()
    listed = shell.json("notices")["notices"]
    assert {(row["state"], row["channel"], row["name"]) for row in listed} == {
        ("sent", "email", "Vera Brandt"),
        ("sent", "slack", "Vera Brandt"),
    }
    # `accord status` goes by the machine's clock, which is ahead of the world's.
    with world.bench.store.begin() as connection:
        connection.execute(sa.update(notices).values(settled_at=machine_clock()))
    assert shell.json("status")["notices_last_week"] == {"sent": 2}
    assert "sent 2" in shell.accord("status").stdout

    assert shell.accord("notices", "test", "--to", "dana@m.example").exit_code == 0
    assert shell.accord("notices", "test", "--to", "manager").exit_code == 0
    assert office.heard() == both("dana@m.example", "manager", "A test from Accord")
    office.mail.refuses = ["550 unknown"]
    refused = shell.accord("notices", "test", "--to", "dana@m.example")
    assert refused.exit_code not in (0, 1)
    assert "550" in refused.stderr
    assert shell.accord("notices", "test", "--to", "boss").exit_code == 1
    off = shell.accord("notices", "test", "--to", "admin", slack_webhook_admin="")
    assert "ACCORD_SLACK_WEBHOOK_ADMIN" in off.stderr
    plain = shell.accord("notices", "send", slack_webhook_admin="http://hooks.example/services/x")
    assert "ACCORD_SLACK_WEBHOOK_ADMIN" in plain.stderr
    assert "/services/x" not in plain.stderr


def test_a_pass_ends_by_telling_and_survives_a_mistake_in_the_file(
    world: World, office: Office, shell: Shell, tmp_path: Path
) -> None:
    office.tell()
    world.contact()
    # The other process keeps to no limits: it would do so in real time.
    world.portal.limits.enforced = False
    stopped = shell.accord("sync")
    assert stopped.exit_code == 3
    # The machine's clock is ahead of the world's: begun then, a trouble of now is told.
    assert [title for _, title in office.heard()] == [
        "Accord: the guard stopped a pass; nothing was written"
    ] * 2
    assert "Notices: 2 sent" in stopped.stdout
    (tmp_path / "notices.yaml").write_text("channels: {email: {enabled: true}}", "utf-8")
    done = shell.accord("sync", "--approve")
    assert done.exit_code == 0
    assert "Nobody was told" in done.stderr
    assert "notices.yaml:1" in done.stderr


def test_the_sensor_starts_the_job_when_there_is_something_to_tell(world: World, office: Office) -> None:
    @dg.resource
    def accord(_context: dg.InitResourceContext) -> Iterator[Bench]:
        with Bench(world.open_bench) as bench:
            yield bench

    def look(instance: dg.DagsterInstance) -> object:
        with Bench(world.open_bench) as bench:
            return notices_sensor(dg.build_sensor_context(instance=instance, resources={"accord": bench}))

    office.tell()
    handed_over(world)
    job = build_definitions(Settings(), {"accord": accord}).resolve_job_def("accord_notices")
    with dg.DagsterInstance.ephemeral() as instance:
        assert isinstance(look(instance), dg.RunRequest)
        world.clear_counters()
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        assert result.success
        assert office.heard() == both(world.rep.email, "owner", f"Hot lead: {WHO}")
        assert figures_of(result, "notices")["told"] == 2
        assert checks_of(result) == {"notices_delivered": True}
        assert world.api_calls == 0
        kept = logged(instance, [result.run_id])
        assert [word for word in ("Vera", "Nordwerk", world.rep.email, "/services/") if word in kept] == []
        assert isinstance(look(instance), dg.SkipReason)
        waiting = dg.DagsterRun(
            job_name="accord_notices", status=dg.DagsterRunStatus.STARTED, tags=NOTICES_TAG
        )
        instance.add_run(waiting)
        assert "already" in str(look(instance))
