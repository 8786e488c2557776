"""A plan as an admin sees it: as tables with its price, as JSON, as a page, and again later by its id."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.launch import start_sandbox
from tests.e2e.cli_world import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with start_sandbox(seed=5, people=15, scenario="dirty", search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path_factory.mktemp("plan") / "accord.db")
        assert shell.accord("setup", "--yes").exit_code == 0
        yield shell


def test_a_plan_is_shown_with_its_price_and_again_by_its_id(shell: Shell, tmp_path: Path) -> None:
    before = shell.records()
    page = tmp_path / "pages" / "plan.html"
    shown = shell.accord("plan", "--html", str(page))
    assert shown.exit_code == 0, shown.output
    for told in ("Writing it takes", "The first meeting of these two systems", "match", "create", str(page)):
        assert told in shown.stdout
    first = page.read_text("utf-8")
    assert "<!doctype html>" in first

    plan = shell.json("plan")
    assert plan["price"]["hubspot"] > 0
    assert sum(line["calls"] for line in plan["price"]["lines"]) == sum(
        plan["price"][side] for side in ("hubspot", "salesforce")
    )
    assert {group["what"] for group in plan["first_meeting"]} >= {"match", "create"}

    again = shell.accord("plan", "--show", plan["pass_id"][:12], "--html", str(page), hubspot_token="")
    assert again.exit_code == 0, again.output
    assert f"accord apply {plan['pass_id']}" in again.stdout
    assert plan["pass_id"] in page.read_text("utf-8")
    told = json.loads(shell.accord("plan", "--show", plan["pass_id"], "--json").stdout)
    assert told["rows"] == plan["rows"]
    assert told["price"] == plan["price"]
    assert shell.records() == before

    assert shell.accord("plan", "--show", "no such plan").exit_code == 1
    refused = shell.accord("plan", "--show", plan["pass_id"], "--html", str(tmp_path))
    assert refused.exit_code == 5
    assert "give another --html" in refused.stderr


def test_after_it_was_carried_out_a_plan_does_not_offer_itself_again(shell: Shell) -> None:
    plan = shell.json("plan")
    applied = shell.accord("apply", plan["pass_id"])
    assert applied.exit_code == 0, applied.output
    shown = shell.accord("plan", "--show", plan["pass_id"])
    assert "accord apply" not in shown.stdout
    assert "The first meeting" not in shown.stdout
    told = json.loads(shell.accord("plan", "--show", plan["pass_id"], "--json").stdout)
    assert told["status"] == "applied"
