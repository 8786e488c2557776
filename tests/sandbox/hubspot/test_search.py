"""Search: lag, caps, operators, and the planned query against a plain scan."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.clock import SandboxClock
from sandbox.hubspot.indexes import SortedIndex
from sandbox.hubspot.portal import Actor, HubSpotFault, Portal
from sandbox.hubspot.search import run_search

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATH = "/crm/v3/objects/contacts/search"


def where(*filters):
    return {"filterGroups": [{"filters": list(filters)}]}


def one(name, operator, value=None, **more):
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


@pytest.fixture
def people(server, portal, app_actor):
    rows = [
        {"email": "ada@orbit.example", "firstname": "Ada", "jobtitle": "VP Data", "employee_count": "50"},
        {"email": "bo@quark.example", "firstname": "Bo", "lead_source": "webinar", "employee_count": "500"},
        {"email": "cy@orbit.example", "firstname": "Cy", "jobtitle": "Data engineer"},
    ]
    made = []
    for row in rows:
        made.append(portal.create("contacts", row, actor=app_actor))
        server.clock.advance(60)
    server.settle()
    return made


def found(server, body):
    answer = server.call("POST", PATH, {"limit": 100, **body})
    assert answer.status_code == 200, answer.text
    return [row["properties"]["hs_object_id"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (one("email", "EQ", "ADA@orbit.example"), [0]),
        (one("firstname", "EQ", "ada"), [0]),
        (one("firstname", "NEQ", "ada"), [1, 2]),
        (one("email", "IN", values=["ada@orbit.example", "bo@quark.example"]), [0, 1]),
        (one("email", "IN", values=["ADA@orbit.example"]), []),
        (one("email", "NOT_IN", values=["ada@orbit.example"]), [1, 2]),
        (one("lead_source", "EQ", "webinar"), [1]),
        (one("lead_source", "EQ", "Webinar"), []),
        (one("lead_source", "HAS_PROPERTY"), [1]),
        (one("lead_source", "NOT_HAS_PROPERTY"), [0, 2]),
        (one("employee_count", "GT", "50"), [1]),
        (one("employee_count", "BETWEEN", "10", highValue="60"), [0]),
        (one("jobtitle", "CONTAINS_TOKEN", "data"), [0, 2]),
        (one("email", "CONTAINS_TOKEN", "*@orbit.example"), [0, 2]),
        (one("jobtitle", "NOT_CONTAINS_TOKEN", "engineer"), [0]),
        (one("createdate", "LT", "2026-03-02T09:01:00Z"), [0]),
        (one("createdate", "LTE", "1772442060000"), [0, 1]),
    ],
)
def test_operators(server, people, condition, expected):
    assert found(server, where(condition)) == [people[n].id for n in expected]


def test_groups_are_alternatives_and_the_query_looks_for_words(server, people):
    body = {
        "filterGroups": [
            {"filters": [one("firstname", "EQ", "bo")]},
            {"filters": [one("firstname", "EQ", "cy")]},
        ]
    }

    assert found(server, body) == [people[1].id, people[2].id]
    assert found(server, {"query": "orbit ada"}) == [people[0].id]


def test_a_write_is_seen_only_after_the_lag(server, portal, app_actor):
    contact = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)

    assert found(server, {}) == []
    server.clock.advance(1.9)
    assert found(server, {}) == []
    server.clock.advance(0.2)
    assert found(server, {}) == [contact.id]
    portal.update("contacts", contact.id, {"jobtitle": "VP"}, actor=app_actor)
    stale = server.call("POST", PATH, {"properties": ["jobtitle"]}).json()["results"][0]
    assert stale["properties"]["jobtitle"] is None
    portal.archive("contacts", contact.id, actor=app_actor)
    assert found(server, {}) == []
    server.settle()
    assert found(server, {}) == []


def test_paging_is_by_offset_and_ends(server, portal, app_actor):
    for n in range(25):
        portal.create("contacts", {"email": f"{n}@x.com"}, actor=app_actor)
    server.settle()
    api = server.client().crm.contacts.search_api

    first = api.do_search({"limit": 20, "properties": ["email"]})
    second = api.do_search({"limit": 20, "after": first.paging.next.after})

    assert (first.total, first.paging.next.after) == (25, "20")
    assert second.paging is None
    assert len({row.id for row in (*first.results, *second.results)}) == 25


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 100, "after": "9950"},
        {"filterGroups": [{"filters": [one("email", "HAS_PROPERTY")]}] * 6},
        {"filterGroups": [{"filters": [one("email", "HAS_PROPERTY")] * 7}]},
        {"filterGroups": [{"filters": [one("email", "HAS_PROPERTY")] * 5}] * 4},
        where(one("email", "IN", values=["x" * 3000])),
        where(one("no_such", "EQ", "1")),
        where(one("email", "LIKE", "1")),
        where(one("createdate", "GT", "yesterday")),
        {"sorts": [{"propertyName": "email"}, {"propertyName": "createdate"}]},
        {"filterGroups": "all"},
        {"filters": [["email"]]},
        [],
    ],
)
def test_caps_and_nonsense_are_refused(server, body):
    assert server.call("POST", PATH, body).status_code == 400


def test_contacts_are_followed_by_lastmodifieddate_and_not_by_its_twin(server, portal, people):
    portal.update("contacts", people[0].id, {"jobtitle": "CDO"}, actor=Actor.user(1))
    since = people[0].properties["lastmodifieddate"]
    server.settle()

    assert found(server, where(one("lastmodifieddate", "GTE", since))) == [people[0].id]
    assert found(server, where(one("hs_lastmodifieddate", "GTE", since))) == []


def test_activities_of_a_contact_by_pseudo_property(server, portal, people, app_actor):
    calls = [
        portal.create(
            "calls",
            {"hs_timestamp": "2026-03-01T08:00:00Z"},
            actor=app_actor,
            associations=[("contacts", people[n].id)],
        )
        for n in (0, 0, 1)
    ]
    server.settle()

    answer = server.call(
        "POST", "/crm/v3/objects/calls/search", where(one("associations.contact", "EQ", people[0].id))
    )

    assert [row["id"] for row in answer.json()["results"]] == [calls[0].id, calls[1].id]


def test_search_has_its_own_limit_and_no_headers(server, portal):
    portal.limits.enforced = True
    answers = [server.call("POST", PATH, {}) for _ in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert "X-HubSpot-RateLimit-Max" not in answers[0].headers
    assert answers[5].json()["policyName"] == "SECONDLY"
    assert answers[5].json()["message"] == "You have reached your secondly limit."
    assert "Retry-After" not in answers[5].headers
    server.seconds.value += 1.1
    assert server.call("POST", PATH, {}).status_code == 200


SORTABLE = ("lastmodifieddate", "createdate", "hs_object_id", "employee_count")


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.booleans()), max_size=25),
    low=st.integers(0, 25),
    width=st.integers(0, 25),
    sort=st.sampled_from(SORTABLE),
    descending=st.booleans(),
    extra=st.booleans(),
    offset=st.integers(0, 4),
)
def test_planned_queries_equal_a_scan(steps, low, width, sort, descending, extra, offset):
    clock = SandboxClock(START, frozen=True)
    portal, actor = Portal(clock, search_lag_s=0), Actor.user(1)
    made = []
    for who, value, archive in steps:
        if who < len(made):
            if archive and not made[who].archived:
                portal.archive("contacts", made[who].id, actor=actor)
            elif not made[who].archived:
                portal.update("contacts", made[who].id, {"employee_count": value}, actor=actor)
        else:
            made.append(portal.create("contacts", {"firstname": "x", "employee_count": value}, actor=actor))
        clock.advance(1)
    since, until = START + timedelta(seconds=low), START + timedelta(seconds=low + width)
    filters = [
        one("lastmodifieddate", "GTE", since.isoformat()),
        one("lastmodifieddate", "LT", until.isoformat()),
    ]
    if extra:
        filters.append(one("employee_count", "GTE", "2"))
    expected = [
        record
        for record in made
        if not record.archived
        and since <= record.updated_at < until
        and (not extra or int(record.properties["employee_count"]) >= 2)
    ]
    keys = {
        "lastmodifieddate": lambda record: record.updated_at,
        "createdate": lambda record: record.created_at,
        "hs_object_id": lambda record: int(record.id),
        "employee_count": lambda record: int(record.properties["employee_count"]),
    }
    expected.sort(key=lambda record: (keys[sort](record), int(record.id)), reverse=descending)

    body = {
        **where(*filters),
        "sorts": [{"propertyName": sort, "direction": "DESCENDING" if descending else "ASCENDING"}],
        "limit": 5,
        "after": offset,
    }
    answer = run_search(portal.tables["contacts"], portal.associations, body, clock.now())

    assert answer.total == len(expected)
    assert [record_id for record_id, _ in answer.items] == [r.id for r in expected[offset : offset + 5]]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "remove", "look"]), st.integers(0, 8), st.integers(0, 5)),
        max_size=200,
    )
)
def test_the_sorted_index_equals_a_sorted_dictionary(steps):
    index, model = SortedIndex(), {}
    for action, item, key in steps:
        if action == "put":
            index.put(item, key)
            model[item] = key
        elif action == "remove":
            index.remove(item)
            model.pop(item, None)
        else:
            expected = [i for k, i in sorted((k, i) for i, k in model.items()) if key <= k <= key + 2]
            assert index.ids(key, key + 2) == expected

    assert index.ids() == [i for _, i in sorted((k, i) for i, k in model.items())]


def test_ten_thousand_is_the_end_even_when_more_are_counted(portal):
    table = portal.tables["contacts"]

    with pytest.raises(HubSpotFault, match="10000"):
        run_search(table, portal.associations, {"limit": 1, "after": 10_000}, portal.now())
