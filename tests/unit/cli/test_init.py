"""``accord init``: every template becomes an agreement of one's own that is sound, and nothing is written over."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from cli.main import app
from cli.starting import filled
from cli.starting.answers import questions
from contract_files.lines import parse_contract
from passes.workbench import machine_clock
from sla_rules.definition_check import check_examples, failed
from sla_rules.definition_loading import load_definition
from sla_rules.notices.loading import cross_problems, load_notices
from sla_rules.sla_loading import load_sla
from sla_rules.templates import TEMPLATES

ANSWERS = {
    "company": "Räuber & Co: GmbH",
    "domains": "raeuber.example, raeuber.com",
    "countries": "DE,NO,US",
    "signed_by": 'Ann O\'Hara, "Bob" #1',
    "holidays": "US-NY",
    "leads_per_month": "55",
}


def init(folder: Path, template: str, **changed: str) -> Result:
    arguments = [f"--answer={key}={text}" for key, text in {**ANSWERS, **changed}.items() if text != "ASK"]
    return CliRunner().invoke(app, ["init", str(folder), "--template", template, *arguments])


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_agreement_of_ones_own_is_sound_and_keeps_the_templates_comments(
    tmp_path: Path, template: str
) -> None:
    ended = init(tmp_path / "mine", template)
    assert ended.exit_code == 0, ended.output
    text = (tmp_path / "mine/definition.yaml").read_text("utf-8")
    definition = load_definition(text, source="definition.yaml")
    sla = load_sla((tmp_path / "mine/sla.yaml").read_text("utf-8"), source="sla.yaml")
    assert definition.title == "What counts as a lead at Räuber & Co: GmbH"
    assert definition.agreed_by == ("Ann O'Hara", '"Bob" #1') == sla.agreed_by
    assert "competitor" not in {one.id for one in definition.disqualify}
    quota = next(one for one in sla.commitments if one.id == "qualified_leads")
    assert str(quota.target) == "at least 55 per month"
    assert sla.calendars["office"].holidays.subdivision == "NY"  # type: ignore[union-attr]
    comments = [
        line for line in TEMPLATES[template].text("definition.yaml").splitlines() if line.startswith("#")
    ]
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
    assert (tmp_path / "mine/definition.schema.json").exists()
    assert f"export ACCORD_SLA={tmp_path}/mine/sla.yaml" in ended.output


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_complete_and_its_examples_are_as_they_say(template: str) -> None:
    text = TEMPLATES[template].text("definition.yaml")
    definition = load_definition(text, source="definition.yaml")
    assert definition.examples
    assert failed(check_examples(definition)) == []
    assert {one.expect for one in definition.examples} == {"go-nowhere", "lead", "MQL", "SQL"}
    sla = load_sla(TEMPLATES[template].text("sla.yaml"), source="sla.yaml")
    assert {one.team for one in sla.commitments} == {"marketing", "sales"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_everybody_whom_the_agreement_has_told_can_be_told_once_a_channel_is_on(
    tmp_path: Path, template: str
) -> None:
    assert init(tmp_path / "mine", template).exit_code == 0
    written = (tmp_path / "mine/notices.yaml").read_text("utf-8")
    assert written.startswith("# yaml-language-server")
    sla = load_sla((tmp_path / "mine/sla.yaml").read_text("utf-8"), source="sla.yaml")
    on = load_notices(written.replace("enabled: false", "enabled: true", 1), source="notices.yaml")
    assert on.channels.any
    assert list(cross_problems(on, sla)) == []
    for one in sla.commitments:
        role = "manager" if one.team == "sales" else "marketing"
        assert {on.recipients.called(step.tell) for step in one.escalation} <= {"owner", role}


def test_competitors_are_written_where_there_are_some(tmp_path: Path) -> None:
    assert init(tmp_path, "small-team", competitors="rival.com").exit_code == 0
    definition = load_definition((tmp_path / "definition.yaml").read_text("utf-8"), source="d")
    rivals = next(one for one in definition.disqualify if one.id == "competitor")
    assert rivals.when is not None
    assert rivals.when.email_domain == ("rival.com",)


def test_every_answer_that_cannot_be_used_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    ended = init(
        tmp_path / "mine",
        "small-team",
        domains="acme",
        countries="Germany",
        holidays="XX",
        company="ASK",
        colour="red",
    )
    assert ended.exit_code == 5
    for told in (
        "'acme' is no mail domain",
        "'GERMANY' is no country",
        "'XX'",
        "--answer company=…",
        "colour=red",
    ):
        assert told in ended.output
    assert not (tmp_path / "mine").exists()


def test_files_that_stand_there_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "sla.yaml").write_text("ours")
    ended = init(tmp_path, "mid-size")
    assert ended.exit_code == 5
    assert f"{tmp_path}/sla.yaml exists already" in " ".join(ended.output.split())
    assert [file.name for file in tmp_path.iterdir()] == ["sla.yaml"]


@pytest.mark.parametrize("arguments", [[], ["--template", "large"]])
def test_the_templates_are_named_to_whoever_named_none_of_them(tmp_path: Path, arguments: list[str]) -> None:
    ended = CliRunner().invoke(app, ["init", str(tmp_path / "mine"), *arguments])
    assert ended.exit_code == 5
    assert "small-team" in ended.output
    assert "mid-size" in ended.output


anything = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(anything, st.lists(anything.filter(lambda text: "," not in text), min_size=1, max_size=3))
def test_whatever_people_are_called_the_files_say_it_as_typed(company: str, signed_by: list[str]) -> None:
    asked = {one.key: one for one in questions(leads_per_month=5)}
    typed = ANSWERS | {"company": company, "signed_by": ",".join(signed_by)}
    answers = {key: one.read(typed.get(key, one.default or "")) for key, one in asked.items()}
    text = TEMPLATES["small-team"].text("definition.yaml")
    written = filled.definition(text, answers, today=machine_clock().date())
    value = parse_contract(written, source="definition.yaml").value
    assert value["title"] == f"What counts as a lead at {company}"
    assert value["agreed_by"] == signed_by
