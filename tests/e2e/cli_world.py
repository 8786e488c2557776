"""Runs ``accord`` in this process on a small business in the sandbox, as a shell with its settings would."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from cli.main import app
from sandbox.launch import Sandbox
from tests.e2e.laws.world import World


@dataclass
class Shell:
    """A shell whose environment leads to one sandbox and one database."""

    sandbox: Sandbox
    database: Path
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ACCORD_DATABASE_URL": self.database_url or f"sqlite:///{self.database}",
            "ACCORD_HUBSPOT_TOKEN": self.sandbox.hubspot.access_token,
            "ACCORD_HUBSPOT_URL": self.sandbox.hubspot.base_url,
            "ACCORD_SALESFORCE_URL": self.sandbox.salesforce.instance_url,
            "ACCORD_SALESFORCE_CLIENT_ID": self.sandbox.salesforce.client_id,
            "ACCORD_SALESFORCE_CLIENT_SECRET": self.sandbox.salesforce.client_secret,
        }

    def accord(self, *arguments: str, answer: str = "", **changed: str) -> Result:
        """Run a command; ``changed`` are settings without their prefix (``hubspot_token="…"``)."""
        settings = {f"ACCORD_{name.upper()}": value for name, value in changed.items()}
        environment: Mapping[str, str] = {**self.environment, **settings}
        return CliRunner().invoke(app, list(arguments), input=answer, env=environment)

    def json(self, *arguments: str) -> Any:
        """A command's JSON answer."""
        result = self.accord(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def records(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Everything on both sides."""
        return self.sandbox.snapshot("hubspot"), self.sandbox.snapshot("salesforce")


def shell_of(world: World) -> Shell:
    """A shell on the systems and the database of a world of the laws, whichever database that is."""
    return Shell(world.sandbox, Path(), world.database_url)
