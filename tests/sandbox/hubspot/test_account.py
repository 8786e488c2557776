"""Tokens, scopes, limits, usage, owners, lists, property definitions."""

import pytest
from hubspot.crm.properties.exceptions import ApiException as PropertyException


def test_no_token_and_a_wrong_one(server):
    wrong = server.call("GET", "/crm/v3/objects/contacts", token="pat-nonsense")

    assert wrong.status_code == 401
    assert wrong.json()["category"] == "INVALID_AUTHENTICATION"
    assert wrong.json()["message"].startswith("Authentication credentials not found.")
    assert wrong.json()["correlationId"]


def test_a_missing_scope_is_named(server, portal):
    portal.access.scopes.remove("crm.schemas.contacts.write")

    answer = server.call("POST", "/crm/v3/properties/contacts/groups", {"name": "accord", "label": "Accord"})

    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.schemas.contacts.write"]


def test_oauth_tokens_work_until_they_expire(server, portal):
    api = server.client().oauth.tokens_api
    grant = api.create(
        grant_type="refresh_token",
        refresh_token=portal.refresh_token,
        client_id=portal.client_id,
        client_secret=portal.client_secret,
    )
    made = server.client(grant.access_token).crm.contacts.basic_api.create(
        {"properties": {"email": "a@x.com"}}
    )

    entry = portal.record("contacts", made.id).history["email"][0]
    info = server.client().oauth.access_tokens_api.get(grant.access_token)
    assert (entry.source_type, entry.source_id) == ("INTEGRATION", str(portal.app_id))
    assert (info.app_id, info.hub_id, info.expires_in) == (portal.app_id, portal.portal_id, 1800)
    server.seconds.value += 1801
    expired = server.call("GET", "/crm/v3/objects/contacts", token=grant.access_token)
    assert (expired.status_code, expired.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_a_bad_refresh_token(server, portal):
    with pytest.raises(Exception, match="BAD_REFRESH_TOKEN"):
        server.client().oauth.tokens_api.create(
            grant_type="refresh_token",
            refresh_token="old",
            client_id=portal.client_id,
            client_secret=portal.client_secret,
        )


def test_the_private_app_can_ask_who_it_is(server, portal):
    answer = server.call(
        "POST", "/oauth/v2/private-apps/get/access-token-info", {"tokenKey": portal.access_token}
    )

    assert (answer.json()["hubId"], answer.json()["appId"]) == (portal.portal_id, portal.app_id)


def test_the_ten_second_limit_and_its_headers(server, portal):
    portal.limits.enforced, portal.limits.burst = True, 3
    answers = [server.call("GET", "/crm/v3/owners/") for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["X-HubSpot-RateLimit-Remaining"] for one in answers[:3]] == ["2", "1", "0"]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "3"
    assert answers[0].headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert answers[0].headers["X-HubSpot-RateLimit-Daily"] == "625000"
    body = answers[3].json()
    assert body["message"] == "You have reached your ten_secondly_rolling limit."
    assert (body["policyName"], body["errorType"]) == ("TEN_SECONDLY_ROLLING", "RATE_LIMIT")
    assert "Retry-After" not in answers[3].headers
    server.seconds.value += 10.1
    assert server.call("GET", "/crm/v3/owners/").status_code == 200


def test_the_daily_limit_ends_at_the_accounts_midnight(server, portal):
    portal.limits.enforced, portal.limits.daily = True, 2
    answers = [server.call("GET", "/crm/v3/owners/") for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2].json()["message"] == "You have reached your daily limit."
    server.clock.advance(14 * 3600 - 1)
    assert server.call("GET", "/crm/v3/owners/").status_code == 429
    server.clock.advance(2)
    assert server.call("GET", "/crm/v3/owners/").status_code == 200


def test_usage_and_details(server, portal):
    server.call("GET", "/crm/v3/owners/")

    (usage,) = server.call("GET", "/account-info/v3/api-usage/daily/private-apps").json()["results"]
    details = server.call("GET", "/account-info/v3/details").json()

    assert (usage["usageLimit"], usage["currentUsage"]) == (625_000, 2)
    assert usage["resetsAt"] == "2026-03-02T23:00:00Z"
    assert (details["portalId"], details["timeZone"]) == (portal.portal_id, "Europe/Berlin")
    assert details["utcOffsetMilliseconds"] == 3_600_000


def test_people_neither_use_nor_see_the_apps_limits(server, portal, marketer):
    portal.limits.enforced, portal.limits.burst = True, 1

    answers = [server.call("GET", "/crm/v3/objects/contacts", token=marketer.token) for _ in range(3)]

    assert [one.status_code for one in answers] == [200] * 3
    assert portal.limits.usage() == 0


def test_owners_active_and_gone(server, portal, marketer):
    gone = portal.add_owner(email="Gone@m.example", first_name="G", last_name="O", active=False)
    queue = portal.add_owner(
        email="queue@m.example", first_name="Q", last_name="", kind="QUEUE", team="Sales"
    )
    api = server.client().crm.owners.owners_api

    assert [one.id for one in api.get_page().results] == [marketer.id, queue.id]
    assert [one.id for one in api.get_page(archived=True).results] == [gone.id]
    assert [one.id for one in api.get_page(email="MARA@meridian.example").results] == [marketer.id]
    assert api.get_by_id(marketer.user_id, id_property="userId").id == marketer.id
    assert api.get_by_id(int(gone.id), archived=True).user_id is None
    paged = server.call("GET", "/crm/v3/owners", query={"limit": 1}).json()
    assert paged["paging"]["next"]["after"] == marketer.id
    assert server.call("GET", "/crm/v3/objects/contacts", token="None").status_code == 401


def test_lists_and_their_members(server, portal, app_actor):
    ids = [portal.create("contacts", {"email": f"{n}@x.com"}, actor=app_actor).id for n in range(3)]
    lists = server.client().crm.lists
    made = lists.lists_api.create({"name": "Hot", "objectTypeId": "0-1", "processingType": "MANUAL"}).list

    added = lists.memberships_api.add(made.list_id, [ids[2], ids[0], "77"])
    server.clock.advance(60)
    lists.memberships_api.add(made.list_id, [ids[1], ids[0]])

    assert added.records_ids_added == [ids[2], ids[0]]
    assert added.record_ids_missing == ["77"]
    page = lists.memberships_api.get_page(made.list_id, limit=2)
    rest = lists.memberships_api.get_page(made.list_id, limit=2, after=page.paging.next.after)
    assert [row.record_id for row in (*page.results, *rest.results)] == ids
    newest = lists.memberships_api.get_page_ordered_by_added_to_list_date(made.list_id)
    assert newest.results[0].record_id == ids[1]
    assert [row.list_id for row in lists.memberships_api.get_lists("0-1", ids[0]).results] == [made.list_id]
    assert lists.lists_api.do_search({"query": "ho"}).total == 1
    assert lists.lists_api.get_by_name("Hot", "0-1").list.list_id == made.list_id
    assert lists.memberships_api.remove(made.list_id, [ids[0]]).record_ids_removed == [ids[0]]
    portal.archive("contacts", ids[1], actor=app_actor)
    dynamic = portal.add_list("Dynamic", "DYNAMIC")
    assert server.call("PUT", f"/crm/v3/lists/{dynamic.id}/memberships/add", ids).status_code == 400


def _dynamic(name: str, *filters: dict) -> dict:
    inner = {"filterBranchType": "AND", "filterBranches": [], "filters": list(filters)}
    branch = {"filterBranchType": "OR", "filters": [], "filterBranches": [inner]}
    return {"name": name, "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": branch}


def _filter(name: str, kind: str, operator: str, **more: object) -> dict:
    operation = {"operationType": kind, "operator": operator, **more}
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def test_a_dynamic_list_follows_the_property_that_it_filters_by(server, portal, app_actor):
    stages = _filter("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=["lead", "subscriber"])
    names = _filter("lastname", "MULTISTRING", "IS_EQUAL_TO", values=["Brandt"])
    made = server.call("POST", "/crm/v3/lists", _dynamic("Brandts", stages, names)).json()["list"]
    first = portal.create("contacts", {"lastname": "brandt", "lifecyclestage": "lead"}, actor=app_actor).id
    portal.create("contacts", {"lastname": "Other", "lifecyclestage": "lead"}, actor=app_actor)
    client = server.client().crm.lists

    def members() -> list[str]:
        return [row.record_id for row in client.memberships_api.get_page(made["listId"]).results]

    assert members() == [first]
    assert client.lists_api.get_by_name("Brandts", "0-1").list.size == 1
    portal.update("contacts", first, {"lifecyclestage": "customer"}, actor=app_actor)
    assert members() == []
    one = f"/crm/v3/lists/{made['listId']}"
    assert "filterBranch" not in server.call("GET", one).json()["list"]
    assert "filterBranch" in server.call("GET", f"{one}?includeFilters=true").json()["list"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": "None", "objectTypeId": "0-1", "processingType": "DYNAMIC"},
        _dynamic("Unknown", _filter("no_such", "ALL_PROPERTY", "IS_KNOWN")),
        _dynamic("Unfit", _filter("lastname", "ENUMERATION", "IS_ANY_OF", values=["x"])),
        _dynamic("Wordless", _filter("lifecyclestage", "ENUMERATION", "CONTAINS", values=["lead"])),
        _dynamic("Empty", _filter("lifecyclestage", "ENUMERATION", "IS_ANY_OF", values=[])),
        {**_dynamic("Flat"), "filterBranch": {"filterBranchType": "AND", "filters": []}},
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(server, body):
    assert server.call("POST", "/crm/v3/lists", body).status_code == 400


def test_a_property_of_ones_own_from_group_to_value(server, portal):
    properties = server.client().crm.properties
    properties.groups_api.create("contacts", {"name": "accord", "label": "Accord"})

    made = properties.core_api.create(
        "contacts",
        {"name": "accord_stage", "label": "Stage", "groupName": "accord", "type": "enumeration",
         "fieldType": "select", "options": [{"label": "MQL", "value": "MQL"}]},
    )  # fmt: skip
    patched = properties.core_api.update(
        "contacts",
        "accord_stage",
        {"options": [{"label": "SQL", "value": "SQL", "displayOrder": 0, "hidden": False}]},
    )

    assert made.modification_metadata.read_only_value is False
    assert [one.value for one in patched.options] == ["SQL"]
    assert portal.has_property("contacts", "accord_stage")
    properties.core_api.archive("contacts", "accord_stage")
    assert not portal.has_property("contacts", "accord_stage")
    assert [one.name for one in properties.core_api.get_all("contacts", archived=True).results] == [
        "accord_stage"
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"groupName": "nowhere"}, 400),
        ({"name": "jobtitle"}, 409),
        ({"name": "Bad Name"}, 400),
        ({"type": "datetime", "fieldType": "text"}, 400),
        ({"type": "enumeration", "fieldType": "select", "options": []}, 400),
        ({"label": None}, 400),
    ],
)
def test_definitions_that_are_refused(server, change, status):
    definition = {
        "name": "x",
        "label": "X",
        "groupName": "contactinformation",
        "type": "string",
        "fieldType": "text",
    }

    with pytest.raises(PropertyException) as caught:
        server.client().crm.properties.core_api.create("contacts", {**definition, **change})

    assert caught.value.status == status


def test_at_most_ten_unique_properties(server):
    definitions = [
        {"name": f"key_{n}", "label": "K", "groupName": "contactinformation", "type": "string",
         "fieldType": "text", "hasUniqueValue": True}
        for n in range(11)
    ]  # fmt: skip

    answer = server.client().crm.properties.batch_api.create("contacts", {"inputs": definitions})

    assert (len(answer.results), answer.num_errors) == (10, 1)


@pytest.mark.parametrize(
    ("object_type", "name", "read_only"),
    [
        ("contacts", "hs_email_optout", True),
        ("contacts", "hs_analytics_source", False),
        ("contacts", "hs_lead_status", False),
        ("companies", "industry", False),
        ("calls", "hs_call_disposition", False),
    ],
)
def test_standard_properties_say_whether_they_may_be_written(server, object_type, name, read_only):
    found = server.client().crm.properties.core_api.get_by_name(object_type, name)

    assert found.modification_metadata.read_only_value is read_only
    assert found.hubspot_defined is True


def test_the_deal_pipeline(server):
    (pipeline,) = server.client().crm.pipelines.pipelines_api.get_all("deals").results

    assert [stage.id for stage in pipeline.stages][-2:] == ["closedwon", "closedlost"]
