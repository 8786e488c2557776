"""The HTTP face of an org: authentication, versions, JSON and headers around ``rest`` and ``soap``."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.salesforce import routes_auth, soap
from sandbox.salesforce.calls import Call, Reply, fault_reply
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.org import Org
from sandbox.salesforce.rest import dispatch

FIRST_VERSION, LAST_VERSION = 31, 67
_MOST_URI_BYTES = 16_384
_SEASONS = ("Spring", "Summer", "Winter")


def _label(version: int) -> str:
    # Winter '26 is v65, Spring '26 is v66, Summer '26 is v67; three releases a year.
    years, place = divmod(version - 66, 3)
    year = 26 + years + (1 if place == 2 else 0)
    return f"{_SEASONS[place]} '{year:02d}"


def _json(reply: Reply, extra: Mapping[str, str] | None = None) -> Response:
    headers = {**reply.headers, **(extra or {})}
    if reply.body is None:
        return Response(status_code=reply.status, headers=headers)
    body = orjson.dumps(reply.body)
    return Response(body, reply.status, headers, media_type="application/json;charset=UTF-8")


def _base_url(request: Request) -> str:
    """https on purpose: clients cut the scheme and always speak https to an org."""
    return f"https://{request.headers.get('host', 'localhost')}"


class SalesforceApp:
    """The endpoints of one org."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def routes(self) -> list[Route]:
        every = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]
        return [
            Route("/services/data", self.versions),
            Route("/services/data/", self.versions),
            Route("/services/data/v{version}", self.rest, methods=every),
            Route("/services/data/v{version}/{path:path}", self.rest, methods=every),
            Route("/services/oauth2/token", self.token, methods=["POST"]),
            Route("/services/oauth2/userinfo", self.user_info, methods=["GET", "POST"]),
            Route("/services/oauth2/revoke", self.revoke, methods=["GET", "POST"]),
            Route("/services/Soap/u/{version}", self.soap, methods=["POST"]),
            Route("/services/Soap/u/{version}/{rest:path}", self.soap, methods=["POST"]),
        ]

    async def versions(self, _: Request) -> Response:
        found = [
            {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(FIRST_VERSION, LAST_VERSION + 1)
        ]
        return _json(Reply(200, found))

    async def token(self, request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        authorization = request.headers.get("authorization", "")
        with self._org.lock:
            return _json(routes_auth.token(self._org, form, authorization, _base_url(request)))

    async def revoke(self, request: Request) -> Response:
        form = dict(request.query_params) | dict(await request.form())
        self._org.sessions.revoke(str(form.get("token", "")))
        return Response(status_code=200)

    async def user_info(self, request: Request) -> Response:
        with self._org.lock:
            user_id = self._authenticate(request)
            return _json(user_id if isinstance(user_id, Reply) else routes_auth.user_info(self._org, user_id))

    async def soap(self, request: Request) -> Response:
        payload = await request.body()
        try:
            version = float(request.path_params["version"])
        except ValueError:
            return Response(status_code=404)
        with self._org.lock:
            answered = soap.answer(self._org, version, payload, _base_url(request))
        return Response(answered.xml, answered.status, media_type="text/xml;charset=UTF-8")

    async def rest(self, request: Request) -> Response:
        payload = await request.body()
        with self._org.lock:
            reply = self._rest(request, payload)
            return _json(reply, {"Sforce-Limit-Info": self._org.usage.header})

    def _rest(self, request: Request, payload: bytes) -> Reply:
        version = _version(request.path_params["version"])
        if isinstance(version, Reply):
            return version
        if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > _MOST_URI_BYTES:
            return fault_reply(SalesforceFault("URI_TOO_LONG", "URI Too Long", status_code=414))
        user_id = self._authenticate(request)
        if isinstance(user_id, Reply):
            return user_id
        usage = self._org.usage
        if usage.exhausted:
            text = "TotalRequests Limit exceeded."
            return fault_reply(SalesforceFault("REQUEST_LIMIT_EXCEEDED", text, status_code=403))
        usage.count(client=_client_name(request))
        try:
            body = _parse(payload)
        except orjson.JSONDecodeError as error:
            text = f"Unexpected character at [line:{error.lineno}, column:{error.colno}]"
            return fault_reply(SalesforceFault("JSON_PARSER_ERROR", text))
        method, params = request.method, dict(request.query_params)
        if method == "POST" and "_HttpMethod" in params:
            method = params.pop("_HttpMethod").upper()
        call = Call(self._org, method, _segments(request), params, request.headers, body, user_id, version)
        return dispatch(call)

    def _authenticate(self, request: Request) -> str | Reply:
        """The caller's user id, or the 401."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth") or not token:
            return fault_reply(SalesforceFault("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", status_code=401))
        user_id = self._org.sessions.user_of(token.strip())
        user = None if user_id is None else self._org.row("User", user_id)
        if user is None or not user["IsActive"]:
            text = "Session expired or invalid"
            return fault_reply(SalesforceFault("INVALID_SESSION_ID", text, status_code=401))
        return user.id


def _segments(request: Request) -> tuple[str, ...]:
    """The decoded segments after the version; an encoded slash stays inside its segment."""
    raw = request.scope["raw_path"].decode("ascii")
    rest = raw.split("/")[4:]
    return tuple(unquote(segment) for segment in rest if segment)


def _version(raw: str) -> float | Reply:
    try:
        version = float(raw)
    except ValueError:
        return fault_reply(
            SalesforceFault("NOT_FOUND", "The requested resource does not exist", status_code=404)
        )
    if version < FIRST_VERSION:
        text = "The requested API version has been retired."
        return fault_reply(SalesforceFault("UNSUPPORTED_API_VERSION", text, status_code=410))
    if version > LAST_VERSION:
        return fault_reply(
            SalesforceFault("NOT_FOUND", "The requested resource does not exist", status_code=404)
        )
    return version


def _parse(payload: bytes) -> Any:
    return orjson.loads(payload) if payload.strip() else None


def _client_name(request: Request) -> str | None:
    options = request.headers.get("sforce-call-options", "")
    for part in options.split(","):
        key, _, value = part.partition("=")
        if key.strip().lower() == "client":
            return value.strip() or None
    return None


def build_app(org: Org) -> Starlette:
    """The ASGI application of an org."""
    return Starlette(routes=SalesforceApp(org).routes())
