"""Bad input and bad days: each gets one clear message with its remedy and an exit code, and nothing is half-written.

Two independent witnesses stand for "nothing": the CRMs' own records, and their own count of calls.
"""

import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from connectors.retry import Retrier
from sandbox.faults import FaultRule
from sandbox.launch import start_sandbox
from tests.e2e.cli_world import Shell

CONFIG, REFUSED, UNREACHABLE, SCHEMA = 5, 6, 7, 9


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with start_sandbox(seed=3, people=40, scenario="quiet", search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path_factory.mktemp("trouble") / "never.db")
        assert shell.accord("setup", "--yes").exit_code == 0
        yield shell


@pytest.fixture
def shell(world: Shell, tmp_path: Path) -> Iterator[Shell]:
    """A new database on the same two CRMs; afterwards they must be as before."""
    before = world.records()
    world.sandbox.counters.clear()
    yield Shell(world.sandbox, tmp_path / "accord.db")
    world.sandbox.faults.clear()
    assert world.records() == before


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting between attempts costs no time."""
    monkeypatch.setitem(Retrier.__init__.__kwdefaults__, "sleep", lambda _seconds: None)


def told(result: Result, code: int, *parts: str) -> None:
    """One clear message: the exit code, all of ``parts``, no traceback, no secret, nothing on standard output."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert "pat-eu1" not in result.output
    assert result.stdout == ""
    text = " ".join(result.stderr.split())
    for part in parts:
        assert part in text


def test_everything_that_is_not_set_is_listed_at_once(shell: Shell) -> None:
    unset = {
        "hubspot_token": "",
        "salesforce_url": "",
        "salesforce_client_id": "",
        "time_zone": "Mars/Olympus",
    }
    result = shell.accord("sync", **unset)
    told(result, CONFIG, "ACCORD_TIME_ZONE", "Europe/Berlin")
    result = shell.accord("sync", **{**unset, "time_zone": "Europe/Berlin"})
    told(result, CONFIG, "ACCORD_HUBSPOT_TOKEN", "ACCORD_SALESFORCE_URL", "ACCORD_SALESFORCE_CLIENT_ID")
    assert not shell.database.exists()


def test_broken_contracts_are_told_with_file_and_line_before_any_call(shell: Shell, tmp_path: Path) -> None:
    texts = {
        "mapping": "version: 1\npeople:\n  fields: [oops\n",
        "definition": "title: Leads\nfit:\n\t- bad\n",
        "sla": "title: SLA\ncommitments: {a: [}\n",
    }
    files = {name: tmp_path / f"{name}.yaml" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, "utf-8")
    result = shell.accord("sync", **{name: str(path) for name, path in files.items()})
    told(result, CONFIG, *(f"{path}:" for path in files.values()), "not valid YAML")
    assert shell.sandbox.counters.api_calls == 0
    assert not shell.database.exists()


def test_a_contract_that_is_not_there_is_named(shell: Shell, tmp_path: Path) -> None:
    told(
        shell.accord("plan", definition=str(tmp_path / "gone.yaml")), CONFIG, "gone.yaml", "ACCORD_DEFINITION"
    )


def test_a_field_that_a_side_lacks_stops_the_pass_before_it_writes(shell: Shell, tmp_path: Path) -> None:
    from sync_rules.mapping import shipped_mapping_text

    text = shipped_mapping_text()
    assert "hubspot: jobtitle" in text
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text.replace("hubspot: jobtitle", "hubspot: job_titel", 1), "utf-8")
    result = shell.accord("sync", "--approve", mapping=str(mapping))
    told(result, SCHEMA, "job_titel", "there is no such field", "accord setup")


@pytest.mark.parametrize("command", [("setup", "--check"), ("plan",), ("sync", "--approve")], ids=" ".join)
def test_a_wrong_hubspot_token_is_refused(shell: Shell, command: tuple[str, ...]) -> None:
    result = shell.accord(*command, hubspot_token="a-token-of-nobody")
    told(result, REFUSED, "hubspot:", "Check the HubSpot access token")


@pytest.mark.parametrize("command", [("setup", "--check"), ("plan",), ("sync", "--approve")], ids=" ".join)
def test_a_wrong_salesforce_secret_is_refused(shell: Shell, command: tuple[str, ...]) -> None:
    result = shell.accord(*command, salesforce_client_secret="a wrong secret of ours")
    told(result, REFUSED, "salesforce:", "Check the Salesforce client id and secret")
    assert "a wrong secret of ours" not in result.output


def test_an_address_without_encryption_is_not_called(shell: Shell) -> None:
    told(shell.accord("plan", hubspot_url="http://api.hubapi.com"), CONFIG, "only https")


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_a_vendor_that_is_down_is_named(shell: Shell, side: str) -> None:
    nowhere = {f"{side}_url": f"http://127.0.0.1:{closed_port()}"}
    told(
        shell.accord("sync", "--approve", **nowhere), UNREACHABLE, f"{side}:", "Check the", "Nothing is lost"
    )


@pytest.mark.usefixtures("impatient")
def test_a_vendor_that_fails_for_a_while_is_given_up_on_and_the_next_pass_goes_on(shell: Shell) -> None:
    shell.sandbox.faults.add(
        FaultRule(vendor="salesforce", path="/services/data/*", status=503, body=[], times=None)
    )
    told(shell.accord("plan"), UNREACHABLE, "salesforce:", "503")
    assert shell.json("status")["passes"][0]["status"] == "failed"
    shell.sandbox.faults.clear()
    assert shell.accord("plan", "--redact").exit_code == 0


def test_a_missing_scope_is_named(shell: Shell) -> None:
    shell.sandbox.portal.access.scopes.discard("crm.objects.contacts.read")
    try:
        result = shell.accord("sync", "--approve")
    finally:
        shell.sandbox.portal.access.scopes.add("crm.objects.contacts.read")
    told(result, REFUSED, "permission", "crm.objects.contacts.read")


def test_a_missing_scope_stops_setup_before_it_adds_anything(tmp_path: Path) -> None:
    with start_sandbox(seed=1, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path / "accord.db")
        before = shell.records()
        sandbox.portal.access.scopes -= {"crm.schemas.contacts.read", "crm.schemas.contacts.write"}
        result = shell.accord("setup", "--yes")
        assert result.exit_code == REFUSED, result.output
        assert "crm.schemas.contacts" in result.stderr
        assert "Traceback" not in result.output
        assert shell.records() == before


@pytest.mark.parametrize("kind", ["a folder", "under a file", "no database", "another scheme"])
def test_a_database_that_cannot_be_used_is_told_before_any_call(
    shell: Shell, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "file").write_text("not a database, but long enough to be read as one " * 40, "utf-8")
    url = {
        "a folder": f"sqlite:///{tmp_path}",
        "under a file": f"sqlite:///{tmp_path}/file/accord.db",
        "no database": f"sqlite:///{tmp_path}/file",
        "another scheme": "mongo://127.0.0.1/accord",
    }[kind]
    told(shell.accord("sync", "--approve", database_url=url), CONFIG, "database")
    assert shell.sandbox.counters.api_calls == 0


def test_a_read_only_database_is_told(shell: Shell) -> None:
    assert shell.accord("plan", "--redact").exit_code == 0
    url = f"sqlite:///file:{shell.database}?mode=ro&uri=true"
    shell.sandbox.counters.clear()
    told(shell.accord("sync", "--approve", database_url=url), CONFIG, "database", "ACCORD_DATABASE_URL")
    assert shell.sandbox.counters.api_calls == 0


def test_looking_makes_no_database(shell: Shell) -> None:
    told(shell.accord("status"), CONFIG, "there is no database", "ACCORD_DATABASE_URL")
    assert not shell.database.exists()


def test_a_locked_database_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.store import engine

    assert shell.accord("plan", "--redact").exit_code == 0
    monkeypatch.setattr(engine, "_prepare_sqlite", lambda connection, _record: None)
    other = sqlite3.connect(shell.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        result = shell.accord("sync", database_url=f"sqlite:///{shell.database}?timeout=0.05")
    finally:
        other.close()
    told(result, CONFIG, "database", "locked")


@pytest.mark.parametrize("option", ["--hubspot-port", "--salesforce-port"])
def test_the_demo_names_a_port_that_is_taken(shell: Shell, tmp_path: Path, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        result = shell.accord(
            "demo", "--people", "10", "--days", "1", "--keep", str(tmp_path), option, str(port)
        )
    told(result, CONFIG, f"port {port}", option)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nproperties: [", "not valid YAML"),
        ("version: 1\nidentity: {email: '{Mail}'}\nx: 1\n", "'x'"),
    ],
    ids=["broken", "unknown key"],
)
def test_a_list_with_a_bad_mapping_is_not_loaded(shell: Shell, tmp_path: Path, text: str, said: str) -> None:
    people, mapping = tmp_path / "people.csv", tmp_path / "list.yaml"
    people.write_text("Mail\nada@example.com\n", "utf-8")
    mapping.write_text(text, "utf-8")
    told(shell.accord("import", str(people), "--mapping", str(mapping)), CONFIG, f"{mapping}:", said)
    assert shell.sandbox.counters.api_calls == 0


def test_a_list_that_is_not_there_is_named(shell: Shell, tmp_path: Path) -> None:
    mapping = tmp_path / "list.yaml"
    mapping.write_text(
        'version: 1\nidentity: {email: "{Mail}"}\nproperties: {firstname: {column: First}}\n', "utf-8"
    )
    told(shell.accord("import", str(tmp_path / "gone.csv"), "--mapping", str(mapping)), CONFIG, "gone.csv")
