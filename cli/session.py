"""Opens what a command needs: settings checked all at once, the workbench, the two gateways.

Which command needs which is the command's business; how settings become connections is ``dagster_project``'s.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr

from connectors.errors import ConfigError
from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce.gateway import SalesforceGateway
from dagster_project.settings import Settings, load_settings
from dagster_project.workbench import make_hubspot, make_salesforce, open_workbench, read_contracts
from passes.workbench import Workbench, machine_clock

_NOWHERE = "http://127.0.0.1:9"
_UNUSED = "none"


def checked_settings() -> Settings:
    """The environment's settings, once credentials and contracts are complete.

    Raises:
        ConfigError: every problem of all of them.
    """
    settings = load_settings()
    problems = settings.missing_credentials()
    try:
        read_contracts(settings)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return settings


@contextmanager
def syncing(
    settings: Settings | None = None, *, clock: Callable[[], datetime] = machine_clock
) -> Iterator[Workbench]:
    """The workbench of a command that calls both CRMs."""
    with open_workbench(settings or checked_settings(), clock=clock) as bench:
        yield bench


@contextmanager
def reading(settings: Settings | None = None) -> Iterator[Workbench]:
    """The workbench of a command that reads Accord's database only, so that it works without credentials.

    Raises:
        ConfigError: there is no database yet; looking makes none.
    """
    known = settings or load_settings()
    require_database(known)
    # A context has gateways; these lead nowhere, should anything ever call them.
    offline = known.model_copy(
        update={
            "hubspot_token": SecretStr(_UNUSED),
            "hubspot_url": _NOWHERE,
            "salesforce_url": _NOWHERE,
            "salesforce_client_id": _UNUSED,
            "salesforce_client_secret": SecretStr(_UNUSED),
        }
    )
    with open_workbench(offline, telling=known) as bench:
        yield bench


def gateways(settings: Settings | None = None) -> tuple[HubSpotGateway, SalesforceGateway]:
    """Both CRMs, for a command that needs no database."""
    known = settings or load_settings()
    return make_hubspot(known), make_salesforce(known)


def require_database(settings: Settings) -> None:
    """See that there is a database; a new one is for the commands that run passes.

    Raises:
        ConfigError: there is none yet.
    """
    try:
        url = sa.make_url(settings.database_url)
    except (sa.exc.ArgumentError, ValueError):
        # The store says what is wrong with it.
        return
    missing = url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists()
    if missing:
        raise ConfigError(
            [
                f"there is no database {url.database} yet; `accord plan` makes it. If there should be one, "
                "check ACCORD_DATABASE_URL and the folder you are in"
            ]
        )
