"""A real SMTP server and an HTTP server that takes Slack's webhooks, and the rules by which a world tells people."""

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml
from aiosmtpd.controller import Controller

from connectors.notices.mail import MailServer
from connectors.notices.slack import SlackWebhooks
from passes.notice_setup import NoticeSetup
from passes.notices.tell import tell
from passes.step import StepResult
from sla_rules.notices.contract import ROLES
from sla_rules.notices.loading import load_notices
from tests.e2e.laws.world import World

MANAGER, MARKETING, ADMIN = "head.of.sales@m.example", "marketing@m.example", "revops@m.example"
SENDER = "accord@m.example"


class Postbox:
    """A mail server that keeps what it takes.

    Attributes:
        refuses: replies to the next messages, instead of taking them.
        then: done once, after a message was taken and before the client learns of it.
    """

    def __init__(self, **options: Any) -> None:
        self.messages: list[EmailMessage] = []
        self.refuses: list[str] = []
        self.then: Callable[[], None] | None = None
        self._options = options
        self.port = 0
        self.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refuses:
            return self.refuses.pop(0)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        assert envelope.rcpt_tos == [message["To"]]
        self.messages.append(message)
        if self.then is not None:
            then, self.then = self.then, None
            then()
        return "250 taken"

    def start(self) -> None:
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=self.port, **self._options)
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        self._controller.stop()

    def taken(self) -> list[EmailMessage]:
        """What came since the last time."""
        found, self.messages = self.messages, []
        return found


class _AnyPort(Controller):
    def _create_server(self) -> Any:
        server = socket.create_server((self.hostname, self.port))
        self.port = server.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=server, ssl=self.ssl_context)


class Slack:
    """Takes posts to ``/services/<role>`` as Slack's incoming webhooks do."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[int, str, Mapping[str, str]]] = []
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name that the server calls
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, text, headers = slack.answers.pop(0) if slack.answers else (200, "ok", {})
                if status == 200:
                    slack.posts.append((self.path.rpartition("/")[2], body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def url(self, role: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/services/{role}"

    def taken(self) -> list[tuple[str, dict[str, Any]]]:
        """What came since the last time: role and body."""
        found, self.posts = self.posts, []
        return found

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass
class Office:
    """The people of a world, told by mail and Slack.

    Args:
        rules: merged into the file of notices, part by part.
    """

    world: World
    rules: Mapping[str, Any] = field(default_factory=dict)
    slack_roles: tuple[str, ...] = ROLES

    def __post_init__(self) -> None:
        self.mail, self.slack = Postbox(), Slack()
        self.slept: list[float] = []
        self.open()

    def text(self) -> str:
        """The file of notices."""
        rules = {
            "channels": {
                "slack": {"enabled": bool(self.slack_roles)},
                "email": {
                    "enabled": True, "host": "127.0.0.1", "port": self.mail.port, "security": "none", "sender": SENDER
                },
            },
            "recipients": {
                "manager": {"called": ["Head of Sales"], "addresses": [MANAGER]},
                "marketing": {"called": ["Head of Marketing"], "addresses": [MARKETING]},
                "admin": {"addresses": [ADMIN]},
            },
        }  # fmt: skip
        return yaml.safe_dump(_merged(rules, self.rules))

    def open(self) -> None:
        """Let the world tell people by these rules."""
        rules = load_notices(self.text(), source="notices.yaml")
        there = self.world.sandbox.salesforce.instance_url
        slack = SlackWebhooks(
            {role: self.slack.url(role) for role in self.slack_roles}, variable=lambda role: f"ACCORD_{role}"
        )
        server = MailServer("127.0.0.1", self.mail.port, "none", None, "")
        self.world.notices = NoticeSetup(rules, server, slack if self.slack_roles else None, there)
        self.world.bench.close()
        self.world.bench = self.world.open_bench()

    def tell(self, *, minutes: float = 0) -> StepResult:
        """One round of telling, later by so much."""
        self.world.later(minutes=minutes)
        return tell(self.world.bench, sleep=self.slept.append)

    def heard(self) -> list[tuple[str, str]]:
        """Who was told what since the last time: address or place, and subject."""
        found = [(str(mail["To"]), str(mail["Subject"])) for mail in self.mail.taken()]
        found += [(f"#{role}", post["text"]) for role, post in self.slack.taken()]
        return sorted(found)

    def stop(self) -> None:
        self.mail.stop()
        self.slack.stop()


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    answer = dict(one)
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(answer.get(key), dict)
        answer[key] = _merged(answer[key], value) if both else value
    return answer
