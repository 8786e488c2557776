"""Turns a request into a `Call`, runs a handler under the portal's lock, and its outcome into an answer.

Authentication, limits and error bodies happen here once for all routes; no route is defined here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.access import Caller
from sandbox.hubspot.errors import HubSpotFault
from sandbox.hubspot.payload import as_object, as_objects, checked_limit
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Actor
from sandbox.hubspot.values import iso

Body = dict[str, Any]
MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers; `body` None means an empty answer."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


NO_CONTENT = Reply(None, 204)


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request."""

    portal: Portal
    caller: Caller
    request: Request
    raw_body: bytes

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def flag(self, name: str) -> bool:
        return self.query(name).lower() == "true"

    def names(self, name: str) -> list[str]:
        """A list parameter, repeated or comma-joined."""
        return [
            part.strip()
            for text in self.request.query_params.getlist(name)
            for part in text.split(",")
            if part.strip()
        ]

    def integer(self, name: str, default: int, maximum: int | None = None) -> int:
        """A whole number parameter.

        Raises:
            HubSpotFault: 400 when it is no positive number or over the maximum.
        """
        text = self.query(name)
        if not text:
            return default
        return checked_limit(text, maximum, name)

    def json(self) -> Any:
        """The parsed JSON body.

        Raises:
            HubSpotFault: 400 when it is not JSON.
        """
        try:
            return orjson.loads(self.raw_body)
        except orjson.JSONDecodeError as broken:
            raise errors.validation(f"Invalid input JSON on line 1, column 1: {broken}") from broken

    def body(self) -> Body:
        """The JSON body, which must be an object."""
        return as_object(self.json(), "the body")

    def inputs(self, maximum: int) -> list[Body]:
        """The `inputs` of a batch call.

        Raises:
            HubSpotFault: 400 when they are missing, too many or not objects.
        """
        inputs = as_objects(self.body().get("inputs"), "inputs")
        if len(inputs) > maximum:
            raise errors.batch_too_large(len(inputs), maximum)
        return inputs

    def require(self, scope: str) -> None:
        self.portal.access.require(self.caller, scope)


Handler = Callable[[Call], Reply]
OpenHandler = Callable[[Portal, Request, bytes], Reply]


def route(portal: Portal, path: str, *, search: bool = False, **handlers: Handler) -> Route:
    """A route for authenticated calls; keyword arguments are handlers by method (`GET=...`)."""

    async def endpoint(request: Request) -> Response:
        raw_body = await request.body()
        headers: dict[str, str] = {}
        with portal.lock:
            try:
                caller = portal.access.authenticate(_bearer(request))
                headers = portal.limits.admit(caller, search=search)
                method = "GET" if request.method == "HEAD" else request.method
                reply = handlers[method](Call(portal, caller, request, raw_body))
            except HubSpotFault as fault:
                return _fault_response(fault, headers)
            return _response(reply, headers)

    return Route(path, endpoint, methods=list(handlers))


def open_route(portal: Portal, path: str, *, method: str, handler: OpenHandler) -> Route:
    """A route without authentication or limits (OAuth)."""

    async def endpoint(request: Request) -> Response:
        raw_body = await request.body()
        with portal.lock:
            try:
                return _response(handler(portal, request, raw_body), {})
            except HubSpotFault as fault:
                return _fault_response(fault, {})

    return Route(path, endpoint, methods=[method])


def collection(results: list[Any], after: str | None = None) -> Body:
    """A page; `paging` is there only when more follows."""
    body: Body = {"results": results}
    if after is not None:
        body["paging"] = {"next": {"after": after, "link": f"?after={after}"}}
    return body


def batch_body(portal: Portal, results: list[Any], faults: list[Body]) -> Body:
    """The envelope of a batch answer."""
    moment = iso(portal.now())
    body: Body = {"status": "COMPLETE", "results": results, "startedAt": moment, "completedAt": moment}
    if faults:
        body["numErrors"] = len(faults)
        body["errors"] = faults
    return body


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def _response(reply: Reply, headers: Mapping[str, str]) -> Response:
    merged = {**headers, **reply.headers}
    if reply.body is None:
        return Response(status_code=reply.status, headers=merged)
    content = orjson.dumps(reply.body)
    return Response(content, reply.status, merged, media_type="application/json;charset=utf-8")


def _fault_response(fault: HubSpotFault, headers: Mapping[str, str]) -> Response:
    body = fault.wire_body()
    if isinstance(body, str):
        return Response(body, fault.status, dict(headers), media_type="text/html")
    return Response(
        orjson.dumps(body), fault.status, dict(headers), media_type="application/json;charset=utf-8"
    )
