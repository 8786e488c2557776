"""The whole sandbox in one process: real clients, the control API, and the pages of the seeded world."""

import re
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import hubspot
import pytest
import requests
import urllib3
from hubspot.crm.contacts.exceptions import ApiException
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceExpiredSession

from sandbox.faults import FaultRule
from sandbox.launch import Sandbox, start_sandbox

START = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with start_sandbox(seed=11, people=40, start=START, frozen=True, search_lag_s=0.0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.reset()


class PlainHttp(HTTPAdapter):
    """simple-salesforce speaks https only; this carries it to the sandbox's plain port."""

    def __init__(self, base_url: str) -> None:
        self._host = urllib.parse.urlsplit(base_url).netloc
        super().__init__()

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        parts = urllib.parse.urlsplit(request.url or "")
        request.url = urllib.parse.urlunsplit(("http", self._host, parts.path, parts.query, ""))
        return super().send(request, **kwargs | {"timeout": 10})


def salesforce_client(sandbox: Sandbox, **login: str) -> Salesforce:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", PlainHttp(sandbox.salesforce.base_url))
    return Salesforce(session=session, **login)


def hubspot_client(sandbox: Sandbox, token: str | None = None) -> Any:
    url = sandbox.hubspot.base_url
    client = hubspot.Client.create(access_token=token or sandbox.hubspot.access_token, host=url, base_url=url)
    return client.crm.contacts.basic_api


def control(sandbox: Sandbox, vendor: str, method: str, path: str, body: object = None) -> requests.Response:
    url = sandbox.credentials[vendor]["control_url"]
    return requests.request(method, url + path, json=body, timeout=30)


def test_both_real_clients_work_and_are_counted(sandbox: Sandbox) -> None:
    credentials = sandbox.salesforce
    by_oauth = salesforce_client(
        sandbox,
        consumer_key=credentials.client_id,
        consumer_secret=credentials.client_secret,
        domain="acme.my",
    )
    by_soap = salesforce_client(
        sandbox,
        username=credentials.username,
        password=credentials.password,
        security_token=credentials.security_token,
    )
    for client in (by_oauth, by_soap):
        assert client.query("SELECT COUNT() FROM Lead")["totalSize"] > 0
    assert hubspot_client(sandbox).get_page(limit=5).results
    assert sandbox.counters.hubspot.requests == {"GET /crm/v3/objects/{type}": 1}
    assert sandbox.counters.hubspot.api_calls == 1
    assert sandbox.counters.salesforce.api_calls == 2, "logging in is not a billed call"
    assert sandbox.counters.api_calls == 3


def test_every_user_token_lets_its_user_in(sandbox: Sandbox) -> None:
    hubspot_email, hubspot_token = next(iter(sandbox.hubspot.user_tokens.items()))
    contact = sandbox.portal.records("contacts")[0]
    hubspot_client(sandbox, hubspot_token).update(contact.id, {"properties": {"jobtitle": "Head of Tests"}})
    owner = next(owner for owner in sandbox.portal.owners.all() if owner.email == hubspot_email)
    found = sandbox.portal.record("contacts", contact.id)
    assert found is not None
    assert found.history["jobtitle"][0].user_id == owner.user_id
    for email, token in sandbox.salesforce.user_tokens.items():
        client = salesforce_client(sandbox, session_id=token, instance_url=sandbox.salesforce.instance_url)
        mine = client.query(f"SELECT Email FROM User WHERE Email = '{email}'")
        assert mine["records"][0]["Email"] == email


@pytest.mark.parametrize(("drop", "written"), [("before", False), ("after", True)])
def test_a_dropped_write_is_an_unknown_outcome_for_a_real_client(
    sandbox: Sandbox, drop: str, *, written: bool
) -> None:
    body = {"method": "POST", "path": CONTACTS, "drop": drop}
    assert control(sandbox, "hubspot", "POST", "/faults", body).status_code == 201
    contact = {"properties": {"email": "lost@letters.example"}}
    with pytest.raises(urllib3.exceptions.HTTPError):
        hubspot_client(sandbox).create(contact)
    assert (sandbox.portal.contact_by_email("lost@letters.example") is not None) is written


def test_scripted_errors_reach_a_real_client_with_their_body(sandbox: Sandbox) -> None:
    sandbox.faults.add(FaultRule(vendor="hubspot", status=429, body={"policyName": "DAILY"}, times=2))
    for _ in range(2):
        with pytest.raises(ApiException) as refused:
            hubspot_client(sandbox).get_page(limit=1)
        assert (refused.value.status, refused.value.body) == (429, '{"policyName":"DAILY"}')
    assert hubspot_client(sandbox).get_page(limit=1).results


def test_faults_through_the_control_api_are_listed_and_removed(sandbox: Sandbox) -> None:
    added = control(sandbox, "salesforce", "POST", "/faults", [{"status": 503}, {"delay_s": 0.5}])
    first, second = added.json()["ids"]
    assert control(sandbox, "hubspot", "GET", "/faults").json() == []
    control(sandbox, "salesforce", "DELETE", f"/faults/{first}")
    assert [rule["id"] for rule in control(sandbox, "salesforce", "GET", "/faults").json()] == [second]
    assert control(sandbox, "salesforce", "DELETE", "/faults/999999").status_code == 404
    control(sandbox, "salesforce", "DELETE", "/faults")
    assert control(sandbox, "salesforce", "GET", "/faults").json() == []


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/faults", {"status": 500, "stauts": 1}, "stauts"),
        ("/faults", {}, "does nothing"),
        ("/clock", {"set": "2026-11-18T12:00:00"}, "timezone"),
        ("/clock", {"leap": 1}, "leap"),
        ("/act", {"hours": 0}, "hours"),
        ("/act", {}, "hours"),
        ("/act", None, "JSON"),
    ],
)
def test_a_wrong_order_is_refused_with_its_reason(
    sandbox: Sandbox, path: str, body: object, problem: str
) -> None:
    reply = control(sandbox, "hubspot", "POST", path, body)
    assert reply.status_code == 400
    assert problem in reply.json()["error"]


def test_the_clock_is_shared_and_obeys(sandbox: Sandbox) -> None:
    told = control(
        sandbox, "hubspot", "POST", "/clock", {"set": "2026-12-01T10:00:00+01:00", "advance_s": 90}
    )
    assert told.json() == {"now": "2026-12-01T09:01:30+00:00", "frozen": True}
    assert control(sandbox, "salesforce", "GET", "/clock").json() == told.json()
    assert control(sandbox, "salesforce", "POST", "/clock", {"freeze": False}).json()["frozen"] is False


def test_counters_are_read_and_cleared_per_vendor(sandbox: Sandbox) -> None:
    hubspot_client(sandbox).get_page(limit=1)
    salesforce = requests.get(f"{sandbox.salesforce.base_url}/services/data", timeout=10)
    assert salesforce.status_code == 200
    control(sandbox, "hubspot", "DELETE", "/counters")
    assert control(sandbox, "hubspot", "GET", "/counters").json()["requests"] == 0
    assert control(sandbox, "salesforce", "GET", "/counters").json()["by_status"] == {"200": 1}


def test_acting_moves_the_clock_and_changes_records(sandbox: Sandbox) -> None:
    before = sandbox.portal.snapshot(), sandbox.org.snapshot()
    reply = control(sandbox, "salesforce", "POST", "/act", {"hours": 24})
    assert reply.status_code == 200
    assert sandbox.clock.now() == START + timedelta(hours=24)
    assert (sandbox.portal.snapshot(), sandbox.org.snapshot()) != before


def test_reset_returns_to_the_seeded_start(sandbox: Sandbox) -> None:
    before = [control(sandbox, vendor, "GET", "/snapshot").content for vendor in ("hubspot", "salesforce")]
    credentials = sandbox.credentials
    sandbox.act(hours=9)
    sandbox.faults.add(FaultRule(vendor="hubspot", status=500, times=None))
    assert control(sandbox, "hubspot", "POST", "/reset").json()["now"] == START.isoformat()
    assert sandbox.faults.snapshot() == []
    assert sandbox.counters.api_calls == 0
    assert sandbox.credentials == credentials
    after = [control(sandbox, vendor, "GET", "/snapshot").content for vendor in ("hubspot", "salesforce")]
    assert after == before
    token = next(iter(credentials["salesforce"]["user_tokens"].values()))
    client = salesforce_client(sandbox, session_id=token, instance_url=sandbox.salesforce.instance_url)
    assert client.query("SELECT Id FROM Lead LIMIT 1")["records"], "a user's token outlives a reset"


def test_expired_sessions_must_log_in_again(sandbox: Sandbox) -> None:
    token = requests.post(
        f"{sandbox.salesforce.base_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(sandbox.salesforce.client_id, sandbox.salesforce.client_secret),
        timeout=10,
    ).json()["access_token"]
    client = salesforce_client(sandbox, session_id=token, instance_url=sandbox.salesforce.instance_url)
    assert client.query("SELECT Id FROM Lead LIMIT 1")
    assert control(sandbox, "salesforce", "POST", "/expire-sessions").status_code == 204
    with pytest.raises(SalesforceExpiredSession):
        client.query("SELECT Id FROM Lead LIMIT 1")
    assert control(sandbox, "hubspot", "POST", "/expire-sessions").status_code == 404


def test_credentials_over_http_are_those_of_the_launch(sandbox: Sandbox) -> None:
    for vendor in ("hubspot", "salesforce"):
        assert control(sandbox, vendor, "GET", "/credentials").json() == sandbox.credentials


def test_the_pages_show_a_seeded_person_on_both_sides(sandbox: Sandbox) -> None:
    contact = next(one for one in sandbox.portal.records("contacts") if one.properties.get("email"))
    page = requests.get(
        f"{sandbox.hubspot.pages_url}contacts?q={contact.properties['email']}", timeout=10
    ).text
    assert f"/ui/contacts/{contact.id}" in page
    for vendor in ("hubspot", "salesforce"):
        home = requests.get(sandbox.credentials[vendor]["pages_url"], timeout=10)
        links = re.findall(r'href="(/ui/[A-Za-z]+/[0-9A-Za-z]+)"', home.text)
        assert links, "the first list has people"
        for link in links[:10]:
            assert requests.get(sandbox.credentials[vendor]["base_url"] + link, timeout=10).status_code == 200


def test_two_sandboxes_of_one_seed_hold_the_same_world() -> None:
    settings = {"seed": 5, "people": 12, "start": START, "frozen": True}
    with start_sandbox(**settings) as one, start_sandbox(**settings) as other:
        assert one.portal.snapshot() == other.portal.snapshot()
        assert one.org.snapshot() == other.org.snapshot()
        assert one.hubspot.base_url != other.hubspot.base_url
