"""A tiny vendor behind the real gateway and the real server, for what the runtime itself promises."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.asgi import Gateway, Switch
from sandbox.faults import FaultScript
from sandbox.server import LocalServer
from sandbox.traffic import Traffic


@dataclass
class Stall:
    """A vendor that remembers what it was sold, so that a test sees whether a request was carried out."""

    server: LocalServer
    traffic: Traffic
    faults: FaultScript
    sold: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.base_url


@pytest.fixture
def stall() -> Iterator[Stall]:
    stall = Stall(LocalServer(0), Traffic("hubspot"), FaultScript())

    async def sell(request: Request) -> Response:
        stall.sold.append((await request.body()).decode())
        return JSONResponse({"sold": stall.sold[-1], "of": len(stall.sold)}, status_code=201)

    async def show(request: Request) -> Response:
        return JSONResponse({"sold": stall.sold})

    async def say(request: Request) -> Response:
        return PlainTextResponse(request.url.path)

    path = "/crm/v3/objects/contacts"
    api = Starlette(
        routes=[Route(path, sell, methods=["POST"]), Route(path, show), Route("/oauth/v1/token", say)]
    )
    aside = Starlette(routes=[Route("/{rest:path}", say)])
    gateway = Gateway(api, stall.traffic, stall.faults, stall.server.pause)
    stall.server.start(Switch(vendor_api=gateway, control=aside, pages=aside))
    yield stall
    stall.server.stop()
