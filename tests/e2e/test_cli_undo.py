"""Plan, approve, look back and undo from the command line, on a small business."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.hubspot.portal import Actor
from sandbox.launch import start_sandbox
from tests.e2e.cli_world import Shell

EMAIL = "vera.brandt@nordwerk.example"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with start_sandbox(seed=5, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path_factory.mktemp("undo") / "accord.db")
        assert shell.accord("setup", "--yes").exit_code == 0
        yield shell


@pytest.fixture(scope="module")
def pair(shell: Shell) -> tuple[str, str]:
    """One person on both sides; their first plan was stopped, read and approved."""
    rep = shell.sandbox.world.roster.reps[0]
    values = {
        "email": EMAIL,
        "firstname": "Vera",
        "lastname": "Brandt",
        "company": "Nordwerk",
        "city": "Kiel",
    }
    contact_id = shell.sandbox.portal.create("contacts", values, actor=_marketer(shell)).id
    lead_id = shell.sandbox.org.create(
        "Lead",
        {"Email": EMAIL, "LastName": "Brandt", "Company": "Nordwerk", "City": "Kiel", "OwnerId": rep.user_id},
        user_id=rep.user_id,
    )
    nothing = shell.accord("apply")
    assert nothing.exit_code == 1
    stopped = shell.accord("sync")
    assert stopped.exit_code == 3
    assert "accord apply" in stopped.stdout
    applied = shell.accord("apply")
    assert applied.exit_code == 0, applied.output
    assert "carried out" in applied.stdout
    assert shell.accord("apply").exit_code == 1
    return contact_id, lead_id


def _marketer(shell: Shell) -> Actor:
    return Actor.user(shell.sandbox.world.roster.marketers[0].user_id)


def _edit(shell: Shell, lead_id: str, **fields: Any) -> None:
    shell.sandbox.org.update("Lead", lead_id, fields, user_id=shell.sandbox.world.roster.reps[0].user_id)


def _city(shell: Shell, contact_id: str) -> str | None:
    record = shell.sandbox.portal.record("contacts", contact_id)
    assert record is not None
    return record.properties.get("city")


def test_a_plan_that_no_longer_fits_is_refused_and_says_why(shell: Shell, pair: tuple[str, str]) -> None:
    contact_id, lead_id = pair
    _edit(shell, lead_id, City="Bremen")
    plan_id = shell.json("plan")["pass_id"]
    _edit(shell, lead_id, City="Hamburg")
    refused = shell.accord("apply", plan_id)
    assert refused.exit_code == 12
    assert "Nothing was written" in refused.stderr
    assert lead_id in refused.stdout
    told = json.loads(shell.accord("apply", plan_id, "--json").stdout)
    assert [(one["record_id"], one["field"]) for one in told["moved"]] == [(lead_id, "city")]
    assert _city(shell, contact_id) == "Kiel"
    assert shell.accord("apply", "no such plan").exit_code == 1


def test_undo_shows_asks_restores_and_history_tells_it_all(shell: Shell, pair: tuple[str, str]) -> None:
    contact_id, lead_id = pair
    _edit(shell, lead_id, City="Lübeck")
    pass_id = shell.json("sync")["pass_id"]
    assert _city(shell, contact_id) == "Lübeck"

    declined = shell.accord("undo", pass_id, answer="n\n")
    assert declined.exit_code == 1
    assert "Kiel" in declined.stdout
    assert _city(shell, contact_id) == "Lübeck"

    done = shell.accord("undo", pass_id[:10], "--yes")
    assert done.exit_code == 0, done.output
    assert _city(shell, contact_id) == "Kiel"
    assert shell.json("sync")["written"] == 0
    assert _city(shell, contact_id) == "Kiel"

    told = shell.json("history", EMAIL)["events"]
    cities = [
        (one["what"], one["before"], one["after"], one["rule"]) for one in told if one["field"] == "city"
    ]
    assert ("written", "Kiel", "Lübeck", "two_way") in cities
    assert ("written", "Lübeck", "Kiel", "undo") in cities
    assert [what for what, *_ in cities].count("held") == 1
    assert {one["pass_id"] for one in told if one["what"] == "written"} >= {pass_id}
    assert "stage" in {one["what"] for one in told}
    shown = shell.accord("history", contact_id)
    assert shown.exit_code == 0
    assert "Lübeck" in shown.stdout
    assert shell.accord("history", "nobody@nowhere.example").exit_code == 1

    assert shell.accord("undo", "no such pass").exit_code == 1
    again = shell.accord("undo", pass_id, "--yes")
    assert again.exit_code == 0
    assert "Nothing of the pass" in again.stdout


def test_archiving_what_a_pass_created_takes_an_approval_of_its_own(
    shell: Shell, pair: tuple[str, str]
) -> None:
    url = "https://www.meridian-analytics.example/demo"
    values = {
        "email": "mara@nordwerk.example", "firstname": "Mara", "lastname": "Lind", "company": "Nordwerk AG",
        "jobtitle": "VP Data", "industry": "Technology", "employee_count": "500", "country": "Germany",
    }  # fmt: skip
    shell.sandbox.portal.create("contacts", values, actor=_marketer(shell))
    form = next(
        form for form in shell.sandbox.portal.engagement.forms.values() if form.name == "Demo request"
    )
    shell.sandbox.portal.submit_form(form.guid, email=values["email"], values={}, page_url=url)
    pass_id = json.loads(shell.accord("sync", "--approve", "--json").stdout)["pass_id"]
    before = len(shell.sandbox.org.rows("Lead"))

    stopped = shell.accord("undo", pass_id, "--archive-created", "--yes", "--json")
    assert stopped.exit_code == 3, stopped.output
    told = json.loads(stopped.stdout)
    assert [one["object_type"] for one in told["archive"]] == ["Lead"]
    assert len(shell.sandbox.org.rows("Lead")) == before

    approved = shell.accord("apply", told["plan_id"])
    assert approved.exit_code == 0, approved.output
    assert len(shell.sandbox.org.rows("Lead")) == before - 1
    assert shell.accord("sync").exit_code == 0
    assert len(shell.sandbox.org.rows("Lead")) == before - 1
