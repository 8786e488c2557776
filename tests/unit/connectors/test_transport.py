"""Plain http stays on this machine, whatever a server or a setting says."""

import pytest
import requests

from connectors.errors import ConfigError
from connectors.hubspot.client import HubSpotClient
from connectors.salesforce.login import SalesforceCredentials
from connectors.salesforce.transport import GuardedAdapter, new_session
from connectors.transport_security import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", [None, "", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"])
def test_other_machines(host):
    assert not is_loopback(host)


def test_plain_http_to_another_host_is_refused_before_anything_is_sent():
    session = new_session(timeout_s=(1, 1), login_netloc=None, observe=lambda headers: None, client_name="x")
    with pytest.raises(requests.exceptions.InvalidSchema, match="refused"):
        session.get("http://acme.my.salesforce.com/services/data/")


def test_every_call_names_us_and_keeps_assignment_rules_off():
    session = new_session(
        timeout_s=(1, 1), login_netloc=None, observe=lambda headers: None, client_name="Accord"
    )
    assert session.headers["Sforce-Auto-Assign"] == "FALSE"
    assert session.headers["Sforce-Call-Options"] == "client=Accord"
    assert isinstance(session.get_adapter("http://anything"), GuardedAdapter)


@pytest.mark.parametrize(
    "url", ["http://api.hubapi.com", "http://127.0.0.1.evil.example", "ftp://localhost.x"]
)
def test_hubspot_is_reached_over_https_only(url):
    with pytest.raises(ConfigError, match="https"):
        HubSpotClient("token", base_url=url)


def test_an_empty_hubspot_token_is_a_configuration_problem():
    with pytest.raises(ConfigError, match="token"):
        HubSpotClient("")


def test_credentials_do_not_show_their_secrets_and_tell_all_problems_at_once():
    wrong = SalesforceCredentials("http://acme.example", client_id="id")
    assert len(wrong.problems()) == 3
    shown = repr(
        SalesforceCredentials(
            "https://a.my.salesforce.com", client_secret="s3", password="p4", session_id="i5"
        )
    )
    assert not any(secret in shown for secret in ("s3", "p4", "i5"))
