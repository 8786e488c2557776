"""Whatever is sent, the answer is a vendor's answer: never a crash, never a change from a refusal."""

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.hubspot.portal import Actor

KEYS = (
    "inputs", "properties", "id", "idProperty", "filterGroups", "filters", "sorts", "limit", "after", "query",
    "propertyName", "operator", "value", "values", "associations", "to", "from", "types", "associationTypeId",
    "email", "objectWriteTraceId", "name", "options", "primaryObjectId", "objectId", "propertiesWithHistory",
    "count", "offset", "subscriptionId", "channel", "direction", "highValue", "hs_object_id", "createdate",
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 7000), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([*KEYS, "EQ", "IN", "BETWEEN", "nan", "inf", "-1", "1e400", "", "a@x.com", "contacts", "6001"]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    JSON,
    st.fixed_dictionaries({"inputs": st.lists(JSON, max_size=3)}),
    st.fixed_dictionaries({"properties": JSON, "associations": JSON}),
    st.fixed_dictionaries({"filterGroups": st.lists(st.fixed_dictionaries({"filters": JSON}), max_size=2)}),
    st.fixed_dictionaries(
        {
            "filters": st.lists(
                st.fixed_dictionaries(
                    {
                        "propertyName": st.sampled_from(KEYS),
                        "operator": st.sampled_from(["EQ", "GT", "IN", "BETWEEN"]),
                    },
                    optional={"value": JSON, "values": JSON, "highValue": JSON},
                ),
                max_size=2,
            )
        }
    ),
)
CALLS = [
    ("POST", "/crm/v3/objects/contacts"),
    ("PATCH", "/crm/v3/objects/contacts/6001"),
    ("POST", "/crm/v3/objects/contacts/search"),
    ("POST", "/crm/v3/objects/contacts/merge"),
    ("POST", "/crm/v3/objects/contacts/gdpr-delete"),
    *(
        ("POST", f"/crm/v3/objects/contacts/batch/{a}")
        for a in ("read", "create", "update", "upsert", "archive")
    ),
    ("POST", "/crm/v3/properties/contacts"),
    ("PATCH", "/crm/v3/properties/contacts/jobtitle"),
    ("POST", "/crm/v3/properties/contacts/groups"),
    ("POST", "/crm/v3/properties/contacts/batch/create"),
    ("PUT", "/crm/v4/objects/contacts/6001/associations/companies/9200000001"),
    *(("POST", f"/crm/v4/associations/contacts/companies/batch/{a}") for a in ("read", "create", "archive")),
    ("POST", "/crm/v3/lists"),
    ("POST", "/crm/v3/lists/search"),
    ("PUT", "/crm/v3/lists/1/memberships/add"),
    ("PUT", "/crm/v3/lists/1/memberships/add-and-remove"),
    ("POST", "/communication-preferences/v4/statuses/a@x.com"),
    ("POST", "/communication-preferences/v3/unsubscribe"),
    ("POST", "/oauth/v2/private-apps/get/access-token-info"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
def test_no_body_breaks_the_server(server, method, path, body):
    portal = server.portal
    portal.clear_records()
    actor = Actor.user(1)
    portal.create("contacts", {"email": "a@x.com", "employee_count": 3}, actor=actor)
    portal.create("companies", {"name": "One"}, actor=actor)
    if not portal.lists.live():
        portal.add_list("One")

    server.settle()

    answer = server.call(method, path, body)

    assert answer.status_code < 500


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/crm/v3/objects/contacts", {"after": "x"}),
        ("/crm/v3/objects/contacts", {"limit": "-1"}),
        ("/email/public/v1/events", {"offset": "zzzz%"}),
        ("/events/v3/events", {"after": "x", "objectType": "contact"}),
        ("/events/v3/events", {"occurredAfter": "soon"}),
        ("/crm/v3/owners/abc", {"idProperty": "userId"}),
        ("/crm/v3/objects/contacts/6001", {"associations": "butterflies"}),
        ("/crm/v4/objects/contacts/abc/associations/companies", {}),
        ("/crm/v3/lists/77", {}),
    ],
)
def test_no_query_breaks_the_server(server, path, query):
    server.portal.tier = "enterprise"

    assert server.call("GET", path, query=query).status_code < 500


def test_a_body_that_is_not_json(server):
    answer = requests.post(
        f"{server.base_url}/crm/v3/objects/contacts",
        data=b"{oops",
        headers={"Authorization": f"Bearer {server.portal.access_token}"},
        timeout=20,
    )

    assert answer.status_code == 400
    assert "Invalid input JSON" in answer.json()["message"]
