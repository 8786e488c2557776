"""Erasure on request from the command line: shown, asked, done on both sides and here, certified, kept out."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import FaultRule
from sandbox.hubspot.portal import Actor
from sandbox.launch import start_sandbox
from tests.e2e.cli_world import Shell

EMAIL = "zelda.quast@nordwerk.example"
PHONE = "+49 431 5557789"
WORDS = ("Zelda", "Quast", "zelda.quast", "5557789", "Schwanensee")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with start_sandbox(seed=5, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path / "accord.db")
        assert shell.accord("setup", "--yes").exit_code == 0
        yield shell


def _enter(shell: Shell) -> tuple[str, str]:
    """A person on both sides with a call, a Task, a form, and somebody else beside."""
    sandbox, roster = shell.sandbox, shell.sandbox.world.roster
    marketer, rep = Actor.user(roster.marketers[0].user_id), roster.reps[0]
    values = {
        "email": EMAIL, "firstname": "Zelda", "lastname": "Quast", "company": "Nordwerk AG", "phone": PHONE,
        "jobtitle": "VP Data", "industry": "Technology", "employee_count": "500", "country": "Germany",
    }  # fmt: skip
    contact_id = sandbox.portal.create("contacts", values, actor=marketer).id
    other = {
        **values,
        "email": "other@nordwerk.example",
        "firstname": "Otto",
        "lastname": "Ruhe",
        "phone": "",
    }
    sandbox.portal.create("contacts", other, actor=marketer)
    form = next(form for form in sandbox.portal.engagement.forms.values() if form.name == "Demo request")
    for email in (EMAIL, "other@nordwerk.example"):
        sandbox.portal.submit_form(
            form.guid, email=email, values={}, page_url="https://www.meridian-analytics.example/demo"
        )
    assert shell.accord("sync", "--approve").exit_code == 0
    lead_id = str(sandbox.portal.tables["contacts"].get(contact_id).properties["salesforce_lead_id"])
    call = {"hs_timestamp": "2026-10-05T07:30:00Z", "hs_call_title": "Zelda Quast wants Schwanensee"}
    sandbox.portal.create("calls", call, actor=marketer, associations=[("contacts", contact_id)])
    task = {
        "Subject": "Offer for Zelda Quast",
        "WhoId": lead_id,
        "OwnerId": rep.user_id,
        "Status": "Completed",
    }
    sandbox.org.create("Task", task, user_id=rep.user_id)
    sandbox.org.update("Lead", lead_id, {"City": "Schwanensee"}, user_id=rep.user_id)
    for _ in range(3):
        assert shell.accord("sync", "--approve").exit_code == 0
    assert shell.accord("scorecard", "--out", str(shell.database.parent / "page.html")).exit_code == 0
    return contact_id, lead_id


def _said(shell: Shell) -> list[str]:
    """The planted words that stand anywhere in the database's files."""
    found = []
    for path in shell.database.parent.glob("accord.db*"):
        body = path.read_bytes()
        found += [f"{word} in {path.name}" for word in WORDS if word.encode() in body]
    return found


def test_forget_shows_asks_erases_everywhere_certifies_and_keeps_out(shell: Shell, tmp_path: Path) -> None:
    contact_id, lead_id = _enter(shell)
    portal, org = shell.sandbox.portal, shell.sandbox.org
    assert _said(shell)
    declined = shell.accord("forget", EMAIL, answer="n\n")
    assert declined.exit_code == 1
    assert "salesforce Lead" in declined.stdout
    assert portal.record("contacts", contact_id) is not None

    paper = tmp_path / "certificate.json"
    asked = ("--yes", "--reference", "request 17", "--by", "the privacy officer", "--certificate", str(paper))
    done = shell.accord("forget", EMAIL, *asked)
    assert done.exit_code == 0, done.output
    assert portal.record("contacts", contact_id) is None
    assert org.record("Lead", lead_id)["IsDeleted"] is True  # type: ignore[index]
    assert [row for row in org.rows("Task") if row["WhoId"] == lead_id] == []
    assert [one for one in portal.records("calls") if "Zelda" in str(one.properties)] == []
    assert _said(shell) == []
    for text in (done.stdout, paper.read_text("utf-8"), paper.with_suffix(".txt").read_text("utf-8")):
        assert "request 17" in text
        assert "the privacy officer" in text
        assert not any(word in text for word in WORDS)
    assert "EmailMessage" in paper.with_suffix(".txt").read_text("utf-8")
    told = json.loads(paper.read_text("utf-8"))
    assert {(one["side"], one["object_type"]) for one in told["deleted"]} >= {
        ("hubspot", "contacts"), ("hubspot", "calls"), ("salesforce", "Lead"), ("salesforce", "Task"),
    }  # fmt: skip
    assert told["local"]["mirror"] > 2

    # Salesforce still shows the deleted rows to whoever asks for all; nothing of them comes back here.
    for _ in range(2):
        assert shell.accord("sync").exit_code == 0
    assert _said(shell) == []
    again = shell.accord("forget", EMAIL, "--yes")
    assert (again.exit_code, "erased already" in again.stdout) == (0, True)
    assert len(org.rows("Lead")) == 1
    _comes_again(shell, told["erasure_id"], tmp_path)


def test_a_killed_erasure_is_finished_by_the_next(shell: Shell) -> None:
    contact_id, lead_id = _enter(shell)
    rule = {"vendor": "salesforce", "method": "DELETE", "path": "*/composite/sobjects", "delay_s": 60.0}
    fault = shell.sandbox.faults.add(FaultRule.model_validate(rule))
    command = [sys.executable, "-c", "from cli.main import main; main()", "forget", EMAIL, "--yes"]
    process = subprocess.Popen(command, env={**os.environ, **shell.environment}, stdout=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + 60
        while not any(one["id"] == fault and one["fired"] for one in shell.sandbox.faults.snapshot()):
            assert process.poll() is None, "it ended before the moment to kill it"
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait(30)
    shell.sandbox.faults.clear()
    # The dead process has the lease; the erasure itself may go on under it, a pass may not.
    assert shell.accord("sync").exit_code == 4
    done = shell.accord("forget", "--again", "--yes")
    assert (done.exit_code, "interrupted" in done.stdout) == (0, True), done.output
    assert shell.sandbox.portal.record("contacts", contact_id) is None
    assert shell.sandbox.org.record("Lead", lead_id)["IsDeleted"] is True  # type: ignore[index]
    assert _said(shell) == []


def _comes_again(shell: Shell, erasure_id: str, folder: Path) -> None:
    portal, org, rep = shell.sandbox.portal, shell.sandbox.org, shell.sandbox.world.roster.reps[0]
    people = folder / "people.csv"
    people.write_text(f"mail,first\n{EMAIL},Zelda\nnew@nordwerk.example,Nora\n", encoding="utf-8")
    mapping = folder / "people.yaml"
    rules = "version: 1\nidentity: {email: '{mail}'}\nproperties: {firstname: {column: first}}\n"
    mapping.write_text(rules, encoding="utf-8")
    checked = shell.json("import", str(people), "--mapping", str(mapping), "--check")
    assert (checked["ready"], len(checked["refused"])) == (1, 1)
    loaded = shell.json("import", str(people), "--mapping", str(mapping))
    assert (loaded["created"], "erased on request" in json.dumps(loaded["refused"])) == (1, True)
    assert portal.contact_by_email(EMAIL) is None
    lead = {"Email": EMAIL.upper(), "FirstName": "Zelda", "LastName": "Quast", "Company": "Nordwerk"}
    lead_id = org.create("Lead", {**lead, "OwnerId": rep.user_id}, user_id=rep.user_id)
    contact = {"email": EMAIL, "lastname": "Quast"}
    portal.create("contacts", contact, actor=Actor.user(shell.sandbox.world.roster.marketers[0].user_id))
    assert shell.accord("sync").exit_code == 0
    assert _said(shell) == []
    assert portal.contact_by_email(EMAIL).properties.get("salesforce_lead_id") is None  # type: ignore[union-attr]
    held = [one for one in shell.json("holds") if one["kind"] == "erased"]
    assert sorted((one["side"], one["object_type"]) for one in held) == [
        ("hubspot", "contacts"), ("salesforce", "Lead"),
    ]  # fmt: skip

    assert shell.accord("forget", "--again", "--yes").exit_code == 0
    assert portal.contact_by_email(EMAIL) is None
    assert org.record("Lead", lead_id)["IsDeleted"] is True  # type: ignore[index]
    assert shell.accord("sync").exit_code == 0
    assert [one for one in shell.json("holds") if one["kind"] == "erased"] == []

    portal.create("contacts", contact, actor=Actor.user(shell.sandbox.world.roster.marketers[0].user_id))
    assert shell.accord("sync").exit_code == 0
    lifted = shell.accord("forget", "--lift", str(folder / "certificate.json"))
    assert lifted.exit_code == 0, lifted.output
    assert shell.accord("sync").exit_code == 0
    assert shell.json("explain", EMAIL)
    assert [one for one in shell.json("holds") if one["kind"] == "erased"] == []
    assert shell.accord("forget", "--lift", erasure_id).exit_code == 1
    assert shell.accord("forget", "nobody@nowhere.example").exit_code == 1
    assert shell.accord("forget").exit_code == 2
