"""The past judged again: what was in force comes out as it was written down, a proposal as it would have."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passes.backtest.suggest import read_examples
from passes.backtest.tweaks import backtested
from sla_rules.suggesting.tweaks import top_tweaks
from tests.e2e.cli_world import Shell, shell_of
from tests.e2e.fresh_databases import FreshDatabases
from tests.e2e.laws.world import START, World

PEOPLE = 64
DAYS = ("--since", "2026-10-05", "--until", "2026-10-12")


def _source(number: int) -> str:
    return "webinar" if number % 4 < 2 else "content"


def _likes(number: int) -> bool:
    """Whom sales accepts: people from webinars, but for a few. Nothing in the definition says so."""
    return (_source(number) == "webinar") != (number % 16 in (0, 2))


@pytest.fixture(scope="module")
def past(migrated: FreshDatabases) -> Iterator[World]:
    """A week: people in technology and in shipping ask for a demo, and sales answers for each."""
    world = World(migrated.url())
    try:
        contacts = [
            world.contact(
                f"p{number}@nordwerk.example",
                industry=("Technology", "Shipping")[number % 2],
                lead_source=_source(number),
            )
            for number in range(PEOPLE)
        ]
        world.run()
        for day in range(4):
            world.later(days=1)
            for number in range(day, PEOPLE, 4):
                world.demo_request(f"p{number}@nordwerk.example")
            world.run()
        for number, contact in enumerate(contacts):
            answer = "Accepted" if _likes(number) else "Poor quality"
            lead = world.lead_of(contact)
            assert lead is not None
            world.edit("Lead", lead, Accord_Disposition__c=answer, Accord_Disposition_Reason__c="No budget")
        world.run()
        world.edit_contact(contacts[0], jobtitle="Student")
        world.later(days=1)
        world.run()
        yield world
    finally:
        world.stop()


@pytest.fixture(scope="module")
def shell(past: World) -> Shell:
    return shell_of(past)


def _definition(past: World, tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = past.bench.open("read").contracts.definition_text
    for old, new in (('version: "2026.1"', "version: draft"), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "proposed.yaml"
    file.write_text(text, "utf-8")
    return file


def _backtest(shell: Shell, file: Path) -> Any:
    return shell.json("backtest", str(file), *DAYS)


def test_what_was_in_force_comes_out_as_it_was_written_down(
    past: World, shell: Shell, tmp_path: Path
) -> None:
    found = _backtest(shell, _definition(past, tmp_path))
    assert found["record"]["compared"] > 3 * PEOPLE
    differences = found["record"]["differences"]
    assert {(one["recorded"], one["replayed"]) for one in differences} == {("lead", "SQL")}
    assert len({one["person_id"] for one in differences}) <= PEOPLE / 2
    assert {one["why"].partition(",")[0] for one in differences} == {"sales had sent them back"}
    assert found["moves"] == []
    assert found["qualified"] == {
        "in_force": PEOPLE,
        "proposed": PEOPLE,
        "quota": pytest.approx(120 * 8 / 30.4375),
    }
    assert [(week["in_force"], week["proposed"]) for week in found["weeks"]] == [(PEOPLE, PEOPLE), (0, 0)]
    accepted = found["outcomes"]["accepted"]["in_force"]
    reached = sum(_likes(number) for number in range(PEOPLE))
    assert (accepted["answered"], accepted["reached"], accepted["recall"]) == (PEOPLE, reached, 1.0)
    assert accepted["precision"] == reached / PEOPLE


def test_a_proposal_is_told_with_volume_precision_recall_and_who_moves_why(
    past: World, shell: Shell, tmp_path: Path
) -> None:
    out = ("      when: {industry: [Shipping, Education, Government]}", "      when: {industry: [Education]}")
    gate = ("    fit_points: 34", "    fit_points: 58")
    harder = ("    fit_points: 44", "    fit_points: 58")
    asked = ("    fit_points: 20\n", "    fit_points: 58\n")
    found = _backtest(shell, _definition(past, tmp_path, out, gate, harder, asked))
    liked = [number for number in range(0, PEOPLE, 2) if _likes(number)]
    assert found["qualified"]["proposed"] == PEOPLE / 2
    accepted = found["outcomes"]["accepted"]["proposed"]
    assert (accepted["chosen"], accepted["right"]) == (PEOPLE / 2, len(liked))
    assert accepted["precision"] == len(liked) / (PEOPLE / 2)
    assert accepted["recall"] == len(liked) / sum(_likes(number) for number in range(PEOPLE))
    assert len(found["moves"]) == PEOPLE / 2
    assert {(one["before"], one["after"]) for one in found["moves"]} == {("SQL", "lead")}
    assert found["causes"] == [
        {"why": "loses “in an industry that we serve” (+5)", "further": 0, "less_far": PEOPLE / 2}
    ]
    sources = {one["name"]: one["qualified"] for one in found["groups"] if one["by"] == "source"}
    half = {"in_force": PEOPLE / 2, "proposed": PEOPLE / 4}
    assert sources == {"webinar": half, "content": half}


def test_the_answer_is_a_table_and_a_page_of_its_own(past: World, shell: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    file = _definition(past, tmp_path, ("    fit_points: 44", "    fit_points: 99"))
    told = shell.accord("backtest", str(file), *DAYS, "--html", str(page))
    assert told.exit_code == 0, told.output
    for words in (
        "Newly qualified (MQL or SQL), week by week",
        "SQL → MQL",
        "no longer opens by",
        "Precision",
    ):
        assert words in told.stdout
    html = page.read_text("utf-8")
    assert "<svg" in html
    assert "Vera Brandt" in html
    for foreign in ("<script", "http://", "https://", "<link"):
        assert foreign not in html.replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.yaml", "--since", "2026-10-05"), "missing.yaml cannot be read"),
        (("{file}", "--since", "soon"), "'soon' is no date"),
        (("{file}", "--since", "2026-10-05", "--until", "2026-10-01"), "there is no time from"),
    ],
)
def test_what_cannot_be_tried_is_said_with_a_remedy(
    past: World, shell: Shell, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    file = str(_definition(past, tmp_path))
    told = shell.accord("backtest", *(one.format(file=file) for one in arguments))
    assert told.exit_code == 5
    assert words in " ".join(told.stderr.split())


def test_suggestions_can_be_read_checked_and_tried(shell: Shell, tmp_path: Path) -> None:
    """From the command to the file, through the check, to the backtest, which tells the same of the one in force."""
    file = tmp_path / "suggested.yaml"
    told = shell.accord("suggest", "--out", str(file))
    assert told.exit_code == 0, told.output
    assert f"{PEOPLE} people with an answer" in told.stdout
    assert "webinar" in told.stdout or "content" in told.stdout, told.stdout
    checked = shell.accord("definition", "check", str(file))
    assert checked.exit_code in (0, 1), checked.output
    assert "sound" in checked.stdout
    suggested = json.loads(shell.accord("suggest", "--json").stdout)
    tried = _backtest(shell, file)["outcomes"]["accepted"]
    assert (tried["in_force"]["answered"], tried["in_force"]["reached"]) == (
        suggested["people"],
        suggested["reached"],
    )
    assert tried["in_force"]["ranking"] == pytest.approx(suggested["ranking"])
    assert tried["proposed"]["ranking"] > tried["in_force"]["ranking"] + 0.1


def test_each_suggested_change_is_told_to_the_review_with_what_it_would_have_done(past: World) -> None:
    context = past.bench.open("review")
    definition = context.contracts.definition
    with past.bench.store.begin() as connection:
        examples = read_examples(connection, context.mapping, definition, "accepted")
    tweaks = top_tweaks(definition, examples)
    effects = backtested(context, tweaks, since=START, until=past.clock.now())
    assert len(effects) == len(tweaks) > 0
    reached = sum(_likes(number) for number in range(PEOPLE)) / PEOPLE
    for effect in effects:
        assert (effect.precision.in_force, effect.recall.in_force) == (reached, 1.0)
        assert effect.per_week.in_force > 0
