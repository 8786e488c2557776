"""SOQL through the real client: filters, relationships, order, aggregates, paging, errors."""

import itertools
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simple_salesforce import format_soql
from simple_salesforce.exceptions import SalesforceMalformedRequest

from sandbox.clock import SandboxClock
from sandbox.salesforce.org import Org, SalesforceFault
from sandbox.salesforce.query import Runner

ROOT = "/services/data/v59.0"


@pytest.fixture
def crowd(served):
    """Five leads at five minutes, an account with a contact, a task on each person."""
    org, rep = served.org, served.rep_id
    people = [
        ("Ann", "CTO", "DE", 100),
        ("Bob", None, "DE", 50),
        ("Cid", "cto", "US", None),
        ("Dee", "50% off_er", "FR", 7),
        ("Eve", "Head of IT", None, 0),
    ]
    for minute, (name, title, country, size) in enumerate(people):
        fields = {
            "LastName": name,
            "Company": "Acme",
            "Title": title,
            "Country": country,
            "NumberOfEmployees": size,
        }
        at = datetime(2026, 11, 20, 9, minute, tzinfo=UTC)
        org.create("Lead", {**fields, "Email": f"{name}@Acme.example"}, user_id=rep, at=at)
    account = org.create("Account", {"Name": "Acme", "Industry": "Banking"}, user_id=rep)
    contact = org.create(
        "Contact", {"LastName": "Fay", "AccountId": account, "Email": "fay@acme.example"}, user_id=rep
    )
    org.create("Task", {"WhoId": contact, "WhatId": account, "Subject": "Call Fay"}, user_id=rep)
    org.create(
        "Task", {"WhoId": org.find("Lead", "LastName", "Ann")[0].id, "Subject": "Call Ann"}, user_id=rep
    )
    return served


def names(sf, where, order="LastName"):
    found = sf.query_all(f"SELECT LastName FROM Lead WHERE {where} ORDER BY {order}")
    return "".join(record["LastName"][0] for record in found["records"])


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Title = 'CTO'", "AC"),
        ("Title != 'cto'", "BDE"),
        ("Title = null", "B"),
        ("Title != null AND Country = null", "E"),
        ("NOT (Country = 'DE' OR Country = 'us')", "DE"),
        ("NOT Country = 'DE'", "CDE"),
        ("Title IN ('cto', 'Head of IT')", "ACE"),
        ("Title NOT IN ('cto')", "BDE"),
        ("NumberOfEmployees > 7", "AB"),
        ("NumberOfEmployees <= 7", "DE"),
        ("NumberOfEmployees = null", "C"),
        ("Title LIKE '%t%'", "ACE"),
        ("Title LIKE '50\\% off\\_er'", "D"),
        ("Title LIKE 'c_o'", "AC"),
        ("Email = 'ANN@acme.EXAMPLE'", "A"),
        ("IsConverted = false AND DoNotCall = null", "ABCDE"),
        ("CreatedDate >= 2026-11-20T10:02:00+01:00 AND CreatedDate < 2026-11-20T09:04:00Z", "CD"),
        ("SystemModstamp > 2026-11-20T09:03:00Z", "E"),
        ("SystemModstamp = 2026-11-20T09:03:00Z", "D"),
        ("CreatedDate = TODAY", "ABCDE"),
        ("CreatedDate < TODAY", ""),
        ("CreatedDate = LAST_N_DAYS:1", "ABCDE"),
        ("Owner.Email = 'Rita@meridian-analytics.example' AND Owner.Type = 'User'", "ABCDE"),
        ("Owner.Name LIKE 'Rit%' AND LastName < 'C'", "AB"),
        ("Id IN (SELECT WhoId FROM Task)", "A"),
        ("Id NOT IN (SELECT WhoId FROM Task) AND Country = 'DE'", "B"),
    ],
)
def test_filters(crowd, where, expected):
    assert names(crowd.client(), where) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("NumberOfEmployees", "CEDBA"),
        ("NumberOfEmployees DESC", "CABDE"),
        ("NumberOfEmployees ASC NULLS LAST", "EDBAC"),
        ("NumberOfEmployees DESC NULLS LAST", "ABDEC"),
        ("Country NULLS LAST, LastName DESC", "BADCE"),
        ("Owner.Name, LastName DESC LIMIT 2 OFFSET 1", "DC"),
    ],
)
def test_order_limit_and_offset(crowd, order, expected):
    assert names(crowd.client(), "Id != null", order) == expected


def test_keyset_paging_reads_everything_once(crowd):
    sf, seen = crowd.client(), []
    stamp, last = datetime(2026, 1, 1, tzinfo=UTC), "000000000000000AAA"
    for _ in range(10):
        text = (
            "SELECT Id, LastName, SystemModstamp FROM Lead WHERE SystemModstamp > {0} OR "
            "(SystemModstamp = {0} AND Id > {1}) ORDER BY SystemModstamp, Id LIMIT 2"
        )
        page = sf.query(format_soql(text.replace("{0}", "{s}").replace("{1}", "{i}"), s=stamp, i=last))[
            "records"
        ]
        if not page:
            break
        seen += [record["LastName"] for record in page]
        stamp, last = datetime.fromisoformat(page[-1]["SystemModstamp"]), page[-1]["Id"]
    assert seen == ["Ann", "Bob", "Cid", "Dee", "Eve"]


def test_parents_are_nested_objects_or_null(crowd):
    wanted = "Subject, Who.Type, Who.Name, Who.Email, What.Name, Account.Industry, Owner.Email"
    text = f"SELECT {wanted} FROM Task ORDER BY Subject"
    ann, fay = crowd.client().query(text)["records"]
    assert (ann["Who"]["Type"], ann["Who"]["Name"], ann["What"], ann["Account"]) == (
        "Lead",
        "Ann",
        None,
        None,
    )
    assert (fay["Who"]["Type"], fay["Who"]["Email"], fay["What"]["Name"]) == (
        "Contact",
        "fay@acme.example",
        "Acme",
    )
    assert fay["Who"]["attributes"]["type"] == "Contact"
    assert fay["Account"]["Industry"] == "Banking"
    assert fay["Owner"]["Email"] == "rita@meridian-analytics.example"
    assert names(crowd.client(), "Id IN (SELECT WhoId FROM Task WHERE Who.Type = 'Lead')") == "A"


def test_type_of_picks_fields_by_object(crowd):
    choice = "TYPEOF Who WHEN Lead THEN Company, Title WHEN Contact THEN Account.Name ELSE Name END"
    text = f"SELECT {choice} FROM Task ORDER BY Subject"
    ann, fay = crowd.client().query(text)["records"]
    assert (ann["Who"]["Company"], ann["Who"]["Title"]) == ("Acme", "CTO")
    assert fay["Who"]["attributes"]["type"] == "Contact"


def test_children_come_as_nested_answers_or_null(crowd):
    sf = crowd.client()
    account = sf.query(
        "SELECT Name, (SELECT LastName, Owner.Name FROM Contacts WHERE LastName LIKE 'F%') FROM Account"
    )["records"][0]
    assert account["Contacts"]["totalSize"] == 1
    assert account["Contacts"]["records"][0]["Owner"]["Name"] == "Rita Rep"
    lead = sf.query("SELECT Id, (SELECT Id FROM Tasks) FROM Lead WHERE LastName = 'Bob'")["records"][0]
    assert lead["Tasks"] is None


def test_counts_and_groups(crowd):
    sf = crowd.client()
    assert sf.query("SELECT COUNT() FROM Lead WHERE Country != null") == {
        "totalSize": 4,
        "done": True,
        "records": [],
    }
    assert sf.query("select count(Id) from Lead")["records"] == [
        {"attributes": {"type": "AggregateResult"}, "expr0": 5}
    ]
    text = (
        "SELECT Country, COUNT(Id) n, SUM(NumberOfEmployees) FROM Lead GROUP BY Country HAVING COUNT(Id) > 1"
    )
    assert sf.query(text)["records"] == [
        {"attributes": {"type": "AggregateResult"}, "Country": "DE", "n": 2, "expr0": 150}
    ]
    ordered = sf.query(
        "SELECT Country c, MAX(CreatedDate) m FROM Lead GROUP BY Country ORDER BY MAX(CreatedDate) DESC"
    )
    assert [record["c"] for record in ordered["records"]] == [None, "FR", "US", "DE"]
    assert ordered["records"][0]["m"] == "2026-11-20T09:04:00.000+0000"
    assert sf.query("SELECT COUNT_DISTINCT(Title) FROM Lead")["records"][0]["expr0"] == 3


def test_fields_macros(crowd):
    sf = crowd.client()
    record = sf.query("SELECT FIELDS(STANDARD) FROM Lead WHERE LastName = 'Ann'")["records"][0]
    assert record["Address"]["country"] == "DE"
    assert record["LastActivityDate"] is None
    assert sf.query("SELECT FIELDS(ALL) FROM Lead LIMIT 200")["totalSize"] == 5
    with pytest.raises(SalesforceMalformedRequest):
        sf.query("SELECT FIELDS(ALL) FROM Lead")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (
            "SELECT Id FROM Lead WHERE Email = @x",
            "MALFORMED_QUERY",
            "ERROR at Row:1:Column:35\nunexpected token: '@'",
        ),
        (
            "SELECT Id,Foo FROM Lead",
            "INVALID_FIELD",
            "ERROR at Row:1:Column:11\nNo such column 'Foo' on entity 'Lead'.",
        ),
        ("SELECT Owner.Foo__c FROM Lead", "INVALID_FIELD", "No such column 'Foo__c' on entity 'Name'"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        (
            "select count() from XYZZY",
            "INVALID_TYPE",
            "ERROR at Row:1:Column:21\nsObject type 'XYZZY' is not supported",
        ),
        ("SELECT Id FROM Lead WHERE Id IN ()", "MALFORMED_QUERY", "unexpected token: ')'"),
        (
            "SELECT Id FROM Lead WHERE Description = 'x'",
            "INVALID_FIELD",
            "can not be filtered in a query call",
        ),
        ("SELECT Id, Id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id"),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime",
        ),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE Title = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE Title = 'a\\q'", "MALFORMED_QUERY", "Illegal character sequence"),
        ("SELECT Id FROM Lead WHERE OwnerId = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT Name, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        (
            "SELECT Id, (SELECT Id FROM Cars) FROM Lead",
            "INVALID_TYPE",
            "Didn't understand relationship 'Cars'",
        ),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM CustomField", "INVALID_TYPE", "not supported"),
    ],
)
def test_errors(crowd, text, code, words):
    with pytest.raises(SalesforceMalformedRequest) as raised:
        crowd.client().query(text)
    (error,) = raised.value.content
    assert error["errorCode"] == code
    assert words in error["message"]


def test_includes_on_a_multi_select_picklist(crowd):
    values = [{"fullName": name, "label": name} for name in ("Red", "Green", "Blue")]
    metadata = {"label": "Colours", "type": "MultiselectPicklist", "visibleLines": 3,
                "valueSet": {"valueSetDefinition": {"value": values}}}  # fmt: skip
    crowd.org.add_field("Lead.Colours__c", metadata, visible_to_all=True)
    sf = crowd.client()
    for name, colours in (("Ann", "blue;red"), ("Bob", "Green")):
        sf.Lead.update(crowd.org.find("Lead", "LastName", name)[0].id, {"Colours__c": colours})
    assert (
        sf.query("SELECT Colours__c FROM Lead WHERE LastName = 'Ann'")["records"][0]["Colours__c"]
        == "Red;Blue"
    )
    assert names(sf, "Colours__c INCLUDES ('Red;Blue', 'Green')") == "AB"
    assert names(sf, "Colours__c INCLUDES ('Red;Green')") == ""
    assert names(sf, "Colours__c EXCLUDES ('Red')") == "BCDE"


def test_ids_match_in_both_lengths(crowd):
    lead_id = crowd.org.find("Lead", "LastName", "Dee")[0].id
    assert names(crowd.client(), f"Id = '{lead_id[:15]}'") == "D"


# -- paging --


@pytest.fixture
def many(served):
    for number in range(450):
        served.org.create("Lead", {"LastName": f"P{number:03d}", "Company": "C"}, user_id=served.rep_id)
    return served


def test_pages_by_locator_through_the_client(many):
    sf = many.client()
    first = sf.query(
        "SELECT LastName FROM Lead ORDER BY LastName", headers={"Sforce-Query-Options": "batchSize=200"}
    )
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    assert first["nextRecordsUrl"].startswith(f"{ROOT}/query/01g")
    assert first["nextRecordsUrl"].endswith("-200")
    every = sf.query_all(
        "SELECT LastName FROM Lead ORDER BY LastName", headers={"Sforce-Query-Options": "batchSize=200"}
    )
    assert [record["LastName"] for record in every["records"]] == [f"P{number:03d}" for number in range(450)]
    assert "nextRecordsUrl" not in sf.query("SELECT Id FROM Lead LIMIT 200")


def test_a_locator_serves_once_and_in_order_and_can_be_evicted(many):
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = many.raw("GET", "query?q=SELECT+Id+FROM+Lead", headers=headers).json()["nextRecordsUrl"]
    second = many.raw("GET", first).json()["nextRecordsUrl"]
    assert many.raw("GET", first).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    last = many.raw("GET", second).json()
    assert (last["done"], len(last["records"]), "nextRecordsUrl" in last) == (True, 50, False)
    again = many.raw("GET", "queryAll?q=SELECT+Id+FROM+Lead", headers=headers).json()["nextRecordsUrl"]
    many.org.cursors.expire_all()
    assert many.raw("GET", again).status_code == 400


def test_a_cursor_dies_after_two_days(many):
    url = many.raw(
        "GET", "query?q=SELECT+Id+FROM+Lead", headers={"Sforce-Query-Options": "batchSize=200"}
    ).json()
    many.clock.advance(2 * 86400 + 1)
    assert many.raw("GET", url["nextRecordsUrl"]).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_an_uri_over_the_limit_is_refused(served):
    text = "SELECT Id FROM Lead WHERE Title = '" + "x" * 16_400 + "'"
    assert served.raw("GET", "query", params={"q": text}).status_code == 414


# -- laws --


def small_org():
    org = Org(SandboxClock(datetime(2026, 11, 20, 12, tzinfo=UTC), frozen=True))
    user = org.add_user(email="a@b.example", first_name="A", last_name="B")
    start = datetime(2026, 11, 1, tzinfo=UTC)
    titles = itertools.cycle(["CTO", "CIO", None])
    for number in range(40):
        fields = {
            "LastName": f"L{number % 7}",
            "Company": "C",
            "Title": next(titles),
            "Email": f"p{number % 9}@x.example",
        }
        org.create("Lead", fields, user_id=user, at=start + timedelta(minutes=number % 11))
    return org, user


ORG, USER = small_org()
MINUTE = st.integers(0, 12).map(lambda m: f"2026-11-01T00:{m:02d}:00Z")
TEST = st.one_of(
    st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), MINUTE).map(
        lambda t: f"SystemModstamp {t[0]} {t[1]}"
    ),
    st.integers(0, 10).map(lambda n: f"Email = 'P{n}@x.example'"),
    st.lists(st.integers(0, 10), min_size=1, max_size=3).map(
        lambda ns: "Email IN (" + ",".join(f"'p{n}@x.example'" for n in ns) + ")"
    ),
    st.sampled_from(["Title = null", "Title = 'cto'", "NOT Title = 'CIO'", "LastName LIKE 'L1%'"]),
)
CONDITION = st.recursive(
    TEST,
    lambda inner: st.tuples(st.sampled_from([" AND ", " OR "]), st.lists(inner, min_size=2, max_size=3)).map(
        lambda pair: "(" + pair[0].join(pair[1]) + ")"
    ),
    max_leaves=6,
)


def ids(where):
    return set(Runner(ORG, USER, ROOT).run(f"SELECT Id FROM Lead WHERE {where}").records)


@settings(max_examples=150, deadline=None)
@given(CONDITION)
def test_indexes_never_change_an_answer(where):
    # Inside NOT no index is used, so the complement of the negation is a plain scan.
    everyone = {row.id for row in ORG.rows("Lead")}
    assert ids(where) == everyone - ids(f"NOT ({where})")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12).filter(lambda text: text.strip() and "\x00" not in text))
def test_any_text_survives_quoting_by_the_client(text):
    org, user = ORG, USER
    lead_id = org.create("Lead", {"LastName": "Q", "Company": text}, user_id=user)
    try:
        found = (
            Runner(org, user, ROOT)
            .run(format_soql("SELECT Id FROM Lead WHERE Company = {}", text.strip()))
            .records
        )
        assert lead_id in found
    finally:
        org.delete("Lead", lead_id, user_id=user)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="SELCTIdFROMLeadWHR='%()., \\0<>", max_size=40))
def test_nonsense_is_refused_and_nothing_else(text):
    with suppress(SalesforceFault):
        Runner(ORG, USER, ROOT).run(text)
