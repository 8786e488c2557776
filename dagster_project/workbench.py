"""Builds the workbench from settings: the only place where settings become connections."""

from collections.abc import Callable
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TypeVar

from connectors.errors import ConfigError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gateway import HubSpotGateway
from connectors.notices.mail import MailServer
from connectors.notices.slack import SlackWebhooks
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.gateway import SalesforceGateway
from connectors.salesforce.login import SalesforceCredentials
from connectors.store.engine import Store
from contract_files.errors import ContractError
from contract_files.hints import did_you_mean
from dagster_project.settings import PREFIX, Settings
from passes.context import Contracts
from passes.notice_setup import NoticeSetup
from passes.workbench import Workbench, machine_clock
from sla_rules.definition_loading import load_definition
from sla_rules.notices.contract import ROLES, NoticeRules
from sla_rules.notices.loading import cross_problems, load_notices
from sla_rules.routing.loading import load_routing
from sla_rules.sla_loading import load_sla
from sync_rules.mapping import load_mapping

_Contract = TypeVar("_Contract")
_SHIPPED = {
    "mapping": ("sync_rules", "mapping.yaml"),
    "definition": ("sla_rules", "definition.yaml"),
    "sla": ("sla_rules", "sla.yaml"),
    "notices": ("sla_rules", "notices.yaml"),
    "routing": ("sla_rules.routing", "routing.yaml"),
}


def open_workbench(
    settings: Settings, *, clock: Callable[[], datetime] = machine_clock, telling: Settings | None = None
) -> Workbench:
    """A workbench on the accounts and the database that the settings name.

    Args:
        telling: the settings by which people are told, where these lead to no account.

    Raises:
        ConfigError: listing everything that is missing or wrong.
    """
    return Workbench(
        Store(settings.database_url),
        hubspot=lambda: make_hubspot(settings),
        salesforce=lambda: make_salesforce(settings),
        read_contracts=lambda: read_contracts(settings),
        time_zone=settings.time_zone,
        engagement_source=settings.engagement,
        clock=clock,
        notices=lambda: notice_setup(telling or settings),
    )


def make_hubspot(settings: Settings) -> HubSpotGateway:
    """HubSpot, as the settings name it."""
    _require_credentials(settings)
    client = HubSpotClient(settings.hubspot_token.get_secret_value(), base_url=settings.hubspot_url)
    return HubSpotGateway(client)


def make_salesforce(settings: Settings) -> SalesforceGateway:
    """Salesforce, as the settings name it."""
    _require_credentials(settings)
    credentials = SalesforceCredentials(
        login_url=settings.salesforce_url,
        client_id=settings.salesforce_client_id or None,
        client_secret=settings.salesforce_client_secret.get_secret_value() or None,
        username=settings.salesforce_username or None,
        password=settings.salesforce_password.get_secret_value() or None,
        security_token=settings.salesforce_security_token.get_secret_value() or None,
    )
    return SalesforceGateway(SalesforceClient(credentials))


def notice_setup(settings: Settings) -> NoticeSetup:
    """Whom to tell, and by which channels.

    Raises:
        ConfigError: with every problem of the file and of the variables that its channels need.
    """
    problems: list[str] = []
    _, rules = _read("notices", settings.notices, load_notices, problems)
    _, sla = _read("sla", settings.sla, load_sla, [])
    if rules is None:
        raise ConfigError(problems)
    source = settings.notices or "notices.yaml"
    if sla is not None:
        problems += [f"{source}: {problem}" for problem in cross_problems(rules, sla)]
    mail = _mail_server(rules, settings)
    if mail is not None and (wrong := mail.problem()):
        problems.append(f"{source}: channels.email: {wrong}")
    slack = None
    if rules.channels.slack.enabled:
        slack = SlackWebhooks(settings.slack_webhooks, variable=_webhook_variable)
        if not slack.roles:
            names = ", ".join(map(_webhook_variable, ROLES))
            problems.append(f"{source}: channels.slack is on and no webhook is set; set one of {names}")
    if problems:
        raise ConfigError(problems)
    return NoticeSetup(rules, mail=mail, slack=slack, salesforce_url=settings.salesforce_url)


def _mail_server(rules: NoticeRules, settings: Settings) -> MailServer | None:
    channel = rules.channels.email
    if not channel.enabled or channel.host is None:
        return None
    password = settings.smtp_password.get_secret_value()
    return MailServer(channel.host, channel.port, channel.security, channel.user, password)


def _webhook_variable(role: str) -> str:
    return f"{PREFIX}SLACK_WEBHOOK_{role.upper()}"


def read_contracts(settings: Settings) -> Contracts:
    """The mapping, the lead definition and the SLA in force.

    Raises:
        ConfigError: with every problem of all files.
    """
    problems: list[str] = []
    mapping_text, mapping = _read("mapping", settings.mapping, load_mapping, problems)
    definition_text, definition = _read("definition", settings.definition, load_definition, problems)
    sla_text, sla = _read("sla", settings.sla, load_sla, problems)
    routing_text, routing = _read("routing", settings.routing, load_routing, problems)
    if mapping is not None and definition is not None:
        fields = mapping.people.fields
        problems += [
            f"{settings.definition or 'definition.yaml'}: {name!r} under 'fields' is no field of the mapping's "
            f"people; {did_you_mean(name, fields)}, or map it there"
            for name in definition.fields
            if name not in fields
        ]
    if problems or mapping is None or definition is None or sla is None or routing is None:
        raise ConfigError(problems)
    return Contracts(
        mapping=mapping,
        mapping_text=mapping_text,
        definition=definition,
        definition_text=definition_text,
        sla=sla,
        sla_text=sla_text,
        routing=routing,
        routing_text=routing_text,
    )


def _read(
    name: str, path: Path | None, load: Callable[..., _Contract], problems: list[str]
) -> tuple[str, _Contract | None]:
    source, text = _text(name, path, problems)
    if text is None:
        return "", None
    try:
        return text, load(text, source=source)
    except ContractError as error:
        problems.extend(error.problems)
        return text, None


def _text(name: str, path: Path | None, problems: list[str]) -> tuple[str, str | None]:
    if path is None:
        package, file = _SHIPPED[name]
        return file, (resources.files(package) / file).read_text("utf-8")
    try:
        return str(path), path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.append(f"{path}: the {name} cannot be read ({reason}); check ACCORD_{name.upper()}")
        return str(path), None


def _require_credentials(settings: Settings) -> None:
    if missing := settings.missing_credentials():
        raise ConfigError(missing)
