"""Where Accord's accounts, database and contracts are: environment variables, checked all at once.

Secrets come from the environment only and never leave these objects as text. Nothing here opens a
connection; ``workbench.py`` does.
"""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.errors import ConfigError
from connectors.transport_security import url_problem
from sla_rules.notices.contract import ROLES

PREFIX = "ACCORD_"


class Settings(BaseSettings):
    """Everything that differs from one installation to the next.

    Attributes:
        hubspot_url: only for another host than HubSpot's own; plain http only on this machine.
        salesforce_url: the org's My Domain, ``https://acme.my.salesforce.com``.
        mapping, definition, sla, routing: the contracts; None means the ones that ship with Accord.
        notices: who is told what; None is the shipped file, which tells nobody.
        slack_webhook_owner, slack_webhook_manager, slack_webhook_marketing, slack_webhook_admin: incoming webhooks
            of the places where the role is told.
        smtp_password: of the user whom the notices' mail channel names.
        time_zone: the business's; schedules and reports follow it.
        user: who makes decisions on the command line; the machine's user if blank.
        engagement: marketing engagement from contact properties (every tier) or from the event endpoints.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    # Out of repr: it may hold a password.
    database_url: str = Field(default="sqlite:///var/accord.db", repr=False)
    hubspot_token: SecretStr = SecretStr("")
    hubspot_url: str = "https://api.hubapi.com"
    salesforce_url: str = ""
    salesforce_client_id: str = ""
    salesforce_client_secret: SecretStr = SecretStr("")
    salesforce_username: str = ""
    salesforce_password: SecretStr = SecretStr("")
    salesforce_security_token: SecretStr = SecretStr("")
    mapping: Path | None = None
    definition: Path | None = None
    sla: Path | None = None
    notices: Path | None = None
    slack_webhook_owner: SecretStr = SecretStr("")
    slack_webhook_manager: SecretStr = SecretStr("")
    slack_webhook_marketing: SecretStr = SecretStr("")
    slack_webhook_admin: SecretStr = SecretStr("")
    smtp_password: SecretStr = SecretStr("")
    routing: Path | None = None
    time_zone: str = "Europe/Berlin"
    engagement: Literal["properties", "events"] = "properties"
    executor: Literal["in_process", "multiprocess"] = "in_process"
    user: str = ""
    pass_every_minutes: int = Field(default=5, ge=1, le=60)

    @field_validator("hubspot_url", "salesforce_url")
    @classmethod
    def _safe_url(cls, value: str) -> str:
        if value and (wrong := url_problem(value)):
            raise ValueError(wrong)
        return value

    @field_validator(
        "slack_webhook_owner", "slack_webhook_manager", "slack_webhook_marketing", "slack_webhook_admin"
    )
    @classmethod
    def _safe_webhook(cls, value: SecretStr) -> SecretStr:
        cls._safe_url(value.get_secret_value())
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone; use a name such as Europe/Berlin")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The business's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def slack_webhooks(self) -> dict[str, str]:
        """The webhooks that are set, by role."""
        found = {role: getattr(self, f"slack_webhook_{role}").get_secret_value() for role in ROLES}
        return {role: url for role, url in found.items() if url}

    def missing_credentials(self) -> list[str]:
        """What must still be set before either vendor can be called, with the remedy."""
        problems = []
        if not self.hubspot_token.get_secret_value():
            problems.append("ACCORD_HUBSPOT_TOKEN is not set: the access token of your HubSpot private app")
        if not self.salesforce_url:
            problems.append(
                "ACCORD_SALESFORCE_URL is not set: your org's My Domain, https://<name>.my.salesforce.com"
            )
        by_app = self.salesforce_client_id and self.salesforce_client_secret.get_secret_value()
        by_user = self.salesforce_username and self.salesforce_password.get_secret_value()
        if not (by_app or by_user):
            problems.append(
                "ACCORD_SALESFORCE_CLIENT_ID and ACCORD_SALESFORCE_CLIENT_SECRET are not set: the consumer key "
                "and secret of an External Client App with the client-credentials flow (or set "
                "ACCORD_SALESFORCE_USERNAME, _PASSWORD and _SECURITY_TOKEN)"
            )
        return problems


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        ConfigError: listing every variable that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"{PREFIX}{str(item['loc'][0]).upper()}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        ]
        raise ConfigError(problems) from None
