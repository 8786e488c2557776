"""Starts the whole sandbox in this process: two servers in threads over one simulation.

The command line is ``sandbox.__main__``; what the servers answer is the vendors' packages' business.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp

from sandbox.asgi import Gateway, Switch
from sandbox.control import build_control
from sandbox.hubspot.app import build_app as build_hubspot_app
from sandbox.pages.app import build_hubspot_pages, build_salesforce_pages
from sandbox.salesforce.app import build_app as build_salesforce_app
from sandbox.server import LocalServer
from sandbox.simulation import Simulation
from sandbox.traffic import Vendor


@dataclass(frozen=True)
class HubSpotCredentials:
    """Everything a HubSpot client may ask for."""

    base_url: str
    access_token: str
    app_id: str
    portal_id: str
    client_id: str
    client_secret: str
    refresh_token: str
    user_tokens: Mapping[str, str]
    control_url: str
    pages_url: str


@dataclass(frozen=True)
class SalesforceCredentials:
    """Everything a Salesforce client may ask for."""

    base_url: str
    instance_url: str
    client_id: str
    client_secret: str
    username: str
    password: str
    security_token: str
    user_tokens: Mapping[str, str]
    control_url: str
    pages_url: str


class Sandbox(Simulation):
    """A running sandbox; ends with ``stop`` or with its ``with`` block. Takes ``Simulation``'s arguments.

    Raises:
        PortInUseError: a wanted port is taken; nothing was started.
    """

    def __init__(self, *, hubspot_port: int = 0, salesforce_port: int = 0, **settings: Any) -> None:
        self._servers: dict[Vendor, LocalServer] = {}
        try:
            # Ports first: a taken port should not cost the time of seeding a large world.
            self._servers["hubspot"] = LocalServer(hubspot_port)
            self._servers["salesforce"] = LocalServer(salesforce_port)
            super().__init__(**settings)
            portal, org = self.portal, self.org
            self._serve(
                "hubspot", build_hubspot_app(portal), build_hubspot_pages(portal, self._ui("salesforce"))
            )
            self._serve(
                "salesforce", build_salesforce_app(org), build_salesforce_pages(org, self._ui("hubspot"))
            )
        except BaseException:
            self.stop()
            raise

    def _serve(self, vendor: Vendor, api: ASGIApp, pages: ASGIApp) -> None:
        server = self._servers[vendor]
        gateway = Gateway(api, self.counters.of(vendor), self.faults, server.pause, self.edit)
        server.start(Switch(vendor_api=gateway, control=build_control(vendor, self, self), pages=pages))

    def _ui(self, vendor: Vendor) -> str:
        return f"{self._base_url(vendor)}/ui/"

    def _base_url(self, vendor: Vendor) -> str:
        return self._servers[vendor].base_url

    @property
    def hubspot(self) -> HubSpotCredentials:
        """How to reach and enter the HubSpot side."""
        base_url, portal = self._base_url("hubspot"), self.portal
        return HubSpotCredentials(
            base_url=base_url,
            access_token=portal.access_token,
            app_id=str(portal.app_id),
            portal_id=str(portal.portal_id),
            client_id=portal.client_id,
            client_secret=portal.client_secret,
            refresh_token=portal.refresh_token,
            user_tokens={owner.email: owner.token for owner in portal.owners.all() if owner.token},
            control_url=f"{base_url}/_sandbox",
            pages_url=self._ui("hubspot"),
        )

    @property
    def salesforce(self) -> SalesforceCredentials:
        """How to reach and enter the Salesforce side."""
        base_url, org = self._base_url("salesforce"), self.org
        return SalesforceCredentials(
            base_url=base_url,
            instance_url=base_url,
            client_id=org.client_id,
            client_secret=org.client_secret,
            username=org.username,
            password=org.password,
            security_token=org.security_token,
            user_tokens={
                user["Email"]: org.token_of(user["Id"])
                for user in org.rows("User")
                if user["IsActive"] and user["Email"]
            },
            control_url=f"{base_url}/_sandbox",
            pages_url=self._ui("salesforce"),
        )

    @property
    def credentials(self) -> dict[str, dict[str, Any]]:
        """JSON-able, by vendor: what ``python -m sandbox`` prints."""
        return {"hubspot": asdict(self.hubspot), "salesforce": asdict(self.salesforce)}

    def stop(self) -> None:
        """End both servers and free their ports. May be called twice."""
        for server in self._servers.values():
            server.begin_stop()
        for server in self._servers.values():
            server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_sandbox(
    *,
    seed: int,
    people: int,
    scenario: str = "default",
    start: datetime | None = None,
    frozen: bool = False,
    search_lag_s: float = 2.0,
    tier: str = "professional",
    hubspot_port: int = 0,
    salesforce_port: int = 0,
) -> Sandbox:
    """Seed a world and serve it; returns when both servers answer.

    Raises:
        PortInUseError: a wanted port is taken.
        ValueError: a setting is out of range (see ``Simulation``).
    """
    return Sandbox(
        hubspot_port=hubspot_port,
        salesforce_port=salesforce_port,
        seed=seed,
        people=people,
        scenario=scenario,
        start=start,
        frozen=frozen,
        search_lag_s=search_lag_s,
        tier=tier,
    )
