"""An admin's first hour with the command line, on a small business: set up, plan, sync, look, measure."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.store import lease
from connectors.store.engine import Store
from sandbox.hubspot.portal import Actor
from sandbox.launch import start_sandbox
from sla_rules.definition_loading import shipped_definition_text
from tests.e2e.cli_world import Shell


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Both CRMs as they are before anybody has heard of Accord."""
    with start_sandbox(seed=5, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        yield Shell(sandbox, tmp_path_factory.mktemp("bare") / "accord.db")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Both CRMs set up, and nothing synced yet."""
    with start_sandbox(seed=7, people=60, search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path_factory.mktemp("shell") / "accord.db")
        assert shell.accord("setup", "--yes").exit_code == 0
        yield shell


@pytest.fixture(scope="module")
def synced(shell: Shell) -> Shell:
    """The same after passes until both sides agree."""
    for _ in range(4):
        result = shell.accord("sync", "--approve", "--json")
        assert result.exit_code == 0, result.stderr
        if json.loads(result.stdout)["written"] == 0:
            return shell
    pytest.fail("four passes over unchanged systems did not come to rest")


def test_setup_lists_asks_and_adds_once(bare: Shell) -> None:
    before = bare.records()
    listed = bare.accord("setup", "--check")
    assert listed.exit_code == 1
    assert "accord_stage" in listed.stdout
    assert "Accord_Integration" in listed.stdout

    declined = bare.accord("setup", answer="n\n")
    assert declined.exit_code == 1
    assert "Traceback" not in declined.output
    assert bare.records() == before
    assert bare.accord("setup", "--check").exit_code == 1

    agreed = bare.accord("setup", answer="y\n")
    assert agreed.exit_code == 0, agreed.output
    again = bare.accord("setup", "--yes")
    assert again.exit_code == 0
    assert "everything that Accord needs" in again.stdout
    told = json.loads(bare.accord("setup", "--check", "--json").stdout)
    assert told["missing"] == []
    assert {one["state"] for one in told["permissions"]} == {"beyond need"}


def test_a_first_pass_is_planned_shown_stopped_and_only_then_approved(shell: Shell) -> None:
    before = shell.records()

    shown = shell.accord("plan")
    assert shown.exit_code == 0, shown.stderr
    assert "Updates by field" in shown.stdout
    assert "first pass against these two systems" in shown.stdout
    assert "@" in shown.stdout, "a plan for the admin shows values"

    told = shell.json("plan")
    assert told["writes"] == sum(told["counts"].values()) > 50
    assert {"before", "after", "rule", "why", "field"} <= set(told["rows"][0])
    assert told["guard"], "a first pass needs an approval"

    redacted = shell.accord("plan", "--redact", "--limit", "500")
    assert "@" not in redacted.stdout

    stopped = shell.accord("sync")
    assert stopped.exit_code == 3
    assert "--approve" in stopped.stdout
    assert json.loads(shell.accord("sync", "--json").stdout)["status"] == "stopped"
    assert shell.records() == before


def test_passes_come_to_rest(synced: Shell) -> None:
    before = synced.records()
    synced.sandbox.counters.clear()
    told = synced.json("sync")
    assert (told["status"], told["written"], told["failed"]) == ("done", 0, 0)
    assert sum(told["api_calls"].values()) == synced.sandbox.counters.api_calls <= 20
    assert synced.records() == before


def test_a_person_is_explained_by_address_and_by_either_id(synced: Shell) -> None:
    told = _somebody(synced)
    text = synced.accord("explain", told["who"])
    assert text.exit_code == 0, text.stderr
    for part in ("Is this person syncing?", "Whose word counts", "Linked by", "✓", "Last writes"):
        assert part in text.stdout
    for record in (told["hubspot"], told["salesforce"]):
        assert synced.json("explain", record["id"])["link_id"] == told["link_id"]
    assert synced.json("explain", told["salesforce"]["id"][:15])["link_id"] == told["link_id"]

    email = next(line for line in told["fields"] if line["name"] == "email")
    assert email["hubspot"].lower() == email["salesforce"].lower() == email["base"]
    assert email["state"] == "in agreement"
    assert told["judgement"]["stage"] in {"go-nowhere", "lead", "MQL", "SQL"}
    assert {line["verdict"] for line in told["criteria"]} <= {"passed", "failed", "unknown"}
    assert told["writes"]
    assert told["next"] == []


def _somebody(shell: Shell) -> dict[str, object]:
    """Somebody on both sides, as ``explain`` tells it, and the address by which they were asked for."""
    for contact in shell.sandbox.snapshot("hubspot")["objects"]["contacts"]:
        properties = contact["properties"]
        if properties.get("email") and properties.get("salesforce_lead_id"):
            told = shell.json("explain", properties["email"])
            return {**told, "who": properties["email"]}
    raise AssertionError("nobody is on both sides")


def test_a_changed_value_shows_what_the_next_pass_will_do(synced: Shell) -> None:
    told = _somebody(synced)
    hubspot = told["hubspot"]
    assert isinstance(hubspot, dict)
    portal = synced.sandbox.portal
    portal.update("contacts", hubspot["id"], {"jobtitle": "Head of Umbrellas"}, actor=Actor.user(7))
    assert synced.accord("plan").exit_code == 0

    asked = synced.json("explain", str(told["who"]))
    title = next(line for line in asked["fields"] if line["name"] == "title")
    assert title["hubspot"] == "Head of Umbrellas"
    assert title["state"].startswith("will be written to Salesforce: changed in HubSpot")
    assert synced.json("sync")["written"] >= 1
    asked = synced.json("explain", str(told["who"]))
    title = next(line for line in asked["fields"] if line["name"] == "title")
    assert title["salesforce"] == title["base"] == "Head of Umbrellas"


def test_nobody_known_is_said_plainly(synced: Shell) -> None:
    result = synced.accord("explain", "nobody.at.all@example.com")
    assert result.exit_code == 1
    assert "nobody is known as" in result.stderr
    asked = synced.accord("explain", "nobody.at.all@example.com", "--json")
    assert json.loads(asked.stdout)["found"] is False


def test_status_and_holds_agree(synced: Shell) -> None:
    status = synced.json("status")
    held = synced.json("holds")
    assert status["passes"][0]["status"] in {"done", "dry"}
    assert status["age_s"] is not None
    assert status["age_s"] < 600
    assert sum(status["held"].values()) == len(held) > 0
    assert all(hold["why"] and hold["remedy"] for hold in held)
    assert sum(status["stages"].values()) > 40
    text = synced.accord("holds", "--kind", held[0]["kind"])
    assert text.exit_code == 0
    assert held[0]["field"] or "(record)" in text.stdout
    assert "Last complete pass" in synced.accord("status").stdout


def test_looking_needs_no_credentials(synced: Shell) -> None:
    for command in (("status",), ("holds",), ("explain", "nobody@example.com"), ("definition",), ("sla",)):
        result = synced.accord(*command, hubspot_token="", salesforce_url="", salesforce_client_secret="")
        assert result.exit_code in {0, 1}, result.output
        assert "is not set" not in result.output


def test_the_scorecard_is_one_page_that_needs_nothing_else(synced: Shell, tmp_path: Path) -> None:
    page = tmp_path / "reports" / "scorecard.html"
    told = json.loads(synced.accord("scorecard", "--out", str(page), "--days", "7", "--json").stdout)
    assert told["page"] == str(page)
    assert {"marketing", "sales"} == {row["team"] for row in told["attainment"]}
    html = page.read_text("utf-8")
    assert "<svg" in html
    assert "<script" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_the_agreements_are_told_in_words_and_a_draft_can_be_checked(synced: Shell, tmp_path: Path) -> None:
    assert "## MQL: one of these ways is enough" in synced.accord("definition").stdout
    assert "## What sales promises" in synced.accord("sla").stdout
    draft = tmp_path / "definition.yaml"
    draft.write_text("title: x\nfit: [", "utf-8")
    result = synced.accord("definition", "--file", str(draft))
    assert result.exit_code == 5
    assert f"{draft}:2" in result.stderr


def test_who_would_move_by_a_draft_is_shown_before_it_is_activated(synced: Shell, tmp_path: Path) -> None:
    explained = synced.accord("definition")
    assert explained.exit_code == 0
    draft = tmp_path / "definition.yaml"
    text = shipped_definition_text().partition("examples:\n")[0]
    draft.write_text(text.replace("fit_points: 34", "fit_points: 59").replace("2026.1", "2026.2"), "utf-8")

    shown = synced.accord("definition", "activate", str(draft), answer="n\n")

    assert shown.exit_code == 1
    assert "By version 2026.2 instead of 2026.1" in shown.stdout
    assert "MQL" in shown.stdout
    assert "Such as" in shown.stdout
    assert "in force from" not in shown.stdout


def test_a_second_pass_at_the_same_time_is_refused(synced: Shell) -> None:
    store = Store(f"sqlite:///{synced.database}")
    synced.sandbox.counters.clear()
    with lease.hold(store, "pass", owner="the scheduler"):
        result = synced.accord("sync")
    store.close()
    assert result.exit_code == 4
    assert "the scheduler" in result.stderr
    assert synced.sandbox.counters.api_calls == 0


def test_a_list_is_loaded_into_hubspot(bare: Shell, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("Mail,First,Last\nada@example.com,Ada,Byron\nnot an address,No,Body\n", "utf-8")
    mapping = tmp_path / "list.yaml"
    mapping.write_text(
        'version: 1\nidentity: {email: "{Mail}"}\n'
        "properties:\n  firstname: {column: First}\n  lastname: {column: Last}\n",
        "utf-8",
    )
    arguments = ("import", str(people), "--mapping", str(mapping), "--refused", str(tmp_path / "refused.csv"))
    checked = bare.accord(*arguments, "--check")
    assert checked.exit_code == 0, checked.output
    assert not bare.sandbox.snapshot("hubspot")["objects"]["contacts"]
    told = bare.json(*arguments)
    assert (told["rows"], told["created"], len(told["refused"])) == (2, 1, 1)
    assert bare.json(*arguments)["unchanged"] == 1
    assert "not an address" in (tmp_path / "refused.csv").read_text("utf-8")
