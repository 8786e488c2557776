"""``accord init``: choose a template, ask what only the business knows, write the files, prove that they work."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer

from cli.console import say
from cli.exits import Exit
from cli.schema import KINDS, Kind, schema_text
from cli.starting import filled
from cli.starting.answers import Question, questions
from connectors.errors import ConfigError
from contract_files.hints import did_you_mean
from dagster_project.settings import load_settings
from dagster_project.workbench import read_contracts
from sla_rules.definition_check import check_examples, failed
from sla_rules.notices.loading import shipped_notices
from sla_rules.sla_loading import load_sla
from sla_rules.templates import TEMPLATES, Template


def command(folder: Path, *, template: str | None, given: Sequence[str]) -> Exit:
    """Write a folder of contracts.

    Raises:
        ConfigError: listing everything wrong with the answers, and the files that stand there already.
    """
    chosen = _template(template)
    answers = _answers(questions(leads_per_month=chosen.leads_per_month), given)
    today = datetime.now(load_settings().zone).date()
    shipped = {kind.shipped.name: _shipped(kind) for kind in KINDS.values()}
    agreement = filled.sla(chosen.text("sla.yaml"), answers, today=today)
    texts = shipped | {
        "definition.yaml": filled.definition(chosen.text("definition.yaml"), answers, today=today),
        "sla.yaml": agreement,
        "notices.yaml": filled.notices(
            shipped["notices.yaml"], shipped_notices(), load_sla(agreement, source="sla.yaml")
        ),
        **{kind.schema_file.name: schema_text(name) for name, kind in KINDS.items()},
    }
    _write(folder, texts)
    return _prove(folder)


def _shipped(kind: Kind) -> str:
    *package, file = kind.shipped.parts
    return files(".".join(package)).joinpath(file).read_text("utf-8")


def _template(name: str | None) -> Template:
    if name is None and sys.stdin.isatty():
        for one in TEMPLATES.values():
            say(f"{one.name:<11} {one.suits}")
        name = typer.prompt("Which template", default="mid-size", err=True)
    if name is None:
        raise ConfigError([f"--template is not given; choose one of {', '.join(TEMPLATES)}"])
    if name not in TEMPLATES:
        raise ConfigError([f"there is no template {name!r}; {did_you_mean(name, TEMPLATES)}"])
    return TEMPLATES[name]


def _answers(asked: Sequence[Question], given: Sequence[str]) -> Mapping[str, Any]:
    texts: dict[str, str] = {}
    problems: list[str] = []
    for pair in given:
        key, sign, text = pair.partition("=")
        if not sign or key not in {one.key for one in asked}:
            known = ", ".join(one.key for one in asked)
            problems.append(f"--answer {pair!r} answers nothing; write KEY=VALUE with one of {known}")
        texts[key] = text
    answers: dict[str, Any] = {}
    for one in asked:
        if one.key not in texts and sys.stdin.isatty() and not problems:
            answers[one.key] = _ask(one)
            continue
        typed = texts.get(one.key, one.default)
        if typed is None:
            problems.append(f"--answer {one.key}=… is not given: {one.ask}")
            continue
        try:
            answers[one.key] = one.read(typed)
        except ValueError as error:
            problems.append(f"--answer {one.key}: {error}")
    if problems:
        raise ConfigError(problems)
    return answers


def _ask(one: Question) -> Any:
    while True:
        text = typer.prompt(one.ask, default=one.default, err=True, show_default=bool(one.default))
        try:
            return one.read(text)
        except ValueError as error:
            say(f"This {error}" if str(error).startswith("is ") else str(error))


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    there = [
        f"{folder / name} exists already; name another folder" for name in texts if (folder / name).exists()
    ]
    if there:
        raise ConfigError(there)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError([f"{error.filename}: cannot be written ({error.strerror})"]) from error


def _prove(folder: Path) -> Exit:
    paths = {kind: folder / f"{kind}.yaml" for kind in KINDS}
    contracts = read_contracts(load_settings().model_copy(update=paths))
    checked = check_examples(contracts.definition)
    wrong = failed(checked)
    say(f"{paths['definition']}: {len(checked) - len(wrong)} of {len(checked)} examples are as they say.")
    say(f"{paths['sla']}: {len(contracts.sla.commitments)} commitments, sound.")
    say(f"{paths['mapping']}: {len(contracts.mapping.people.fields)} fields, sound.")
    say("\nRead them together, change what is not yours, then point Accord at them:")
    for kind, path in paths.items():
        say(f"  export ACCORD_{kind.upper()}={path.absolute()}", whole=True)
    say("\n`accord definition explain` and `accord sla explain` print them as pages to sign.")
    return Exit.NO if wrong else Exit.DONE
