"""What stands between a vendor's application and the wire: counting and scripted faults, as plain ASGI.

Rules live in ``sandbox.faults``, counters in ``sandbox.traffic``, sockets in ``sandbox.server``.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol, cast

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.distort import first_half, rearranged, writes_within
from sandbox.faults import FaultRule, FaultScript, PersonalEdit
from sandbox.traffic import Traffic

CONNECTION = "sandbox.connection"
Pause = Callable[[float], Awaitable[None]]
Edit = Callable[[PersonalEdit], None]


class Connection(Protocol):
    """The client's connection, as the server hands it over in ``scope["extensions"][CONNECTION]``."""

    def drop(self) -> None:
        """Close at once, without the rest of any reply."""

    def finish(self) -> None:
        """Close once what has been written is sent."""


@dataclass
class Reply:
    """A whole reply, held back from the wire."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Stand in for an application's ``send``."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def replace_body(self, body: bytes) -> None:
        """Answer with another body, and its length."""
        self.body = body
        framing = (b"content-length", b"transfer-encoding")
        self.headers = [pair for pair in self.headers if pair[0].lower() not in framing]
        self.headers.append((b"content-length", str(len(body)).encode()))

    async def send_to(self, send: Send, *, cut_after: int | None = None) -> None:
        """Send it; with ``cut_after`` promise the whole length and stop after that many bytes."""
        if cut_after is None:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            await send({"type": "http.response.body", "body": self.body})
            return
        framing = (b"content-length", b"transfer-encoding")
        headers = [pair for pair in self.headers if pair[0].lower() not in framing]
        headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body[:cut_after], "more_body": True})


def scripted_reply(rule: FaultRule) -> Reply:
    """The reply that a rule dictates. Without a body it is the HTML page that a proxy would send."""
    status = cast(int, rule.status)
    body, kind = rule.body, b"text/plain; charset=utf-8"
    if body is None:
        known = {member.value: member.phrase for member in HTTPStatus}
        body = f"<html><body><h1>{status} {known.get(status, '')}</h1></body></html>"
    if isinstance(body, str):
        content = body.encode()
        if body.lstrip().startswith("<"):
            kind = b"text/html; charset=utf-8"
    else:
        content, kind = orjson.dumps(body), b"application/json"
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in rule.headers.items()]
    if all(name != b"content-type" for name, _ in headers):
        headers.append((b"content-type", kind))
    headers.append((b"content-length", str(len(content)).encode()))
    return Reply(status, headers, content)


async def read_body(receive: Receive) -> bytes | None:
    """The whole request body, or None if the client left before it was complete."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def with_length(scope: Scope, length: int) -> Scope:
    """The scope of the same request with a body of another length."""
    headers = [pair for pair in scope["headers"] if pair[0].lower() != b"content-length"]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


def replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body`` once and then what the connection says."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    return receive_again


class Gateway:
    """One vendor's API behind its counters and its fault script."""

    def __init__(
        self, app: ASGIApp, traffic: Traffic, faults: FaultScript, pause: Pause, edit: Edit | None = None
    ) -> None:
        self._app = app
        self._edit = edit
        self._traffic = traffic
        self._faults = faults
        self._pause = pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        if body is None:
            return
        method, path = scope["method"], scope["path"]
        self._traffic.note_request(method, path, body)
        self._traffic.note_within(writes_within(self._traffic.vendor, path, body))
        query = scope["query_string"].decode("latin-1")
        rule = self._faults.choose(self._traffic.vendor, method, path, query, body)

        async def counted_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._traffic.note_status(message["status"])
            await send(message)

        if rule is not None and rule.part:
            body = first_half(body)
            scope = with_length(scope, len(body))
        again = replay(body, receive)
        if rule is None:
            await self._app(scope, again, counted_send)
            return
        if rule.edit is not None and rule.edit_when == "before":
            self._act(rule)
        await self._fail(rule, scope, again, counted_send)
        if rule.edit is not None and rule.edit_when == "after":
            self._act(rule)

    def _act(self, rule: FaultRule) -> None:
        if self._edit is None or rule.edit is None:
            raise ValueError("nobody is there who could edit: the gateway has no people")
        self._edit(rule.edit)

    async def _fail(self, rule: FaultRule, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply()
        if rule.drop == "after":
            await self._app(scope, receive, reply.take)
            await self._pause(rule.delay_s)
            self._drop(scope)
            return
        await self._pause(rule.delay_s)
        if rule.drop == "before":
            self._drop(scope)
            return
        if rule.status is None or rule.commit:
            await self._app(scope, receive, reply.take)
        if rule.status is not None:
            reply = scripted_reply(rule)
        if rule.rows is not None:
            reply.replace_body(rearranged(reply.body, rule.rows))
        if rule.truncate is None or rule.truncate >= len(reply.body):
            await reply.send_to(send)
            return
        await reply.send_to(send, cut_after=rule.truncate)
        _connection(scope).finish()

    def _drop(self, scope: Scope) -> None:
        self._traffic.note_drop()
        _connection(scope).drop()


def _connection(scope: Scope) -> Connection:
    return cast(Connection, cast(dict[str, Any], scope["extensions"])[CONNECTION])


class Switch:
    """One server's whole surface: control API, record pages, and the vendor's API for everything else."""

    def __init__(self, *, vendor_api: ASGIApp, control: ASGIApp, pages: ASGIApp) -> None:
        self._vendor_api = vendor_api
        self._control = control
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith("/_sandbox"):
            await self._control(scope, receive, send)
        elif path == "/" or path == "/ui" or path.startswith("/ui/"):
            await self._pages(scope, receive, send)
        else:
            await self._vendor_api(scope, receive, send)
