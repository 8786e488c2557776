"""The HTTP application of one HubSpot account: all routes, trailing slashes, unknown paths.

Nothing but assembly; the servers, faults and control pages are the sandbox's, not the vendor's.
"""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.hubspot.errors import page_not_found
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.routes_account import account_routes
from sandbox.hubspot.routes_associations import association_routes
from sandbox.hubspot.routes_lists import list_routes
from sandbox.hubspot.routes_marketing import marketing_routes
from sandbox.hubspot.routes_objects import object_routes
from sandbox.hubspot.routes_schema import schema_routes
from sandbox.hubspot.routes_subscriptions import subscription_routes


class TrailingSlash:
    """Takes `/crm/v3/owners/` for `/crm/v3/owners`, as HubSpot does and its client needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/") and scope["path"] != "/":
            scope = {**scope, "path": scope["path"].rstrip("/")}
        await self._app(scope, receive, send)


async def _unknown_path(_: Request, __: Exception) -> Response:
    fault = page_not_found()
    return HTMLResponse(str(fault.wire_body()), fault.status)


async def _wrong_method(_: Request, __: Exception) -> Response:
    return HTMLResponse("<html><body><h2>HTTP ERROR 405</h2></body></html>", 405)


def build_app(portal: Portal) -> Starlette:
    """The portal's API as an ASGI application."""
    app = Starlette(
        routes=[
            *object_routes(portal),
            *association_routes(portal),
            *schema_routes(portal),
            *account_routes(portal),
            *list_routes(portal),
            *marketing_routes(portal),
            *subscription_routes(portal),
        ],
        middleware=[Middleware(TrailingSlash)],
        exception_handlers={404: _unknown_path, 405: _wrong_method},
    )
    app.router.redirect_slashes = False
    return app
