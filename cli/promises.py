"""``accord sla explain`` and ``accord sla check``: the SLA in plain words, as a page, and whether its file is right."""

from pathlib import Path

from cli.console import say
from cli.contracts import print_page
from cli.exits import Exit
from connectors.enforcement import salesforce_rules
from connectors.errors import ConfigError
from dagster_project.settings import load_settings
from dagster_project.workbench import read_contracts
from reports.sla_page import sla_html
from sla_rules.sla import SlaContract
from sla_rules.sla_language import plain_language


def explain(file: Path | None, html: Path | None) -> Exit:
    """Print the SLA, or write it as a page.

    Raises:
        ConfigError: with every problem of the file; or the page cannot be written.
    """
    contract = read(file)
    if html is None:
        print_page(plain_language(contract))
        return Exit.DONE
    try:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(sla_html(contract), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            [f"the page {html} cannot be written ({error.strerror}); give another --html"]
        ) from error
    say(f"The agreement as a page: {html}", whole=True)
    return Exit.DONE


def check(file: Path | None) -> Exit:
    """Say that the file is right and what follows from it.

    Raises:
        ConfigError: with every problem of the file.
    """
    contract = read(file)
    teams = {team: sum(c.team == team for c in contract.commitments) for team in ("marketing", "sales")}
    say(
        f"{contract.title}, version {contract.version}: {teams['marketing']} commitments of marketing, "
        f"{teams['sales']} of sales, {len(contract.calendars)} calendars. Nothing is wrong with it.",
        style="green",
    )
    for rule in salesforce_rules(contract):
        say(f"Salesforce refuses on {rule.sobject} ({rule.name}): {rule.message}")
    return Exit.DONE


def read(file: Path | None) -> SlaContract:
    """The SLA of this file, or the one in force."""
    settings = load_settings()
    wanted = {"sla": file or settings.sla, "mapping": None, "definition": None}
    return read_contracts(settings.model_copy(update=wanted)).sla
