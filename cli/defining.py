"""``accord definition explain`` and ``check``: the lead definition for people, and its examples run as tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from cli.console import out, print_json, say
from cli.contracts import print_page
from cli.exits import Exit
from connectors.errors import ConfigError
from contract_files.lines import parse_contract
from dagster_project.settings import load_settings
from dagster_project.workbench import read_contracts
from passes.context import Contracts
from reports.definition_page import definition_html
from sla_rules.definition import LeadDefinition
from sla_rules.definition_check import Checked, check_examples, failed
from sla_rules.definition_text import plain_language


def read(file: Path | None) -> tuple[Contracts, str]:
    """The contracts with this lead definition, and the name of its file.

    Raises:
        ConfigError: with every problem of the file.
    """
    settings = load_settings()
    path = file or settings.definition
    wanted = {"definition": path, "sla": None}
    contracts = read_contracts(settings.model_copy(update=wanted))
    return contracts, str(path) if path else "definition.yaml"


def explain(file: Path | None, *, html: Path | None) -> Exit:
    """Print the lead definition, or write it as a page.

    Raises:
        ConfigError: with every problem of the file, or when the page cannot be written.
    """
    contracts, _ = read(file)
    if html is not None:
        try:
            html.parent.mkdir(parents=True, exist_ok=True)
            html.write_text(definition_html(contracts.definition), "utf-8")
        except OSError as error:
            raise ConfigError([f"{html}: the page cannot be written ({error.strerror})"]) from error
        say(f"{html}", whole=True)
        return Exit.DONE
    print_page(plain_language(contracts.definition))
    return Exit.DONE


def check(file: Path | None, *, as_json: bool) -> Exit:
    """Run the examples; each that is otherwise than it says is shown with its line and a trace.

    Raises:
        ConfigError: with every problem of the file.
    """
    contracts, source = read(file)
    definition = contracts.definition
    checked = check_examples(definition)
    lines = parse_contract(contracts.definition_text, source=source)
    places = [lines.line(("examples", one.place)) for one in checked]
    wrong = failed(checked)
    if as_json:
        print_json([_document(one, line) for one, line in zip(checked, places, strict=True)])
    else:
        _show(definition, source, checked, places)
    return Exit.NO if wrong else Exit.DONE


def _show(definition: LeadDefinition, source: str, checked: Sequence[Checked], lines: Sequence[int]) -> None:
    say(f"{definition.title}, version {definition.version}: {len(definition.criteria)} criteria, sound.")
    for one, line in zip(checked, lines, strict=True):
        good = not one.differences
        sign = Text("✓ " if good else "✗ ", style="green" if good else "bold red")
        stage = f"{one.stage} ({one.step})" if one.step else one.stage
        out.print(sign + Text(f"{one.example.who}: {stage}"))
        for difference in one.differences:
            say(f"    {source}:{line}: {difference}", style="red")
        if not good:
            _trace(definition, one)
    wrong = len(failed(checked))
    if not checked:
        say("There are no examples; write some under 'examples', they are what both teams can agree on.")
    else:
        say(f"{len(checked) - wrong} of {len(checked)} examples are as they say.")


def _trace(definition: LeadDefinition, one: Checked) -> None:
    def told(names: Sequence[str]) -> str:
        items = [definition.criteria[definition.bits[name]] for name in names]
        return (
            "; ".join(f"{item.id} {item.points:+d}" if item.points else item.id for item in items)
            or "nothing"
        )

    say(f"    says   {one.reason}")
    say(f"    lacks  {one.missing or 'nothing'}")
    say(f"    true of them  {told(one.passed)}")
    say(f"    unknown       {told(one.unknown)}")


def _document(one: Checked, line: int) -> dict[str, Any]:
    return {
        "line": line,
        "who": one.example.who,
        "as_expected": not one.differences,
        "differences": one.differences,
        "stage": one.stage,
        "step": one.step,
        "persona": one.persona,
        "score": one.score,
        "passed": one.passed,
        "unknown": one.unknown,
        "reason": one.reason,
        "missing": one.missing,
    }
