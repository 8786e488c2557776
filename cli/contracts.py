"""``accord definition`` and ``accord sla``: the two agreements in plain words, checked on the way."""

from pathlib import Path

from rich.markdown import Markdown

from cli.console import out
from cli.exits import Exit
from dagster_project.settings import load_settings
from dagster_project.workbench import read_contracts
from sla_rules.definition_text import plain_language as definition_in_words
from sla_rules.sla_language import plain_language as sla_in_words


def definition(file: Path | None) -> Exit:
    """Print the lead definition.

    Raises:
        ConfigError: with every problem of the file.
    """
    settings = load_settings()
    wanted = {"definition": file or settings.definition, "mapping": None, "sla": None}
    _print(definition_in_words(read_contracts(settings.model_copy(update=wanted)).definition))
    return Exit.DONE


def sla(file: Path | None) -> Exit:
    """Print the SLA.

    Raises:
        ConfigError: with every problem of the file.
    """
    settings = load_settings()
    wanted = {"sla": file or settings.sla, "mapping": None, "definition": None}
    _print(sla_in_words(read_contracts(settings.model_copy(update=wanted)).sla))
    return Exit.DONE


def _print(markdown: str) -> None:
    """Rendered for a terminal; as it is for a file or a pipe, where it is wanted as Markdown."""
    if out.is_terminal:
        out.print(Markdown(markdown))
    else:
        out.file.write(markdown)
