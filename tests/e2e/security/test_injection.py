"""Hostile field values through the whole path, from a web form to both CRMs and every page: they stay values."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assets.shown import metadata_of
from cli import console
from connectors.errors import PermanentError
from connectors.paths import salesforce_id, segment
from connectors.store import runs
from passes.numbers import measure
from reports.markdown import cell
from sandbox.launch import start_sandbox
from tests.e2e.cli_world import Shell
from tests.e2e.laws.conftest import database_url, make_world, migrated
from tests.e2e.laws.world import World

__all__ = ["database_url", "make_world", "migrated"]
HOSTILE = {
    "soql": "O'Brien\\' OR Name != '",
    "backslash": "Ends with a \\",
    "sql": "Robert'); DROP TABLE links;--",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "sum": "@SUM(1+1)*cmd|' /C calc'!A0",
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "template": "{{7*7}}${7*7}<%= 7*7 %>",
    "rich": "[red]markup[/red] [link=https://evil.example]x[/link]",
    "markdown": "a | b](https://evil.example) `x` **y** ![i](https://evil.example/i.png)",
    "right to left": "\u202egnp.exe",
    "emoji": "👩‍👩‍👧 Zoë",
    "header": "Ann\r\nX-Injected: 1",
    "json": '","accord_score":"999',
    "escape": "\x1b[2J\x1b]0;owned\x07Ann",
    "percent": "%_%00%2e%2e%2f",
}
ONE_LINE = " ".join


@pytest.fixture
def attacked(make_world: Callable[..., World]) -> tuple[World, dict[str, str]]:
    """A world in which somebody filled in the demo form with each value, in the city and the company."""
    world = make_world()
    ids = {}
    for number, (what, value) in enumerate(HOSTILE.items()):
        ids[what] = world.asks_for_demo(
            f"h{number}@nordwerk.example", lastname=f"Brandt {number}", city=value[:40], company=value
        )
    world.settle()
    return world, ids


def test_hostile_values_arrive_as_they_are_and_do_nothing_else(
    attacked: tuple[World, dict[str, str]],
) -> None:
    world, ids = attacked
    assert len(world.leads()) == len(HOSTILE)
    for what, contact_id in ids.items():
        lead = world.sf("Lead", str(world.lead_of(contact_id)))
        contact = world.hs(contact_id)
        assert ONE_LINE(str(lead["Company"]).split()) == ONE_LINE(str(contact["company"]).split()), what
        assert lead["Accord_Score__c"] == int(str(contact["accord_score"])) < 999
    # The other way, by an edit of the rep, and back to rest.
    for number, contact_id in enumerate(ids.values()):
        world.edit("Lead", str(world.lead_of(contact_id)), LastName=list(HOSTILE.values())[number][:80])
    world.settle()
    for contact_id in ids.values():
        title = str(world.sf("Lead", str(world.lead_of(contact_id)))["LastName"])
        assert ONE_LINE(str(world.hs(contact_id)["lastname"]).split()) == ONE_LINE(title.split())
    world.clear_counters()
    world.run()
    assert world.writes() == {}


def test_no_page_runs_them(attacked: tuple[World, dict[str, str]]) -> None:
    world, ids = attacked
    for number, contact_id in enumerate(ids.values()):
        world.edit("Lead", str(world.lead_of(contact_id)), LastName=list(HOSTILE.values())[number][:80])
    world.later(days=1)  # everybody's first touch is overdue, so the scorecard names everybody
    results = world.run()
    context = world.bench.open("look")
    page = measure.scorecard(context)
    with context.store.begin() as connection:
        html = runs.latest_document(connection, measure.SCORECARD).body
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 1
    assert "{{7*7}}" in html
    assert re.search(r"<script|<img|<a [^>]*evil", html) is None
    for result in (*results.values(), page):
        for value in metadata_of(result).values():
            assert re.search("evil|script|7\\*7|DROP", str(value.value)) is None


def test_a_person_is_explained_without_markup_or_terminal_codes(tmp_path: Path) -> None:
    with start_sandbox(seed=5, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        shell = Shell(sandbox, tmp_path / "accord.db")
        assert shell.accord("setup", "--yes").exit_code == 0
        for number, value in enumerate(HOSTILE.values()):
            values = {"email": f"h{number}@nordwerk.example", "lastname": value[:80], "company": value}
            sandbox.portal.create(
                "contacts",
                values,
                actor=sandbox.portal.access.authenticate(sandbox.hubspot.access_token).actor,
            )
        assert shell.accord("sync", "--approve").exit_code in {0, 4}
        for command in (("explain", "h14@nordwerk.example"), ("holds",)):
            result = shell.accord(*command)
            assert "\x1b" not in result.output, command
            assert "\x07" not in result.output, command
            assert "Traceback" not in result.output, command
        number = list(HOSTILE).index("rich")
        told = shell.accord("explain", f"h{number}@nordwerk.example").stdout
        assert "[red]markup[/red]" in ONE_LINE(told.split())
        json.loads(shell.accord("explain", "h0@nordwerk.example", "--json").stdout)


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_cell_stays_a_cell(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = cell(value)
    assert "\n" not in shown
    assert re.search(r"(?<!\\)[|`<>\[\]]", shown) is None
    plain = console.plain(value)
    assert not any(ord(sign) < 32 or sign in "\x7f\u202e" for sign in plain)
    printer = Console(width=300, force_terminal=True, color_system="truecolor", highlight=False)
    printer.print(console.table(("Name",), [(value,)]))
    assert "evil.example\x1b\\" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "record_id",
    [
        "",
        "00Q1",
        "../Account/001000000000001",
        "00Q000000000001?x=1",
        "00Q00000000000\n1",
        "00Q'000000000001",
    ],
)
def test_only_ids_go_into_paths(record_id: str) -> None:
    with pytest.raises(PermanentError, match="MALFORMED_ID") as refused:
        salesforce_id(record_id, "PATCH sobjects/{type}/{id}")
    assert not record_id or record_id not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\r\nb", "a%0D%0Ab"),
        ("a.b", "a.b"),
    ],
)
def test_a_segment_cannot_leave_its_place(value: str, encoded: str) -> None:
    assert segment(value) == encoded


def test_a_value_of_any_length_and_a_nul_are_held_or_cut_by_nobody(make_world: Callable[..., World]) -> None:
    world = make_world()
    long = world.asks_for_demo("long@nordwerk.example", jobtitle="VP Data " + "x" * 60_000)
    fine = world.asks_for_demo("fine@nordwerk.example")
    values: dict[str, Any] = {"lastname": "Nul\x00l", "email": "nul@nordwerk.example"}
    nul = world.asks_for_demo(values.pop("email"), **values)
    world.settle()
    assert world.lead_of(fine)
    assert world.sf("Lead", str(world.lead_of(long)))["Title"] is None
    assert [row.kind for row in world.holds() if row.field == "title"] == ["invalid_value"]
    assert world.lead_of(nul)
