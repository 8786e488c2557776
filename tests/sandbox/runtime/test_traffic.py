"""What is counted, under which name, and what the vendor would bill."""

from typing import TYPE_CHECKING

import pytest
import requests

from sandbox.traffic import Traffic, endpoint_of

if TYPE_CHECKING:
    from tests.sandbox.runtime.conftest import Stall

LOGIN = b'<env:Envelope xmlns:env="e"><env:Body><n1:login xmlns:n1="u"></n1:login></env:Body></env:Envelope>'
CONVERT = b"<s:Envelope><s:Header/><s:Body>\n <urn:convertLead/></s:Body></s:Envelope>"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/crm/v3/objects/contacts/search", "/crm/v3/objects/{type}/search"),
        ("/crm/v3/objects/contacts/123", "/crm/v3/objects/{type}/{id}"),
        ("/crm/v3/objects/contacts/a@b.example", "/crm/v3/objects/{type}/{id}"),
        ("/crm/v3/objects/calls/batch/upsert", "/crm/v3/objects/{type}/batch/upsert"),
        ("/crm/v3/owners/", "/crm/v3/owners"),
        ("/crm/v4/objects/contacts/1/associations/default/companies/2",
         "/crm/v4/objects/{from}/{id}/associations/default/{to}/{id}"),
        ("/crm/v4/associations/contacts/companies/batch/read", "/crm/v4/associations/{from}/{to}/batch/read"),
        ("/crm/v3/properties/contacts/groups", "/crm/v3/properties/{type}/groups"),
        ("/crm/v3/properties/contacts/accord_stage", "/crm/v3/properties/{type}/{name}"),
        ("/something/new/77/of/a@b.example", "/something/new/{id}/of/{id}"),
    ],
)  # fmt: skip
def test_hubspot_endpoints(path: str, expected: str) -> None:
    assert endpoint_of("hubspot", path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/services/data/v59.0/query/", "/services/data/{version}/query"),
        ("/services/data/v59.0/query/01gxx0000000001AAA-2000", "/services/data/{version}/query/{locator}"),
        ("/services/data/v59.0/sobjects/Lead/00Qxx0000000001AAA",
         "/services/data/{version}/sobjects/{sobject}/{id}"),
        ("/services/data/v59.0/sobjects/Lead/describe",
         "/services/data/{version}/sobjects/{sobject}/describe"),
        ("/services/data/v59.0/composite/sobjects/Lead/HubSpot_Contact_Id__c",
         "/services/data/{version}/composite/sobjects/{sobject}/{field}"),
        ("/services/data/v59.0/composite/sobjects", "/services/data/{version}/composite/sobjects"),
        ("/services/oauth2/token", "/services/oauth2/token"),
    ],
)  # fmt: skip
def test_salesforce_endpoints(path: str, expected: str) -> None:
    assert endpoint_of("salesforce", path) == expected


def test_logging_in_is_not_billed_and_soap_operations_are_told_apart() -> None:
    traffic = Traffic("salesforce")
    traffic.note_request("POST", "/services/oauth2/token", b"grant_type=client_credentials")
    traffic.note_request("POST", "/services/Soap/u/59.0", LOGIN)
    traffic.note_request("POST", "/services/Soap/u/59.0", CONVERT)
    traffic.note_request("GET", "/services/data/v59.0/limits/", b"")
    assert traffic.api_calls == 2
    assert traffic.requests == {
        "POST /services/oauth2/token": 1,
        "POST /services/Soap/u/{version} login": 1,
        "POST /services/Soap/u/{version} convertLead": 1,
        "GET /services/data/{version}/limits": 1,
    }


def test_requests_over_the_wire_are_counted_and_pages_and_control_are_not(stall: "Stall") -> None:
    for path in (
        "/crm/v3/objects/contacts",
        "/oauth/v1/token",
        "/crm/v3/none",
        "/_sandbox/clock",
        "/ui/",
        "/",
    ):
        requests.get(stall.url + path, timeout=10)
    assert stall.traffic.snapshot() == {
        "api_calls": 2,
        "requests": 3,
        "by_endpoint": {"GET /crm/v3/objects/{type}": 1, "GET /oauth/v1/token": 1, "GET /crm/v3/none": 1},
        "by_status": {"200": 2, "404": 1},
        "dropped": 0,
    }
    stall.traffic.clear()
    assert stall.traffic.api_calls == 0
