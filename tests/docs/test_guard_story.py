"""README's "Guard, approve, undo": its commands do what it shows, run as they are written, one after the other."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.hubspot.portal import Actor
from sandbox.launch import start_sandbox
from tests.architecture.tree import ROOT
from tests.e2e.cli_world import Shell

PEOPLE = 60
_BLOCK = re.compile(
    r"(?:<!-- meanwhile: (?P<deed>[^>]*) -->\n)?```console\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)


def _story() -> list[tuple[str | None, list[tuple[str, list[str]]]]]:
    """What happens before each block, and its commands with the lines that they print."""
    text = (
        (ROOT / "README.md")
        .read_text("utf-8")
        .partition("## Guard, approve, undo\n")[2]
        .partition("\n## ")[0]
    )
    blocks = []
    for found in _BLOCK.finditer(text):
        commands: list[tuple[str, list[str]]] = []
        for line in found["body"].splitlines():
            if line.startswith("$ "):
                commands.append((line[2:], []))
            elif line.strip() not in ("", "…"):
                commands[-1][1].append(line)
        blocks.append((found["deed"], commands))
    return blocks


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """Sixty people whom both systems know, and a folder to work in."""
    monkeypatch.chdir(tmp_path)
    with start_sandbox(seed=5, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path / "accord.db")
        assert shell.accord("setup", "--yes").exit_code == 0
        rep, marketer = sandbox.world.roster.reps[0], Actor.user(sandbox.world.roster.marketers[0].user_id)
        for n in range(PEOPLE):
            email, mobile = f"p{n}@nordwerk.example", f"+49170{1000000 + n}"
            ours = {"email": email, "lastname": f"Person {n}", "company": "Nordwerk", "mobilephone": mobile}
            sandbox.portal.create("contacts", ours, actor=marketer)
            theirs = {"Email": email, "LastName": f"Person {n}", "Company": "Nordwerk", "MobilePhone": mobile}
            sandbox.org.create("Lead", {**theirs, "OwnerId": rep.user_id}, user_id=rep.user_id)
        yield shell


def _empty_column(shell: Shell) -> None:
    """Somebody's import into HubSpot, with an empty column for mobile numbers."""
    marketer = Actor.user(shell.sandbox.world.roster.marketers[0].user_id)
    for contact in list(shell.sandbox.portal.records("contacts")):
        shell.sandbox.portal.update("contacts", contact.id, {"mobilephone": ""}, actor=marketer)


def _same(shown: str, printed: str, ids: dict[str, str]) -> bool:
    """Whether a shown line is in what was printed; plan ids are whatever they are, but one is one."""
    for told in re.findall(r"\b(?:cli|undo)-[0-9a-f]{4,}\b", shown):
        real = ids.setdefault(told, "") or _next_id(printed, told.partition("-")[0], ids)
        ids[told] = real
        shown = shown.replace(told, real)
    return " ".join(shown.split()) in " ".join(printed.split())


def _next_id(printed: str, kind: str, ids: dict[str, str]) -> str:
    found = [one for one in re.findall(rf"\b{kind}-[0-9a-f]+\b", printed) if one not in ids.values()]
    return found[0] if found else "no id"


def test_the_story_is_what_happens(shell: Shell) -> None:
    story, ids = _story(), dict[str, str]()
    assert [deed for deed, _ in story] == [None, "an import with an empty column", None]
    assert {shlex.split(line)[1] for _, commands in story for line, _ in commands} >= {
        "sync",
        "plan",
        "apply",
        "undo",
    }
    for deed, commands in story:
        if deed:
            _empty_column(shell)
        for line, shown in commands:
            program, *words = shlex.split(line)
            assert program == "accord"
            result = shell.accord(*[ids.get(word, word) for word in words], answer="y\n")
            assert result.exit_code in (0, 3), result.output
            assert shown, f"the story shows nothing of {line}"
            for one in shown:
                assert _same(one, result.output, ids), f"$ {line}\n{one}\n--- printed:\n{result.output}"
    leads = shell.sandbox.org.rows("Lead")
    assert len([lead for lead in leads if lead["MobilePhone"]]) == PEOPLE
    assert Path("plan.html").read_text("utf-8").startswith("<!doctype html>")
