"""The lead definition and the schemas on the command line."""

import json
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.schema import KINDS, schema_text
from contract_files.lines import parse_contract
from sla_rules.definition_loading import shipped_definition, shipped_definition_text
from tests.architecture.tree import ROOT


def accord(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"ACCORD_DEFINITION": None})


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def complaints(kind: str, text: str) -> list[str]:
    value = as_json(parse_contract(text, source=f"{kind}.yaml").value)
    schema = json.loads(schema_text(kind))
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_repository_is_the_models(kind: str) -> None:
    path = KINDS[kind].schema_file

    assert (ROOT / path).read_text("utf-8") == schema_text(kind), f"run: accord schema {kind} --out {path}"
    assert accord("schema", kind).stdout == schema_text(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_editors_find_the_schema_and_the_shipped_contract_passes_it(kind: str) -> None:
    one = KINDS[kind]
    text = (ROOT / one.shipped).read_text("utf-8")

    assert text.startswith(f"# yaml-language-server: $schema={one.schema_file.name}\n")
    assert complaints(kind, text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: 20", "poinst: 20"),
        ("seniority: director", "seniority: direktor"),
        ("within: 24 hours", "within: a day"),
        ("version:", "vresion:"),
        ("expect: SQL", "expect: SLQ"),
    ],
)
def test_the_schema_finds_what_the_loader_finds(old: str, new: str) -> None:
    assert old in shipped_definition_text()
    assert complaints("definition", shipped_definition_text().replace(old, new, 1))


def test_an_unknown_kind_of_contract_is_told_with_those_there_are() -> None:
    result = accord("schema", "definitoin")

    assert result.exit_code == 2
    assert "did you mean 'definition'?" in result.stderr


def test_the_schema_is_written_with_the_line_that_leads_editors_to_it(tmp_path: Path) -> None:
    file = tmp_path / "leads.schema.json"

    assert "$schema=leads.schema.json" in accord("definition", "schema", "--out", str(file)).stdout
    assert file.read_text("utf-8") == schema_text("definition")


def test_the_shipped_examples_are_as_they_say() -> None:
    result = accord("definition", "check", "--json")

    assert result.exit_code == 0
    examples = json.loads(result.stdout)
    assert len(examples) >= 8
    assert {one["stage"] for one in examples} == {"go-nowhere", "lead", "MQL", "SQL"}
    assert all(one["as_expected"] for one in examples)


def test_an_example_that_is_otherwise_is_shown_with_its_line_and_a_trace(tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    text = shipped_definition_text().replace(
        "persona: analytics_leader\n  - who", "persona: finance_leader\n  - who"
    )
    text = text.replace("because: [too_small]", "because: [too_small, guide]")
    file.write_text(text, "utf-8")
    lines = text.splitlines()
    result = accord("definition", "check", str(file))
    shown = " ".join(result.stdout.split())

    assert result.exit_code == 1
    head_of_it = 1 + next(n for n, line in enumerate(lines) if "who: a head of IT" in line)
    analyst = 1 + next(n for n, line in enumerate(lines) if "who: an analyst" in line)
    assert f"draft.yaml:{head_of_it}: expected the persona finance_leader, has analytics_leader" in shown
    assert f"draft.yaml:{analyst}: expected because of guide, which is not true of this person" in shown
    assert "asked_for_price +35" in shown
    assert "6 of 8 examples are as they say." in shown


def test_the_page_in_plain_words_tells_everything_and_checks_the_file(tmp_path: Path) -> None:
    page = accord("definition", "explain").stdout

    assert accord("definition").stdout == page
    for part in (
        "## Fit",
        "## MQL",
        "## Stages in between",
        "**finance leader**",
        "## What sales must receive",
    ):
        assert part in page
    file = tmp_path / "draft.yaml"
    file.write_text("title: x\n", "utf-8")
    result = accord("definition", "explain", str(file))
    assert result.exit_code == 5
    assert "draft.yaml:1: version is missing; add it" in result.stderr


def test_the_html_page_needs_nothing_else_and_tells_every_criterion(tmp_path: Path) -> None:
    page = tmp_path / "pages" / "definition.html"

    assert accord("definition", "explain", "--html", str(page)).exit_code == 0
    html = page.read_text("utf-8")
    for criterion in shipped_definition().criteria:
        assert escape(criterion.label, quote=False) in html
    for part in ("finance leader", "engaged", "email or phone", "an analyst at a firm of eight"):
        assert part in html
    assert not any(word in html for word in ("<script", "http://", "https://", "<link"))
