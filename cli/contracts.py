"""``accord sla``: the agreement in plain words, checked on the way; and how such a page is printed."""

from pathlib import Path

from rich.markdown import Markdown

from cli.console import out
from cli.exits import Exit
from dagster_project.settings import load_settings
from dagster_project.workbench import read_contracts
from sla_rules.sla_language import plain_language


def sla(file: Path | None) -> Exit:
    """Print the SLA.

    Raises:
        ConfigError: with every problem of the file.
    """
    settings = load_settings()
    wanted = {"sla": file or settings.sla, "mapping": None, "definition": None}
    print_page(plain_language(read_contracts(settings.model_copy(update=wanted)).sla))
    return Exit.DONE


def print_page(markdown: str) -> None:
    """Rendered for a terminal; as it is for a file or a pipe, where it is wanted as Markdown."""
    if out.is_terminal:
        out.print(Markdown(markdown))
    else:
        out.file.write(markdown)
