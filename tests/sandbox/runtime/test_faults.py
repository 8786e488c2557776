"""Scripted faults as a real client meets them."""

import http.client
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pydantic import ValidationError

from sandbox.faults import FaultRule, FaultScript

if TYPE_CHECKING:
    from tests.sandbox.runtime.conftest import Stall

CONTACTS = "/crm/v3/objects/contacts"


def rule(**fields: Any) -> FaultRule:
    return FaultRule(vendor="hubspot", **fields)


def sell(stall: "Stall", what: str = "tea") -> requests.Response:
    return requests.post(stall.url + CONTACTS, data=what, timeout=10)


def test_scripted_status_with_json_body_and_headers_replaces_the_vendor(stall: "Stall") -> None:
    stall.faults.add(rule(status=429, body={"policyName": "DAILY"}, headers={"X-Retry": "7"}))
    reply = sell(stall)
    assert (reply.status_code, reply.json(), reply.headers["X-Retry"]) == (429, {"policyName": "DAILY"}, "7")
    assert reply.headers["Content-Type"] == "application/json"
    assert stall.sold == []
    assert sell(stall).status_code == 201, "a rule happens once unless it says otherwise"


def test_a_status_without_body_is_a_proxys_html_page(stall: "Stall") -> None:
    stall.faults.add(rule(status=502))
    reply = sell(stall)
    assert reply.headers["Content-Type"].startswith("text/html")
    assert "502 Bad Gateway" in reply.text


def test_commit_answers_badly_after_the_work_was_done(stall: "Stall") -> None:
    stall.faults.add(rule(status=503, commit=True))
    assert sell(stall).status_code == 503
    assert stall.sold == ["tea"]


@pytest.mark.parametrize(("drop", "sold"), [("before", []), ("after", ["tea"])])
def test_drop_closes_the_connection_without_a_reply(stall: "Stall", drop: str, sold: list[str]) -> None:
    stall.faults.add(rule(drop=drop))
    with pytest.raises(requests.ConnectionError):
        sell(stall)
    assert stall.sold == sold
    assert stall.traffic.snapshot()["dropped"] == 1
    assert sell(stall, "milk").status_code == 201


def test_drop_on_a_kept_connection_leaves_the_next_one_usable(stall: "Stall") -> None:
    stall.faults.add(rule(drop="after", skip=1))
    with requests.Session() as session:
        assert session.post(stall.url + CONTACTS, data="a", timeout=10).status_code == 201
        with pytest.raises(requests.ConnectionError):
            session.post(stall.url + CONTACTS, data="b", timeout=10)
        assert session.post(stall.url + CONTACTS, data="c", timeout=10).status_code == 201
    assert stall.sold == ["a", "b", "c"]


def test_truncate_promises_the_whole_and_sends_a_part(stall: "Stall") -> None:
    stall.faults.add(rule(truncate=5))
    connection = http.client.HTTPConnection("127.0.0.1", stall.server.port, timeout=10)
    connection.request("POST", CONTACTS, body=b"tea")
    reply = connection.getresponse()
    assert reply.status == 201
    with pytest.raises(http.client.IncompleteRead) as broken:
        reply.read()
    assert len(broken.value.partial) == 5
    connection.close()
    assert stall.sold == ["tea"]


def test_delay_outlasts_the_clients_patience_and_ends_with_the_server(stall: "Stall") -> None:
    stall.faults.add(rule(delay_s=300, drop="after"))
    with pytest.raises(requests.Timeout):
        requests.post(stall.url + CONTACTS, data="tea", timeout=0.2)
    stall.server.stop()
    assert stall.sold == ["tea"]


@pytest.mark.parametrize(
    ("fields", "method", "path", "query", "body", "expected"),
    [
        ({}, "GET", "/x", "", b"", True),
        ({"method": "POST"}, "GET", "/x", "", b"", False),
        ({"path": "/crm/*/search"}, "POST", "/crm/v3/objects/contacts/search", "", b"", True),
        ({"path": "/crm/*/search"}, "POST", "/crm/v3/objects/contacts", "", b"", False),
        ({"path_regex": r"/contacts/\d+$"}, "GET", "/crm/v3/objects/contacts/12", "", b"", True),
        ({"path_regex": r"/contacts/\d+$"}, "GET", "/crm/v3/objects/contacts/a", "", b"", False),
        ({"contains": "FROM Lead"}, "GET", "/services/data/v59.0/query", "q=SELECT+Id+FROM+Lead", b"", True),
        ({"contains": "a@x"}, "POST", "/x", "", b'{"email":"a@x.example"}', True),
        ({"contains": "b@x"}, "POST", "/x", "", b'{"email":"a@x.example"}', False),
    ],
)
def test_matching(
    fields: dict[str, str], method: str, path: str, query: str, body: bytes, *, expected: bool
) -> None:
    assert rule(status=500, **fields).matches("hubspot", method, path, query, body) is expected
    assert not rule(status=500, **fields).matches("salesforce", method, path, query, body)


def happens(script: FaultScript, count: int) -> list[bool]:
    return [script.choose("hubspot", "GET", "/x", "", b"") is not None for _ in range(count)]


def test_skip_and_times_choose_the_occasions() -> None:
    script = FaultScript()
    script.add(rule(status=500, skip=2, times=2))
    assert happens(script, 6) == [False, False, True, True, False, False]


def test_null_times_is_for_ever_until_removed() -> None:
    script = FaultScript()
    number = script.add(rule(status=500, times=None))
    assert all(happens(script, 50))
    assert script.remove(number)
    assert not script.remove(number)
    assert not any(happens(script, 3))


def test_probability_repeats_by_seed() -> None:
    draws = []
    for _ in range(2):
        script = FaultScript()
        script.add(rule(status=500, times=None, probability=0.3, seed=5))
        draws.append(happens(script, 400))
    assert draws[0] == draws[1]
    assert 80 <= sum(draws[0]) <= 160


def test_clear_spares_the_other_vendor() -> None:
    script = FaultScript()
    script.add(rule(status=500))
    script.add(FaultRule(vendor="salesforce", drop="before"))
    script.clear("hubspot")
    assert [active["vendor"] for active in script.snapshot()] == ["salesforce"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"drop": "before", "status": 500},
        {"body": "x", "delay_s": 1},
        {"status": 500, "path_regex": "("},
        {"status": 500, "times": 0},
        {"status": 500, "probability": 0},
        {"status": 500, "sttus": 1},
    ],
    ids=["nothing", "drop-and-status", "body-alone", "bad-regex", "no-times", "never", "misspelt"],
)
def test_a_rule_that_means_nothing_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule(**fields)
