"""Many records in one call, many calls in one request."""

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

EXTERNAL = {"label": "HubSpot Id", "type": "Text", "length": 32, "unique": True, "externalId": True}


@pytest.fixture
def keyed(served):
    served.org.add_field("Lead.HubSpot_Id__c", EXTERNAL, visible_to_all=True)
    return served


def lead(name, **more):
    return {"attributes": {"type": "Lead"}, "LastName": name, "Company": "C", **more}


def post(sf, records, method="POST", path="composite/sobjects", all_or_none=False):
    return sf.restful(path, method=method, json={"allOrNone": all_or_none, "records": records})


def codes(results):
    return [result["errors"][0]["statusCode"] if result["errors"] else "ok" for result in results]


def test_create_answers_in_order_with_200_even_when_records_fail(sf):
    results = post(sf, [lead("A"), {"attributes": {"type": "Contact"}}, lead("B", Email="x")])
    assert codes(results) == ["ok", "REQUIRED_FIELD_MISSING", "INVALID_EMAIL_ADDRESS"]
    assert set(results[0]) == {"id", "success", "errors"}
    assert results[1] == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [LastName]",
                "fields": ["LastName"],
            }
        ],
    }
    assert sf.query("SELECT LastName FROM Lead")["totalSize"] == 1


def test_all_or_none_takes_everything_back(sf):
    results = post(sf, [lead("A"), lead("B", Email="x")], all_or_none=True)
    assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_EMAIL_ADDRESS"]
    assert "id" not in results[0]
    assert sf.query("SELECT Id FROM Lead")["totalSize"] == 0
    assert sf.query("SELECT Id FROM Lead WHERE SystemModstamp > 2000-01-01T00:00:00Z")["totalSize"] == 0


def test_update_needs_ids_and_keeps_them_when_rolled_back(sf):
    first, second = (result["id"] for result in post(sf, [lead("A"), lead("B")]))
    wanted = [
        {"attributes": {"type": "Lead"}, "id": first, "Title": "CTO"},
        {"attributes": {"type": "Lead"}, "Id": second, "FirstName": "x" * 99},
        {"attributes": {"type": "Lead"}, "Title": "CIO"},
        {"attributes": {"type": "Lead"}, "id": "00Q5g00000zzzzz", "Title": "CIO"},
        {"attributes": {"type": "Lead"}, "id": "0015g00000zzzzz", "Title": "CIO"},
    ]
    results = post(sf, wanted, method="PATCH")
    assert codes(results) == [
        "ok",
        "STRING_TOO_LONG",
        "MISSING_ARGUMENT",
        "INVALID_CROSS_REFERENCE_KEY",
        "MALFORMED_ID",
    ]
    assert sf.Lead.get(first)["Title"] == "CTO"
    undone = post(sf, [{**wanted[0], "Title": "CEO"}, wanted[1]], method="PATCH", all_or_none=True)
    assert (undone[0]["id"], undone[0]["success"]) == (first, False)
    assert sf.Lead.get(first)["Title"] == "CTO"


def test_upsert_by_external_id_says_what_was_created(keyed):
    sf = keyed.client()
    path = "composite/sobjects/Lead/HubSpot_Id__c"
    first = post(sf, [lead("A", HubSpot_Id__c="1")], "PATCH", path)
    results = post(sf, [lead("B", HubSpot_Id__c="1"), lead("C", HubSpot_Id__c="2")], "PATCH", path)
    assert first[0]["created"] is True
    assert [result["created"] for result in results] == [False, True]
    assert results[0]["id"] == first[0]["id"]
    twice = post(sf, [lead("D", HubSpot_Id__c="9"), lead("E", HubSpot_Id__c="9"), lead("F")], "PATCH", path)
    assert codes(twice) == ["DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]


def test_upsert_by_id_creates_with_null(sf):
    first = post(sf, [lead("A", Id=None)], "PATCH", "composite/sobjects/Lead/Id")[0]
    again = post(sf, [lead("B", Id=first["id"])], "PATCH", "composite/sobjects/Lead/Id")[0]
    assert (first["created"], again["created"], again["id"]) == (True, False, first["id"])


def test_delete_and_retrieve(sf):
    ids = [result["id"] for result in post(sf, [lead("A"), lead("B"), lead("C")])]
    gone = sf.restful(
        "composite/sobjects", method="DELETE", params={"ids": f"{ids[0]},banana", "allOrNone": "false"}
    )
    assert codes(gone) == ["ok", "MALFORMED_ID"]
    wanted = {"ids": [*ids, "00Q5g00000zzzzz"], "fields": ["lastname"]}
    found = sf.restful("composite/sobjects/Lead", method="POST", json=wanted)
    assert [one and one["LastName"] for one in found] == [None, "B", "C", None]
    assert found[1]["Id"] == ids[1]
    by_url = sf.restful("composite/sobjects/Lead", params={"ids": ids[1], "fields": "Id,Name"})
    assert by_url[0]["Name"] == "B"


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], "REQUIRED_FIELD_MISSING"),
        ([lead("A")] * 201, "EXCEEDED_ID_LIMIT"),
        ([lead("A"), {"attributes": {"type": "Contact"}, "LastName": "B"}] * 6, "INVALID_OPERATION"),
        ([{"LastName": "A"}], "INVALID_INPUT"),
        ([{"attributes": {"type": "Foo"}}], "INVALID_TYPE"),
    ],
)
def test_a_malformed_collection_is_refused_as_a_whole(sf, records, code):
    with pytest.raises(SalesforceMalformedRequest) as raised:
        post(sf, records)
    assert raised.value.content[0]["errorCode"] == code


def test_row_locks_hit_chosen_records_or_a_share(served, sf):
    ids = [result["id"] for result in post(sf, [lead(str(number)) for number in range(50)])]
    served.org.row_locks.lock([ids[3]])
    changes = [{"attributes": {"type": "Lead"}, "id": one, "Title": "X"} for one in ids]
    assert codes(post(sf, changes, "PATCH")).count("UNABLE_TO_LOCK_ROW") == 1
    assert set(codes(post(sf, changes, "PATCH"))) == {"ok"}
    served.org.row_locks.share(0.3, seed=1, times=10)
    assert codes(post(sf, changes, "PATCH")).count("UNABLE_TO_LOCK_ROW") == 10
    assert set(codes(post(sf, changes, "PATCH"))) == {"ok"}


# -- composite --


def part(method, url, reference, body=None):
    shown = {"method": method, "url": f"/services/data/v59.0/{url}", "referenceId": reference}
    return shown if body is None else {**shown, "body": body}


def composite(sf, parts, all_or_none=False):
    body = {"allOrNone": all_or_none, "compositeRequest": parts}
    return sf.restful("composite", method="POST", json=body)["compositeResponse"]


def test_references_carry_ids_values_and_query_results(served, sf):
    answers = composite(
        sf,
        [
            part("POST", "sobjects/Account", "Acc", {"Name": "Acme", "BillingCity": "Bonn"}),
            part("GET", "sobjects/Account/@{Acc.id}", "Info"),
            part("POST", "sobjects/Contact", "Con", {
                "lastname": "Ito", "AccountId": "@{Acc.id}", "Title": "CTO of @{Info.Name}",
                "MailingCity": "@{Info.BillingAddress.city}",
            }),
            part("GET", "query/?q=SELECT+Id,Title,MailingCity+FROM+Contact+WHERE+Id='@{Con.id}'", "Found"),
            part("PATCH", "sobjects/Contact/@{Found.records[0].Id}", "Upd", {"Department": "IT"}),
        ],
    )  # fmt: skip
    assert [answer["httpStatusCode"] for answer in answers] == [201, 200, 201, 200, 204]
    assert answers[0]["httpHeaders"]["Location"].endswith(answers[0]["body"]["id"])
    assert answers[3]["body"]["records"][0]["Title"] == "CTO of Acme"
    assert answers[3]["body"]["records"][0]["MailingCity"] == "Bonn"
    assert answers[4]["body"] is None
    assert served.org.usage.used == 1


def test_a_failure_halts_only_its_dependents(sf):
    answers = composite(
        sf,
        [
            part("POST", "sobjects/Account", "Bad", {}),
            part("POST", "sobjects/Contact", "Dep", {"LastName": "A", "AccountId": "@{Bad.id}"}),
            part("POST", "sobjects/Contact", "Free", {"LastName": "B"}),
            part("GET", "sobjects/Foo", "Foo"),
        ],
    )
    assert [answer["httpStatusCode"] for answer in answers] == [400, 400, 201, 404]
    assert answers[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert answers[3]["body"][0]["errorCode"] == "NOT_FOUND"


def test_all_or_none_halts_everything(sf):
    parts = [
        part("POST", "sobjects/Account", "A", {"Name": "Acme"}),
        part("POST", "sobjects/Contact", "B", {}),
        part("POST", "sobjects/Account", "C", {"Name": "Bcme"}),
    ]
    answers = composite(sf, parts, all_or_none=True)
    assert [answer["body"][0]["errorCode"] for answer in answers] == [
        "PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED",
    ]  # fmt: skip
    assert sf.query("SELECT Id FROM Account")["totalSize"] == 0


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part("GET", "limits", "ref[1]")], "JSON_PARSER_ERROR"),
        ([part("GET", "limits", "a"), part("GET", "limits", "a")], "JSON_PARSER_ERROR"),
        ([part("GET", "limits", f"a{n}") for n in range(26)], "INVALID_INPUT"),
        ([part("GET", "query?q=SELECT+Id+FROM+Lead", f"a{n}") for n in range(6)], "INVALID_INPUT"),
    ],
)
def test_a_malformed_composite_is_refused(sf, parts, code):
    with pytest.raises(SalesforceMalformedRequest) as raised:
        composite(sf, parts)
    assert raised.value.content[0]["errorCode"] == code


def test_five_queries_fit_into_one_call(sf):
    names = ("Lead", "Contact", "Account", "Task", "Event")
    answers = composite(sf, [part("GET", f"query/?q=SELECT+Id+FROM+{name}", name) for name in names])
    assert [answer["body"]["done"] for answer in answers] == [True] * 5


def test_batch_is_independent_and_counts_each_part(served, sf):
    lead_id = sf.Lead.create({"LastName": "A", "Company": "B"})["id"]
    used = served.org.usage.used
    requests = [
        {"method": "PATCH", "url": f"v59.0/sobjects/lead/{lead_id}", "richInput": {"Title": "CTO"}},
        {"method": "GET", "url": f"v59.0/sobjects/lead/{lead_id}?fields=Title"},
        {"method": "GET", "url": "v59.0/sobjects/Foo"},
        {"method": "GET", "url": "v59.0/limits"},
    ]
    answer = sf.restful(
        "composite/batch", method="POST", json={"batchRequests": requests, "haltOnError": True}
    )
    assert [part["statusCode"] for part in answer["results"]] == [204, 200, 404, 412]
    assert answer["hasErrors"] is True
    assert answer["results"][0]["result"] is None
    assert answer["results"][1]["result"]["Title"] == "CTO"
    assert served.org.usage.used == used + 4
