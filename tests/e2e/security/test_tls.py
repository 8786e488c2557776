"""Verification is never off beyond this machine, whatever is asked for; another authority is named by a variable."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import ConfigError, PermanentError
from connectors.hubspot.client import HubSpotClient
from connectors.retry import Retrier
from connectors.salesforce.transport import new_session
from dagster_project.settings import Settings, load_settings

HOST = "acme.my.salesforce.com"


class _Nobody(BaseHTTPRequestHandler):
    heard: list[str] = []  # noqa: RUF012 - one for all requests

    def do_POST(self) -> None:
        self.heard.append(str(self.headers.get("Authorization")))
        body = b'{"appId": 1, "scopes": []}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - the name that the server calls

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Impostor:
    """A server whose certificate nobody has signed but itself."""

    port: int
    certificate: Path
    heard: list[str]


@pytest.fixture(scope="module")
def impostor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Impostor]:
    folder = tmp_path_factory.mktemp("impostor")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "impostor")])
    names = [x509.DNSName(HOST), x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    server = HTTPServer(("127.0.0.1", 0), _Nobody)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Impostor(server.server_port, public, _Nobody.heard)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def _leads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The org's name leads to this machine, as a hostile resolver would have it."""
    real = socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def salesforce_session() -> requests.Session:
    return new_session(timeout_s=(2, 2), login_netloc=None, observe=lambda headers: None, client_name="x")


@pytest.mark.usefixtures("_leads_here")
def test_salesforce_is_verified_even_if_somebody_asks_for_less(impostor: Impostor) -> None:
    url = f"https://{HOST}:{impostor.port}/services/data/"
    before = len(impostor.heard)
    session = salesforce_session()
    session.verify = False
    with pytest.raises(requests.exceptions.SSLError):
        session.get(url)
    with pytest.raises(requests.exceptions.SSLError):
        session.get(url, verify=False)
    assert len(impostor.heard) == before


@pytest.mark.usefixtures("_leads_here")
def test_salesforce_believes_the_authority_that_the_variable_names(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(impostor.certificate))
    assert salesforce_session().get(f"https://{HOST}:{impostor.port}/").status_code == 200


@pytest.mark.parametrize("variable", ["", "PYTHONHTTPSVERIFY", "CURL_CA_BUNDLE"])
def test_hubspot_is_verified(impostor: Impostor, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    if variable:
        monkeypatch.setenv(variable, "0" if variable == "PYTHONHTTPSVERIFY" else "")
    before = len(impostor.heard)
    client = HubSpotClient(
        "pat-eu1-x", base_url=f"https://localhost:{impostor.port}", retrier=Retrier(sleep=lambda s: None)
    )
    with pytest.raises(PermanentError, match="TLS"):
        client.app_id()
    assert len(impostor.heard) == before


def test_hubspot_believes_the_authority_that_the_variable_names(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(impostor.certificate))
    client = HubSpotClient("pat-eu1-x", base_url=f"https://localhost:{impostor.port}")
    assert client.app_id() == "1"


def test_an_authority_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    for open_one in (salesforce_session, lambda: HubSpotClient("pat-eu1-x")):
        with pytest.raises(ConfigError, match=r"REQUESTS_CA_BUNDLE: .*none\.pem does not exist"):
            open_one()


@pytest.mark.parametrize("name", ["hubspot_url", "salesforce_url"])
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://api.hubapi.com", "plain http is refused"),
        ("http://127.0.0.1.evil.example", "plain http is refused"),
        ("http://10.0.0.1", "plain http is refused"),
        ("https://user:hunter2@api.hubapi.com", "user name or password"),
        ("api.hubapi.com", "is not a URL"),
        ("ftp://api.hubapi.com", "is not a URL"),
        ("https://api.hubapi.com:x", "is not a URL"),
    ],
)
def test_a_wrong_url_is_refused_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str, told: str
) -> None:
    monkeypatch.setenv(f"ACCORD_{name.upper()}", url)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    (problem,) = refused.value.problems
    assert problem.startswith(f"ACCORD_{name.upper()}: ")
    assert told in problem
    assert "hunter2" not in problem


def test_secrets_come_from_the_environment_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ACCORD_HUBSPOT_TOKEN=pat-from-a-file\n")
    (tmp_path / "accord_hubspot_token").write_text("pat-from-a-file")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ACCORD_HUBSPOT_TOKEN", raising=False)
    assert load_settings().hubspot_token.get_secret_value() == ""
    monkeypatch.setenv("ACCORD_HUBSPOT_TOKEN", "pat-from-the-environment")
    assert load_settings().hubspot_token.get_secret_value() == "pat-from-the-environment"


def test_settings_do_not_show_their_secrets() -> None:
    settings = Settings(
        hubspot_token="s3cr3t-1", salesforce_client_secret="s3cr3t-2", salesforce_password="s3cr3t-3",
        salesforce_security_token="s3cr3t-4", database_url="postgresql://accord:s3cr3t-5@db/accord",
    )  # fmt: skip
    assert "s3cr3t" not in f"{settings!r} {settings} {settings.model_dump(exclude={'database_url'})}"


def test_no_command_takes_a_secret() -> None:
    import typer.main

    from cli.main import app

    named = {
        option
        for command in typer.main.get_command(app).commands.values()  # type: ignore[attr-defined]
        for parameter in command.params
        for option in parameter.opts
    }
    assert not [one for one in named if any(word in one for word in ("token", "secret", "password", "key"))]
