"""Slack's webhooks and mail servers, by real servers on this machine: what is taken, and what each refusal means."""

import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from connectors.notices.errors import DeliveryError
from connectors.notices.mail import MailServer
from connectors.notices.slack import SlackWebhooks
from tests.e2e.notices.office import Postbox, Slack
from tests.e2e.security.test_tls import Impostor, impostor

__all__ = ["impostor"]
PASSWORD = "correct-horse-battery"


def message(recipient: str = "dana@m.example") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        "Accord <accord@m.example>",
        recipient,
        "Hot lead: Vera Brandt",
    )
    made.set_content("Vera Brandt asked for a demo.")
    return made


def signs_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = (data.login, data.password) == (b"accord", PASSWORD.encode())
    return AuthResult(success=known, handled=known)


@pytest.fixture
def slack() -> Iterator[Slack]:
    one = Slack()
    yield one
    one.stop()


@pytest.fixture
def encrypted(impostor: Impostor) -> Iterator[Postbox]:
    """A server for submission: STARTTLS and a password, by a certificate that has to be named."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(impostor.certificate, impostor.certificate.parent / "key.pem")
    one = Postbox(tls_context=context, require_starttls=True, authenticator=signs_in, auth_required=True)
    yield one
    one.stop()


def webhooks(slack: Slack) -> SlackWebhooks:
    return SlackWebhooks(
        {"owner": slack.url("owner")}, variable=lambda role: f"ACCORD_SLACK_WEBHOOK_{role.upper()}"
    )


def test_a_post_is_taken(slack: Slack) -> None:
    webhooks(slack).post("owner", {"text": "hello"})
    assert slack.taken() == [("owner", {"text": "hello"})]


@pytest.mark.parametrize(
    ("answer", "lasting", "down", "hint"),
    [
        ((500, "rollback_error", {}), False, True, None),
        ((429, "rate_limited", {"Retry-After": "30"}), False, True, 30.0),
        ((404, "no_service", {}), False, False, None),
        ((302, "moved", {"Location": "https://elsewhere.example/"}), False, False, None),
        ((400, "invalid_blocks", {}), True, False, None),
    ],
)
def test_what_slack_refuses(slack: Slack, answer: Any, lasting: bool, down: bool, hint: float | None) -> None:
    slack.answers = [answer]
    with pytest.raises(DeliveryError) as refused:
        webhooks(slack).post("owner", {"text": "hello"})
    error = refused.value
    assert (error.lasting, error.channel_down, error.retry_after_s) == (lasting, down, hint)
    assert str(answer[0]) in error.what
    assert slack.url("owner") not in str(error)


def test_slack_that_is_away_is_named_without_the_webhook(slack: Slack) -> None:
    hooks = webhooks(slack)
    slack.stop()
    with pytest.raises(DeliveryError) as refused:
        hooks.post("owner", {"text": "hello"})
    assert refused.value.channel_down
    assert "services" not in str(refused.value)


def test_plain_http_goes_to_this_machine_only() -> None:
    hooks = SlackWebhooks({"owner": "http://hooks.example/services/x"}, variable=lambda role: "THE_VARIABLE")
    with pytest.raises(DeliveryError, match="only https"):
        hooks.post("owner", {"text": "hello"})
    server = MailServer("mail.example", 25, "none", None, "")
    with pytest.raises(DeliveryError, match="this machine only"):
        server.send(message())


def test_mail_goes_encrypted_and_signed_in(
    encrypted: Postbox, impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(impostor.certificate))
    MailServer("localhost", encrypted.port, "starttls", "accord", PASSWORD).send(message())
    (mail,) = encrypted.taken()
    assert mail["To"] == "dana@m.example"
    with pytest.raises(DeliveryError, match="refuses the sign-in") as refused:
        MailServer("localhost", encrypted.port, "starttls", "accord", "a wrong one").send(message())
    assert refused.value.channel_down
    assert encrypted.taken() == []


def test_an_unknown_certificate_is_not_believed(encrypted: Postbox) -> None:
    server = MailServer("localhost", encrypted.port, "starttls", "accord", PASSWORD)
    with pytest.raises(DeliveryError, match="certificate"):
        server.send(message())


def test_a_server_without_encryption_gets_no_mail() -> None:
    plain = Postbox()
    try:
        with pytest.raises(DeliveryError, match="no encryption"):
            MailServer("127.0.0.1", plain.port, "starttls", None, "").send(message())
        assert plain.taken() == []
    finally:
        plain.stop()


@pytest.mark.parametrize(
    ("reply", "lasting", "down"),
    [
        ("550 no such dana@m.example", True, False),
        ("451 try later", False, True),
        ("552 too big", True, False),
    ],
)
def test_what_a_mail_server_refuses(reply: str, lasting: bool, down: bool) -> None:
    box = Postbox()
    try:
        box.refuses = [reply]
        with pytest.raises(DeliveryError) as refused:
            MailServer("127.0.0.1", box.port, "none", None, "").send(message())
        assert (refused.value.lasting, refused.value.channel_down) == (lasting, down)
        assert "dana" not in str(refused.value)
    finally:
        box.stop()


class HurriedPostbox(Postbox):
    """Takes mail, and has no time left for a good-bye."""

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        return "421 shutting down"


def test_what_was_taken_counts_as_taken_however_the_connection_ends() -> None:
    box = HurriedPostbox()
    try:
        MailServer("127.0.0.1", box.port, "none", None, "").send(message())
        assert len(box.taken()) == 1
    finally:
        box.stop()


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    box = Postbox()
    box.stop()
    with pytest.raises(DeliveryError, match="could not be reached") as refused:
        MailServer("127.0.0.1", box.port, "none", None, "").send(message())
    assert not refused.value.lasting


def test_a_password_is_shown_nowhere() -> None:
    server = MailServer("localhost", 587, "starttls", "accord", PASSWORD)
    assert PASSWORD not in repr(server)
    assert "ACCORD_SMTP_PASSWORD" in str(MailServer("localhost", 587, "starttls", "accord", "").problem())
