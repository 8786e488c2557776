"""The demo's world: both simulated CRMs, started in the past, and the settings that lead to them."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from cli.demo.folder import Folder
from cli.errors import NotInstalledError, PortTakenError
from dagster_project.settings import PREFIX, Settings

try:
    from sandbox.launch import Sandbox, start_sandbox
    from sandbox.server import PortInUseError
except ModuleNotFoundError as lack:
    raise NotInstalledError(
        f"the demo needs {lack.name}, which is not installed; pip install 'accord[sandbox]'"
    ) from None

_SECRETS = ("hubspot_token", "salesforce_client_secret")


@contextmanager
def started(*, people: int, days: int, seed: int, ports: tuple[int, int]) -> Iterator[Sandbox]:
    """The sandbox, ``days`` ago: when those days are played, its clock stands at the real present.

    Raises:
        PortTakenError: a wanted port is in use.
    """
    hubspot_port, salesforce_port = ports
    try:
        sandbox = start_sandbox(
            seed=seed,
            people=people,
            start=datetime.now(UTC) - timedelta(days=days),
            hubspot_port=hubspot_port,
            salesforce_port=salesforce_port,
        )
    except PortInUseError as error:
        option = "--hubspot-port" if error.port == hubspot_port else "--salesforce-port"
        raise PortTakenError(error.port, option) from error
    with sandbox:
        yield sandbox


def settings_of(sandbox: Sandbox, folder: Folder) -> Settings:
    """Settings as an admin would set them for real accounts, leading to the sandbox."""
    return Settings(
        database_url=folder.database_url,
        hubspot_token=SecretStr(sandbox.hubspot.access_token),
        hubspot_url=sandbox.hubspot.base_url,
        salesforce_url=sandbox.salesforce.instance_url,
        salesforce_client_id=sandbox.salesforce.client_id,
        salesforce_client_secret=SecretStr(sandbox.salesforce.client_secret),
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The same settings as environment variables; the credentials are worth nothing outside the sandbox."""
    values: Mapping[str, object] = settings.model_dump(
        include={"database_url", "hubspot_url", "salesforce_url", "salesforce_client_id"}
    )
    variables = {f"{PREFIX}{name.upper()}": str(value) for name, value in values.items()}
    for name in _SECRETS:
        variables[f"{PREFIX}{name.upper()}"] = getattr(settings, name).get_secret_value()
    return variables


def write_environment(folder: Folder, settings: Settings) -> None:
    """Let a shell join the demo: ``. var/demo/env``."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment_of(settings).items()]
    folder.environment.write_text("".join(lines), encoding="utf-8")
